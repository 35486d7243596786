-- Question: How often are loans renewed, and how do they end?
--
-- Reads: journey.published, journey.raw_path, journey.scenario_between
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   from_date, to_date   first and last day of the first step; default: all days that are over
--   scenario             default: loan
--   segment              one segment; default: all together
--
-- Reading the result: a line is the loans that are over and were renewed that many times, by the
-- customer or by the system. returned is completed, not_returned is lost: declared lost, lost by
-- age, or silent for the scenario's patience. with_overdue counts those of them that got an
-- overdue notice. The line (open) is the loans of the range that are not over.
--
-- As journey_reader: counts in steps, 0 is 0 to k (published.smallest_group). These are single
-- days: what is rare on a day is missing, so the lines do not compare.
--
-- Do not conclude: that renewing makes people bring books back, nor anything from shares while
-- many loans are open: a loan that is renewed lasts longer, so the open ones are renewed more
-- often than those that are over. Choose a range so old that few are open. Counts, not rates, are
-- shown for that reason.
--
-- Sample: 10-loans-by-renewals.out, beside this file
\if :{?from_date} \else \set from_date -infinity \endif
\if :{?to_date}
\else
select coalesce((watermark_at at time zone time_zone)::date - 1, 'infinity') as to_date
from journey.published
\gset
\endif
\if :{?scenario} \else \set scenario loan \endif
\if :{?segment} \else \set segment '' \endif
with loan as (
    select
        string_to_array(path, ' > ') as steps,
        journeys,
        completed,
        lost + ended as lost
    from journey.raw_path
    where scenario = :'scenario'
      and started_on between :'from_date'::date and :'to_date'::date
      and :'segment' in ('', segment)
),
line as (
    select
        cardinality(array_positions(steps, 'use.renewed'))
            + cardinality(array_positions(steps, 'use.auto_renewed')) as renewals,
        sum(journeys)::bigint as loans,
        sum(completed)::bigint as returned,
        sum(lost)::bigint as not_returned,
        coalesce(sum(journeys) filter (where 'return.overdue_notice_sent' = any (steps)), 0)::bigint
            as with_overdue
    from loan
    group by 1
)
select renewals::text, loans, returned, not_returned, with_overdue
from (
    select renewals, renewals::text as text, loans, returned, not_returned, with_overdue
    from line
    union all
    select null, '(open)', open, null, null, null
    from journey.scenario_between(
        :'scenario', :'from_date'::date, :'to_date'::date, nullif(:'segment', ''))
) as result (place, renewals, loans, returned, not_returned, with_overdue)
order by place nulls last;
