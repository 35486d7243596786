create or replace view journey_internal.exact_unmapped as
select
    u.source,
    u.field,
    u.value,
    sum(u.messages)::bigint as messages,
    max(u.last_seen_at) as last_seen_at
from journey_internal.unmapped as u
group by u.source, u.field, u.value;
comment on view journey_internal.exact_unmapped is 'journey.unmapped in exact numbers, for who sees all';

create or replace view journey.unmapped as
select e.source, e.field, e.value, e.messages, e.last_seen_at
from journey_internal.exact_unmapped as e
where (select journey_internal.sees_all())
union all
select f.source, f.field, f.value, f.messages, f.last_seen_at
from journey_internal.published_unmapped() as f
where not (select journey_internal.sees_all());

comment on view journey.unmapped is 'one row a value of an enumerated field that the mapping of its source does not know. Readers: values of more than smallest_group messages, in steps of it';
comment on column journey.unmapped.source is 'source whose mapping met the value';
comment on column journey.unmapped.field is 'the field, as the mapping names it';
comment on column journey.unmapped.value is 'the value; only of declared enumerations, at most 40 plain characters';
comment on column journey.unmapped.messages is 'messages that had it';
comment on column journey.unmapped.last_seen_at is 'when it was last met, by the database''s clock';
