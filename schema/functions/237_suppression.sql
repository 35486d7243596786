-- How much of a scenario's month is published, view by view and grain by grain: rows of k customers or
-- more with their journeys, and those that are joined in (other) or left out. Journeys of drop_off
-- are those whose last step is there. The grains are those of the views (day or month, segment) and
-- those of the _between functions for all segments together. Readers get counts in steps and a share
-- of these, to a twentieth: it is made of the steps, so it tells no more than they do.
create or replace function journey_internal.suppression_of(
    of_scenario smallint, from_day date, to_day date)
returns table (
    view_name text, grain text, rows_shown bigint, rows_hidden bigint, journeys_shown bigint,
    journeys_hidden bigint, shown_share double precision)
language plpgsql stable parallel restricted security definer rows 12
set search_path = pg_catalog, pg_temp set jit = off set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_exact constant boolean := journey_internal.sees_all();
    unit constant integer := case when is_exact then 1 else k end;
begin
    return query
    with journey as materialized (
        select j.day, j.segment_no, j.customer_no, j.state, j.collapsed_id, j.last_no, j.mask
        from journey_internal.journey as j
        where j.scenario_no = of_scenario and j.day between from_day and to_day
    ),
    -- what is counted at a row of a view: once for each customer, day and segment
    taken as (
        select 'scenario_day' as view_name, j.day, j.segment_no, 0 as row_key, j.customer_no,
               count(*) as journeys
        from journey as j
        group by j.day, j.segment_no, j.customer_no
        union all
        select 'path', j.day, j.segment_no, j.collapsed_id, j.customer_no, count(*)
        from journey as j
        where j.state <> 0
        group by j.day, j.segment_no, j.collapsed_id, j.customer_no
        union all
        select 'drop_off', j.day, j.segment_no, t.touchpoint_no, j.customer_no,
               count(*) filter (where j.last_no = t.touchpoint_no)
        from journey as j
        join journey_internal.touchpoint as t on t.touchpoint_no < 8 * length(j.mask)
            and get_bit(j.mask, t.touchpoint_no) = 1
        group by j.day, j.segment_no, t.touchpoint_no, j.customer_no
    ),
    counted as (
        select t.view_name,
               case when grouping(t.day) = 0 then 'day' else 'month' end
               || case when grouping(t.segment_no) = 0 then ', segment' else '' end as grain,
               count(distinct t.customer_no) as customers, sum(t.journeys) as journeys
        from taken as t
        group by t.view_name, t.row_key,
                 grouping sets ((t.day, t.segment_no), (t.day), (t.segment_no), ())
    ),
    told as (
        select c.view_name, c.grain,
               count(*) filter (where c.customers >= k) as rows_shown,
               count(*) filter (where c.customers < k) as rows_hidden,
               coalesce(sum(c.journeys) filter (where c.customers >= k), 0)::bigint
                   as journeys_shown,
               coalesce(sum(c.journeys) filter (where c.customers < k), 0)::bigint
                   as journeys_hidden
        from counted as c
        group by c.view_name, c.grain
    ),
    stepped as (
        select t.view_name, t.grain, journey_internal.step(t.rows_shown, unit) as rows_shown,
               journey_internal.step(t.rows_hidden, unit) as rows_hidden,
               journey_internal.step(t.journeys_shown, unit) as journeys_shown,
               journey_internal.step(t.journeys_hidden, unit) as journeys_hidden
        from told as t
    )
    select s.*,
           case when is_exact then x.share else round(x.share * 20) / 20 end
    from stepped as s
    cross join lateral (
        select s.journeys_shown::double precision
               / nullif(s.journeys_shown + s.journeys_hidden, 0) as share
    ) as x;
end
$$;
comment on function journey_internal.suppression_of(smallint, date, date) is 'how much of a scenario''s month is published, by view and grain';
