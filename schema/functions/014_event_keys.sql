-- The bytes of an event's keys, from the dictionary of its chunk (journey_internal.key_bytes of
-- each key): keys[key_from .. key_from + n_keys - 1] are positions in it.
create or replace function journey_internal.event_many_keys(dictionary bytea[], keys smallint[],
                                                            key_from integer, n_keys integer)
returns bytea
language sql stable parallel safe
begin atomic
    select coalesce(string_agg(dictionary[k.position], ''::bytea order by k.place), ''::bytea)
    from unnest(keys[key_from : key_from + n_keys - 1]) with ordinality as k (position, place);
end;
comment on function journey_internal.event_many_keys(bytea[], smallint[], integer, integer) is 'bytes of an event''s keys, joined in key order: any number of keys';

-- Nearly all events have one, two or three keys: these are spelt out and the body is one expression,
-- so that a view pays for it inline.
create or replace function journey_internal.event_keys(dictionary bytea[], keys smallint[],
                                                       key_from integer, n_keys integer)
returns bytea
language sql stable parallel safe
    return case n_keys
        when 1 then dictionary[keys[key_from]]
        when 2 then dictionary[keys[key_from]] || dictionary[keys[key_from + 1]]
        when 3 then dictionary[keys[key_from]] || dictionary[keys[key_from + 1]]
                    || dictionary[keys[key_from + 2]]
        else journey_internal.event_many_keys(dictionary, keys, key_from, n_keys)
    end;
comment on function journey_internal.event_keys(bytea[], smallint[], integer, integer) is 'bytes of an event''s keys, joined in key order';
