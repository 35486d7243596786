-- What a session may see of the links of a block's paths: all, or those that the published paths
-- make. They count nothing of their own, so they tell nothing that the paths do not: (other) is a
-- path of one element, and so are the open journeys, whose paths are not published.
create or replace function journey_internal.published_path_link(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean)
returns table (
    segment text, step_no integer, from_touchpoint text, to_touchpoint text, journeys bigint,
    is_final boolean)
language plpgsql stable parallel restricted security definer rows 10
set search_path = pg_catalog, pg_temp set jit = off
as $$
#variable_conflict use_column
begin
    if journey_internal.sees_all() then
        return query
        select f.*
        from journey_internal.path_link_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                              false) as f;
        return;
    end if;

    return query
    with path as materialized (
        select p.segment, string_to_array(p.path, ' > ') as elements, p.journeys, p.completed,
               p.lost, p.ended, p.is_final
        from journey_internal.published_path(of_scenario, from_day, to_day, of_segment, by_segment)
            as p
    ),
    link as (
        select p.segment, n.step_no, p.elements[n.step_no] as from_touchpoint,
               p.elements[n.step_no + 1] as to_touchpoint, p.journeys, p.is_final
        from path as p
        cross join lateral generate_series(1, cardinality(p.elements) - 1) as n (step_no)
        union all
        select p.segment, cardinality(p.elements), p.elements[cardinality(p.elements)],
               o.outcome, o.journeys, p.is_final
        from path as p
        cross join lateral (values ('(completed)', p.completed), ('(lost)', p.lost),
                                   ('(ended)', p.ended)) as o (outcome, journeys)
        union all
        select s.segment, 1, '(other)', '(open)', s.open, s.is_final
        from journey_internal.published_scenario(of_scenario, from_day, to_day, of_segment,
                                                 by_segment) as s
        where s.segment <> '(other)'
    )
    select l.segment, l.step_no, l.from_touchpoint, l.to_touchpoint,
           journey_internal.total(l.journeys), bool_and(l.is_final)
    from link as l
    where l.journeys <> 0
    group by l.segment, l.step_no, l.from_touchpoint, l.to_touchpoint;
end
$$;
comment on function journey_internal.published_path_link(smallint, date, date, integer, boolean) is 'the links of a block''s paths as the session may see them; by_segment: rows for each segment, else for all together';
