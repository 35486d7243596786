-- Question: Do first-time customers fare differently from returning ones?
--
-- Reads: journey.published, journey.customer, journey.journey
-- Needs: journey_detail
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days that are over
--   scenario             one scenario; default: all but visit
--   segment              one segment; default: all together
--   customers            identified: those known by name; all: anonymous devices too;
--                        default: identified
--   min_count            rates and intervals stand where at least so many journeys are behind them,
--                        else only counts; default 10
--
-- Reading the result: a journey is one of a first-time customer when it started on the library day
-- on which the customer was first seen with anything, in any channel; it is one of a returning
-- customer when it started on a later day. rate is completed / journeys, empty while one of them
-- is open; the true rate lies between rate_low and rate_high, 95 times in 100, whatever the open
-- ones will do. customers counts each customer once in a line; one customer may be in both lines
-- of a scenario.
--
-- Do not conclude: from days soon after the data begin; there every old customer looks new, so let
-- from_date lie some months after the first day. A device is first-time whenever its cookie is
-- new, which is why anonymous devices are left out. Several journeys of one customer resemble each
-- other, so where journeys are many times customers the intervals are too narrow.
--
-- Sample: 08-first-time-and-returning.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date}
\else
select coalesce((watermark_at at time zone time_zone)::date - 1, 'infinity') as to_date
from journey.published
\gset
\endif
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
\if :{?customers} \else \set customers identified \endif
\if :{?min_count} \else \set min_count 10 \endif
with line as (
    select
        j.scenario,
        case
            when (c.first_seen_at at time zone p.time_zone)::date = j.started_on then 'first-time'
            else 'returning'
        end as who,
        count(*) as journeys,
        count(distinct j.customer_id) as customers,
        count(*) filter (where j.state = 'completed') as completed,
        count(*) filter (where j.state in ('lost', 'ended')) as lost,
        count(*) filter (where j.state = 'open') as open,
        bool_and((p.watermark_at at time zone p.time_zone)::date > :'to_date'::date) as is_over
    from journey.journey as j
    join journey.customer as c on c.customer_id = j.customer_id
    cross join journey.published as p
    where (j.scenario = :'scenario' or :'scenario' = '' and j.scenario <> 'visit')
      and j.started_on between :'from_date'::date and :'to_date'::date
      and :'segment' in ('', j.segment)
      and (c.is_identified or :'customers' = 'all')
    group by 1, 2
)
select
    scenario,
    who,
    journeys,
    customers,
    completed,
    lost,
    open,
    case when is_over and open = 0 and journeys >= :min_count then
        round(completed::numeric / journeys, 3)
    end as rate,
    case when is_over and journeys >= :min_count then
        round(journey.wilson_low(completed, journeys)::numeric, 3)
    end as rate_low,
    case when is_over and journeys >= :min_count then
        round(journey.wilson_high(completed + open, journeys)::numeric, 3)
    end as rate_high
from line
order by scenario, who;
