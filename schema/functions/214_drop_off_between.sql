-- Drop-off of a range; see scenario_between. Rate and interval are those of the view with the
-- counts of the range: o = its open journeys, m = those of them without a step at the touchpoint.
-- Customers: what the journeys of one have reached is joined bit by bit; few of these masks differ,
-- so that each is taken apart once.
create or replace function journey_internal.drop_off_range(
    of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean,
    only_final boolean)
returns table (
    segment text, stage text, touchpoint text, label text, reached bigint, went_on bigint,
    completed_here bigint, ended_here bigint, ended_silence bigint, ended_deadline bigint,
    ended_failed bigint, still_open bigint, distinct_customers bigint,
    drop_off_rate double precision, rate_low double precision, rate_high double precision,
    is_final boolean, open_reached bigint)
language plpgsql stable parallel safe security definer rows 100
set search_path = pg_catalog, pg_temp set jit = off set plan_cache_mode = force_custom_plan
set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    left_out date[] := case when only_final then journey_internal.days_not_final(
        of_scenario, from_day, to_day, of_segment) else '{}' end;
    is_over boolean := only_final
        or coalesce(to_day < journey_internal.first_open_day(), false);
    mask_bytes integer := (select max(t.touchpoint_no) / 8 + 1
                           from journey_internal.touchpoint as t);
    has_goals boolean := (select s.has_goals from journey_internal.scenario as s
                          where s.scenario_no = of_scenario);
begin
    return query
    with cell as (
        select case when by_segment then l.segment_no else 0 end as segment_no, l.kind, l.b,
               coalesce(sum(l.c1), 0)::bigint as c1, coalesce(sum(l.c2), 0)::bigint as c2,
               coalesce(sum(l.c3), 0)::bigint as c3, coalesce(sum(l.c4), 0)::bigint as c4,
               coalesce(sum(l.c5), 0)::bigint as c5, coalesce(sum(l.c6), 0)::bigint as c6,
               coalesce(sum(l.c7), 0)::bigint as c7, coalesce(sum(l.c8), 0)::bigint as c8
        from journey_internal.ledger as l
        where l.kind in (0, 4) and l.scenario_no = of_scenario
          and l.day between from_day and to_day and l.day <> all (left_out)
          and (of_segment is null or l.segment_no = of_segment)
        group by 1, l.kind, l.b
    ),
    counted as (
        select x.segment_no, x.kind, x.b, x.c1 as reached, x.c2 as went_on,
               x.c3 as completed_here, x.c4 + x.c5 + x.c6 as ended_here, x.c4 as ended_silence,
               x.c5 as ended_deadline, x.c6 as ended_failed, x.c7 as still_open,
               x.c8 as open_reached,
               coalesce(sum(x.c5) filter (where x.kind = 0)
                        over (partition by x.segment_no), 0)::bigint as open
        from cell as x
    ),
    -- what each customer reached, as bits in the order of a bit string: touchpoint 0 is the lowest
    -- bit of the first byte; masks of an older vocabulary are shorter
    customer_mask as (
        select case when by_segment then j.segment_no else 0 end as segment_no,
               bit_or(('x' || rpad(encode(j.mask, 'hex'), 2 * mask_bytes, '0'))::varbit) as bits
        from journey_internal.journey as j
        where j.scenario_no = of_scenario
          and j.day between from_day and to_day and j.day <> all (left_out)
          and (of_segment is null or j.segment_no = of_segment)
        group by 1, j.customer_no
    ),
    mask as materialized (
        select m.segment_no, m.bits, count(*) as customers
        from customer_mask as m
        group by m.segment_no, m.bits
    ),
    customer as (
        select m.segment_no, t.touchpoint_no, sum(m.customers)::bigint as n
        from mask as m
        join journey_internal.touchpoint as t
            on get_bit(m.bits, t.touchpoint_no / 8 * 8 + 7 - t.touchpoint_no % 8) = 1
        group by m.segment_no, t.touchpoint_no
    )
    select coalesce(sg.name, '(all)'), t.stage, t.code, t.label, x.reached, x.went_on,
           x.completed_here, x.ended_here, x.ended_silence, x.ended_deadline, x.ended_failed,
           x.still_open, coalesce(c.n, 0),
           case when has_goals and is_over and x.open = 0 then
               x.ended_here::double precision / nullif(x.reached, 0)
           end,
           case when has_goals and is_over then
               journey.wilson_low(x.ended_here, x.reached + x.open - x.open_reached)
           end,
           case when has_goals and is_over then
               journey.wilson_high(x.ended_here + x.open, x.reached + x.open - x.open_reached)
           end,
           is_over and x.open = 0, x.open_reached
    from counted as x
    left join customer as c on c.segment_no = x.segment_no and c.touchpoint_no = x.b
    left join journey_internal.segment as sg on sg.segment_no = x.segment_no
    left join journey_internal.touchpoint as t on t.touchpoint_no = x.b
    where x.kind = 4
      and (x.reached, x.went_on, x.completed_here, x.ended_silence, x.ended_deadline,
           x.ended_failed, x.still_open, x.open_reached) <> (0, 0, 0, 0, 0, 0, 0, 0);
