-- Wilson's score interval (E. B. Wilson 1927, JASA 22:209-212) of hits in n trials, 95 %:
-- z = 1.959963984540054; z^2, z^2 / 2 and z^2 / 4 are written out. Null when n is 0, and
-- for hits that cannot be.
create or replace function journey.wilson_low(hits bigint, n bigint) returns double precision
language sql immutable parallel safe
    return case
        when n <= 0 or hits < 0 or hits > n then null
        when hits = 0 then 0
        else (hits + 1.9207294103470627::double precision
              - 1.959963984540054::double precision
                * sqrt(hits::double precision * (n - hits) / n
                       + 0.9603647051735313::double precision))
             / (n + 3.8414588206941254::double precision)
    end;
comment on function journey.wilson_low(bigint, bigint) is 'lower end of the 95 % Wilson interval of hits in n; null when n is 0 or hits is not from 0 to n';

create or replace function journey.wilson_high(hits bigint, n bigint) returns double precision
language sql immutable parallel safe
    return case
        when n <= 0 or hits < 0 or hits > n then null
        when hits = n then 1
        else (hits + 1.9207294103470627::double precision
              + 1.959963984540054::double precision
                * sqrt(hits::double precision * (n - hits) / n
                       + 0.9603647051735313::double precision))
             / (n + 3.8414588206941254::double precision)
    end;
comment on function journey.wilson_high(bigint, bigint) is 'upper end of the 95 % Wilson interval of hits in n; null when n is 0 or hits is not from 0 to n';
