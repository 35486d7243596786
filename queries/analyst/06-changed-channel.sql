-- Question: Which journeys changed the channel, and how did they end?
--
-- Reads: journey.journey, journey.published
-- Needs: journey_detail
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days that are over
--   scenario             one scenario; default: all but visit
--   segment              one segment; default: all together
--   min_count            rates and intervals stand where at least so many journeys are behind them,
--                        else only counts; default 10
--
-- Reading the result: a line is the journeys of a scenario that went over the same channels, in
-- whatever order; (one channel) are those that never changed, to compare with. rate is completed /
-- journeys, empty while one of them is open; the true rate lies between rate_low and rate_high, 95
-- times in 100, whatever the open ones will do. switches is the mean number of changes. customers
-- counts each customer once in a line; do not add them up.
--
-- Do not conclude: that changing the channel makes a journey succeed or fail. Many goals lie in
-- another channel than the start (a loan at the desk), so who got there must have changed, and
-- long journeys have more occasion to change. Anonymous visits cannot be followed to another
-- channel.
--
-- Sample: 06-changed-channel.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date}
\else
select coalesce((watermark_at at time zone time_zone)::date - 1, 'infinity') as to_date
from journey.published
\gset
\endif
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
\if :{?min_count} \else \set min_count 10 \endif
with line as (
    select
        scenario,
        case when channel_switches = 0 then '(one channel)' else channels end as channels,
        count(*) as journeys,
        count(distinct customer_id) as customers,
        avg(channel_switches) as switches,
        count(*) filter (where state = 'completed') as completed,
        count(*) filter (where state in ('lost', 'ended')) as lost,
        count(*) filter (where state = 'open') as open
    from journey.journey
    where (scenario = :'scenario' or :'scenario' = '' and scenario <> 'visit')
      and started_on between :'from_date'::date and :'to_date'::date
      and :'segment' in ('', segment)
    group by 1, 2
),
shown as (
    select
        l.*,
        l.journeys >= :min_count
            and (p.watermark_at at time zone p.time_zone)::date > :'to_date'::date as is_shown
    from line as l
    cross join journey.published as p
)
select
    scenario,
    channels,
    journeys,
    customers,
    round(switches, 1) as switches,
    completed,
    lost,
    open,
    case when is_shown and open = 0 then round(completed::numeric / journeys, 3) end as rate,
    case when is_shown then round(journey.wilson_low(completed, journeys)::numeric, 3) end
        as rate_low,
    case when is_shown then round(journey.wilson_high(completed + open, journeys)::numeric, 3) end
        as rate_high
from shown
order by scenario, channels = '(one channel)', journeys desc, channels;
