-- Fills the table of log buckets. 1.02^n is a finite decimal, so numeric holds it exactly and
-- ceil tells the bound in whole numbers; the value told is the double next to 1.02^(k - 1/2).
insert into journey_internal.bucket (bucket_no, lower_us, told_us)
with recursive power (k, power) as (
    select 1, numeric '1'
    union all
    select p.k + 1, p.power * 1.02 from power as p where p.power * 1.02 <= 9223372036854775807
)
select 0, 0, 0
where not exists (select from journey_internal.bucket)
union all
select p.k, ceil(p.power), sqrt(round(p.power * p.power * 1.02, 40))::double precision
from power as p
where not exists (select from journey_internal.bucket)
on conflict (bucket_no) do nothing;
