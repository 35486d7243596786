-- A duration as one says it: its two greatest units that are not zero.
create or replace function journey_internal.duration_words(us bigint) returns text
language sql immutable strict parallel safe
begin atomic
    select coalesce(string_agg(u.n || ' ' || u.unit || case when u.n = 1 then '' else 's' end,
                               ' ' order by u.place),
                    'less than a second')
    from (
        select v.place, v.n, v.unit
        from (values (1, us / 86400000000, 'day'), (2, us / 3600000000 % 24, 'hour'),
                     (3, us / 60000000 % 60, 'minute'), (4, us / 1000000 % 60, 'second'))
             as v (place, n, unit)
        where v.n > 0
        order by v.place
        limit 2
    ) as u;
end;
comment on function journey_internal.duration_words(bigint) is 'microseconds in words, for instance 2 days 4 hours; rounded down';
