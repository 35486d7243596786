-- How much of a scenario's month is published, view by view and grain by grain: rows of more than
-- k customers with their journeys, and those that are joined in (other) or left out. Journeys of drop_off
-- are those whose last step is there. The grains are those of the views (day or month, segment) and
-- those of the _between functions for all segments together. Readers get counts in steps, of
-- what is hidden only where it is of more than k customers together, and a share of these, to a
-- twentieth: it is made of the steps, so it tells no more than they do.
create or replace function journey_internal.suppression_of(
    of_scenario smallint, from_day date, to_day date)
returns table (
    view_name text, grain text, rows_shown bigint, rows_hidden bigint, journeys_shown bigint,
    journeys_hidden bigint, shown_share double precision)
language plpgsql stable parallel restricted security definer rows 12
set search_path = pg_catalog, pg_temp set jit = off set work_mem = '32MB' set enable_nestloop = off
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
    reached as (
        select m.mask, t.touchpoint_no
        from (select distinct j.mask from journey as j) as m
        join journey_internal.touchpoint as t on t.touchpoint_no < 8 * length(m.mask)
            and get_bit(m.mask, t.touchpoint_no) = 1
    ),
    -- what is counted at a row of a view: once for each customer, day and segment
    taken as (
        select 1 as view_no, j.day, j.segment_no, 0::bigint as row_key, j.customer_no,
               count(*) as journeys
        from journey as j
        group by j.day, j.segment_no, j.customer_no
        union all
        select 2, j.day, j.segment_no, j.collapsed_id, j.customer_no, count(*)
        from journey as j
        where j.state <> 0
        group by j.day, j.segment_no, j.collapsed_id, j.customer_no
        union all
        select 3, j.day, j.segment_no, r.touchpoint_no, j.customer_no,
               count(*) filter (where j.last_no = r.touchpoint_no)
        from journey as j
        join reached as r on r.mask = j.mask
        group by j.day, j.segment_no, r.touchpoint_no, j.customer_no
    ),
    each as materialized (
        select t.view_no, g.grain_no, case when g.by_day then t.day else from_day end as day,
               case when g.by_segment then t.segment_no else 0 end as segment_no, t.row_key,
               t.customer_no, sum(t.journeys)::bigint as journeys
        from taken as t
        cross join (values (1, true, true), (2, true, false), (3, false, true), (4, false, false))
            as g (grain_no, by_day, by_segment)
        group by t.view_no, g.grain_no, 3, 4, t.row_key, t.customer_no
    ),
    counted as materialized (
        select e.view_no, e.grain_no, e.day, e.segment_no, e.row_key,
               sum(e.journeys)::bigint as journeys,
               journey_internal.step(count(*), k) > 0 as is_shown
        from each as e
        group by e.view_no, e.grain_no, e.day, e.segment_no, e.row_key
    ),
    hidden as (
        select e.view_no, e.grain_no, count(distinct e.customer_no) as customers
        from counted as c
        join each as e using (view_no, grain_no, day, segment_no, row_key)
        where not is_exact and not c.is_shown
        group by e.view_no, e.grain_no
    ),
    told as (
        select v.name as view_name, g.name as grain,
               count(*) filter (where c.is_shown) as rows_shown,
               count(*) filter (where not c.is_shown) as rows_hidden,
               coalesce(sum(c.journeys) filter (where c.is_shown), 0)::bigint as journeys_shown,
               coalesce(sum(c.journeys) filter (where not c.is_shown), 0)::bigint
                   as journeys_hidden,
               is_exact or max(h.customers) > k as may
        from counted as c
        join (values (1, 'scenario_day'), (2, 'path'), (3, 'drop_off')) as v (no, name)
            on v.no = c.view_no
        join (values (1, 'day, segment'), (2, 'day'), (3, 'month, segment'), (4, 'month'))
            as g (no, name) on g.no = c.grain_no
        left join hidden as h on h.view_no = c.view_no and h.grain_no = c.grain_no
        group by v.name, g.name
    ),
    -- what is shown is of more than k customers where there is anything
    stepped as (
        select t.view_name, t.grain, journey_internal.step(t.rows_shown, unit) as rows_shown,
               case when t.may then journey_internal.step(t.rows_hidden, unit) else 0 end
                   as rows_hidden,
               journey_internal.step(t.journeys_shown, unit) as journeys_shown,
               case when t.may then journey_internal.step(t.journeys_hidden, unit) else 0 end
                   as journeys_hidden
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
