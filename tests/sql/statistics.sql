-- Wilson's interval, log buckets and quantiles. Expected values were computed in Python.
begin;
create extension if not exists pgtap;
select plan(20);

select ok(abs(journey.wilson_low(v.hits, v.n) - v.low) < 1e-14
          and abs(journey.wilson_high(v.hits, v.n) - v.high) < 1e-14,
          format('wilson of %s in %s', v.hits, v.n))
from (values
    (0, 1, 0.0, 0.7934506856227626),
    (1, 1, 0.20654931437723742, 1.0),
    (1, 4, 0.045587260809700575, 0.6993581574175981),
    (5, 20, 0.11186170140766569, 0.46870087761874407),
    (0, 20, 0.0, 0.16112515805281938),
    (20, 20, 0.8388748419471806, 1.0),
    (137, 1000, 0.11707313063299475, 0.1597050960275183)
) as v (hits, n, low, high);
select is(journey.wilson_low(0, 5), 0::double precision, 'no hit: exactly 0');
select is(journey.wilson_high(5, 5), 1::double precision, 'all hits: exactly 1');
select is(journey.wilson_low(0, 0), null, 'low of nothing is unknown');
select is(journey.wilson_high(0, 0), null, 'high of nothing is unknown');
select is(num_nonnulls(journey.wilson_low(6, 5), journey.wilson_high(6, 5), journey.wilson_low(-1, 5),
                       journey.wilson_high(-1, 5), journey.wilson_low(null, 5)), 0,
          'more hits than trials, or fewer than none: no interval and no error');

-- 1.02^35 = 1.9999, 1.02^36 = 2.0399
select results_eq(
    'select bucket_no::integer, lower_us from journey_internal.bucket
     where bucket_no in (0, 1, 2, 3, 36, 37, 1000) order by bucket_no',
    $$values (0, 0::bigint), (1, 1), (2, 2), (3, 2), (36, 2), (37, 3), (1000, 390455541)$$,
    'lower bounds of buckets');
select is(max(lower_us), 9191337957513757753, 'buckets reach to the end of bigint')
from journey_internal.bucket;
select ok(bool_and(lower_us * 0.99 <= told_us and told_us <= (next_us - 1) * 1.0101),
          'the value told is within 1 % of every value of a bucket')
from (select bucket_no, lower_us, told_us, lead(lower_us) over (order by bucket_no) as next_us
      from journey_internal.bucket) as b
where bucket_no > 300 and next_us is not null;

-- values in buckets 1000 (1), 1100 (2), 1200 (7)
select is(round(journey_internal.quantile_seconds('{1000,1100,1200}', '{1,2,7}', v.p)::numeric, 6),
          round((1.02 ^ (v.bucket - 0.5) / 1e6)::numeric, 6), format('quantile %s', v.p))
from (values (10, 1000), (50, 1200)) as v (p, bucket);
select is(journey_internal.quantile_seconds('{1200,1000,1100,1000}', '{7,3,2,-2}', 30),
          journey_internal.quantile_seconds('{1000,1100,1200}', '{1,2,7}', 30),
          'buckets may repeat, and take away');
select is(journey_internal.quantile_seconds('{5,5}', '{3,-3}', 50), null, 'nothing left: null');
select is(journey_internal.quantile_seconds(null, null, 50), null, 'no histogram: null');

select * from finish();
rollback;
