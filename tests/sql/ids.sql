-- Public ids made in SQL equal those made elsewhere: the vectors come from a few lines of Python
-- that follow the definition, not from this code.
begin;
create extension if not exists pgtap;
select plan(9);

select is(journey_internal.event_uuid(v.at, v.touchpoint, v.source, v.id, v.namespaces, v.hashes),
          v.expected, 'event with ' || cardinality(v.namespaces) || ' keys')
from (values
    (1772359200123456, 'discover.search', 'plain', -9141386507638288913,
     '{card}'::text[], '{01234567-89ab-cdef-0123-456789abcdef}'::uuid[],
     'cb6a1b57-38b1-883c-a852-88ec03c2c4ae'::uuid),
    (0, 'visit', 'folio.loans', -9223372036854775808,
     '{card,web.anon}',
     '{ffffffff-ffff-ffff-ffff-ffffffffffff,00000000-0000-0000-0000-000000000000}',
     'c757acf0-d4ef-8dcc-9dda-e524708827d7'),
    (1772359200123456, 'request.hold_placed', 'plain', 9223372036854775807,
     '{card,email,hold}',
     '{01234567-89ab-cdef-0123-456789abcdef,8f14e45f-ceea-467f-ab1c-5d0e9a6b7c01,
       ffffffff-ffff-ffff-ffff-ffffffffffff}',
     'c05b45f0-43d6-8337-bae2-5d8504cb8bed'),
    (-1000000, 'a.b', 's', 0,
     '{card,email,web.anon,hold,loan}',
     '{01234567-89ab-cdef-0123-456789abcdef,8f14e45f-ceea-467f-ab1c-5d0e9a6b7c01,
       00000000-0000-0000-0000-000000000000,ffffffff-ffff-ffff-ffff-ffffffffffff,
       01234567-89ab-cdef-0123-456789abcdef}',
     '8d4a4b25-63d2-809c-b2f4-9ead7a00c4e7')
) as v (at, touchpoint, source, id, namespaces, hashes, expected);

-- the way the views take: keys by position in the dictionary of a chunk
select is(
    journey_internal.event_uuid_of(-1000000, 'a.b', 's', 0, journey_internal.event_keys(
        array[journey_internal.key_bytes('loan', '01234567-89ab-cdef-0123-456789abcdef'),
              journey_internal.key_bytes('hold', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
              journey_internal.key_bytes('web.anon', '00000000-0000-0000-0000-000000000000'),
              journey_internal.key_bytes('email', '8f14e45f-ceea-467f-ab1c-5d0e9a6b7c01'),
              journey_internal.key_bytes('card', '01234567-89ab-cdef-0123-456789abcdef')],
        '{1,5,4,3,2,1,3}', 2, 5)),
    '8d4a4b25-63d2-809c-b2f4-9ead7a00c4e7', 'event of a chunk');

select is(journey_internal.customer_uuid('card', '01234567-89ab-cdef-0123-456789abcdef'),
          'b1b1c550-9c58-8060-a7b2-c79385209e0e', 'customer');
select is(journey_internal.case_uuid('hold', '00000000-0000-0000-0000-000000000000'),
          '6fc73019-e9c0-8535-a6da-2a6508acc501', 'case');

-- a customer gets its id when a writer leaves it out
insert into journey_internal.namespace values (0, 'card', 'person');
insert into journey_internal.key (key_no, ns_no, hash, owner_no) overriding system value
values (7, 0, '01234567-89ab-cdef-0123-456789abcdef', 7);
insert into journey_internal.customer (customer_no) values (7);
select is(customer_id, 'b1b1c550-9c58-8060-a7b2-c79385209e0e', 'customer row without an id')
from journey_internal.customer;

select is(journey_internal.timestamp_of(1772359200123457)::text, '2026-03-01 10:00:00.123457+00',
          'microseconds are exact')
from set_config('timezone', 'UTC', true);

select * from finish();
rollback;
