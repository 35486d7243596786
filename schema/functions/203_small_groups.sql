-- Small groups. Who is no analyst sees published numbers: rows of fewer than k customers are not told
-- of, and counts go in steps of k, so that none of them moves when one customer comes or goes, but
-- for every k-th. k is the setting privacy.small_groups.
create or replace function journey_internal.small_groups() returns integer
language plpgsql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return coalesce((select s.value::integer from journey_internal.setting as s
                     where s.name = 'privacy.small_groups'), 10);
end
$$;
comment on function journey_internal.small_groups() is 'k: a group of fewer customers is not published; 1: everything is';

-- Whether the session sees exact numbers. Asked of the role that was set, else of the login: within
-- functions that run with their owner's rights current_user is the owner. Not in a parallel worker:
-- before 15.9 of PostgreSQL one could take another role for the session's.
create or replace function journey_internal.sees_all() returns boolean
language plpgsql stable parallel restricted
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    of_role constant name := coalesce(nullif(current_setting('role'), 'none'), session_user);
begin
    return pg_has_role(of_role, 'journey_detail', 'usage')
        or pg_has_role(of_role, 'journey_writer', 'usage')
        or pg_has_role(of_role, 'journey_owner', 'usage')
        or journey_internal.small_groups() = 1;
end
$$;
comment on function journey_internal.sees_all() is 'true for who is in journey_detail, journey_writer or journey_owner, and for all where privacy.small_groups is 1';

-- The nearest multiple of k, never less than k where n is at least k, and 0 for fewer.
create or replace function journey_internal.step(n bigint, k integer) returns bigint
language sql immutable parallel safe
    return case when n < k then 0 else k * ((n + k / 2) / k) end;
comment on function journey_internal.step(bigint, integer) is 'a count as it is published: 0 below k, else the nearest multiple of k';

create or replace function journey_internal.step_low(stepped bigint, k integer) returns bigint
language sql immutable parallel safe
    return case when stepped = 0 then 0 else greatest(stepped - k / 2, k) end;
comment on function journey_internal.step_low(bigint, integer) is 'the least count that is published as this';

create or replace function journey_internal.step_high(stepped bigint, k integer) returns bigint
language sql immutable parallel safe
    return case when stepped = 0 then k - 1 else stepped + k - k / 2 - 1 end;
comment on function journey_internal.step_high(bigint, integer) is 'the greatest count that is published as this';
