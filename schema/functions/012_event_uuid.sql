-- The public id of an event. The parts are those that make two messages the same event, so a copy
-- has the same id. id is stored with the top bit flipped (see table timeline); here it is flipped
-- back. Views use event_uuid_of with the keys' bytes ready, as events of a chunk share their keys.
create or replace function journey_internal.event_uuid_of(at bigint, touchpoint text, source text,
                                                          id bigint, keys bytea) returns uuid
language sql stable parallel safe
    return journey_internal.uuid8('event',
        int8send(at) || convert_to(touchpoint, 'UTF8') || '\x00'::bytea
        || convert_to(source, 'UTF8') || '\x00'::bytea
        || int8send(id # (-9223372036854775808)) || keys);
comment on function journey_internal.event_uuid_of(bigint, text, text, bigint, bytea) is 'public id of an event whose keys'' bytes are already joined';

create or replace function journey_internal.event_uuid(at bigint, touchpoint text, source text,
                                                       id bigint, namespaces text[], hashes uuid[])
returns uuid
language sql stable parallel safe
    return journey_internal.event_uuid_of(at, touchpoint, source, id, coalesce(
        (select string_agg(journey_internal.key_bytes(k.namespace, k.hash), ''::bytea
                           order by k.place)
         from unnest(namespaces, hashes) with ordinality as k (namespace, hash, place)),
        ''::bytea));
comment on function journey_internal.event_uuid(bigint, text, text, bigint, text[], uuid[]) is 'public id of an event; keys in key order';
