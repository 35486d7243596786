-- Small groups. Who is no analyst sees published numbers: rows of k customers or fewer are not told of,
-- and counts go in steps of k, so that none of them moves when one customer comes or goes, but for
-- every k-th. k is the setting privacy.small_groups.
create or replace function journey_internal.small_groups() returns integer
language plpgsql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return coalesce((select s.value::integer from journey_internal.setting as s
                     where s.name = 'privacy.small_groups'), 10);
end
$$;
comment on function journey_internal.small_groups() is 'k: a group of so many customers or fewer is not published; 1: everything is';

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

-- Rounded down: k stands for k + 1 to 2k, 2k for 2k + 1 to 3k, and 0 for 0 to k. Every step is at least
-- k wide, the one of 0 too. So what is left of a total when its other parts are taken away is never
-- known to be a number from 1 to k - 1: it may be 0, or it may be k or more.
create or replace function journey_internal.step(n bigint, k integer) returns bigint
language sql immutable parallel safe
    return case when k = 1 or n = 0 then n else k * ((n - 1) / k) end;
comment on function journey_internal.step(bigint, integer) is 'a count as it is published: the greatest multiple of k below it, 0 for 0; k = 1: the count';

create or replace function journey_internal.step_low(stepped bigint, k integer) returns bigint
language sql immutable parallel safe
    return case when k = 1 or stepped = 0 then stepped else stepped + 1 end;
comment on function journey_internal.step_low(bigint, integer) is 'the least count that is published as this';

create or replace function journey_internal.step_high(stepped bigint, k integer) returns bigint
language sql immutable parallel safe
    return case when k = 1 then stepped else stepped + k end;
comment on function journey_internal.step_high(bigint, integer) is 'the greatest count that is published as this';

create or replace function journey_internal.step_middle(stepped bigint, k integer)
returns double precision
language sql immutable parallel safe
    return (journey_internal.step_low(stepped, k) + journey_internal.step_high(stepped, k))
           / 2.0::double precision;
comment on function journey_internal.step_middle(bigint, integer) is 'the middle of the counts that are published as this: what shares are made of';
