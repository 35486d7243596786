-- The events of one chunk of a timeline, in order: place in the chunk from 1, and which of the
-- chunk's key positions are the event's: keys[key_from .. key_from + n_keys - 1].
create or replace function journey_internal.chunk_events(at bigint[], attr integer[], id bigint[],
                                                         n_keys smallint[])
returns table (place integer, at bigint, attr integer, id bigint, key_from integer, n_keys integer)
language sql stable parallel safe rows 16
begin atomic
    select e.place::integer, e.at, e.attr, e.id,
           (1 + sum(e.n_keys) over (order by e.place rows between unbounded preceding
                                    and current row) - e.n_keys)::integer,
           e.n_keys::integer
    from unnest($1, $2, $3, $4) with ordinality as e (at, attr, id, n_keys, place);
end;
comment on function journey_internal.chunk_events(bigint[], integer[], bigint[], smallint[]) is 'the events of a chunk, one a row';
