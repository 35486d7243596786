-- The first microsecond that is kept: events before it are gone, journeys and sessions that began
-- before it are frozen. The least bigint before anything was dropped.
create or replace function journey_internal.cut_us() returns bigint
language sql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce((select r.cut_us from journey_internal.retention as r), -9223372036854775808);
end;
comment on function journey_internal.cut_us() is 'first microsecond that is kept: what began before is frozen';

-- The cells of a month, however they are spread over cell and cell_delta: how many, and the sum of a
-- hash of each, which no order of rows changes.
create or replace function journey_internal.month_cells(month_on date)
returns table (cells bigint, cell_sum numeric)
language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
    with row_of_month as (
        select c.scenario_no, c.day, c.segment_no, c.kind, c.a, c.b, c.c, c.c1, c.c2, c.c3, c.c4,
               c.c5, c.c6, c.c7, c.c8, c.c9, c.buckets, c.bucket_counts
        from journey_internal.cell as c
        where c.day >= month_cells.month_on
          and c.day < month_cells.month_on + interval '1 month'
        union all
        select d.scenario_no, d.day, d.segment_no, d.kind, d.a, d.b, d.c, d.c1, d.c2, d.c3, d.c4,
               d.c5, d.c6, d.c7, d.c8, d.c9, d.buckets, d.bucket_counts
        from journey_internal.cell_delta as d
        where d.day >= month_cells.month_on
          and d.day < month_cells.month_on + interval '1 month'
    ),
    counts as (
        select r.scenario_no, r.day, r.segment_no, r.kind, r.a, r.b, r.c,
               array[coalesce(sum(r.c1), 0), coalesce(sum(r.c2), 0), coalesce(sum(r.c3), 0),
                     coalesce(sum(r.c4), 0), coalesce(sum(r.c5), 0), coalesce(sum(r.c6), 0),
                     coalesce(sum(r.c7), 0), coalesce(sum(r.c8), 0), coalesce(sum(r.c9), 0)] as n
        from row_of_month as r
        group by 1, 2, 3, 4, 5, 6, 7
    ),
    bucket as (
        select s.scenario_no, s.day, s.segment_no, s.kind, s.a, s.b, s.c,
               string_agg(s.bucket || ':' || s.n, ',' order by s.bucket) as list
        from (
            select r.scenario_no, r.day, r.segment_no, r.kind, r.a, r.b, r.c, u.bucket,
                   sum(u.n) as n
            from row_of_month as r, unnest(r.buckets, r.bucket_counts) as u (bucket, n)
            group by 1, 2, 3, 4, 5, 6, 7, 8
            having sum(u.n) <> 0
        ) as s
        group by 1, 2, 3, 4, 5, 6, 7
    )
    select count(*),
           coalesce(sum(hashtextextended(
               concat_ws('|', x.scenario_no, x.day - date '1970-01-01', x.segment_no, x.kind, x.a,
                         x.b, x.c, array_to_string(x.n, '|'), b.list), 0)::numeric), 0)
    from counts as x
    left join bucket as b
        on b.scenario_no = x.scenario_no and b.day = x.day and b.segment_no = x.segment_no
       and b.kind = x.kind and b.a = x.a and b.b = x.b and b.c = x.c
    where x.n <> array_fill(0::numeric, array[9]) or b.list is not null;
end;
comment on function journey_internal.month_cells(date) is 'cells of a month: how many, and a sum over hashes of them all';

-- Monthly partitions of the timeline before a day. Their names tell the month; materialized, so that no
-- name of another table is taken for one.
create or replace function journey_internal.timeline_months(before_on date)
returns table (month_on date, partition_name text)
language sql stable set search_path = pg_catalog, pg_temp
begin atomic
    with part as materialized (
        select c.relname::text as name
        from pg_catalog.pg_inherits as i
        join pg_catalog.pg_class as c on c.oid = i.inhrelid
        where i.inhparent = to_regclass('journey_internal.timeline')
    ),
    month as materialized (
        select to_date(substr(p.name, 10), 'YYYY_MM') as month_on, p.name from part as p
    )
    select m.month_on, m.name
    from month as m
    where m.month_on < timeline_months.before_on
    order by m.month_on;
