-- Every source that read something has a row, so that one whose mapping knows all values is seen to.
create or replace view journey.mapping_coverage as
with source as (
    select
        t.source,
        sum(t.read)::bigint as messages_read
    from journey_internal.source_tally as t
    group by t.source
    having sum(t.read) > 0
),
field as (
    select
        u.source,
        u.field,
        sum(u.messages)::bigint as messages,
        count(distinct u.value) as field_values
    from journey_internal.unmapped as u
    group by u.source, u.field
)
select
    coalesce(s.source, f.source) as source,
    f.field,
    coalesce(s.messages_read, 0) as messages_read,
    coalesce(f.messages, 0) as unmapped_messages,
    coalesce(f.field_values, 0) as unmapped_values,
    coalesce(f.messages, 0)::double precision / s.messages_read as unmapped_share
from source as s
full join field as f on f.source = s.source;

comment on view journey.mapping_coverage is 'one row a source and field with values that the mapping does not know: how much of what was read had one. A source that knows all its values has one row, without a field';
comment on column journey.mapping_coverage.source is 'source; (none) for messages whose topic no source takes';
comment on column journey.mapping_coverage.field is 'the field, as the mapping names it; null where the source met no unknown value';
comment on column journey.mapping_coverage.messages_read is 'messages the source read, whatever became of them';
comment on column journey.mapping_coverage.unmapped_messages is 'of these, messages with an unknown value that could be told (journey.unmapped): at least so many had one';
comment on column journey.mapping_coverage.unmapped_values is 'different unknown values told of the field';
comment on column journey.mapping_coverage.unmapped_share is 'unmapped_messages / messages_read; null when nothing was read. Values a map knows by now stay counted';