end
$$;
comment on function journey_internal.drop_off_range(smallint, date, date, integer, boolean, boolean) is 'drop_off_between by numbers; by_segment: rows for each segment, else for all together';

create or replace function journey.drop_off_between(
    inout scenario text, from_date date, to_date date, inout segment text default null,
    final_only boolean default false,
    out stage text, out touchpoint text, out label text, out reached bigint,
    out went_on bigint, out completed_here bigint, out ended_here bigint,
    out ended_silence bigint, out ended_deadline bigint, out ended_failed bigint,
    out still_open bigint, out distinct_customers bigint, out drop_off_rate double precision,
    out rate_low double precision, out rate_high double precision, out is_final boolean,
    out open_reached bigint)
returns setof record
language plpgsql stable parallel restricted security definer rows 100
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    r record := journey_internal.range_of(scenario, from_date, to_date, segment);
    is_over boolean := coalesce(final_only or to_date < journey_internal.first_open_day(), false);
    k integer := journey_internal.small_groups();
begin
    if segment is not null and r.segment_no is null then
        return;
    end if;
    if journey_internal.sees_all() then
        return query
        select drop_off_between.scenario, f.*
        from journey_internal.drop_off_range(r.scenario_no, from_date, to_date, r.segment_no,
            drop_off_between.segment is not null, coalesce(final_only, false)) as f;
        return;
    end if;

    return query
    with block as (
        select f.*, b.blocks
        from (
            select x.*, count(*) over () as blocks
            from journey_internal.blocks_of(r.scenario_no, from_date, to_date) as x
        ) as b
        cross join lateral journey_internal.published_drop_off(r.scenario_no, b.from_day, b.to_day,
            r.segment_no, drop_off_between.segment is not null) as f
        where f.is_final or final_only is not true
    ),
    total as (
        select b.segment, b.stage, b.touchpoint, b.label,
               journey_internal.total(b.reached) as reached,
               journey_internal.total(b.went_on) as went_on,
               journey_internal.total(b.completed_here) as completed_here,
               journey_internal.total(b.ended_here) as ended_here,
               journey_internal.total(b.ended_silence) as ended_silence,
               journey_internal.total(b.ended_deadline) as ended_deadline,
               journey_internal.total(b.ended_failed) as ended_failed,
               journey_internal.total(b.still_open) as still_open,
               max(b.distinct_customers) filter (where b.blocks = 1) as distinct_customers,
               journey_internal.total(b.open_reached) as open_reached,
               is_over and bool_and(b.is_final) as is_final,
               -- where a block is hidden the rate of the others is not that of the range
               is_over and bool_and(b.rate_low is not null) and count(*) = max(b.blocks)
                   as has_interval,
               sum(journey_internal.step_middle(b.ended_here, k)) as middle_ended,
               sum(journey_internal.step_middle(b.reached, k)) as middle_reached,
               -- what the exact counts of these blocks are at least, at most
               journey_internal.total(journey_internal.step_low(b.ended_here, k)) as least_ended,
               journey_internal.total(journey_internal.step_high(b.ended_here, k)
                                      + journey_internal.step_high(b.open, k)) as most_ended,
               journey_internal.total(journey_internal.step_low(b.reached, k)) as least_reached,
               journey_internal.total(journey_internal.step_high(b.reached, k)
                                      + journey_internal.step_high(b.open, k)) as most_reached
        from block as b
        group by b.segment, b.stage, b.touchpoint, b.label
    )
    select drop_off_between.scenario, t.segment, t.stage, t.touchpoint, t.label, t.reached,
           t.went_on, t.completed_here, t.ended_here, t.ended_silence, t.ended_deadline,
           t.ended_failed, t.still_open, t.distinct_customers,
           case when t.is_final and t.has_interval and t.ended_here > 0 then
               t.middle_ended / t.middle_reached
           end,
           case when t.has_interval then journey.wilson_low(t.least_ended, t.most_reached) end,
           case when t.has_interval then
               journey.wilson_high(t.most_ended, greatest(t.least_reached, t.most_ended))
           end,
           t.is_final, t.open_reached
    from total as t;
end
$$;
comment on function journey.drop_off_between(text, date, date, text, boolean) is 'One row for each touchpoint that a journey of the range has a step at: reached = went_on + completed_here + ended_here + still_open; the counts add up over ranges and segments, ended_here over touchpoints too, reached not. distinct_customers is exact over the range and adds up over nothing. drop_off_rate = ended_here / reached, null until is_final; rate_low and rate_high: 95 % Wilson interval that holds whatever the open journeys will do, null until the last day is over; all three null in scenarios without goals. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these; distinct_customers is null where the range is more than one of these: customers of two months do not add up; rate and interval are null where one of these does not tell of the touchpoint';