end;
comment on function journey_internal.timeline_months(date) is 'months with a partition of the timeline that begin before a day';

-- Moves the cut to next_on, the first day of a month, and drops what lies before it; the caller has
-- let the engine freeze what the cut meets, in the same transaction, and holds the watermark's lock.
-- Answers how many events and identity messages went. Changes alias (past_us), customer,
-- case_timeline, identity_message, timeline (drops partitions), writer (of the caller's slot),
-- retention_month and retention. It runs as the owner, who alone may drop a partition.
create or replace function journey_internal.retention_drop(next_on date, next_us bigint, slot smallint)
returns table (events bigint, messages bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp
set jit = off set enable_seqscan = on set enable_bitmapscan = on set enable_hashjoin = on
set enable_mergejoin = on set work_mem = '64MB' as $$
#variable_conflict use_column
declare
    most constant integer := journey_internal.max_day_events();
    unnamed bigint;
    in_month bigint;
    all_events bigint := 0;
    all_messages bigint;
    m record;
begin
    if extract(day from next_on) <> 1
       or next_us <= journey_internal.cut_us() then
        raise exception 'the cut moves forward, from one first day of a month to another';
    end if;

    -- aliases between keys of one message, or of one chunk: what its events gave, and maybe a little more
    with gone as (
        delete from journey_internal.identity_message as i
        where i.has_device and i.at < next_us
        returning i.at, i.ns_nos, i.hashes
    ),
    carrier as (
        select row_number() over () as n, c.last_us, c.key_ns, c.key_hash
        from (
            select max(t.last_us) as last_us, t.key_ns, t.key_hash
            from journey_internal.timeline as t
            where t.day < next_on and cardinality(t.key_ns) > 1
            group by t.key_ns, t.key_hash
            union all
            select g.at, g.ns_nos, g.hashes from gone as g
        ) as c
    ),
    person as (
        select c.n, c.last_us, k.key_no
        from carrier as c
        cross join lateral unnest(c.key_ns, c.key_hash) as e (ns_no, hash)
        join journey_internal.namespace as s on s.ns_no = e.ns_no and s.kind = 'person'
        join journey_internal.key as k on k.ns_no = e.ns_no and k.hash = e.hash
    ),
    past as (
        update journey_internal.alias as a set past_us = greatest(a.past_us, p.last_us)
        from (
            select x.key_no, y.key_no as partner_no, max(x.last_us) as last_us
            from person as x join person as y on y.n = x.n and y.key_no <> x.key_no
            group by 1, 2
        ) as p
        where a.key_no = p.key_no and a.partner_no = p.partner_no
    )
    select count(*) into all_messages from gone;

    select count(*) into unnamed
    from journey_internal.timeline as t
    cross join lateral (
        select array_agg(s.kind = 'person' order by d.position) as is_person,
               array_agg(s.kind = 'person' and k.shared = 0 order by d.position) as is_named
        from unnest(t.key_ns, t.key_hash) with ordinality as d (ns_no, hash, position)
        join journey_internal.namespace as s on s.ns_no = d.ns_no
        join journey_internal.key as k on k.ns_no = d.ns_no and k.hash = d.hash
        offset 0
    ) as d
    cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) as e
    where t.day < next_on
      and t.key_hash && (select array_agg(k.hash) from journey_internal.key as k
                         where k.shared <> 0)
      and exists (
          select from unnest(t.keys[e.key_from : e.key_from + e.n_keys - 1]) as p (position)
          having bool_or(d.is_person[p.position]) and not bool_or(d.is_named[p.position]));
    if unnamed > 0 then
        insert into journey_internal.writer as w (slot, unnamed_events)
        values (retention_drop.slot, -unnamed)
        on conflict (slot) do update
            set unnamed_events = w.unnamed_events + excluded.unnamed_events;
    end if;

    with dropped as (
        select d.customer_no, sum(d.n)::bigint as events,
               count(*) filter (where d.n > most) as flood_days
        from (
            select t.customer_no, t.day, sum(t.n) as n from journey_internal.timeline as t
            where t.day < next_on group by t.customer_no, t.day
        ) as d
        group by d.customer_no
    ),
    left_over as (
        select d.customer_no, d.events, d.flood_days, k.first_us, k.last_us
        from dropped as d
        cross join lateral (
            select min(t.first_us) as first_us, max(t.last_us) as last_us
            from journey_internal.timeline as t
            where t.customer_no = d.customer_no and t.day >= next_on
        ) as k
    )
    update journey_internal.customer as c
    set events = c.events - l.events,
        flood_days = c.flood_days - l.flood_days,
        first_us = l.first_us,
        last_us = l.last_us,
        channels = case
            when l.first_us is null then '{}'
            when cardinality(c.channels) = 1 then c.channels
            else (
                select array_agg(distinct h.channel_no order by h.channel_no)
                from journey_internal.timeline as t
                cross join lateral unnest(t.attr) as e (attr_no)
                join journey_internal.attribute_set as s on s.attr_no = e.attr_no
                join journey_internal.channel as h on h.name = s.channel
                where t.customer_no = c.customer_no and t.day >= next_on
            )
        end
    from left_over as l
    where c.customer_no = l.customer_no;
    delete from journey_internal.customer as c
    where c.events = 0 and c.sessions = 0 and c.journeys = 0 and c.flood_days = 0;

    delete from journey_internal.case_timeline as t
    using (
        select x.case_no from journey_internal.case_timeline as x
        group by x.case_no having max(x.last_us) < next_us
    ) as x
    where t.case_no = x.case_no;

    for m in select t.month_on, t.partition_name from journey_internal.timeline_months(next_on) as t
    loop
        execute format('select coalesce(sum(n), 0) from journey_internal.%I', m.partition_name)
        into in_month;
        execute format('drop table journey_internal.%I', m.partition_name);
        all_events := all_events + in_month;
        insert into journey_internal.retention_month as r
            (month_on, events, journeys, cells, cell_sum)
        select m.month_on, in_month,
               (select count(*) from journey_internal.journey as j
                where j.day >= m.month_on and j.day < m.month_on + interval '1 month'),
               c.cells, c.cell_sum
        from journey_internal.month_cells(m.month_on) as c
        on conflict (month_on) do nothing; -- an empty one that somebody made again
    end loop;

    insert into journey_internal.retention as r (cut_on, cut_us) values (next_on, next_us)
    on conflict (only_row) do update
        set cut_on = excluded.cut_on, cut_us = excluded.cut_us, moved_at = now();
    return query select all_events, all_messages;
end
$$;
comment on function journey_internal.retention_drop(date, bigint, smallint) is 'moves the cut to the first day of a month and drops what lies before it; how many events and identity messages went';

-- What an erasure takes of the time before the cut: the frozen rows of these customers and cases. What
-- they counted stays in the cells of that time, which name nobody.
create or replace function journey_internal.forget_frozen(nos bigint[]) returns bigint
language sql as $$
    with journey as (
        delete from journey_internal.journey as j
        where (j.customer_no = any (nos) or (j.case_no <> 0 and j.case_no = any (nos)))
          and j.first_us < journey_internal.cut_us()
        returning j.customer_no
    ),
    session as (
        delete from journey_internal.session as s
        where s.customer_no = any (nos) and s.from_us < journey_internal.cut_us()
        returning s.customer_no
    ),
    fewer as (
        select x.customer_no, sum(x.journeys) as journeys, sum(x.sessions) as sessions
        from (
            select j.customer_no, 1 as journeys, 0 as sessions from journey as j
            union all
            select s.customer_no, 0, 1 from session as s
        ) as x
        group by x.customer_no
    ),
    emptied as (
        delete from journey_internal.customer as c using fewer as f
        where c.customer_no = f.customer_no and c.events = 0 and c.flood_days = 0
          and c.journeys = f.journeys and c.sessions = f.sessions
        returning c.customer_no
    ),
    changed as (
        update journey_internal.customer as c
        set journeys = c.journeys - f.journeys, sessions = c.sessions - f.sessions
        from fewer as f
        where c.customer_no = f.customer_no
          and c.customer_no not in (select e.customer_no from emptied as e)
    )
    select count(*) from journey;
$$;
comment on function journey_internal.forget_frozen(bigint[]) is 'deletes the frozen journeys and sessions of customers and cases; how many journeys. Cells stay';
