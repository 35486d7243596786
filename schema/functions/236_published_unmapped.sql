-- Values that few messages had may be of one customer; a function, so that a filter of the reader's
-- own is asked about what is published only.
create or replace function journey_internal.published_unmapped()
returns table (source text, field text, value text, messages bigint, last_seen_at timestamptz)
language plpgsql stable parallel restricted security definer rows 50
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
begin
    return query
    select u.source, u.field, u.value, journey_internal.step(sum(u.messages)::bigint, k),
           max(u.last_seen_at)
    from journey_internal.unmapped as u
    group by u.source, u.field, u.value
    having sum(u.messages) > k;
end
$$;
comment on function journey_internal.published_unmapped() is 'journey.unmapped as it is published: values of more than k messages';
