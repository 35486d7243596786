-- Paths as they read: touchpoints joined by " > ". Folded ones are stored as texts.
create or replace view journey_internal.path_text as
select
    p.path_id,
    cardinality(p.touchpoints) as step_count,
    coalesce(p.folded_text, array_to_string(
        array(select (select journey_internal.touchpoint_codes())[n + 1]
              from unnest(p.touchpoints) as n)
        || case when p.is_more then '{(more)}'::text[] end,
        ' > ')) as path
from journey_internal.path as p;
comment on view journey_internal.path_text is 'a path''s text and number of elements, (more) not counted';
