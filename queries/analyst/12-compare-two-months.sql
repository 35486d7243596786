-- Question: Do customers drop off more or less than the month before, or is it chance?
--
-- Reads: journey.published, journey.calendar, journey.scenario, journey.drop_off_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   month, month_before  any day of each month; default: the last month that is over, of those in
--                        which a journey started, and the one before it
--   scenario             one scenario; default: all but visit
--   segment              one segment; default: all together
--   min_count            rates stand where at least so many journeys reached the touchpoint in both
--                        months, else only counts; default 10
--
-- Reading the result: reached and ended are the journeys that reached the touchpoint in the month
-- and went no further, _0 those of the month before. rate is ended / reached, empty until no
-- journey of the month is open. difference is rate - rate_0; it lies between low and high, 95
-- times in 100 (interval of two proportions after Newcombe 1998, method 10, from the Wilson
-- intervals of both). verdict says higher or lower where the interval leaves zero out, no
-- difference shown where it does not. While journeys are open there is no difference yet; verdict
-- then compares the months' own intervals, which hold whatever the open ones will do, and says
-- higher or lower if they are apart, else cannot tell yet.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group). rate and rate_0
-- are made for steps; difference is empty, and verdict compares the months' own intervals.
--
-- Do not conclude: that no difference shown means that there is none; few journeys show little. Of
-- twenty lines one says higher or lower by chance alone. A difference tells nothing about its
-- cause: terms, holidays and changes of the website fall in months too. Customers who come in both
-- months make them less independent than the interval assumes.
--
-- Sample: 12-compare-two-months.out, beside this file
\if :{?month}
\else
select coalesce(least(date_trunc('month', watermark_at at time zone time_zone)::date - 1,
                      (select max(day_on) from journey.calendar)), current_date) as month
from journey.published
\gset
\endif
\if :{?month_before}
\else
select date_trunc('month', :'month'::date)::date - 1 as month_before
\gset
\endif
\if :{?scenario} \else \set scenario '' \endif
\if :{?segment} \else \set segment '' \endif
\if :{?min_count} \else \set min_count 10 \endif
with scenario as (
    select scenario
    from journey.scenario
    where scenario = :'scenario' or :'scenario' = '' and scenario <> 'visit'
),
month as (
    select
        m.no,
        date_trunc('month', m.day_on)::date as from_date,
        (date_trunc('month', m.day_on) + interval '1 month')::date - 1 as to_date
    from (values (0, :'month_before'::date), (1, :'month'::date)) as m (no, day_on)
),
drop_off as (
    select m.no, d.*
    from scenario as s
    cross join month as m
    cross join lateral journey.drop_off_between(
        s.scenario, m.from_date, m.to_date, nullif(:'segment', '')) as d
),
pair as (
    select
        scenario,
        touchpoint,
        coalesce(b.label, a.label) as label,
        coalesce(a.reached, 0) as reached_0,
        coalesce(a.ended_here, 0) as ended_0,
        coalesce(b.reached, 0) as reached,
        coalesce(b.ended_here, 0) as ended,
        least(a.reached, b.reached) >= :min_count and a.no is not null and b.no is not null
            as is_shown,
        a.drop_off_rate as p0, a.rate_low as l0, a.rate_high as h0,
        b.drop_off_rate as p1, b.rate_low as l1, b.rate_high as h1
    from (select * from drop_off where no = 0) as a
    full join (select * from drop_off where no = 1) as b using (scenario, touchpoint)
),
compared as (
    select
        p.*,
        d.is_exact,
        case when d.is_exact then p1 - p0 end as difference,
        case when d.is_exact then p1 - p0 - sqrt((p1 - l1) ^ 2 + (h0 - p0) ^ 2) end as low,
        case when d.is_exact then p1 - p0 + sqrt((h1 - p1) ^ 2 + (p0 - l0) ^ 2) end as high
    from pair as p
    cross join journey.published as d
    where ended_0 + ended > 0
)
select
    scenario,
    label as touchpoint,
    reached_0,
    ended_0,
    case when is_shown then round(p0::numeric, 3) end as rate_0,
    reached,
    ended,
    case when is_shown then round(p1::numeric, 3) end as rate,
    case when is_shown then round(difference::numeric, 3) end as difference,
    case when is_shown then round(low::numeric, 3) end as low,
    case when is_shown then round(high::numeric, 3) end as high,
    case
        when not is_shown or l0 is null or l1 is null then null
        when low > 0 or difference is null and l1 > h0 then 'higher'
        when high < 0 or difference is null and h1 < l0 then 'lower'
        when not is_exact then 'cannot tell'
        when difference is null then 'cannot tell yet'
        else 'no difference shown'
    end as verdict
from compared
order by scenario, reached_0 + reached desc, touchpoint;
