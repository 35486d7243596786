-- Facts from before the cut on which no owner can hang any more, in microseconds: reach is how far a
-- login can decide forwards (max of login_ttl and stitch_back), stitch how far backwards.
--
--     case facts        of cases that no message that is left carries
--     logins, logouts   earlier than the cut less reach; by whole UTC days, so now and then one
--                       stays longer than it must
--
-- A login near a device fact of a case that stays is kept: it may say whose the case is. Batches must
-- be held off. Answers how many rows went.
-- Changes case_fact, login, logout, login_device.
create or replace function journey_internal.retention_drop_facts(reach bigint, stitch bigint)
returns bigint
language plpgsql set search_path = pg_catalog, pg_temp set jit = off
set enable_hashjoin = on as $$
#variable_conflict use_column
declare
    cut constant bigint := journey_internal.cut_us();
    before_us constant bigint := cut - reach;
    day_us constant bigint := 86400000000;
    cases bigint;
    logins bigint;
    logouts bigint;
begin
    if cut < 0 then
        return 0;
    end if;

    with said as (
        select distinct k.key_no
        from journey_internal.identity_message as m
        cross join lateral unnest(m.ns_nos, m.hashes) as e (ns_no, hash)
        join journey_internal.namespace as s on s.ns_no = e.ns_no and s.kind = 'case'
        join journey_internal.key as k on k.ns_no = e.ns_no and k.hash = e.hash
        where m.has_device
    )
    delete from journey_internal.case_fact as f
    where f.at < cut
      and not exists (select from journey_internal.case_timeline as t where t.case_no = f.case_no)
      and not exists (select from said as x where x.key_no = f.case_no);
    get diagnostics cases = row_count;

    -- kept are spans around facts of cases; no table of its own, which a writer may not make
    with span as materialized (
        select f.key_no as device_no, f.at - reach as from_us, f.at + stitch as to_us
        from journey_internal.case_fact as f
        where f.at < cut
    ),
    gone_login as (
        delete from journey_internal.login as l
        where (l.day_utc + 1) * day_us <= before_us
          and not exists (
              select from span as x
              where x.device_no = l.device_no and x.from_us < (l.day_utc + 1) * day_us
                and x.to_us >= l.day_utc * day_us)
        returning 1
    ),
    gone_logout as (
        delete from journey_internal.logout as l
        where l.at < before_us
          and not exists (
              select from span as x
              where x.device_no = l.device_no and l.at between x.from_us and x.to_us)
        returning 1
    )
    select (select count(*) from gone_login), (select count(*) from gone_logout)
    into logins, logouts;
    delete from journey_internal.login_device as d
    where not exists (select from journey_internal.login as l where l.device_no = d.device_no);
    return cases + logins + logouts;
end
$$;
comment on function journey_internal.retention_drop_facts(bigint, bigint) is 'deletes logins, logouts and case facts from before the cut that decide nothing any more; how many rows';
