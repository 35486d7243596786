-- What names a key in an id: its namespace, a zero byte, its 16 bytes.
create or replace function journey_internal.key_bytes(namespace text, hash uuid) returns bytea
language sql stable parallel safe
    return convert_to(namespace, 'UTF8') || '\x00'::bytea || uuid_send(hash);
comment on function journey_internal.key_bytes(text, uuid) is 'namespace 0x00 and the 16 bytes of a key: how ids name a key';

create or replace function journey_internal.customer_uuid(namespace text, hash uuid) returns uuid
language sql stable parallel safe
    return journey_internal.uuid8('customer', journey_internal.key_bytes(namespace, hash));
comment on function journey_internal.customer_uuid(text, uuid) is 'public id of the customer whose least key this is; shared keys are told the same way';

create or replace function journey_internal.case_uuid(namespace text, hash uuid) returns uuid
language sql stable parallel safe
    return journey_internal.uuid8('case', journey_internal.key_bytes(namespace, hash));
comment on function journey_internal.case_uuid(text, uuid) is 'public id of a case';
