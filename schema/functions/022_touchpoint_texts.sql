-- What touchpoints and namespaces are called, as arrays: element n + 1 tells of number n. Views that
-- unpack events call these once a query; a join would be planned anew for each journey or chunk.
create or replace function journey_internal.touchpoint_codes() returns text[]
language sql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
begin atomic
    select array_agg(t.code order by n.touchpoint_no)
    from generate_series(0, (select max(m.touchpoint_no) from journey_internal.touchpoint as m))
         as n (touchpoint_no)
    left join journey_internal.touchpoint as t on t.touchpoint_no = n.touchpoint_no;
end;
comment on function journey_internal.touchpoint_codes() is 'codes of touchpoints; element n + 1 is touchpoint number n';

create or replace function journey_internal.touchpoint_stages() returns text[]
language sql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
begin atomic
    select array_agg(t.stage order by n.touchpoint_no)
    from generate_series(0, (select max(m.touchpoint_no) from journey_internal.touchpoint as m))
         as n (touchpoint_no)
    left join journey_internal.touchpoint as t on t.touchpoint_no = n.touchpoint_no;
end;
comment on function journey_internal.touchpoint_stages() is 'stages of touchpoints; element n + 1 is touchpoint number n';

create or replace function journey_internal.touchpoint_labels() returns text[]
language sql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
begin atomic
    select array_agg(t.label order by n.touchpoint_no)
    from generate_series(0, (select max(m.touchpoint_no) from journey_internal.touchpoint as m))
         as n (touchpoint_no)
    left join journey_internal.touchpoint as t on t.touchpoint_no = n.touchpoint_no;
end;
comment on function journey_internal.touchpoint_labels() is 'labels of touchpoints; element n + 1 is touchpoint number n';

create or replace function journey_internal.namespace_bytes() returns bytea[]
language sql stable parallel safe
security definer set search_path = pg_catalog, pg_temp
begin atomic
    select array_agg(convert_to(t.name, 'UTF8') || '\x00'::bytea order by n.ns_no)
    from generate_series(0, (select max(m.ns_no) from journey_internal.namespace as m)) as n (ns_no)
    left join journey_internal.namespace as t on t.ns_no = n.ns_no;
end;
comment on function journey_internal.namespace_bytes() is 'names of namespaces as they stand before a key in an id; element n + 1 is namespace number n';
