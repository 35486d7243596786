-- Question: Who asks for help within 24 hours of a failed step on the website?
--
-- Reads: journey.published, journey.touchpoint, journey.customer, journey.event
-- Needs: journey_detail
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the failed step; default: all days that are over
--   hours                how long after the failed step a request for help counts; default 24
--   channel              where the step failed; default: website
--   min_count            rates and medians stand where at least so many customers are behind them,
--                        else only counts; default 10
--
-- Reading the result: a failed step is an event of a touchpoint marked as friction on that
-- channel; asking for help is an event of the stage help that the customer initiated, on any
-- channel, later than the failed step and at most so many hours. failed_steps counts events,
-- customers counts people: asked of them asked at least once. rate is asked / customers; the true
-- rate lies between rate_low and rate_high, 95 times in 100. p50_minutes is the median, over the
-- customers who asked, of their shortest time until they did. too_recent steps are left out of all
-- else: their hours are not over yet.
--
-- Do not conclude: that they asked because of the failure; the view knows when, not why. Only
-- customers known by name are counted: who browsed without logging in cannot be recognised when
-- writing to the help desk, so most failures are not here. One who failed at two touchpoints is in
-- two lines: do not add up customers.
--
-- Sample: 07-help-after-a-failed-step.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date}
\else
select coalesce((watermark_at at time zone time_zone)::date - 1, 'infinity') as to_date
from journey.published
\gset
\endif
\if :{?hours} \else \set hours 24 \endif
\if :{?channel} \else \set channel website \endif
\if :{?min_count} \else \set min_count 10 \endif
with failed as (
    select
        row_number() over () as failed_no,
        e.customer_id,
        e.touchpoint,
        e.occurred_at,
        e.occurred_at + :hours * interval '1 hour' > p.watermark_at as is_too_recent
    from journey.event as e
    join journey.touchpoint as t on t.touchpoint = e.touchpoint
    cross join journey.published as p
    where e.occurred_on between :'from_date'::date and :'to_date'::date
      and e.channel = :'channel'
      and t.friction
),
help as (
    select e.customer_id, e.occurred_at
    from journey.event as e
    join journey.touchpoint as t on t.touchpoint = e.touchpoint
    where e.occurred_on between :'from_date'::date
                        and :'to_date'::date + 1 + ceil(:hours / 24.0)::integer
      and t.stage = 'help'
      and e.initiator = 'customer'
),
followed as (
    select
        f.failed_no,
        f.customer_id,
        f.touchpoint,
        f.is_too_recent,
        min(h.occurred_at) - f.occurred_at as wait
    from failed as f
    join journey.customer as c on c.customer_id = f.customer_id
    left join help as h
        on h.customer_id = f.customer_id
        and h.occurred_at > f.occurred_at
        and h.occurred_at <= f.occurred_at + :hours * interval '1 hour'
    where c.is_identified and not c.is_excluded
    group by f.failed_no, f.customer_id, f.touchpoint, f.is_too_recent, f.occurred_at
),
customer as (
    select
        touchpoint,
        customer_id,
        count(*) filter (where not is_too_recent) as failed_steps,
        min(wait) filter (where not is_too_recent) as wait,
        count(*) filter (where is_too_recent) as too_recent
    from followed
    group by touchpoint, customer_id
),
line as (
    select
        touchpoint,
        sum(failed_steps)::bigint as failed_steps,
        count(*) filter (where failed_steps > 0) as customers,
        count(wait) as asked,
        percentile_disc(0.5) within group (order by wait) as p50,
        sum(too_recent)::bigint as too_recent
    from customer
    group by touchpoint
)
select
    t.label as failed_step,
    l.failed_steps,
    l.customers,
    l.asked,
    case when l.customers >= :min_count then round(l.asked::numeric / l.customers, 3) end as rate,
    case when l.customers >= :min_count then
        round(journey.wilson_low(l.asked, l.customers)::numeric, 3)
    end as rate_low,
    case when l.customers >= :min_count then
        round(journey.wilson_high(l.asked, l.customers)::numeric, 3)
    end as rate_high,
    case when l.asked >= :min_count then round(extract(epoch from l.p50) / 60) end
        as p50_minutes,
    l.too_recent
from line as l
join journey.touchpoint as t on t.touchpoint = l.touchpoint
order by l.asked desc, l.customers desc, t.place;
