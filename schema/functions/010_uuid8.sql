-- A UUID of version 8 (RFC 9562) from the first 16 bytes of SHA-256(word 0x00 bytes): what all
-- public ids are made with. Version and variant are set bit by bit so that the body stays one
-- expression, which PostgreSQL inlines.
create or replace function journey_internal.uuid8(word text, bytes bytea) returns uuid
language sql stable parallel safe
    return encode(substr(
        set_bit(set_bit(set_bit(set_bit(set_bit(set_bit(
            sha256(convert_to(word, 'UTF8') || '\x00'::bytea || bytes),
            55, 1), 54, 0), 53, 0), 52, 0), 71, 1), 70, 0),
        1, 16), 'hex')::uuid;
comment on function journey_internal.uuid8(text, bytea) is 'UUID version 8 of SHA-256(word 0x00 bytes)';
