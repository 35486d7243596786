-- Times are stored as microseconds since 1970-01-01 UTC; views tell timestamptz, exact.
create or replace function journey_internal.timestamp_of(us bigint) returns timestamptz
language sql stable parallel safe
    return timestamptz '1970-01-01 00:00:00+00' + us * interval '1 microsecond';
comment on function journey_internal.timestamp_of(bigint) is 'timestamptz of microseconds since 1970-01-01 UTC';
