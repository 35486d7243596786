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
    grain (no, grain, by_day, by_segment) as (
        values (1, 'day, segment', true, true), (2, 'day', true, false),
               (3, 'month, segment', false, true), (4, 'month', false, false)
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
    -- the row that each is counted at, by grain, and how many customers that has
    counted as (
        select t.view_name, g.grain, t.customer_no, t.journeys,
               journey_internal.step(count(*) over w, k) > 0 as is_shown, row_number() over w = 1 as is_first
        from (
            select t.view_name, g.no, case when g.by_day then t.day end as day,
                   case when g.by_segment then t.segment_no end as segment_no, t.row_key,
                   t.customer_no, sum(t.journeys) as journeys
            from taken as t
            cross join grain as g
            group by t.view_name, g.no, 3, 4, t.row_key, t.customer_no
        ) as t
        join grain as g on g.no = t.no
        window w as (partition by t.view_name, t.no, t.day, t.segment_no, t.row_key)
    ),
    told as (
        select c.view_name, c.grain,
               count(*) filter (where c.is_shown and c.is_first) as rows_shown,
               count(*) filter (where not c.is_shown and c.is_first) as rows_hidden,
               coalesce(sum(c.journeys) filter (where c.is_shown), 0)::bigint as journeys_shown,
               coalesce(sum(c.journeys) filter (where not c.is_shown), 0)::bigint
                   as journeys_hidden,
               count(distinct c.customer_no) filter (where not c.is_shown) as hidden_customers
        from counted as c
        group by c.view_name, c.grain
    ),
    -- what is shown is of more than k customers where there is anything
    stepped as (
        select t.view_name, t.grain, journey_internal.step(t.rows_shown, unit) as rows_shown,
               case when x.may then journey_internal.step(t.rows_hidden, unit) else 0 end
                   as rows_hidden,
               journey_internal.step(t.journeys_shown, unit) as journeys_shown,
               case when x.may then journey_internal.step(t.journeys_hidden, unit) else 0 end
                   as journeys_hidden
        from told as t
        cross join lateral (select is_exact or t.hidden_customers > k as may) as x
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
