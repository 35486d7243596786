-- What the files of schema/ make, by schema/dump; applied by nobody.
create schema journey;
comment on schema journey is 'what readers use: journeys of library customers, paths and drop-off points. Views only; columns are appended to, never changed';
create schema journey_internal;
comment on schema journey_internal is 'where journeyd keeps its rows. Its tables may change in every release; read schema journey instead';
create function journey.drop_off_between(inout scenario text, from_date date, to_date date, inout segment text default null::text, final_only boolean default false, out stage text, out touchpoint text, out label text, out reached bigint, out went_on bigint, out completed_here bigint, out ended_here bigint, out ended_silence bigint, out ended_deadline bigint, out ended_failed bigint, out still_open bigint, out distinct_customers bigint, out drop_off_rate double precision, out rate_low double precision, out rate_high double precision, out is_final boolean, out open_reached bigint) returns setof record
    language plpgsql stable security definer rows 100 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
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
comment on function journey.drop_off_between(inout scenario text, from_date date, to_date date, inout segment text, final_only boolean, out stage text, out touchpoint text, out label text, out reached bigint, out went_on bigint, out completed_here bigint, out ended_here bigint, out ended_silence bigint, out ended_deadline bigint, out ended_failed bigint, out still_open bigint, out distinct_customers bigint, out drop_off_rate double precision, out rate_low double precision, out rate_high double precision, out is_final boolean, out open_reached bigint) is 'One row for each touchpoint that a journey of the range has a step at: reached = went_on + completed_here + ended_here + still_open; the counts add up over ranges and segments, ended_here over touchpoints too, reached not. distinct_customers is exact over the range and adds up over nothing. drop_off_rate = ended_here / reached, null until is_final; rate_low and rate_high: 95 % Wilson interval that holds whatever the open journeys will do, null until the last day is over; all three null in scenarios without goals. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these; distinct_customers is null where the range is more than one of these: customers of two months do not add up; rate and interval are null where one of these does not tell of the touchpoint';
create function journey.funnel_between(inout scenario text, from_date date, to_date date, inout segment text default null::text, final_only boolean default false, out checkpoint_no integer, out checkpoint text, out entered bigint, out went_on bigint, out completed_here bigint, out ended_here bigint, out still_open bigint, out distinct_customers bigint, out is_final boolean) returns setof record
    language plpgsql stable security definer rows 20 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    as $$
#variable_conflict use_column
declare
    r record := journey_internal.range_of(scenario, from_date, to_date, segment);
    is_over boolean := coalesce(final_only or to_date < journey_internal.first_open_day(), false);
begin
    if segment is not null and r.segment_no is null then
        return;
    end if;
    if journey_internal.sees_all() then
        return query
        select funnel_between.scenario, f.*
        from journey_internal.funnel_range(r.scenario_no, from_date, to_date, r.segment_no,
            funnel_between.segment is not null, coalesce(final_only, false)) as f;
        return;
    end if;
    return query
    with block as (
        select f.*, b.is_all
        from (
            select x.*, count(*) over () = 1 as is_all
            from journey_internal.blocks_of(r.scenario_no, from_date, to_date) as x
        ) as b
        cross join lateral journey_internal.published_funnel(r.scenario_no, b.from_day, b.to_day,
            r.segment_no, funnel_between.segment is not null) as f
        where f.is_final or final_only is not true
    )
    select funnel_between.scenario, b.segment, b.checkpoint_no, b.checkpoint,
           journey_internal.total(b.entered), journey_internal.total(b.went_on),
           journey_internal.total(b.completed_here), journey_internal.total(b.ended_here),
           journey_internal.total(b.still_open), max(b.distinct_customers) filter (where b.is_all),
           is_over and bool_and(b.is_final)
    from block as b
    group by b.segment, b.checkpoint_no, b.checkpoint;
end
$$;
comment on function journey.funnel_between(inout scenario text, from_date date, to_date date, inout segment text, final_only boolean, out checkpoint_no integer, out checkpoint text, out entered bigint, out went_on bigint, out completed_here bigint, out ended_here bigint, out still_open bigint, out distinct_customers bigint, out is_final boolean) is 'One row for each checkpoint of the scenario, zeros too, where a journey started: entered = went_on + completed_here + ended_here + still_open; the counts add up over ranges and segments, entered not over checkpoints. distinct_customers is exact over the range and adds up over nothing. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these; distinct_customers is null where the range is more than one of these: customers of two months do not add up';
create function journey.path_between(inout scenario text, from_date date, to_date date, inout segment text default null::text, final_only boolean default false, out path text, out step_count integer, out journeys bigint, out completed bigint, out lost bigint, out ended bigint, out distinct_customers bigint, out is_final boolean) returns setof record
    language plpgsql stable security definer parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    as $$
#variable_conflict use_column
declare
    r record := journey_internal.range_of(scenario, from_date, to_date, segment);
    is_over boolean := coalesce(final_only or to_date < journey_internal.first_open_day(), false);
begin
    if segment is not null and r.segment_no is null then
        return;
    end if;
    if journey_internal.sees_all() then
        return query
        select path_between.scenario, f.*
        from journey_internal.path_range(r.scenario_no, from_date, to_date, r.segment_no,
            path_between.segment is not null, coalesce(final_only, false)) as f;
        return;
    end if;
    return query
    with block as (
        select f.*, b.is_all
        from (
            select x.*, count(*) over () = 1 as is_all
            from journey_internal.blocks_of(r.scenario_no, from_date, to_date) as x
        ) as b
        cross join lateral journey_internal.published_path(r.scenario_no, b.from_day, b.to_day,
            r.segment_no, path_between.segment is not null) as f
        where f.is_final or final_only is not true
    )
    select path_between.scenario, b.segment, b.path, b.step_count,
           journey_internal.total(b.journeys), journey_internal.total(b.completed),
           journey_internal.total(b.lost), journey_internal.total(b.ended),
           max(b.distinct_customers) filter (where b.is_all), is_over and bool_and(b.is_final)
    from block as b
    group by b.segment, b.path, b.step_count;
end
$$;
comment on function journey.path_between(inout scenario text, from_date date, to_date date, inout segment text, final_only boolean, out path text, out step_count integer, out journeys bigint, out completed bigint, out lost bigint, out ended bigint, out distinct_customers bigint, out is_final boolean) is 'One row a path (runs of one touchpoint folded to one): journeys that started in the range and are over = completed + lost + ended; these add up over paths, ranges and segments. distinct_customers is exact over the range and adds up over nothing. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these; distinct_customers is null where the range is more than one of these: customers of two months do not add up';
create function journey.path_link_between(inout scenario text, from_date date, to_date date, inout segment text default null::text, final_only boolean default false, out step_no integer, out from_touchpoint text, out to_touchpoint text, out journeys bigint, out is_final boolean) returns setof record
    language plpgsql stable security definer parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    as $$
#variable_conflict use_column
declare
    r record := journey_internal.range_of(scenario, from_date, to_date, segment);
    is_over boolean := coalesce(final_only or to_date < journey_internal.first_open_day(), false);
begin
    if segment is not null and r.segment_no is null then
        return;
    end if;
    if journey_internal.sees_all() then
        return query
        select path_link_between.scenario, f.*
        from journey_internal.path_link_range(r.scenario_no, from_date, to_date, r.segment_no,
            path_link_between.segment is not null, coalesce(final_only, false)) as f;
        return;
    end if;
    return query
    with block as (
        select f.*
        from journey_internal.blocks_of(r.scenario_no, from_date, to_date) as b
        cross join lateral journey_internal.published_path_link(r.scenario_no, b.from_day,
            b.to_day, r.segment_no, path_link_between.segment is not null) as f
        where f.is_final or final_only is not true
    )
    select path_link_between.scenario, b.segment, b.step_no, b.from_touchpoint, b.to_touchpoint,
           journey_internal.total(b.journeys), is_over and bool_and(b.is_final)
    from block as b
    group by b.segment, b.step_no, b.from_touchpoint, b.to_touchpoint;
end
$$;
comment on function journey.path_link_between(inout scenario text, from_date date, to_date date, inout segment text, final_only boolean, out step_no integer, out from_touchpoint text, out to_touchpoint text, out journeys bigint, out is_final boolean) is 'One row for each place in the path and pair of touchpoints, to_touchpoint may be an outcome such as (lost): journeys whose path takes this link, open ones too. They add up over ranges and segments; at step_no 1 to all journeys. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these';
create function journey.scenario_between(inout scenario text, from_date date, to_date date, inout segment text default null::text, final_only boolean default false, out journeys bigint, out completed bigint, out lost bigint, out ended bigint, out open bigint, out distinct_customers bigint, out completed_p50_seconds double precision, out completed_p90_seconds double precision, out is_final boolean, out steps bigint) returns setof record
    language plpgsql stable security definer rows 10 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
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
        select scenario_between.scenario, f.*
        from journey_internal.scenario_range(r.scenario_no, from_date, to_date, r.segment_no,
            scenario_between.segment is not null, coalesce(final_only, false)) as f;
        return;
    end if;
    return query
    with block as (
        select f.*, b.is_all
        from (
            select x.*, count(*) over () = 1 as is_all
            from journey_internal.blocks_of(r.scenario_no, from_date, to_date) as x
        ) as b
        cross join lateral journey_internal.published_scenario(r.scenario_no, b.from_day, b.to_day,
            r.segment_no, scenario_between.segment is not null) as f
        where f.is_final or final_only is not true
    )
    select scenario_between.scenario, b.segment,
           journey_internal.total(b.journeys), journey_internal.total(b.completed),
           journey_internal.total(b.lost), journey_internal.total(b.ended),
           journey_internal.total(b.open), max(b.distinct_customers) filter (where b.is_all),
           case when max(b.timed_customers) >= 2 * k then
               journey_internal.quantile_seconds(journey_internal.array_concat(b.buckets),
                   journey_internal.array_concat(b.bucket_counts), 50)
           end,
           case when max(b.timed_customers) >= 10 * k then
               journey_internal.quantile_seconds(journey_internal.array_concat(b.buckets),
                   journey_internal.array_concat(b.bucket_counts), 90)
           end,
           is_over and bool_and(b.is_final), journey_internal.total(b.steps)
    from block as b
    group by b.segment;
end
$$;
comment on function journey.scenario_between(inout scenario text, from_date date, to_date date, inout segment text, final_only boolean, out journeys bigint, out completed bigint, out lost bigint, out ended bigint, out open bigint, out distinct_customers bigint, out completed_p50_seconds double precision, out completed_p90_seconds double precision, out is_final boolean, out steps bigint) is 'One row: journeys that started in the range, by state = completed + lost + ended + open; these and steps add up over ranges and segments. distinct_customers is exact over the range and adds up over nothing. Quantiles of the duration of completed journeys, from summed buckets, relative error at most 1 %. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these; distinct_customers is null where the range is more than one of these: customers of two months do not add up';
create function journey.transition_between(inout scenario text, from_date date, to_date date, inout segment text default null::text, final_only boolean default false, out from_touchpoint text, out to_touchpoint text, out transitions bigint, out journeys bigint, out waits bigint, out wait_p50_seconds double precision, out wait_p90_seconds double precision, out wait_p99_seconds double precision, out is_final boolean) returns setof record
    language plpgsql stable security definer rows 500 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
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
        select transition_between.scenario, f.*
        from journey_internal.transition_range(r.scenario_no, from_date, to_date, r.segment_no,
            transition_between.segment is not null, coalesce(final_only, false)) as f;
        return;
    end if;
    return query
    with block as (
        select f.*
        from journey_internal.blocks_of(r.scenario_no, from_date, to_date) as b
        cross join lateral journey_internal.published_transition(r.scenario_no, b.from_day,
            b.to_day, r.segment_no, transition_between.segment is not null) as f
        where f.is_final or final_only is not true
    ),
    total as (
        select b.segment, b.from_touchpoint, b.to_touchpoint,
               journey_internal.total(b.transitions) as transitions,
               journey_internal.total(b.journeys) as journeys,
               journey_internal.total(b.waits) as waits,
               max(b.timed_customers) as timed, bool_and(b.is_final) as is_final,
               journey_internal.array_concat(b.buckets) as buckets,
               journey_internal.array_concat(b.bucket_counts) as counts
        from block as b
        group by b.segment, b.from_touchpoint, b.to_touchpoint
    )
    select transition_between.scenario, t.segment, t.from_touchpoint, t.to_touchpoint,
           t.transitions, t.journeys, t.waits,
           case when t.timed >= 2 * k then
               journey_internal.quantile_seconds(t.buckets, t.counts, 50)
           end,
           case when t.timed >= 10 * k then
               journey_internal.quantile_seconds(t.buckets, t.counts, 90)
           end,
           case when t.timed >= 100 * k then
               journey_internal.quantile_seconds(t.buckets, t.counts, 99)
           end,
           is_over and t.is_final
    from total as t;
end
$$;
comment on function journey.transition_between(inout scenario text, from_date date, to_date date, inout segment text, final_only boolean, out from_touchpoint text, out to_touchpoint text, out transitions bigint, out journeys bigint, out waits bigint, out wait_p50_seconds double precision, out wait_p90_seconds double precision, out wait_p99_seconds double precision, out is_final boolean) is 'One row for each pair of touchpoints of which one step follows the other: transitions counts every time, journeys each journey once at a pair, waits the transitions of journeys that are over. These add up over ranges and segments; journeys do not add up over pairs. Quantiles of the waits from summed buckets, relative error at most 1 %. is_final: the last day is over and no journey of the range is open. Both dates are included. segment null: all segments together, the column then says (all); a segment that nobody has gives no rows. final_only: only days that are over and have no open journey. An unknown scenario or dates the wrong way round are errors. Readers: the sum of what is published of whole calendar months and of the days that remain, of more than smallest_group customers and in steps of it, the rest as (other); only whole calendar months keep what a month tells, a week or 28 days is single days without what these hide; is_final: smallest_group or fewer are open, of each of these';
create function journey.wilson_high(hits bigint, n bigint) returns double precision
    language sql immutable parallel safe
    return case when ((n <= 0) or (hits < 0) or (hits > n)) then null::double precision when (hits = n) then (1)::double precision else ((((hits)::double precision + (1.9207294103470627)::double precision) + ((1.959963984540054)::double precision * sqrt(((((hits)::double precision * ((n - hits))::double precision) / (n)::double precision) + (0.9603647051735313)::double precision)))) / ((n)::double precision + (3.8414588206941254)::double precision)) end;
comment on function journey.wilson_high(hits bigint, n bigint) is 'upper end of the 95 % Wilson interval of hits in n; null when n is 0 or hits is not from 0 to n';
create function journey.wilson_low(hits bigint, n bigint) returns double precision
    language sql immutable parallel safe
    return case when ((n <= 0) or (hits < 0) or (hits > n)) then null::double precision when (hits = 0) then (0)::double precision else ((((hits)::double precision + (1.9207294103470627)::double precision) - ((1.959963984540054)::double precision * sqrt(((((hits)::double precision * ((n - hits))::double precision) / (n)::double precision) + (0.9603647051735313)::double precision)))) / ((n)::double precision + (3.8414588206941254)::double precision)) end;
comment on function journey.wilson_low(hits bigint, n bigint) is 'lower end of the 95 % Wilson interval of hits in n; null when n is 0 or hits is not from 0 to n';
create function journey_internal.block_quantile(buckets smallint[], counts bigint[], percent integer) returns double precision
    language plpgsql stable parallel safe
    as $$
begin
    return (
        select b.told_us / 1e6
        from journey_internal.bucket as b
        where b.bucket_no = (
            select q.bucket
            from (
                select h.bucket, sum(sum(h.n)) over (order by h.bucket) as upto,
                       sum(sum(h.n)) over () as n
                from unnest(buckets, counts) as h (bucket, n)
                group by h.bucket
            ) as q
            where q.n > 0 and q.upto >= ceil(percent * q.n / 100)
            order by q.bucket
            limit 1));
end
$$;
comment on function journey_internal.block_quantile(buckets smallint[], counts bigint[], percent integer) is 'quantile_seconds, planned once a session';
create function journey_internal.months_of(of_scenario smallint) returns setof date
    language plpgsql stable security definer rows 3 parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    as $$
begin
    return query
    select m.month_on::date
    from (
        select date_trunc('month', min(j.day)::timestamp) as first_month,
               max(j.day)::timestamp as last_day
        from journey_internal.journey as j
        where j.scenario_no = of_scenario
    ) as r
    cross join lateral generate_series(r.first_month, r.last_day, interval '1 month') as m (month_on);
end
$$;
comment on function journey_internal.months_of(of_scenario smallint) is 'first days of the months from the first to the last journey of a scenario';
create function journey_internal.blocks_of(of_scenario smallint, from_date date, to_date date) returns table(from_day date, to_day date)
    language sql stable security definer rows 40 parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 with reach as (
          select greatest(blocks_of.from_date, min(m.m)) as from_day,
             least(blocks_of.to_date, (((max(m.m) + '1 mon'::interval) - '1 day'::interval))::date) as to_day
            from journey_internal.months_of(blocks_of.of_scenario) m(m)
         ), month as (
          select (m.month_on)::date as from_day,
             (((m.month_on + '1 mon'::interval) - '1 day'::interval))::date as to_day
            from (reach r
              cross join lateral generate_series(date_trunc('month'::text, (r.from_day)::timestamp without time zone), (r.to_day)::timestamp without time zone, '1 mon'::interval) m(month_on))
         )
  select m.from_day,
     m.to_day
    from (month m
      cross join reach r)
   where ((m.from_day >= r.from_day) and (m.to_day <= r.to_day))
 union all
  select (d.day)::date as day,
     (d.day)::date as day
    from ((month m
      cross join reach r)
      cross join lateral generate_series((greatest(m.from_day, r.from_day))::timestamp without time zone, (least(m.to_day, r.to_day))::timestamp without time zone, '1 day'::interval) d(day))
   where ((m.from_day < r.from_day) or (m.to_day > r.to_day));
end;
comment on function journey_internal.blocks_of(of_scenario smallint, from_date date, to_date date) is 'the blocks of a range: whole calendar months, and the days that remain; both dates included';
create function journey_internal.key_bytes(namespace text, hash uuid) returns bytea
    language sql stable parallel safe
    return ((convert_to(namespace, 'UTF8'::name) || '\x00'::bytea) || uuid_send(hash));
comment on function journey_internal.key_bytes(namespace text, hash uuid) is 'namespace 0x00 and the 16 bytes of a key: how ids name a key';
create function journey_internal.uuid8(word text, bytes bytea) returns uuid
    language sql stable parallel safe
    return (encode(substr(set_bit(set_bit(set_bit(set_bit(set_bit(set_bit(sha256(((convert_to(word, 'UTF8'::name) || '\x00'::bytea) || bytes)), (55)::bigint, 1), (54)::bigint, 0), (53)::bigint, 0), (52)::bigint, 0), (71)::bigint, 1), (70)::bigint, 0), 1, 16), 'hex'::text))::uuid;
comment on function journey_internal.uuid8(word text, bytes bytea) is 'UUID version 8 of SHA-256(word 0x00 bytes)';
create function journey_internal.case_uuid(namespace text, hash uuid) returns uuid
    language sql stable parallel safe
    return journey_internal.uuid8('case'::text, journey_internal.key_bytes(namespace, hash));
comment on function journey_internal.case_uuid(namespace text, hash uuid) is 'public id of a case';
create function journey_internal.chunk_events(at bigint[], attr integer[], id bigint[], n_keys smallint[]) returns table(place integer, at bigint, attr integer, id bigint, key_from integer, n_keys integer)
    language sql stable rows 16 parallel safe
    begin atomic
 select (e.place)::integer as place,
     e.at,
     e.attr,
     e.id,
     (((1 + sum(e.n_keys) over (order by e.place rows between unbounded preceding and current row)) - e.n_keys))::integer as int4,
     (e.n_keys)::integer as n_keys
    from unnest(chunk_events.at, chunk_events.attr, chunk_events.id, chunk_events.n_keys) with ordinality e(at, attr, id, n_keys, place);
end;
comment on function journey_internal.chunk_events(at bigint[], attr integer[], id bigint[], n_keys smallint[]) is 'the events of a chunk, one a row';
create function journey_internal.customer_give_id() returns trigger
    language plpgsql
    as $$
begin
    select encode(substr(
               set_byte(set_byte(h.digest, 6, get_byte(h.digest, 6) & 15 | 128),
                        8, get_byte(h.digest, 8) & 63 | 128), 1, 16), 'hex')::uuid
    into strict new.customer_id
    from journey_internal.key as k
    join journey_internal.namespace as n on n.ns_no = k.ns_no,
    lateral (select sha256(convert_to('customer', 'UTF8') || '\x00'
                           || convert_to(n.name, 'UTF8') || '\x00'
                           || uuid_send(k.hash)) as digest offset 0) as h
    where k.key_no = new.customer_no;
    return new;
end
$$;
comment on function journey_internal.customer_give_id() is 'fills customer.customer_id from the customer''s root key';
create function journey_internal.customer_uuid(namespace text, hash uuid) returns uuid
    language sql stable parallel safe
    return journey_internal.uuid8('customer'::text, journey_internal.key_bytes(namespace, hash));
comment on function journey_internal.customer_uuid(namespace text, hash uuid) is 'public id of the customer whose least key this is; shared keys are told the same way';
create table journey_internal.retention (
    only_row boolean default true not null,
    cut_on date not null,
    cut_us bigint not null,
    moved_at timestamp with time zone default now() not null,
    constraint retention_only_row_check check (only_row)
);
comment on table journey_internal.retention is 'the cut: events before this first day of a month are gone, journeys and sessions that began before it are frozen; cut_us: its first microsecond. No row before anything was dropped';
create function journey_internal.cut_us() returns bigint
    language sql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 select coalesce(( select r.cut_us
            from journey_internal.retention r), '-9223372036854775808'::bigint) as "coalesce";
end;
comment on function journey_internal.cut_us() is 'first microsecond that is kept: what began before is frozen';
create function journey_internal.days_not_final(of_scenario smallint, from_day date, to_day date, of_segment integer) returns date[]
    language plpgsql stable parallel safe
    as $$
begin
    return array(
        select l.day
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario
          and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by l.day
        having sum(l.c5) <> 0
            or (l.day < (select journey_internal.first_open_day())) is not true);
end
$$;
comment on function journey_internal.days_not_final(of_scenario smallint, from_day date, to_day date, of_segment integer) is 'days of a range with a journey that is open, or that are not over: what final_only leaves out';
create function journey_internal.days_of(of_scenario smallint) returns setof date
    language plpgsql stable security definer rows 30 parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    as $$
begin
    return query
    select d.day::date
    from (
        select min(j.day)::timestamp as first_day, max(j.day)::timestamp as last_day
        from journey_internal.journey as j
        where j.scenario_no = of_scenario
    ) as r
    cross join lateral generate_series(r.first_day, r.last_day, interval '1 day') as d (day);
end
$$;
comment on function journey_internal.days_of(of_scenario smallint) is 'days from the first to the last journey of a scenario';
create function journey_internal.drop_off_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) returns table(segment text, stage text, touchpoint text, label text, reached bigint, went_on bigint, completed_here bigint, ended_here bigint, ended_silence bigint, ended_deadline bigint, ended_failed bigint, still_open bigint, distinct_customers bigint, drop_off_rate double precision, rate_low double precision, rate_high double precision, is_final boolean, open_reached bigint)
    language plpgsql stable security definer rows 100 parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set plan_cache_mode to 'force_custom_plan'
    set work_mem to '32MB'
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
comment on function journey_internal.drop_off_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) is 'drop_off_between by numbers; by_segment: rows for each segment, else for all together';
create table journey_internal.setting (
    name text not null,
    value text not null,
    fingerprint boolean default true not null
);
comment on table journey_internal.setting is 'every setting the numbers depend on, as canonical text or digest; row fingerprint = SHA-256 over all';
create function journey_internal.duration_us(setting_name text, otherwise bigint) returns bigint
    language sql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 select coalesce(( select (rtrim(s.value, 'us'::text))::bigint as rtrim
            from journey_internal.setting s
           where (s.name = duration_us.setting_name)), otherwise) as "coalesce";
end;
comment on function journey_internal.duration_us(setting_name text, otherwise bigint) is 'a setting that is a duration, in microseconds; otherwise where it is not set';
create function journey_internal.duration_words(us bigint) returns text
    language sql immutable strict parallel safe
    begin atomic
 select coalesce(string_agg((((u.n || ' '::text) || u.unit) ||
         case
             when (u.n = 1) then ''::text
             else 's'::text
         end), ' '::text order by u.place), 'less than a second'::text) as "coalesce"
    from ( select v.place,
             v.n,
             v.unit
            from ( values (1,(duration_words.us / '86400000000'::bigint),'day'::text), (2,((duration_words.us / '3600000000'::bigint) % (24)::bigint),'hour'::text), (3,((duration_words.us / 60000000) % (60)::bigint),'minute'::text), (4,((duration_words.us / 1000000) % (60)::bigint),'second'::text)) v(place, n, unit)
           where (v.n > 0)
           order by v.place
          limit 2) u;
end;
comment on function journey_internal.duration_words(us bigint) is 'microseconds in words, for instance 2 days 4 hours; rounded down';
create function journey_internal.ensure_timeline_month(day date) returns boolean
    language plpgsql security definer
    set search_path to 'pg_catalog', 'pg_temp'
    as $$
declare
    month_on date := date_trunc('month', day::timestamp)::date;
    name text := 'timeline_' || to_char(month_on, 'YYYY_MM');
    compression text;
begin
    if exists (select from pg_catalog.pg_inherits
               where inhparent = 'journey_internal.timeline'::regclass
                 and inhrelid = to_regclass('journey_internal.' || name)) then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('journeyd.timeline_month', 0));
    -- another instance may have been faster; to_regclass still remembers what it found above, so
    -- the catalogue is read
    if exists (select from pg_catalog.pg_inherits as i
               join pg_catalog.pg_class as c on c.oid = i.inhrelid
               where i.inhparent = 'journey_internal.timeline'::regclass
                 and c.relname = name) then
        return false;
    end if;
    execute format('create table journey_internal.%I '
                   '(like journey_internal.timeline including all) with (fillfactor = 80)', name);
    select case when 'lz4' = any (s.enumvals) then 'lz4' else 'pglz' end
    into compression
    from pg_catalog.pg_settings as s where s.name = 'default_toast_compression';
    if compression = 'lz4' then
        execute (
            select format('alter table journey_internal.%I ', name)
                   || string_agg(format('alter column %I set compression lz4', a.attname), ', ')
            from pg_catalog.pg_attribute as a
            where a.attrelid = ('journey_internal.' || name)::regclass
              and a.attnum > 0 and a.attlen = -1 and not a.attisdropped
        );
    end if;
    execute format('comment on table journey_internal.%I is %L', name,
                   'timeline of ' || to_char(month_on, 'YYYY-MM'));
    execute format('alter table journey_internal.timeline '
                   'attach partition journey_internal.%I for values from (%L) to (%L)',
                   name, month_on, (month_on + interval '1 month')::date);
    return true;
end
$$;
comment on function journey_internal.ensure_timeline_month(day date) is 'makes the timeline partition for the month of a day; true when it was missing';
create function journey_internal.event_many_keys(dictionary bytea[], keys smallint[], key_from integer, n_keys integer) returns bytea
    language sql stable parallel safe
    begin atomic
 select coalesce(string_agg((event_many_keys.dictionary)[k."position"], '\x'::bytea order by k.place), '\x'::bytea) as "coalesce"
    from unnest((event_many_keys.keys)[event_many_keys.key_from:((event_many_keys.key_from + event_many_keys.n_keys) - 1)]) with ordinality k("position", place);
end;
comment on function journey_internal.event_many_keys(dictionary bytea[], keys smallint[], key_from integer, n_keys integer) is 'bytes of an event''s keys, joined in key order: any number of keys';
create function journey_internal.event_keys(dictionary bytea[], keys smallint[], key_from integer, n_keys integer) returns bytea
    language sql stable parallel safe
    return case n_keys when 1 then (dictionary)[(keys)[key_from]] when 2 then ((dictionary)[(keys)[key_from]] || (dictionary)[(keys)[(key_from + 1)]]) when 3 then (((dictionary)[(keys)[key_from]] || (dictionary)[(keys)[(key_from + 1)]]) || (dictionary)[(keys)[(key_from + 2)]]) else journey_internal.event_many_keys(dictionary, keys, key_from, n_keys) end;
comment on function journey_internal.event_keys(dictionary bytea[], keys smallint[], key_from integer, n_keys integer) is 'bytes of an event''s keys, joined in key order';
create function journey_internal.event_uuid_of(at bigint, touchpoint text, source text, id bigint, keys bytea) returns uuid
    language sql stable parallel safe
    return journey_internal.uuid8('event'::text, ((((((int8send(at) || convert_to(touchpoint, 'UTF8'::name)) || '\x00'::bytea) || convert_to(source, 'UTF8'::name)) || '\x00'::bytea) || int8send((id # '-9223372036854775808'::bigint))) || keys));
comment on function journey_internal.event_uuid_of(at bigint, touchpoint text, source text, id bigint, keys bytea) is 'public id of an event whose keys'' bytes are already joined';
create function journey_internal.event_uuid(at bigint, touchpoint text, source text, id bigint, namespaces text[], hashes uuid[]) returns uuid
    language sql stable parallel safe
    return journey_internal.event_uuid_of(at, touchpoint, source, id, coalesce((select string_agg(journey_internal.key_bytes(k.namespace, k.hash), '\x'::bytea order by k.place) as string_agg from unnest(event_uuid.namespaces, event_uuid.hashes) with ordinality k(namespace, hash, place)), '\x'::bytea));
comment on function journey_internal.event_uuid(at bigint, touchpoint text, source text, id bigint, namespaces text[], hashes uuid[]) is 'public id of an event; keys in key order';
create function journey_internal.max_day_events() returns integer
    language sql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 select coalesce(( select (s.value)::integer as value
            from journey_internal.setting s
           where (s.name = 'sessions.max_day_events'::text)), 2000) as "coalesce";
end;
comment on function journey_internal.max_day_events() is 'events of a customer''s day that take part in sessions and journeys; the rest is a flood';
create table journey_internal.timeline (
    customer_no bigint not null,
    day date not null,
    chunk_no integer not null,
    rank integer not null,
    n smallint not null,
    first_us bigint not null,
    last_us bigint not null,
    at bigint[] not null,
    attr integer[] not null,
    id bigint[] not null,
    key_ns smallint[] not null,
    key_hash uuid[] not null,
    n_keys smallint[] not null,
    keys smallint[] not null
)
partition by range (day);
comment on table journey_internal.timeline is 'events of a customer, at most 128 a row, one library day; in the order of semantics section 1. rank = events of the day before this chunk. id = the 8 bytes as unsigned big-endian, top bit flipped, so that bigint order is byte order. key_ns/key_hash: dictionary of the chunk''s keys; keys: for each event n_keys[i] positions (from 1) in it, one event after the other';
create function journey_internal.events_before(of_customer bigint, from_day date, upto_day date) returns bigint
    language sql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 select (sum(least(d.n, (journey_internal.max_day_events())::bigint)))::bigint as sum
    from ( select sum(t.n) as n
            from journey_internal.timeline t
           where ((t.customer_no = events_before.of_customer) and (t.day >= events_before.from_day) and (t.day < events_before.upto_day))
           group by t.day) d;
end;
comment on function journey_internal.events_before(of_customer bigint, from_day date, upto_day date) is 'events of a customer''s days that take part in sessions';
create function journey_internal.first_open_day() returns date
    language plpgsql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    as $$
begin
    return (select (journey_internal.timestamp_of(w.watermark_us) at time zone coalesce(
                        (select split_part(s.value, ' ', 1) from journey_internal.setting as s
                         where s.name = 'library.time_zone'), 'UTC'))::date
            from journey_internal.watermark as w);
end
$$;
comment on function journey_internal.first_open_day() is 'the library day of the published watermark: earlier days are over; null before the first watermark';
create function journey_internal.fold(older_than interval default '00:00:00'::interval, max_rows bigint default 200000) returns bigint
    language plpgsql
    as $$
declare
    upto date := ((now() - older_than) at time zone 'UTC')::date;
    taken_rows bigint;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('journeyd.fold', 0)) then
        return 0;
    end if;
    with taken as (
        delete from journey_internal.cell_delta as d
        where d.ctid = any (array(
            select x.ctid from journey_internal.cell_delta as x
            where x.published_on <= upto limit max_rows))
        returning d.*
    ),
    touched as (
        select distinct t.kind, t.scenario_no, t.day, t.segment_no, t.a, t.b, t.c, t.published_on
        from taken as t
    ),
    both_sides as (
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts
        from taken
        union all
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts
        from journey_internal.cell
        join touched using (kind, scenario_no, day, segment_no, a, b, c, published_on)
    ),
    total as (
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               sum(c1)::bigint as c1, sum(c2)::bigint as c2, sum(c3)::bigint as c3,
               sum(c4)::bigint as c4, sum(c5)::bigint as c5, sum(c6)::bigint as c6,
               sum(c7)::bigint as c7, sum(c8)::bigint as c8, sum(c9)::bigint as c9
        from both_sides
        group by kind, scenario_no, day, segment_no, a, b, c, published_on
    ),
    bucket_total as (
        select s.kind, s.scenario_no, s.day, s.segment_no, s.a, s.b, s.c, s.published_on,
               h.bucket, sum(h.n)::bigint as n
        from both_sides as s
        cross join lateral unnest(s.buckets, s.bucket_counts) as h (bucket, n)
        group by s.kind, s.scenario_no, s.day, s.segment_no, s.a, s.b, s.c, s.published_on, h.bucket
        having sum(h.n) <> 0
    ),
    histogram as (
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               array_agg(bucket order by bucket) as buckets,
               array_agg(n order by bucket) as bucket_counts
        from bucket_total
        group by kind, scenario_no, day, segment_no, a, b, c, published_on
    ),
    complete as (
        select t.*, h.buckets, h.bucket_counts,
               num_nonnulls(h.buckets, nullif(t.c1, 0), nullif(t.c2, 0), nullif(t.c3, 0),
                            nullif(t.c4, 0), nullif(t.c5, 0), nullif(t.c6, 0), nullif(t.c7, 0),
                            nullif(t.c8, 0), nullif(t.c9, 0)) = 0 as is_zero
        from total as t
        left join histogram as h
        using (kind, scenario_no, day, segment_no, a, b, c, published_on)
    ),
    emptied as (
        delete from journey_internal.cell as o
        using complete as t
        where t.is_zero
          and (o.kind, o.scenario_no, o.day, o.segment_no, o.a, o.b, o.c, o.published_on)
              = (t.kind, t.scenario_no, t.day, t.segment_no, t.a, t.b, t.c, t.published_on)
    ),
    filled as (
        insert into journey_internal.cell as o
            (published_on, scenario_no, day, segment_no, kind, a, b, c,
             c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts)
        select published_on, scenario_no, day, segment_no, kind, a, b, c,
               c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts
        from complete
        where not is_zero
        on conflict (kind, scenario_no, day, segment_no, a, b, c, published_on) do update set
            c1 = excluded.c1, c2 = excluded.c2, c3 = excluded.c3, c4 = excluded.c4,
            c5 = excluded.c5, c6 = excluded.c6, c7 = excluded.c7, c8 = excluded.c8,
            c9 = excluded.c9, buckets = excluded.buckets, bucket_counts = excluded.bucket_counts
    )
    select count(*) into taken_rows from taken;
    return taken_rows;
end
$$;
comment on function journey_internal.fold(older_than interval, max_rows bigint) is 'sums older rows of cell_delta into cell; how many it took';
create function journey_internal.forget_frozen(nos bigint[]) returns bigint
    language sql
    as $$
    with journey as (
        delete from journey_internal.journey as j
        where (j.customer_no = any (nos) or (j.case_no <> 0 and j.case_no = any (nos)))
          and j.first_us < journey_internal.cut_us()
        returning j.customer_no
    ),
    session as (
        delete from journey_internal.session as s
        where s.customer_no = any (nos) and s.from_us < journey_internal.cut_us()
        returning s.customer_no
    ),
    fewer as (
        select x.customer_no, sum(x.journeys) as journeys, sum(x.sessions) as sessions
        from (
            select j.customer_no, 1 as journeys, 0 as sessions from journey as j
            union all
            select s.customer_no, 0, 1 from session as s
        ) as x
        group by x.customer_no
    ),
    emptied as (
        delete from journey_internal.customer as c using fewer as f
        where c.customer_no = f.customer_no and c.events = 0 and c.flood_days = 0
          and c.journeys = f.journeys and c.sessions = f.sessions
        returning c.customer_no
    ),
    changed as (
        update journey_internal.customer as c
        set journeys = c.journeys - f.journeys, sessions = c.sessions - f.sessions
        from fewer as f
        where c.customer_no = f.customer_no
          and c.customer_no not in (select e.customer_no from emptied as e)
    )
    select count(*) from journey;
$$;
comment on function journey_internal.forget_frozen(nos bigint[]) is 'deletes the frozen journeys and sessions of customers and cases; how many journeys. Cells stay';
create function journey_internal.funnel_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) returns table(segment text, checkpoint_no integer, checkpoint text, entered bigint, went_on bigint, completed_here bigint, ended_here bigint, still_open bigint, distinct_customers bigint, is_final boolean)
    language plpgsql stable security definer rows 20 parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set plan_cache_mode to 'force_custom_plan'
    set work_mem to '32MB'
    as $$
#variable_conflict use_column
declare
    left_out date[] := case when only_final then journey_internal.days_not_final(
        of_scenario, from_day, to_day, of_segment) else '{}' end;
    is_over boolean := only_final
        or coalesce(to_day < journey_internal.first_open_day(), false);
begin
    return query
    with cell as (
        select case when by_segment then l.segment_no else 0 end as segment_no, l.kind, l.b,
               coalesce(sum(l.c1), 0)::bigint as c1, coalesce(sum(l.c2), 0)::bigint as c2,
               coalesce(sum(l.c3), 0)::bigint as c3, coalesce(sum(l.c4), 0)::bigint as c4,
               coalesce(sum(l.c5), 0)::bigint as c5
        from journey_internal.ledger as l
        where l.kind in (0, 5) and l.scenario_no = of_scenario
          and l.day between from_day and to_day and l.day <> all (left_out)
          and (of_segment is null or l.segment_no = of_segment)
        group by 1, l.kind, l.b
    ),
    checkpoint as (
        select 0 as checkpoint_no, '(started)' as name
        union all
        select p.checkpoint_no, p.name
        from journey_internal.scenario_checkpoint as p
        where p.scenario_no = of_scenario and p.checkpoint_no > 0
    ),
    depth as materialized (
        select d.segment_no, d.depth, count(*) as customers
        from (
            select case when by_segment then j.segment_no else 0 end as segment_no,
                   max(j.depth) as depth
            from journey_internal.journey as j
            where j.scenario_no = of_scenario
              and j.day between from_day and to_day and j.day <> all (left_out)
              and (of_segment is null or j.segment_no = of_segment)
            group by 1, j.customer_no
        ) as d
        group by d.segment_no, d.depth
    )
    select coalesce(sg.name, '(all)'), p.checkpoint_no, p.name, coalesce(x.c1, 0),
           coalesce(x.c2, 0), coalesce(x.c3, 0), coalesce(x.c4, 0), coalesce(x.c5, 0),
           coalesce((select sum(d.customers) from depth as d
                     where d.segment_no = g.segment_no and d.depth >= p.checkpoint_no), 0)::bigint,
           is_over and g.c5 = 0
    from cell as g
    cross join checkpoint as p
    left join cell as x on x.kind = 5 and x.segment_no = g.segment_no and x.b = p.checkpoint_no
    left join journey_internal.segment as sg on sg.segment_no = g.segment_no
    where g.kind = 0 and g.c1 <> 0;
end
$$;
comment on function journey_internal.funnel_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) is 'funnel_between by numbers; by_segment: rows for each segment, else for all together';
create function journey_internal.library_zone() returns text
    language sql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 select coalesce(( select split_part(s.value, ' '::text, 1) as split_part
            from journey_internal.setting s
           where (s.name = 'library.time_zone'::text)), 'UTC'::text) as "coalesce";
end;
comment on function journey_internal.library_zone() is 'time zone of the library: its days are the days of all *_on columns';
create function journey_internal.may_publish(of_scenario smallint, from_day date, to_day date) returns boolean
    language plpgsql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    as $$
declare
    k constant integer := journey_internal.small_groups();
begin
    return (
        select count(*) > k
        from (
            select j.day
            from journey_internal.journey as j
            where j.scenario_no = of_scenario and j.day <= to_day
            order by j.scenario_no desc, j.day desc
            limit k + 1
        ) as x
        where x.day >= from_day);
end
$$;
comment on function journey_internal.may_publish(of_scenario smallint, from_day date, to_day date) is 'false where a block has k journeys or fewer, and so nothing to publish';
create table journey_internal.cell (
    published_on date not null,
    scenario_no smallint not null,
    day date not null,
    segment_no integer not null,
    kind smallint not null,
    a bigint not null,
    b integer not null,
    c integer not null,
    c1 bigint,
    c2 bigint,
    c3 bigint,
    c4 bigint,
    c5 bigint,
    c6 bigint,
    c7 bigint,
    c8 bigint,
    c9 bigint,
    buckets smallint[],
    bucket_counts bigint[]
);
alter table only journey_internal.cell alter column day set statistics 0;
comment on table journey_internal.cell is 'folded ledger: one row a cell and UTC day of publication';
create table journey_internal.cell_delta (
    published_on date default ((now() at time zone 'UTC'::text))::date not null,
    scenario_no smallint not null,
    day date not null,
    segment_no integer not null,
    kind smallint not null,
    a bigint not null,
    b integer not null,
    c integer not null,
    c1 bigint,
    c2 bigint,
    c3 bigint,
    c4 bigint,
    c5 bigint,
    c6 bigint,
    c7 bigint,
    c8 bigint,
    c9 bigint,
    buckets smallint[],
    bucket_counts bigint[]
);
alter table only journey_internal.cell_delta alter column day set statistics 0;
comment on table journey_internal.cell_delta is 'the ledger: batches append consolidated differences, a folder sums older ones into cell. kind and columns: see consumer/core/cell.h; b and c hold touchpoint_no (link: negative pseudo touchpoints)';
create function journey_internal.month_cells(month_on date) returns table(cells bigint, cell_sum numeric)
    language sql stable parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 with row_of_month as (
          select c.scenario_no,
             c.day,
             c.segment_no,
             c.kind,
             c.a,
             c.b,
             c.c,
             c.c1,
             c.c2,
             c.c3,
             c.c4,
             c.c5,
             c.c6,
             c.c7,
             c.c8,
             c.c9,
             c.buckets,
             c.bucket_counts
            from journey_internal.cell c
           where ((c.day >= month_cells.month_on) and (c.day < (month_cells.month_on + '1 mon'::interval)))
         union all
          select d.scenario_no,
             d.day,
             d.segment_no,
             d.kind,
             d.a,
             d.b,
             d.c,
             d.c1,
             d.c2,
             d.c3,
             d.c4,
             d.c5,
             d.c6,
             d.c7,
             d.c8,
             d.c9,
             d.buckets,
             d.bucket_counts
            from journey_internal.cell_delta d
           where ((d.day >= month_cells.month_on) and (d.day < (month_cells.month_on + '1 mon'::interval)))
         ), counts as (
          select r.scenario_no,
             r.day,
             r.segment_no,
             r.kind,
             r.a,
             r.b,
             r.c,
             array[coalesce(sum(r.c1), (0)::numeric), coalesce(sum(r.c2), (0)::numeric), coalesce(sum(r.c3), (0)::numeric), coalesce(sum(r.c4), (0)::numeric), coalesce(sum(r.c5), (0)::numeric), coalesce(sum(r.c6), (0)::numeric), coalesce(sum(r.c7), (0)::numeric), coalesce(sum(r.c8), (0)::numeric), coalesce(sum(r.c9), (0)::numeric)] as n
            from row_of_month r
           group by r.scenario_no, r.day, r.segment_no, r.kind, r.a, r.b, r.c
         ), bucket as (
          select s.scenario_no,
             s.day,
             s.segment_no,
             s.kind,
             s.a,
             s.b,
             s.c,
             string_agg(((s.bucket || ':'::text) || s.n), ','::text order by s.bucket) as list
            from ( select r.scenario_no,
                     r.day,
                     r.segment_no,
                     r.kind,
                     r.a,
                     r.b,
                     r.c,
                     u.bucket,
                     sum(u.n) as n
                    from row_of_month r,
                     lateral unnest(r.buckets, r.bucket_counts) u(bucket, n)
                   group by r.scenario_no, r.day, r.segment_no, r.kind, r.a, r.b, r.c, u.bucket
                  having (sum(u.n) <> (0)::numeric)) s
           group by s.scenario_no, s.day, s.segment_no, s.kind, s.a, s.b, s.c
         )
  select count(*) as count,
     coalesce(sum((hashtextextended(concat_ws('|'::text, x.scenario_no, (x.day - '1970-01-01'::date), x.segment_no, x.kind, x.a, x.b, x.c, array_to_string(x.n, '|'::text), b.list), (0)::bigint))::numeric), (0)::numeric) as "coalesce"
    from (counts x
      left join bucket b on (((b.scenario_no = x.scenario_no) and (b.day = x.day) and (b.segment_no = x.segment_no) and (b.kind = x.kind) and (b.a = x.a) and (b.b = x.b) and (b.c = x.c))))
   where ((x.n <> array_fill((0)::numeric, array[9])) or (b.list is not null));
end;
comment on function journey_internal.month_cells(month_on date) is 'cells of a month: how many, and a sum over hashes of them all';
create table journey_internal.namespace (
    ns_no smallint not null,
    name text not null,
    kind text not null,
    constraint namespace_kind_check check ((kind = any (array['person'::text, 'device'::text, 'case'::text])))
);
comment on table journey_internal.namespace is 'key namespaces; ns_no is the place of the declaration, from 0';
create function journey_internal.namespace_bytes() returns bytea[]
    language sql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 select array_agg((convert_to(t.name, 'UTF8'::name) || '\x00'::bytea) order by n.ns_no) as array_agg
    from (generate_series(0, (( select max(m.ns_no) as max
            from journey_internal.namespace m))::integer) n(ns_no)
      left join journey_internal.namespace t on ((t.ns_no = n.ns_no)));
end;
comment on function journey_internal.namespace_bytes() is 'names of namespaces as they stand before a key in an id; element n + 1 is namespace number n';
create function journey_internal.path_give_text() returns trigger
    language plpgsql
    as $$
begin
    new.folded_text := (
        select string_agg(t.code, ' > ' order by n.place)
        from unnest(new.touchpoints) with ordinality as n (touchpoint_no, place)
        join journey_internal.touchpoint as t on t.touchpoint_no = n.touchpoint_no
        having count(*) = cardinality(new.touchpoints)
    ) || case when new.is_more then ' > (more)' else '' end;
    return new;
end
$$;
comment on function journey_internal.path_give_text() is 'fills path.folded_text; numbers of touchpoints never change, nor do their codes';
create function journey_internal.path_link_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) returns table(segment text, step_no integer, from_touchpoint text, to_touchpoint text, journeys bigint, is_final boolean)
    language plpgsql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set plan_cache_mode to 'force_custom_plan'
    set work_mem to '32MB'
    as $$
#variable_conflict use_column
declare
    left_out date[] := case when only_final then journey_internal.days_not_final(
        of_scenario, from_day, to_day, of_segment) else '{}' end;
    is_over boolean := only_final
        or coalesce(to_day < journey_internal.first_open_day(), false);
begin
    return query
    with cell as (
        select case when by_segment then l.segment_no else 0 end as segment_no,
               l.kind, l.a, l.b, l.c,
               coalesce(sum(l.c1), 0)::bigint as c1, coalesce(sum(l.c5), 0)::bigint as c5
        from journey_internal.ledger as l
        where l.kind in (0, 2) and l.scenario_no = of_scenario
          and l.day between from_day and to_day and l.day <> all (left_out)
          and (of_segment is null or l.segment_no = of_segment)
        group by 1, l.kind, l.a, l.b, l.c
    ),
    counted as (
        select x.*, coalesce(sum(x.c5) filter (where x.kind = 0)
                             over (partition by x.segment_no), 0) as open
        from cell as x
    )
    select coalesce(sg.name, '(all)'), x.a::integer,
           case when x.b = -1 then '(more)' else f.code end,
           case x.c
               when -1 then '(more)'
               when -2 then '(completed)'
               when -3 then '(lost)'
               when -4 then '(ended)'
               when -5 then '(open)'
               else t.code
           end,
           x.c1, is_over and x.open = 0
    from counted as x
    left join journey_internal.segment as sg on sg.segment_no = x.segment_no
    left join journey_internal.touchpoint as f on f.touchpoint_no = x.b
    left join journey_internal.touchpoint as t on t.touchpoint_no = x.c
    where x.kind = 2 and x.c1 <> 0;
end
$$;
comment on function journey_internal.path_link_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) is 'path_link_between by numbers; by_segment: rows for each segment, else for all together';
create function journey_internal.path_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) returns table(segment text, path text, step_count integer, journeys bigint, completed bigint, lost bigint, ended bigint, distinct_customers bigint, is_final boolean)
    language plpgsql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set plan_cache_mode to 'force_custom_plan'
    set work_mem to '32MB'
    as $$
#variable_conflict use_column
declare
    left_out date[] := case when only_final then journey_internal.days_not_final(
        of_scenario, from_day, to_day, of_segment) else '{}' end;
    is_over boolean := only_final
        or coalesce(to_day < journey_internal.first_open_day(), false);
begin
    return query
    with cell as (
        select case when by_segment then l.segment_no else 0 end as segment_no, l.kind, l.a,
               coalesce(sum(l.c1), 0)::bigint as c1, coalesce(sum(l.c2), 0)::bigint as c2,
               coalesce(sum(l.c3), 0)::bigint as c3, coalesce(sum(l.c4), 0)::bigint as c4,
               coalesce(sum(l.c5), 0)::bigint as c5
        from journey_internal.ledger as l
        where l.kind in (0, 1) and l.scenario_no = of_scenario
          and l.day between from_day and to_day and l.day <> all (left_out)
          and (of_segment is null or l.segment_no = of_segment)
        group by 1, l.kind, l.a
    ),
    counted as (
        select x.*, coalesce(sum(x.c5) filter (where x.kind = 0)
                             over (partition by x.segment_no), 0) as open
        from cell as x
    ),
    customer as (
        select x.segment_no, x.collapsed_id, count(*) as n
        from (
            select distinct case when by_segment then j.segment_no else 0 end as segment_no,
                            j.collapsed_id, j.customer_no
            from journey_internal.journey as j
            where j.scenario_no = of_scenario
              and j.day between from_day and to_day and j.day <> all (left_out)
              and (of_segment is null or j.segment_no = of_segment)
              and j.state <> 0
        ) as x
        group by x.segment_no, x.collapsed_id
    )
    select coalesce(sg.name, '(all)'), p.path, p.step_count, x.c1, x.c2, x.c3, x.c4,
           coalesce(c.n, 0), is_over and x.open = 0
    from counted as x
    left join customer as c on c.segment_no = x.segment_no and c.collapsed_id = x.a
    left join journey_internal.segment as sg on sg.segment_no = x.segment_no
    left join journey_internal.path_text as p on p.path_id = x.a
    where x.kind = 1 and (x.c1, x.c2, x.c3, x.c4) <> (0, 0, 0, 0);
end
$$;
comment on function journey_internal.path_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) is 'path_between by numbers; by_segment: rows for each segment, else for all together';
create function journey_internal.published_drop_off(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) returns table(segment text, stage text, touchpoint text, label text, reached bigint, went_on bigint, completed_here bigint, ended_here bigint, ended_silence bigint, ended_deadline bigint, ended_failed bigint, still_open bigint, distinct_customers bigint, drop_off_rate double precision, rate_low double precision, rate_high double precision, is_final boolean, open_reached bigint, open bigint)
    language plpgsql stable security definer rows 10 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set work_mem to '32MB'
    as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(to_day < journey_internal.first_open_day(), false);
    has_interval constant boolean := is_over and (
        select s.has_goals from journey_internal.scenario as s where s.scenario_no = of_scenario);
    is_day constant boolean := by_segment and from_day = to_day;
    of_name constant text := (select s.name from journey_internal.scenario as s
                              where s.scenario_no = of_scenario);
    segment_name constant text := (select g.name from journey_internal.segment as g
                                   where g.segment_no = of_segment);
begin
    if journey_internal.sees_all() then
        return query
        select f.*, null::bigint
        from journey_internal.drop_off_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                             false) as f;
        return;
    elsif not journey_internal.may_publish(of_scenario, from_day, to_day) then
        return;
    end if;
    return query
    -- of a day and segment the ledger has the customers
    with told as (
        select v.segment, v.stage, v.touchpoint, v.label, v.reached, v.went_on, v.completed_here,
               v.ended_here, v.ended_silence, v.ended_deadline, v.ended_failed, v.still_open,
               v.distinct_customers, v.open_reached
        from journey_internal.exact_drop_off as v
        where is_day and v.scenario = of_name and v.started_on = from_day
          and (segment_name is null or v.segment = segment_name)
        union all
        select f.segment, f.stage, f.touchpoint, f.label, f.reached, f.went_on, f.completed_here,
               f.ended_here, f.ended_silence, f.ended_deadline, f.ended_failed, f.still_open,
               f.distinct_customers, f.open_reached
        from journey_internal.drop_off_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                             false) as f
        where not is_day
    ),
    exact as materialized (
        select f.*, t.touchpoint_no, coalesce(sg.segment_no, 0) as segment_no
        from told as f
        join journey_internal.touchpoint as t on t.code = f.touchpoint
        left join journey_internal.segment as sg on by_segment and sg.name = f.segment
    ),
    open as (
        select case when by_segment then l.segment_no else 0 end as segment_no,
               journey_internal.step(coalesce(journey_internal.total(l.c5), 0), k) as n
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by 1
    ),
    stepped as (
        select e.segment, e.stage, e.touchpoint, e.label,
               journey_internal.step(e.reached, k) as reached,
               journey_internal.step(e.went_on, k) as went_on,
               journey_internal.step(e.completed_here, k) as completed_here,
               journey_internal.step(e.ended_here, k) as ended_here,
               journey_internal.step(e.ended_silence, k) as ended_silence,
               journey_internal.step(e.ended_deadline, k) as ended_deadline,
               journey_internal.step(e.ended_failed, k) as ended_failed,
               journey_internal.step(e.still_open, k) as still_open,
               journey_internal.step(e.distinct_customers, k) as distinct_customers,
               is_over and o.n = 0 as is_final,
               journey_internal.step(e.open_reached, k) as open_reached, o.n as open
        from exact as e
        join open as o on o.segment_no = e.segment_no
        where e.distinct_customers > k
    ),
    small as (
        select e.*,
               sum(e.completed_here + e.ended_here + e.still_open) over (partition by e.segment_no)
                   as at_most
        from exact as e
        where e.distinct_customers <= k
    ),
    -- who is counted in (other): customers of journeys with their last step there
    ended_there as (
        select case when by_segment then j.segment_no else 0 end as segment_no,
               count(distinct j.customer_no) as customers
        from journey_internal.journey as j
        where (select exists (select from small as x where x.at_most > k))
          and j.scenario_no = of_scenario and j.day between from_day and to_day
          and (of_segment is null or j.segment_no = of_segment)
          and (case when by_segment then j.segment_no else 0 end, j.last_no) not in (
              select e.segment_no, e.touchpoint_no from exact as e where e.distinct_customers > k)
        group by 1
        having count(distinct j.customer_no) > k
    )
    select s.segment, s.stage, s.touchpoint, s.label, s.reached, s.went_on, s.completed_here,
           s.ended_here, s.ended_silence, s.ended_deadline, s.ended_failed, s.still_open,
           s.distinct_customers,
           case when has_interval and s.is_final and s.ended_here > 0 then
               journey_internal.step_middle(s.ended_here, k)
               / journey_internal.step_middle(s.reached, k)
           end,
           case when has_interval then
               journey.wilson_low(journey_internal.step_low(s.ended_here, k),
                                  journey_internal.step_high(s.reached, k)
                                  + journey_internal.step_high(s.open, k))
           end,
           case when has_interval then
               journey.wilson_high(x.most, greatest(journey_internal.step_low(s.reached, k), x.most))
           end,
           s.is_final, s.open_reached, s.open
    from stepped as s
    cross join lateral (
        select journey_internal.step_high(s.ended_here, k) + journey_internal.step_high(s.open, k)
                   as most
    ) as x
    union all
    select e.segment, null, '(other)', '(other)', null, null,
           journey_internal.step(journey_internal.total(e.completed_here), k),
           journey_internal.step(journey_internal.total(e.ended_here), k),
           journey_internal.step(journey_internal.total(e.ended_silence), k),
           journey_internal.step(journey_internal.total(e.ended_deadline), k),
           journey_internal.step(journey_internal.total(e.ended_failed), k),
           journey_internal.step(journey_internal.total(e.still_open), k),
           journey_internal.step(x.customers, k), null, null, null, is_over and o.n = 0, null,
           null
    from ended_there as x
    join open as o on o.segment_no = x.segment_no
    join small as e on e.segment_no = x.segment_no
    group by e.segment, x.customers, o.n;
end
$$;
comment on function journey_internal.published_drop_off(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) is 'a block''s drop-off as the session may see it; by_segment: rows for each segment, else for all together';
create function journey_internal.published_funnel(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) returns table(segment text, checkpoint_no integer, checkpoint text, entered bigint, went_on bigint, completed_here bigint, ended_here bigint, still_open bigint, distinct_customers bigint, is_final boolean)
    language plpgsql stable security definer rows 10 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set work_mem to '32MB'
    as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(to_day < journey_internal.first_open_day(), false);
    is_day constant boolean := by_segment and from_day = to_day;
    of_name constant text := (select s.name from journey_internal.scenario as s
                              where s.scenario_no = of_scenario);
    segment_name constant text := (select g.name from journey_internal.segment as g
                                   where g.segment_no = of_segment);
begin
    if journey_internal.sees_all() then
        return query
        select f.*
        from journey_internal.funnel_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                           false) as f;
        return;
    elsif not journey_internal.may_publish(of_scenario, from_day, to_day) then
        return;
    end if;
    return query
    -- of a day and segment the ledger has the customers
    with told as (
        select v.segment, v.checkpoint_no, v.checkpoint, v.entered, v.went_on, v.completed_here,
               v.ended_here, v.still_open, v.distinct_customers, v.is_final
        from journey_internal.exact_funnel_step as v
        where is_day and v.scenario = of_name and v.started_on = from_day
          and (segment_name is null or v.segment = segment_name)
        union all
        select f.*
        from journey_internal.funnel_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                           false) as f
        where not is_day
    ),
    exact as (
        select f.*,
               max(f.distinct_customers) over (partition by f.segment) as customers,
               case when f.distinct_customers > k then 1 else 0 end as told
        from told as f
    ),
    open as (
        select case when by_segment then g.name else '(all)' end as segment,
               coalesce(journey_internal.total(l.c5), 0) as n
        from journey_internal.ledger as l
        join journey_internal.segment as g on g.segment_no = l.segment_no
        where l.kind = 0 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by 1
    )
    select e.segment, e.checkpoint_no, e.checkpoint,
           journey_internal.step(e.told * e.entered, k),
           journey_internal.step(e.told * e.went_on, k),
           journey_internal.step(e.told * e.completed_here, k),
           journey_internal.step(e.told * e.ended_here, k),
           journey_internal.step(e.told * e.still_open, k),
           journey_internal.step(e.distinct_customers, k),
           is_over and journey_internal.step(o.n, k) = 0
    from exact as e
    join open as o on o.segment = e.segment
    where e.customers > k;
end
$$;
comment on function journey_internal.published_funnel(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) is 'a block''s funnel as the session may see it; by_segment: rows for each segment, else for all together';
create function journey_internal.published_path(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) returns table(segment text, path text, step_count integer, journeys bigint, completed bigint, lost bigint, ended bigint, distinct_customers bigint, is_final boolean)
    language plpgsql stable security definer rows 10 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set work_mem to '32MB'
    as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(to_day < journey_internal.first_open_day(), false);
    is_day constant boolean := by_segment and from_day = to_day;
begin
    if journey_internal.sees_all() then
        return query
        select f.*
        from journey_internal.path_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                         false) as f;
        return;
    elsif not journey_internal.may_publish(of_scenario, from_day, to_day) then
        return;
    end if;
    return query
    -- of a day and segment the ledger has the customers
    with counted as materialized (
        select l.segment_no, l.a as path_id,
               coalesce(journey_internal.total(l.c5), 0) as customers,
               coalesce(journey_internal.total(l.c1), 0) as journeys,
               coalesce(journey_internal.total(l.c2), 0) as completed,
               coalesce(journey_internal.total(l.c3), 0) as lost,
               coalesce(journey_internal.total(l.c4), 0) as ended
        from journey_internal.ledger as l
        where is_day and l.kind = 1 and l.scenario_no = of_scenario and l.day = from_day
          and (of_segment is null or l.segment_no = of_segment)
        group by l.segment_no, l.a
        union all
        select t.segment_no, t.collapsed_id, count(*), sum(t.journeys)::bigint,
               sum(t.completed)::bigint, sum(t.lost)::bigint, sum(t.ended)::bigint
        from (
            select case when by_segment then j.segment_no else 0 end as segment_no,
                   j.collapsed_id, j.customer_no, count(*) as journeys,
                   count(*) filter (where j.state = 1) as completed,
                   count(*) filter (where j.state = 2) as lost,
                   count(*) filter (where j.state = 3) as ended
            from journey_internal.journey as j
            where not is_day and j.scenario_no = of_scenario
              and j.day between from_day and to_day and j.state <> 0
              and (of_segment is null or j.segment_no = of_segment)
            group by 1, j.collapsed_id, j.customer_no
        ) as t
        group by t.segment_no, t.collapsed_id
    ),
    small as materialized (
        select c.*, sum(c.customers) over (partition by c.segment_no) as at_most
        from counted as c
        where c.customers <= k and c.journeys > 0
    ),
    -- "not in" is looked up in a hash, whatever the planner thinks of the sizes
    joined as (
        select case when by_segment then j.segment_no else 0 end as segment_no,
               count(distinct j.customer_no) as customers
        from journey_internal.journey as j
        where (select exists (select from small as x where x.at_most > k))
          and j.scenario_no = of_scenario and j.day between from_day and to_day and j.state <> 0
          and (of_segment is null or j.segment_no = of_segment)
          and (case when by_segment then j.segment_no else 0 end, j.collapsed_id) not in (
              select c.segment_no, c.path_id from counted as c where c.customers > k)
        group by 1
        having count(distinct j.customer_no) > k
    ),
    shown as (
        select c.segment_no, p.path, p.step_count, c.customers, c.journeys, c.completed, c.lost,
               c.ended
        from counted as c
        left join journey_internal.path_text as p on p.path_id = c.path_id
        where c.customers > k
        union all
        select s.segment_no, '(other)', null, j.customers, journey_internal.total(s.journeys),
               journey_internal.total(s.completed), journey_internal.total(s.lost),
               journey_internal.total(s.ended)
        from joined as j
        join small as s on s.segment_no = j.segment_no
        group by s.segment_no, j.customers
    ),
    open as (
        select case when by_segment then l.segment_no else 0 end as segment_no,
               coalesce(journey_internal.total(l.c5), 0) as n
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by 1
    )
    select coalesce(sg.name, '(all)'), s.path, s.step_count, journey_internal.step(s.journeys, k),
           journey_internal.step(s.completed, k), journey_internal.step(s.lost, k),
           journey_internal.step(s.ended, k), journey_internal.step(s.customers, k),
           is_over and journey_internal.step(o.n, k) = 0
    from shown as s
    join open as o on o.segment_no = s.segment_no
    left join journey_internal.segment as sg on sg.segment_no = s.segment_no;
end
$$;
comment on function journey_internal.published_path(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) is 'a block''s paths as the session may see them; by_segment: rows for each segment, else for all together';
create function journey_internal.published_path_link(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) returns table(segment text, step_no integer, from_touchpoint text, to_touchpoint text, journeys bigint, is_final boolean)
    language plpgsql stable security definer rows 10 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    as $$
#variable_conflict use_column
begin
    if journey_internal.sees_all() then
        return query
        select f.*
        from journey_internal.path_link_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                              false) as f;
        return;
    end if;
    return query
    with path as materialized (
        select p.segment, string_to_array(p.path, ' > ') as elements, p.journeys, p.completed,
               p.lost, p.ended, p.is_final
        from journey_internal.published_path(of_scenario, from_day, to_day, of_segment, by_segment)
            as p
    ),
    link as (
        select p.segment, n.step_no, p.elements[n.step_no] as from_touchpoint,
               p.elements[n.step_no + 1] as to_touchpoint, p.journeys, p.is_final
        from path as p
        cross join lateral generate_series(1, cardinality(p.elements) - 1) as n (step_no)
        union all
        select p.segment, cardinality(p.elements), p.elements[cardinality(p.elements)],
               o.outcome, o.journeys, p.is_final
        from path as p
        cross join lateral (values ('(completed)', p.completed), ('(lost)', p.lost),
                                   ('(ended)', p.ended)) as o (outcome, journeys)
        union all
        select s.segment, 1, '(other)', '(open)', s.open, s.is_final
        from journey_internal.published_scenario(of_scenario, from_day, to_day, of_segment,
                                                 by_segment) as s
        where s.segment <> '(other)'
    )
    select l.segment, l.step_no, l.from_touchpoint, l.to_touchpoint,
           journey_internal.total(l.journeys), bool_and(l.is_final)
    from link as l
    where l.journeys <> 0
    group by l.segment, l.step_no, l.from_touchpoint, l.to_touchpoint;
end
$$;
comment on function journey_internal.published_path_link(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) is 'the links of a block''s paths as the session may see them; by_segment: rows for each segment, else for all together';
create function journey_internal.published_raw_path(of_scenario smallint, of_day date) returns table(segment text, path text, step_count integer, journeys bigint, completed bigint, lost bigint, ended bigint, distinct_customers bigint, is_final boolean)
    language plpgsql stable security definer rows 10 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set work_mem to '32MB'
    as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(of_day < journey_internal.first_open_day(), false);
    codes constant text[] := journey_internal.touchpoint_codes();
begin
    if not journey_internal.may_publish(of_scenario, of_day, of_day) then
        return;
    end if;
    return query
    -- the same touchpoints can be folded in more than one way where they were cut
    with taken as materialized (
        select j.segment_no, p.touchpoints, p.is_more, j.customer_no,
               count(*) as journeys, count(*) filter (where j.state = 1) as completed,
               count(*) filter (where j.state = 2) as lost,
               count(*) filter (where j.state = 3) as ended
        from journey_internal.journey as j
        join journey_internal.path as p on p.path_id = j.path_id
        where j.scenario_no = of_scenario and j.day = of_day and j.state <> 0
        group by j.segment_no, p.touchpoints, p.is_more, j.customer_no
    ),
    counted as (
        select t.segment_no, t.touchpoints, t.is_more, count(*) as customers,
               sum(t.journeys)::bigint as journeys, sum(t.completed)::bigint as completed,
               sum(t.lost)::bigint as lost, sum(t.ended)::bigint as ended
        from taken as t
        group by t.segment_no, t.touchpoints, t.is_more
    ),
    joined as (
        select t.segment_no, count(distinct t.customer_no) as customers,
               sum(t.journeys)::bigint as journeys, sum(t.completed)::bigint as completed,
               sum(t.lost)::bigint as lost, sum(t.ended)::bigint as ended
        from taken as t
        where (t.segment_no, t.touchpoints, t.is_more) not in (
            select c.segment_no, c.touchpoints, c.is_more from counted as c where c.customers > k)
        group by t.segment_no
        having count(distinct t.customer_no) > k
    ),
    shown as (
        select c.segment_no,
               array_to_string(array(select codes[n + 1] from unnest(c.touchpoints) as n)
                               || case when c.is_more then '{(more)}'::text[] end, ' > ') as path,
               cardinality(c.touchpoints) as step_count, c.customers, c.journeys, c.completed,
               c.lost, c.ended
        from counted as c
        where c.customers > k
        union all
        select j.segment_no, '(other)', null, j.customers, j.journeys, j.completed, j.lost, j.ended
        from joined as j
    ),
    open as (
        select l.segment_no, coalesce(journey_internal.total(l.c5), 0) as n
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario and l.day = of_day
        group by l.segment_no
    )
    select sg.name, s.path, s.step_count, journey_internal.step(s.journeys, k),
           journey_internal.step(s.completed, k), journey_internal.step(s.lost, k),
           journey_internal.step(s.ended, k), journey_internal.step(s.customers, k),
           is_over and journey_internal.step(o.n, k) = 0
    from shown as s
    join open as o on o.segment_no = s.segment_no
    join journey_internal.segment as sg on sg.segment_no = s.segment_no;
end
$$;
comment on function journey_internal.published_raw_path(of_scenario smallint, of_day date) is 'a day''s raw paths as they are published';
create function journey_internal.published_scenario(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) returns table(segment text, journeys bigint, completed bigint, lost bigint, ended bigint, open bigint, distinct_customers bigint, completed_p50_seconds double precision, completed_p90_seconds double precision, is_final boolean, steps bigint, buckets smallint[], bucket_counts bigint[], timed_customers bigint)
    language plpgsql stable security definer rows 10 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set work_mem to '32MB'
    set plan_cache_mode to 'force_generic_plan'
    as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(to_day < journey_internal.first_open_day(), false);
    is_day constant boolean := by_segment and from_day = to_day;
    asked integer[] := '{}';
begin
    if journey_internal.sees_all() then
        return query
        select f.*, null::smallint[], null::bigint[], null::bigint
        from journey_internal.scenario_range(of_scenario, from_day, to_day, of_segment, by_segment,
                                             false) as f;
        return;
    elsif not journey_internal.may_publish(of_scenario, from_day, to_day) then
        return;
    end if;
    -- Of a day the ledger has the customers of each segment; the journeys are asked about segments
    -- that may be joined, and where it matters how many of the customers completed one: at least
    -- customers - (journeys - completed) did, at most customers, at most completed.
    if is_day then
        asked := array(
            select x.segment_no
            from (
                select c.*, sum(c.customers) filter (where c.customers <= k) over () as joined
                from (
                    select l.segment_no, sum(l.c1) as journeys, sum(l.c2) as completed,
                           sum(l.c6) as customers
                    from journey_internal.ledger as l
                    where l.kind = 0 and l.scenario_no = of_scenario and l.day = from_day
                      and (of_segment is null or l.segment_no = of_segment)
                    group by l.segment_no
                ) as c
            ) as x
            cross join lateral (values (x.customers - x.journeys + x.completed,
                                        least(x.customers, x.completed))) as t (least_n, most_n)
            where case when x.customers <= k then x.joined > k
                  else exists (
                      select from (values (2 * k), (10 * k)) as n (needed)
                      where journey_internal.step(t.least_n::bigint, k) < n.needed
                        and journey_internal.step(t.most_n::bigint, k) >= n.needed)
                  end);
    end if;
    return query
    with cell as materialized (
        select l.segment_no,
               coalesce(journey_internal.total(l.c1), 0) as journeys,
               coalesce(journey_internal.total(l.c2), 0) as completed,
               coalesce(journey_internal.total(l.c3), 0) as lost,
               coalesce(journey_internal.total(l.c4), 0) as ended,
               coalesce(journey_internal.total(l.c5), 0) as open,
               coalesce(journey_internal.total(l.c6), 0) as customers,
               coalesce(journey_internal.total(l.c7), 0) as steps,
               journey_internal.array_concat(l.buckets) as buckets,
               journey_internal.array_concat(l.bucket_counts) as counts
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by l.segment_no
    ),
    customer as materialized (
        select j.segment_no, j.customer_no, bool_or(j.state = 1) as is_timed
        from journey_internal.journey as j
        where (not is_day or asked <> '{}')
          and j.scenario_no = of_scenario and j.day between from_day and to_day
          and (of_segment is null or j.segment_no = of_segment)
          and (not is_day or j.segment_no = any (asked))
        group by j.segment_no, j.customer_no
    ),
    told as (
        select c.segment_no, c.customers,
               greatest(c.customers - c.journeys + c.completed, 0) as timed
        from cell as c
        where is_day and c.customers > k and c.segment_no <> all (asked)
    ),
    -- the row of each segment: its own, 0: all together, -1: (other)
    part as (
        select c.segment_no,
               case when not by_segment then 0 when count(*) > k then c.segment_no else -1 end
                   as row_no
        from customer as c
        group by c.segment_no
        union all
        select t.segment_no, t.segment_no from told as t
    ),
    size as (
        select p.row_no, count(distinct c.customer_no) as customers,
               count(distinct c.customer_no) filter (where c.is_timed) as timed
        from customer as c
        join part as p on p.segment_no = c.segment_no
        group by p.row_no
        having count(distinct c.customer_no) > k
        union all
        select t.segment_no, t.customers, t.timed from told as t
    ),
    total as (
        select p.row_no, s.customers, journey_internal.step(s.timed, k) as timed,
               journey_internal.total(c.journeys) as journeys,
               journey_internal.total(c.completed) as completed,
               journey_internal.total(c.lost) as lost, journey_internal.total(c.ended) as ended,
               journey_internal.total(c.open) as open, journey_internal.total(c.steps) as steps,
               journey_internal.array_concat(c.buckets) as buckets,
               journey_internal.array_concat(c.counts) as counts
        from cell as c
        join part as p on p.segment_no = c.segment_no
        join size as s on s.row_no = p.row_no
        group by p.row_no, s.customers, s.timed
    )
    select case t.row_no when 0 then '(all)' when -1 then '(other)' else sg.name end,
           journey_internal.step(t.journeys, k), journey_internal.step(t.completed, k),
           journey_internal.step(t.lost, k), journey_internal.step(t.ended, k),
           journey_internal.step(t.open, k), journey_internal.step(t.customers, k),
           case when t.timed >= 2 * k then
               journey_internal.block_quantile(t.buckets, t.counts, 50)
           end,
           case when t.timed >= 10 * k then
               journey_internal.block_quantile(t.buckets, t.counts, 90)
           end,
           is_over and journey_internal.step(t.open, k) = 0, journey_internal.step(t.steps, k),
           t.buckets, t.counts, t.timed
    from total as t
    left join journey_internal.segment as sg on sg.segment_no = t.row_no;
end
$$;
comment on function journey_internal.published_scenario(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) is 'a block''s journeys as the session may see them; by_segment: a row for each segment, else one for all together';
create function journey_internal.published_transition(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) returns table(segment text, from_touchpoint text, to_touchpoint text, transitions bigint, journeys bigint, waits bigint, wait_p50_seconds double precision, wait_p90_seconds double precision, wait_p99_seconds double precision, is_final boolean, buckets smallint[], bucket_counts bigint[], timed_customers bigint)
    language plpgsql stable security definer rows 10 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set work_mem to '32MB'
    as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_over constant boolean := coalesce(to_day < journey_internal.first_open_day(), false);
begin
    if journey_internal.sees_all() then
        return query
        select f.*, null::smallint[], null::bigint[], null::bigint
        from journey_internal.transition_range(of_scenario, from_day, to_day, of_segment,
                                               by_segment, false) as f;
        return;
    elsif not journey_internal.may_publish(of_scenario, from_day, to_day) then
        return;
    end if;
    return query
    with taken as materialized (
        select case when by_segment then j.segment_no else 0 end as segment_no, j.path_id,
               j.customer_no, bool_or(j.state <> 0) as is_timed
        from journey_internal.journey as j
        where j.scenario_no = of_scenario and j.day between from_day and to_day
          and (of_segment is null or j.segment_no = of_segment)
        group by 1, j.path_id, j.customer_no
    ),
    met as materialized (
        select t.segment_no, n.b, n.c, t.customer_no, bool_or(t.is_timed) as is_timed
        from taken as t
        join journey_internal.path as p on p.path_id = t.path_id
        cross join lateral unnest(p.touchpoints[:cardinality(p.touchpoints) - 1],
                                  p.touchpoints[2:]) as n (b, c)
        group by t.segment_no, n.b, n.c, t.customer_no
    ),
    -- a row's pair, or -1, -1: (other)
    cell as materialized (
        select case when by_segment then l.segment_no else 0 end as segment_no, l.b, l.c,
               coalesce(journey_internal.total(l.c1), 0) as c1,
               coalesce(journey_internal.total(l.c2), 0) as c2,
               coalesce(journey_internal.total(l.c3), 0) as c3,
               journey_internal.array_concat(l.buckets) as buckets,
               journey_internal.array_concat(l.bucket_counts) as counts
        from journey_internal.ledger as l
        where l.kind = 3 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by 1, l.b, l.c
    ),
    part as (
        select x.*, case when s.customers > k then x.b else -1 end as row_b,
               case when s.customers > k then x.c else -1 end as row_c
        from cell as x
        left join (
            select m.segment_no, m.b, m.c, count(*) as customers
            from met as m
            group by m.segment_no, m.b, m.c
        ) as s on s.segment_no = x.segment_no and s.b = x.b and s.c = x.c
        where (x.c1, x.c2, x.c3) <> (0, 0, 0)
    ),
    size as (
        select p.segment_no, p.row_b, p.row_c, count(distinct m.customer_no) as customers,
               count(distinct m.customer_no) filter (where m.is_timed) as timed
        from part as p
        join met as m on m.segment_no = p.segment_no and m.b = p.b and m.c = p.c
        group by p.segment_no, p.row_b, p.row_c
        having count(distinct m.customer_no) > k
    ),
    total as (
        select s.segment_no, s.row_b, s.row_c, journey_internal.step(s.timed, k) as timed,
               journey_internal.total(p.c1) as c1, journey_internal.total(p.c2) as c2,
               journey_internal.total(p.c3) as c3,
               journey_internal.array_concat(p.buckets) as buckets,
               journey_internal.array_concat(p.counts) as counts
        from size as s
        join part as p on p.segment_no = s.segment_no and p.row_b = s.row_b and p.row_c = s.row_c
        group by s.segment_no, s.row_b, s.row_c, s.timed
    ),
    open as (
        select case when by_segment then l.segment_no else 0 end as segment_no,
               coalesce(journey_internal.total(l.c5), 0) as n
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario and l.day between from_day and to_day
          and (of_segment is null or l.segment_no = of_segment)
        group by 1
    )
    select coalesce(sg.name, '(all)'), case when t.row_b = -1 then '(other)' else f.code end,
           case when t.row_c = -1 then '(other)' else g.code end,
           journey_internal.step(t.c1, k), journey_internal.step(t.c2, k),
           journey_internal.step(t.c3, k),
           case when t.timed >= 2 * k then
               journey_internal.block_quantile(t.buckets, t.counts, 50)
           end,
           case when t.timed >= 10 * k then
               journey_internal.block_quantile(t.buckets, t.counts, 90)
           end,
           case when t.timed >= 100 * k then
               journey_internal.block_quantile(t.buckets, t.counts, 99)
           end,
           is_over and journey_internal.step(o.n, k) = 0, t.buckets, t.counts, t.timed
    from total as t
    join open as o on o.segment_no = t.segment_no
    left join journey_internal.segment as sg on sg.segment_no = t.segment_no
    left join journey_internal.touchpoint as f on f.touchpoint_no = t.row_b
    left join journey_internal.touchpoint as g on g.touchpoint_no = t.row_c;
end
$$;
comment on function journey_internal.published_transition(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean) is 'a block''s pairs of steps as the session may see them; by_segment: rows for each segment, else for all together';
create function journey_internal.published_unmapped() returns table(source text, field text, value text, messages bigint, last_seen_at timestamp with time zone)
    language plpgsql stable security definer rows 50 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
begin
    return query
    select u.source, u.field, u.value, journey_internal.step(sum(u.messages)::bigint, k),
           max(u.last_seen_at)
    from journey_internal.unmapped as u
    group by u.source, u.field, u.value
    having sum(u.messages) > k;
end
$$;
comment on function journey_internal.published_unmapped() is 'journey.unmapped as it is published: values of more than k messages';
create table journey_internal.bucket (
    bucket_no smallint not null,
    lower_us bigint not null,
    told_us double precision not null
);
comment on table journey_internal.bucket is 'log buckets of waits and durations: lower bound and the value told, 1.02^(k - 1/2) us';
create function journey_internal.quantile_seconds(buckets smallint[], counts bigint[], percent integer) returns double precision
    language sql stable parallel safe
    begin atomic
 with bucket_sum as (
          select h.bucket,
             sum(sum(h.n)) over (order by h.bucket) as upto,
             sum(sum(h.n)) over () as n
            from unnest(quantile_seconds.buckets, quantile_seconds.counts) h(bucket, n)
           group by h.bucket
         )
  select (b.told_us / ('1000000'::numeric)::double precision)
    from (bucket_sum s
      join journey_internal.bucket b on ((b.bucket_no = s.bucket)))
   where ((s.n > (0)::numeric) and (s.upto >= ceil((((quantile_seconds.percent)::numeric * s.n) / (100)::numeric))))
   order by s.bucket
  limit 1;
end;
comment on function journey_internal.quantile_seconds(buckets smallint[], counts bigint[], percent integer) is 'quantile of a log-bucket histogram, in seconds; null when it is empty. Relative error at most 1 %';
create function journey_internal.range_of(scenario text, from_date date, to_date date, segment text, out scenario_no smallint, out segment_no integer) returns record
    language plpgsql stable parallel safe
    as $$
#variable_conflict use_column
begin
    select s.scenario_no into range_of.scenario_no
    from journey_internal.scenario as s
    where s.name = range_of.scenario and s.is_configured;
    if not found then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('there is no scenario %L, %s', range_of.scenario, coalesce(
                (select 'there are: ' || string_agg(s.name, ', ' order by s.name collate "C")
                 from journey_internal.scenario as s where s.is_configured),
                'nothing was read into this database yet'));
    end if;
    if range_of.from_date is null or range_of.to_date is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'from_date and to_date must not be null',
            hint = 'Both dates are included; the same date twice is one day.';
    end if;
    if range_of.from_date > range_of.to_date then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('from_date %s is later than to_date %s',
                             range_of.from_date, range_of.to_date),
            hint = 'The earlier date comes first; both are included.';
    end if;
    select g.segment_no into range_of.segment_no
    from journey_internal.segment as g where g.name = range_of.segment;
end
$$;
comment on function journey_internal.range_of(scenario text, from_date date, to_date date, segment text, out scenario_no smallint, out segment_no integer) is 'checks the arguments of a _between function; scenario and segment by number, the latter null where there is none';
create function journey_internal.refresh_statistics() returns void
    language plpgsql security definer
    set search_path to 'pg_catalog', 'pg_temp'
    set default_statistics_target to '25'
    as $$
declare
    analyze_table text;
begin
    for analyze_table in
        select format('analyze %s (%s)', c.oid::regclass,
                      string_agg(quote_ident(a.attname), ', ' order by a.attnum))
        from pg_catalog.pg_class as c
        join pg_catalog.pg_attribute as a
            on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        join pg_catalog.pg_type as t on t.oid = a.atttypid and t.typcategory <> 'A'
        where c.relnamespace = 'journey_internal'::regnamespace
          and c.relkind in ('r', 'p') and not c.relispartition
        group by c.oid
        order by c.oid
    loop
        execute analyze_table;
    end loop;
end
$$;
comment on function journey_internal.refresh_statistics() is 'analyzes every table, for readers who come right after a large import';
create function journey_internal.retention_drop(next_on date, next_us bigint, slot smallint) returns table(events bigint, messages bigint)
    language plpgsql security definer
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set enable_seqscan to 'on'
    set enable_bitmapscan to 'on'
    set enable_hashjoin to 'on'
    set enable_mergejoin to 'on'
    set work_mem to '64MB'
    as $$
#variable_conflict use_column
declare
    most constant integer := journey_internal.max_day_events();
    unnamed bigint;
    in_month bigint;
    all_events bigint := 0;
    all_messages bigint;
    m record;
begin
    if extract(day from next_on) <> 1
       or next_us <= journey_internal.cut_us() then
        raise exception 'the cut moves forward, from one first day of a month to another';
    end if;
    -- aliases between keys of one message, or of one chunk: what its events gave, and maybe a little more
    with gone as (
        delete from journey_internal.identity_message as i
        where i.has_device and i.at < next_us
        returning i.at, i.ns_nos, i.hashes
    ),
    carrier as (
        select row_number() over () as n, c.last_us, c.key_ns, c.key_hash
        from (
            select max(t.last_us) as last_us, t.key_ns, t.key_hash
            from journey_internal.timeline as t
            where t.day < next_on and cardinality(t.key_ns) > 1
            group by t.key_ns, t.key_hash
            union all
            select g.at, g.ns_nos, g.hashes from gone as g
        ) as c
    ),
    person as (
        select c.n, c.last_us, k.key_no
        from carrier as c
        cross join lateral unnest(c.key_ns, c.key_hash) as e (ns_no, hash)
        join journey_internal.namespace as s on s.ns_no = e.ns_no and s.kind = 'person'
        join journey_internal.key as k on k.ns_no = e.ns_no and k.hash = e.hash
    ),
    past as (
        update journey_internal.alias as a set past_us = greatest(a.past_us, p.last_us)
        from (
            select x.key_no, y.key_no as partner_no, max(x.last_us) as last_us
            from person as x join person as y on y.n = x.n and y.key_no <> x.key_no
            group by 1, 2
        ) as p
        where a.key_no = p.key_no and a.partner_no = p.partner_no
    )
    select count(*) into all_messages from gone;
    select count(*) into unnamed
    from journey_internal.timeline as t
    cross join lateral (
        select array_agg(s.kind = 'person' order by d.position) as is_person,
               array_agg(s.kind = 'person' and k.shared = 0 order by d.position) as is_named
        from unnest(t.key_ns, t.key_hash) with ordinality as d (ns_no, hash, position)
        join journey_internal.namespace as s on s.ns_no = d.ns_no
        join journey_internal.key as k on k.ns_no = d.ns_no and k.hash = d.hash
        offset 0
    ) as d
    cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) as e
    where t.day < next_on
      and t.key_hash && (select array_agg(k.hash) from journey_internal.key as k
                         where k.shared <> 0)
      and exists (
          select from unnest(t.keys[e.key_from : e.key_from + e.n_keys - 1]) as p (position)
          having bool_or(d.is_person[p.position]) and not bool_or(d.is_named[p.position]));
    if unnamed > 0 then
        insert into journey_internal.writer as w (slot, unnamed_events)
        values (retention_drop.slot, -unnamed)
        on conflict (slot) do update
            set unnamed_events = w.unnamed_events + excluded.unnamed_events;
    end if;
    with dropped as (
        select d.customer_no, sum(d.n)::bigint as events,
               count(*) filter (where d.n > most) as flood_days
        from (
            select t.customer_no, t.day, sum(t.n) as n from journey_internal.timeline as t
            where t.day < next_on group by t.customer_no, t.day
        ) as d
        group by d.customer_no
    ),
    left_over as (
        select d.customer_no, d.events, d.flood_days, k.first_us, k.last_us
        from dropped as d
        cross join lateral (
            select min(t.first_us) as first_us, max(t.last_us) as last_us
            from journey_internal.timeline as t
            where t.customer_no = d.customer_no and t.day >= next_on
        ) as k
    )
    update journey_internal.customer as c
    set events = c.events - l.events,
        flood_days = c.flood_days - l.flood_days,
        first_us = l.first_us,
        last_us = l.last_us,
        channels = case
            when l.first_us is null then '{}'
            when cardinality(c.channels) = 1 then c.channels
            else (
                select array_agg(distinct h.channel_no order by h.channel_no)
                from journey_internal.timeline as t
                cross join lateral unnest(t.attr) as e (attr_no)
                join journey_internal.attribute_set as s on s.attr_no = e.attr_no
                join journey_internal.channel as h on h.name = s.channel
                where t.customer_no = c.customer_no and t.day >= next_on
            )
        end
    from left_over as l
    where c.customer_no = l.customer_no;
    delete from journey_internal.customer as c
    where c.events = 0 and c.sessions = 0 and c.journeys = 0 and c.flood_days = 0;
    delete from journey_internal.case_timeline as t
    using (
        select x.case_no from journey_internal.case_timeline as x
        group by x.case_no having max(x.last_us) < next_us
    ) as x
    where t.case_no = x.case_no;
    for m in select t.month_on, t.partition_name from journey_internal.timeline_months(next_on) as t
    loop
        execute format('select coalesce(sum(n), 0) from journey_internal.%I', m.partition_name)
        into in_month;
        execute format('drop table journey_internal.%I', m.partition_name);
        all_events := all_events + in_month;
        insert into journey_internal.retention_month as r
            (month_on, events, journeys, cells, cell_sum)
        select m.month_on, in_month,
               (select count(*) from journey_internal.journey as j
                where j.day >= m.month_on and j.day < m.month_on + interval '1 month'),
               c.cells, c.cell_sum
        from journey_internal.month_cells(m.month_on) as c
        on conflict (month_on) do nothing; -- an empty one that somebody made again
    end loop;
    insert into journey_internal.retention as r (cut_on, cut_us) values (next_on, next_us)
    on conflict (only_row) do update
        set cut_on = excluded.cut_on, cut_us = excluded.cut_us, moved_at = now();
    return query select all_events, all_messages;
end
$$;
comment on function journey_internal.retention_drop(next_on date, next_us bigint, slot smallint) is 'moves the cut to the first day of a month and drops what lies before it; how many events and identity messages went';
create function journey_internal.retention_drop_facts(reach bigint, stitch bigint) returns bigint
    language plpgsql
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set enable_hashjoin to 'on'
    as $$
#variable_conflict use_column
declare
    cut constant bigint := journey_internal.cut_us();
    before_us constant bigint := cut - reach;
    day_us constant bigint := 86400000000;
    cases bigint;
    logins bigint;
    logouts bigint;
begin
    if cut < 0 then
        return 0;
    end if;
    with said as (
        select distinct k.key_no
        from journey_internal.identity_message as m
        cross join lateral unnest(m.ns_nos, m.hashes) as e (ns_no, hash)
        join journey_internal.namespace as s on s.ns_no = e.ns_no and s.kind = 'case'
        join journey_internal.key as k on k.ns_no = e.ns_no and k.hash = e.hash
        where m.has_device
    )
    delete from journey_internal.case_fact as f
    where f.at < cut
      and not exists (select from journey_internal.case_timeline as t where t.case_no = f.case_no)
      and not exists (select from said as x where x.key_no = f.case_no);
    get diagnostics cases = row_count;
    -- kept are spans around facts of cases; no table of its own, which a writer may not make
    with span as materialized (
        select f.key_no as device_no, f.at - reach as from_us, f.at + stitch as to_us
        from journey_internal.case_fact as f
        where f.at < cut
    ),
    gone_login as (
        delete from journey_internal.login as l
        where (l.day_utc + 1) * day_us <= before_us
          and not exists (
              select from span as x
              where x.device_no = l.device_no and x.from_us < (l.day_utc + 1) * day_us
                and x.to_us >= l.day_utc * day_us)
        returning 1
    ),
    gone_logout as (
        delete from journey_internal.logout as l
        where l.at < before_us
          and not exists (
              select from span as x
              where x.device_no = l.device_no and l.at between x.from_us and x.to_us)
        returning 1
    )
    select (select count(*) from gone_login), (select count(*) from gone_logout)
    into logins, logouts;
    delete from journey_internal.login_device as d
    where not exists (select from journey_internal.login as l where l.device_no = d.device_no);
    return cases + logins + logouts;
end
$$;
comment on function journey_internal.retention_drop_facts(reach bigint, stitch bigint) is 'deletes logins, logouts and case facts from before the cut that decide nothing any more; how many rows';
create function journey_internal.scenario_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) returns table(segment text, journeys bigint, completed bigint, lost bigint, ended bigint, open bigint, distinct_customers bigint, completed_p50_seconds double precision, completed_p90_seconds double precision, is_final boolean, steps bigint)
    language plpgsql stable security definer rows 10 parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set plan_cache_mode to 'force_custom_plan'
    set work_mem to '32MB'
    as $$
#variable_conflict use_column
declare
    left_out date[] := case when only_final then journey_internal.days_not_final(
        of_scenario, from_day, to_day, of_segment) else '{}' end;
    is_over boolean := only_final
        or coalesce(to_day < journey_internal.first_open_day(), false);
begin
    return query
    with cell as materialized (
        select case when by_segment then l.segment_no else 0 end as segment_no,
               l.c1, l.c2, l.c3, l.c4, l.c5, l.c7, l.buckets, l.bucket_counts
        from journey_internal.ledger as l
        where l.kind = 0 and l.scenario_no = of_scenario
          and l.day between from_day and to_day and l.day <> all (left_out)
          and (of_segment is null or l.segment_no = of_segment)
    ),
    total as (
        select x.segment_no,
               coalesce(sum(x.c1), 0)::bigint as journeys,
               coalesce(sum(x.c2), 0)::bigint as completed,
               coalesce(sum(x.c3), 0)::bigint as lost,
               coalesce(sum(x.c4), 0)::bigint as ended,
               coalesce(sum(x.c5), 0)::bigint as open,
               coalesce(sum(x.c7), 0)::bigint as steps
        from cell as x
        group by x.segment_no
    ),
    bucket_sum as (
        select x.segment_no, h.bucket, sum(h.n)::bigint as n
        from cell as x
        cross join lateral unnest(x.buckets, x.bucket_counts) as h (bucket, n)
        group by x.segment_no, h.bucket
    ),
    histogram as (
        select b.segment_no, array_agg(b.bucket) as buckets, array_agg(b.n) as counts
        from bucket_sum as b
        group by b.segment_no
    ),
    customer as (
        select x.segment_no, count(*) as n
        from (
            select distinct case when by_segment then j.segment_no else 0 end as segment_no,
                            j.customer_no
            from journey_internal.journey as j
            where j.scenario_no = of_scenario
              and j.day between from_day and to_day and j.day <> all (left_out)
              and (of_segment is null or j.segment_no = of_segment)
        ) as x
        group by x.segment_no
    )
    select coalesce(sg.name, '(all)'), t.journeys, t.completed, t.lost, t.ended, t.open,
           coalesce(c.n, 0),
           journey_internal.quantile_seconds(h.buckets, h.counts, 50),
           journey_internal.quantile_seconds(h.buckets, h.counts, 90),
           is_over and t.open = 0, t.steps
    from total as t
    left join histogram as h on h.segment_no = t.segment_no
    left join customer as c on c.segment_no = t.segment_no
    left join journey_internal.segment as sg on sg.segment_no = t.segment_no
    where (t.journeys, t.completed, t.lost, t.ended, t.open, t.steps) <> (0, 0, 0, 0, 0, 0);
end
$$;
comment on function journey_internal.scenario_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) is 'scenario_between by numbers; by_segment: a row for each segment, else one for all together';
create function journey_internal.sees_all() returns boolean
    language plpgsql stable security definer parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    as $$
declare
    of_role constant name := coalesce(nullif(current_setting('role'), 'none'), session_user);
begin
    return pg_has_role(of_role, 'journey_detail', 'usage')
        or pg_has_role(of_role, 'journey_writer', 'usage')
        or pg_has_role(of_role, 'journey_owner', 'usage')
        or journey_internal.small_groups() = 1;
end
$$;
comment on function journey_internal.sees_all() is 'true for who is in journey_detail, journey_writer or journey_owner, and for all where privacy.small_groups is 1';
create function journey_internal.small_groups() returns integer
    language plpgsql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    as $$
begin
    return coalesce((select s.value::integer from journey_internal.setting as s
                     where s.name = 'privacy.small_groups'), 10);
end
$$;
comment on function journey_internal.small_groups() is 'k: a group of so many customers or fewer is not published; 1: everything is';
create function journey_internal.step(n bigint, k integer) returns bigint
    language sql immutable parallel safe
    return case when ((k = 1) or (n = 0)) then n else (k * ((n - 1) / k)) end;
comment on function journey_internal.step(n bigint, k integer) is 'a count as it is published: the greatest multiple of k below it, 0 for 0; k = 1: the count';
create function journey_internal.step_high(stepped bigint, k integer) returns bigint
    language sql immutable parallel safe
    return case when (k = 1) then stepped else (stepped + k) end;
comment on function journey_internal.step_high(stepped bigint, k integer) is 'the greatest count that is published as this';
create function journey_internal.step_low(stepped bigint, k integer) returns bigint
    language sql immutable parallel safe
    return case when ((k = 1) or (stepped = 0)) then stepped else (stepped + 1) end;
comment on function journey_internal.step_low(stepped bigint, k integer) is 'the least count that is published as this';
create function journey_internal.step_middle(stepped bigint, k integer) returns double precision
    language sql immutable parallel safe
    return (((journey_internal.step_low(stepped, k) + journey_internal.step_high(stepped, k)))::double precision / (2.0)::double precision);
comment on function journey_internal.step_middle(stepped bigint, k integer) is 'the middle of the counts that are published as this: what shares are made of';
create function journey_internal.suppression_of(of_scenario smallint, from_day date, to_day date) returns table(view_name text, grain text, rows_shown bigint, rows_hidden bigint, journeys_shown bigint, journeys_hidden bigint, shown_share double precision)
    language plpgsql stable security definer rows 12 parallel restricted
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set work_mem to '32MB'
    set enable_nestloop to 'off'
    as $$
#variable_conflict use_column
declare
    k constant integer := journey_internal.small_groups();
    is_exact constant boolean := journey_internal.sees_all();
    unit constant integer := case when is_exact then 1 else k end;
begin
    return query
    with journey as materialized (
        select j.day, j.segment_no, j.customer_no, j.state, j.collapsed_id, j.last_no, j.mask
        from journey_internal.journey as j
        where j.scenario_no = of_scenario and j.day between from_day and to_day
    ),
    reached as (
        select m.mask, t.touchpoint_no
        from (select distinct j.mask from journey as j) as m
        join journey_internal.touchpoint as t on t.touchpoint_no < 8 * length(m.mask)
            and get_bit(m.mask, t.touchpoint_no) = 1
    ),
    -- what is counted at a row of a view: once for each customer, day and segment
    taken as (
        select 1 as view_no, j.day, j.segment_no, 0::bigint as row_key, j.customer_no,
               count(*) as journeys
        from journey as j
        group by j.day, j.segment_no, j.customer_no
        union all
        select 2, j.day, j.segment_no, j.collapsed_id, j.customer_no, count(*)
        from journey as j
        where j.state <> 0
        group by j.day, j.segment_no, j.collapsed_id, j.customer_no
        union all
        select 3, j.day, j.segment_no, r.touchpoint_no, j.customer_no,
               count(*) filter (where j.last_no = r.touchpoint_no)
        from journey as j
        join reached as r on r.mask = j.mask
        group by j.day, j.segment_no, r.touchpoint_no, j.customer_no
    ),
    each as materialized (
        select t.view_no, g.grain_no, case when g.by_day then t.day else from_day end as day,
               case when g.by_segment then t.segment_no else 0 end as segment_no, t.row_key,
               t.customer_no, sum(t.journeys)::bigint as journeys
        from taken as t
        cross join (values (1, true, true), (2, true, false), (3, false, true), (4, false, false))
            as g (grain_no, by_day, by_segment)
        group by t.view_no, g.grain_no, 3, 4, t.row_key, t.customer_no
    ),
    counted as materialized (
        select e.view_no, e.grain_no, e.day, e.segment_no, e.row_key,
               sum(e.journeys)::bigint as journeys,
               journey_internal.step(count(*), k) > 0 as is_shown
        from each as e
        group by e.view_no, e.grain_no, e.day, e.segment_no, e.row_key
    ),
    hidden as (
        select e.view_no, e.grain_no, count(distinct e.customer_no) as customers
        from counted as c
        join each as e using (view_no, grain_no, day, segment_no, row_key)
        where not is_exact and not c.is_shown
        group by e.view_no, e.grain_no
    ),
    told as (
        select v.name as view_name, g.name as grain,
               count(*) filter (where c.is_shown) as rows_shown,
               count(*) filter (where not c.is_shown) as rows_hidden,
               coalesce(sum(c.journeys) filter (where c.is_shown), 0)::bigint as journeys_shown,
               coalesce(sum(c.journeys) filter (where not c.is_shown), 0)::bigint
                   as journeys_hidden,
               is_exact or max(h.customers) > k as may
        from counted as c
        join (values (1, 'scenario_day'), (2, 'path'), (3, 'drop_off')) as v (no, name)
            on v.no = c.view_no
        join (values (1, 'day, segment'), (2, 'day'), (3, 'month, segment'), (4, 'month'))
            as g (no, name) on g.no = c.grain_no
        left join hidden as h on h.view_no = c.view_no and h.grain_no = c.grain_no
        group by v.name, g.name
    ),
    -- what is shown is of more than k customers where there is anything
    stepped as (
        select t.view_name, t.grain, journey_internal.step(t.rows_shown, unit) as rows_shown,
               case when t.may then journey_internal.step(t.rows_hidden, unit) else 0 end
                   as rows_hidden,
               journey_internal.step(t.journeys_shown, unit) as journeys_shown,
               case when t.may then journey_internal.step(t.journeys_hidden, unit) else 0 end
                   as journeys_hidden
        from told as t
    )
    select s.*,
           case when is_exact then x.share else round(x.share * 20) / 20 end
    from stepped as s
    cross join lateral (
        select s.journeys_shown::double precision
               / nullif(s.journeys_shown + s.journeys_hidden, 0) as share
    ) as x;
end
$$;
comment on function journey_internal.suppression_of(of_scenario smallint, from_day date, to_day date) is 'how much of a scenario''s month is published, by view and grain';
create function journey_internal.timeline_months(before_on date) returns table(month_on date, partition_name text)
    language sql stable
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 with part as materialized (
          select (c.relname)::text as name
            from (pg_inherits i
              join pg_class c on ((c.oid = i.inhrelid)))
           where (i.inhparent = (to_regclass('journey_internal.timeline'::text))::oid)
         ), month as materialized (
          select to_date(substr(p.name, 10), 'YYYY_MM'::text) as month_on,
             p.name
            from part p
         )
  select m.month_on,
     m.name
    from month m
   where (m.month_on < timeline_months.before_on)
   order by m.month_on;
end;
comment on function journey_internal.timeline_months(before_on date) is 'months with a partition of the timeline that begin before a day';
create function journey_internal.timestamp_of(us bigint) returns timestamp with time zone
    language sql stable parallel safe
    return ('1970-01-01 00:00:00+00'::timestamp with time zone + ((us)::double precision * '00:00:00.000001'::interval));
comment on function journey_internal.timestamp_of(us bigint) is 'timestamptz of microseconds since 1970-01-01 UTC';
create table journey_internal.touchpoint (
    touchpoint_no smallint not null,
    code text not null,
    place smallint,
    stage text,
    stage_label text,
    label text,
    channel text,
    initiator text,
    friction boolean
);
comment on table journey_internal.touchpoint is 'touchpoints by a number that never changes; place (from 1) and labels follow the vocabulary, place is null for a removed one';
create function journey_internal.touchpoint_codes() returns text[]
    language sql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 select array_agg(t.code order by n.touchpoint_no) as array_agg
    from (generate_series(0, (( select max(m.touchpoint_no) as max
            from journey_internal.touchpoint m))::integer) n(touchpoint_no)
      left join journey_internal.touchpoint t on ((t.touchpoint_no = n.touchpoint_no)));
end;
comment on function journey_internal.touchpoint_codes() is 'codes of touchpoints; element n + 1 is touchpoint number n';
create function journey_internal.touchpoint_labels() returns text[]
    language sql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 select array_agg(t.label order by n.touchpoint_no) as array_agg
    from (generate_series(0, (( select max(m.touchpoint_no) as max
            from journey_internal.touchpoint m))::integer) n(touchpoint_no)
      left join journey_internal.touchpoint t on ((t.touchpoint_no = n.touchpoint_no)));
end;
comment on function journey_internal.touchpoint_labels() is 'labels of touchpoints; element n + 1 is touchpoint number n';
create function journey_internal.touchpoint_stages() returns text[]
    language sql stable security definer parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    begin atomic
 select array_agg(t.stage order by n.touchpoint_no) as array_agg
    from (generate_series(0, (( select max(m.touchpoint_no) as max
            from journey_internal.touchpoint m))::integer) n(touchpoint_no)
      left join journey_internal.touchpoint t on ((t.touchpoint_no = n.touchpoint_no)));
end;
comment on function journey_internal.touchpoint_stages() is 'stages of touchpoints; element n + 1 is touchpoint number n';
create function journey_internal.transition_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) returns table(segment text, from_touchpoint text, to_touchpoint text, transitions bigint, journeys bigint, waits bigint, wait_p50_seconds double precision, wait_p90_seconds double precision, wait_p99_seconds double precision, is_final boolean)
    language plpgsql stable security definer rows 500 parallel safe
    set search_path to 'pg_catalog', 'pg_temp'
    set jit to 'off'
    set plan_cache_mode to 'force_custom_plan'
    set work_mem to '32MB'
    set enable_nestloop to 'off'
    as $$
#variable_conflict use_column
declare
    left_out date[] := case when only_final then journey_internal.days_not_final(
        of_scenario, from_day, to_day, of_segment) else '{}' end;
    is_over boolean := only_final
        or coalesce(to_day < journey_internal.first_open_day(), false);
begin
    return query
    with cell as materialized (
        select case when by_segment then l.segment_no else 0 end as segment_no, l.kind, l.b, l.c,
               l.c1, l.c2, l.c3, l.c5, l.buckets, l.bucket_counts
        from journey_internal.ledger as l
        where l.kind in (0, 3) and l.scenario_no = of_scenario
          and l.day between from_day and to_day and l.day <> all (left_out)
          and (of_segment is null or l.segment_no = of_segment)
    ),
    total as (
        select x.segment_no, x.kind, x.b, x.c,
               coalesce(sum(x.c1), 0)::bigint as c1, coalesce(sum(x.c2), 0)::bigint as c2,
               coalesce(sum(x.c3), 0)::bigint as c3, coalesce(sum(x.c5), 0)::bigint as c5
        from cell as x
        group by x.segment_no, x.kind, x.b, x.c
    ),
    counted as (
        select x.*, coalesce(sum(x.c5) filter (where x.kind = 0)
                             over (partition by x.segment_no), 0) as open
        from total as x
    ),
    bucket_sum as (
        select x.segment_no, x.b, x.c, h.bucket, sum(h.n) as n
        from cell as x
        cross join lateral unnest(x.buckets, x.bucket_counts) as h (bucket, n)
        where x.kind = 3
        group by x.segment_no, x.b, x.c, h.bucket
    ),
    upto as (
        select s.segment_no, s.b, s.c, b.told_us,
               sum(s.n) over (partition by s.segment_no, s.b, s.c order by s.bucket) as upto,
               sum(s.n) over (partition by s.segment_no, s.b, s.c) as n
        from bucket_sum as s
        join journey_internal.bucket as b on b.bucket_no = s.bucket
    ),
    quantile as (
        select u.segment_no, u.b, u.c,
               min(u.told_us) filter (where u.upto >= ceil(50 * u.n / 100)) / 1e6 as p50,
               min(u.told_us) filter (where u.upto >= ceil(90 * u.n / 100)) / 1e6 as p90,
               min(u.told_us) filter (where u.upto >= ceil(99 * u.n / 100)) / 1e6 as p99
        from upto as u
        where u.n > 0
        group by u.segment_no, u.b, u.c
    )
    select coalesce(sg.name, '(all)'), f.code, t.code, x.c1, x.c2, x.c3, q.p50, q.p90, q.p99,
           is_over and x.open = 0
    from counted as x
    left join quantile as q on q.segment_no = x.segment_no and q.b = x.b and q.c = x.c
    left join journey_internal.segment as sg on sg.segment_no = x.segment_no
    left join journey_internal.touchpoint as f on f.touchpoint_no = x.b
    left join journey_internal.touchpoint as t on t.touchpoint_no = x.c
    where x.kind = 3 and (x.c1, x.c2, x.c3) <> (0, 0, 0);
end
$$;
comment on function journey_internal.transition_range(of_scenario smallint, from_day date, to_day date, of_segment integer, by_segment boolean, only_final boolean) is 'transition_between by numbers; by_segment: rows for each segment, else for all together';
create aggregate journey_internal.array_concat(anycompatiblearray) (
    sfunc = array_cat,
    stype = anycompatiblearray,
    parallel = safe
);
comment on aggregate journey_internal.array_concat(anycompatiblearray) is 'arrays one after the other';
create aggregate journey_internal.total(bigint) (
    sfunc = int8pl,
    stype = bigint,
    combinefunc = int8pl,
    parallel = safe
);
comment on aggregate journey_internal.total(bigint) is 'sum of counts, as bigint; null of none';
create table journey_internal.scenario (
    scenario_no smallint not null,
    name text not null,
    label text,
    scope text,
    has_goals boolean default false not null,
    patience_us bigint,
    deadline_us bigint,
    is_configured boolean default true not null
);
comment on table journey_internal.scenario is 'scenarios by a number that never changes; scope null or customer: customers, else a case namespace';
create view journey_internal.day as
 select s.scenario_no,
    s.name as scenario,
    d.day
   from (journey_internal.scenario s
     cross join lateral journey_internal.days_of(s.scenario_no) d(day));
comment on view journey_internal.day is 'days from the first to the last journey of each scenario';
create view journey.calendar as
 select (c.day)::date as day_on,
    (date_trunc('month'::text, c.day))::date as month_on,
    to_char(c.day, 'IYYY-"W"IW'::text) as iso_week,
    (extract(isodow from c.day))::integer as weekday
   from (( select (min(d.day))::timestamp without time zone as first_day,
            (max(d.day))::timestamp without time zone as last_day
           from journey_internal.day d) r
     cross join lateral generate_series(r.first_day, r.last_day, '1 day'::interval) c(day));
comment on view journey.calendar is 'one row a day from the first to the last started_on of all journeys: join it to show days without a row';
comment on column journey.calendar.day_on is 'library day';
comment on column journey.calendar.month_on is 'first day of its month';
comment on column journey.calendar.iso_week is 'week by ISO 8601, like 2026-W09: of the year that holds its Thursday';
comment on column journey.calendar.weekday is '1 for Monday to 7 for Sunday';
create table journey_internal.channel (
    channel_no smallint not null,
    name text not null
);
comment on table journey_internal.channel is 'channels seen in events';
create view journey.channel as
 select c.channel,
    c.channel as label
   from ( select t.channel
           from journey_internal.touchpoint t
          where ((t.place is not null) and (t.channel is not null))
        union
         select n.name
           from journey_internal.channel n) c;
comment on view journey.channel is 'one row a channel: those of the vocabulary''s stages and those seen in events';
comment on column journey.channel.channel is 'code of the channel';
comment on column journey.channel.label is 'the channel in words; its code where none is given';
create view journey_internal.ledger as
 select cell.kind,
    cell.scenario_no,
    cell.day,
    cell.segment_no,
    cell.a,
    cell.b,
    cell.c,
    cell.c1,
    cell.c2,
    cell.c3,
    cell.c4,
    cell.c5,
    cell.c6,
    cell.c7,
    cell.c8,
    cell.c9,
    cell.buckets,
    cell.bucket_counts
   from journey_internal.cell
union all
 select cell_delta.kind,
    cell_delta.scenario_no,
    cell_delta.day,
    cell_delta.segment_no,
    cell_delta.a,
    cell_delta.b,
    cell_delta.c,
    cell_delta.c1,
    cell_delta.c2,
    cell_delta.c3,
    cell_delta.c4,
    cell_delta.c5,
    cell_delta.c6,
    cell_delta.c7,
    cell_delta.c8,
    cell_delta.c9,
    cell_delta.buckets,
    cell_delta.bucket_counts
   from journey_internal.cell_delta;
comment on view journey_internal.ledger is 'cell and cell_delta as one; kinds and columns: see consumer/core/cell.h';
create table journey_internal.segment (
    segment_no integer not null,
    name text not null
);
comment on table journey_internal.segment is 'values of the configured dimension at the first step of a journey; (none) where it has none';
create view journey_internal.named_ledger as
 select sc.name as scenario,
    l.day as started_on,
    sg.name as segment,
    l.kind,
    l.a,
    l.b,
    l.c,
    l.c1,
    l.c2,
    l.c3,
    l.c4,
    l.c5,
    l.c6,
    l.c7,
    l.c8,
    l.c9
   from ((journey_internal.ledger l
     left join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
     left join journey_internal.segment sg on ((sg.segment_no = l.segment_no)));
comment on view journey_internal.named_ledger is 'the ledger with the names of scenarios and segments; kinds and counts: see consumer/core/cell.h';
create view journey_internal.check_drop_off_completed as
 select 'drop-off: completed_here = completed'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c3) filter (where (l.kind = 4)), (0)::numeric))::bigint as left_value,
            (coalesce(sum(l.c2) filter (where (l.kind = 0)), (0)::numeric))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = any (array[0, 4]))
          group by l.scenario, l.started_on, l.segment) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_drop_off_completed is 'drop-off: completed_here = completed: of a scenario, day and segment; a row is a bug';
create view journey_internal.check_drop_off_ended as
 select 'drop-off: ended_here = lost + ended'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (((coalesce(sum(l.c4) filter (where (l.kind = 4)), (0)::numeric) + coalesce(sum(l.c5) filter (where (l.kind = 4)), (0)::numeric)) + coalesce(sum(l.c6) filter (where (l.kind = 4)), (0)::numeric)))::bigint as left_value,
            ((coalesce(sum(l.c3) filter (where (l.kind = 0)), (0)::numeric) + coalesce(sum(l.c4) filter (where (l.kind = 0)), (0)::numeric)))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = any (array[0, 4]))
          group by l.scenario, l.started_on, l.segment) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_drop_off_ended is 'drop-off: ended_here = lost + ended: of a scenario, day and segment; a row is a bug';
create view journey_internal.check_drop_off_open as
 select 'drop-off: still_open = open'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c7) filter (where (l.kind = 4)), (0)::numeric))::bigint as left_value,
            (coalesce(sum(l.c5) filter (where (l.kind = 0)), (0)::numeric))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = any (array[0, 4]))
          group by l.scenario, l.started_on, l.segment) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_drop_off_open is 'drop-off: still_open = open: of a scenario, day and segment; a row is a bug';
create view journey_internal.check_drop_off_reached as
 select 'drop-off: reached = went_on + completed_here + ended_here + still_open'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c1), (0)::numeric))::bigint as left_value,
            ((((((coalesce(sum(l.c2), (0)::numeric) + coalesce(sum(l.c3), (0)::numeric)) + coalesce(sum(l.c4), (0)::numeric)) + coalesce(sum(l.c5), (0)::numeric)) + coalesce(sum(l.c6), (0)::numeric)) + coalesce(sum(l.c7), (0)::numeric)))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = 4)
          group by l.scenario, l.started_on, l.segment, l.b) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_drop_off_reached is 'drop-off: reached = went_on + completed_here + ended_here + still_open: of a touchpoint in a scenario, day and segment; a row is a bug';
create view journey_internal.check_first_links as
 select 'journeys = first links'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c1) filter (where (l.kind = 0)), (0)::numeric))::bigint as left_value,
            (coalesce(sum(l.c1) filter (where (l.kind = 2)), (0)::numeric))::bigint as right_value
           from journey_internal.named_ledger l
          where ((l.kind = any (array[0, 2])) and ((l.kind = 0) or (l.a = 1)))
          group by l.scenario, l.started_on, l.segment) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_first_links is 'journeys = first links: of a scenario, day and segment; a row is a bug';
create view journey_internal.check_funnel_completed as
 select 'funnel: completed_here = completed'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c3) filter (where (l.kind = 5)), (0)::numeric))::bigint as left_value,
            (coalesce(sum(l.c2) filter (where (l.kind = 0)), (0)::numeric))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = any (array[0, 5]))
          group by l.scenario, l.started_on, l.segment) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_funnel_completed is 'funnel: completed_here = completed: of a scenario, day and segment; a row is a bug';
create view journey_internal.check_funnel_ended as
 select 'funnel: ended_here = lost + ended'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c4) filter (where (l.kind = 5)), (0)::numeric))::bigint as left_value,
            ((coalesce(sum(l.c3) filter (where (l.kind = 0)), (0)::numeric) + coalesce(sum(l.c4) filter (where (l.kind = 0)), (0)::numeric)))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = any (array[0, 5]))
          group by l.scenario, l.started_on, l.segment) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_funnel_ended is 'funnel: ended_here = lost + ended: of a scenario, day and segment; a row is a bug';
create view journey_internal.check_funnel_entered as
 select 'funnel: entered = went_on + completed_here + ended_here + still_open'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c1), (0)::numeric))::bigint as left_value,
            ((((coalesce(sum(l.c2), (0)::numeric) + coalesce(sum(l.c3), (0)::numeric)) + coalesce(sum(l.c4), (0)::numeric)) + coalesce(sum(l.c5), (0)::numeric)))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = 5)
          group by l.scenario, l.started_on, l.segment, l.b) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_funnel_entered is 'funnel: entered = went_on + completed_here + ended_here + still_open: of a checkpoint in a scenario, day and segment; a row is a bug';
create view journey_internal.check_funnel_next as
 select 'funnel: went_on = entered of the next'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(n.went_on), (0)::numeric))::bigint as left_value,
            (coalesce(sum(n.entered), (0)::numeric))::bigint as right_value
           from (journey_internal.named_ledger l
             cross join lateral ( values ((l.b + 1),l.c2,(0)::bigint), (l.b,(0)::bigint,l.c1)) n(checkpoint_no, went_on, entered))
          where ((l.kind = 5) and (n.checkpoint_no > 0))
          group by l.scenario, l.started_on, l.segment, n.checkpoint_no) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_funnel_next is 'funnel: went_on = entered of the next: of a checkpoint in a scenario, day and segment; a row is a bug';
create view journey_internal.check_funnel_open as
 select 'funnel: still_open = open'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c5) filter (where (l.kind = 5)), (0)::numeric))::bigint as left_value,
            (coalesce(sum(l.c5) filter (where (l.kind = 0)), (0)::numeric))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = any (array[0, 5]))
          group by l.scenario, l.started_on, l.segment) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_funnel_open is 'funnel: still_open = open: of a scenario, day and segment; a row is a bug';
create view journey_internal.check_funnel_started as
 select 'funnel: entered (started) = journeys'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c1) filter (where (l.kind = 5)), (0)::numeric))::bigint as left_value,
            (coalesce(sum(l.c1) filter (where (l.kind = 0)), (0)::numeric))::bigint as right_value
           from journey_internal.named_ledger l
          where ((l.kind = any (array[0, 5])) and ((l.kind = 0) or (l.b = 0)))
          group by l.scenario, l.started_on, l.segment) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_funnel_started is 'funnel: entered (started) = journeys: of a scenario, day and segment; a row is a bug';
create view journey_internal.check_links as
 select 'path links in = links out'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c1) filter (where n.is_in), (0)::numeric))::bigint as left_value,
            (coalesce(sum(l.c1) filter (where (not n.is_in)), (0)::numeric))::bigint as right_value
           from (journey_internal.named_ledger l
             cross join lateral ( values (true,(l.a + 1),l.c), (false,l.a,l.b)) n(is_in, place, node))
          where ((l.kind = 2) and (n.place > 1) and (n.node >= '-1'::integer))
          group by l.scenario, l.started_on, l.segment, n.place, n.node) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_links is 'path links in = links out: of a place and touchpoint in a scenario, day and segment; a row is a bug';
create view journey_internal.check_path_states as
 select 'path: journeys = completed + lost + ended'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c1), (0)::numeric))::bigint as left_value,
            (((coalesce(sum(l.c2), (0)::numeric) + coalesce(sum(l.c3), (0)::numeric)) + coalesce(sum(l.c4), (0)::numeric)))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = 1)
          group by l.scenario, l.started_on, l.segment, l.a) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_path_states is 'path: journeys = completed + lost + ended: of a path in a scenario, day and segment; a row is a bug';
create view journey_internal.check_paths as
 select 'paths = completed + lost + ended'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c1) filter (where (l.kind = 1)), (0)::numeric))::bigint as left_value,
            (((coalesce(sum(l.c2) filter (where (l.kind = 0)), (0)::numeric) + coalesce(sum(l.c3) filter (where (l.kind = 0)), (0)::numeric)) + coalesce(sum(l.c4) filter (where (l.kind = 0)), (0)::numeric)))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = any (array[0, 1]))
          group by l.scenario, l.started_on, l.segment) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_paths is 'paths = completed + lost + ended: of a scenario, day and segment; a row is a bug';
create view journey_internal.check_states as
 select 'journeys = completed + lost + ended + open'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c1), (0)::numeric))::bigint as left_value,
            ((((coalesce(sum(l.c2), (0)::numeric) + coalesce(sum(l.c3), (0)::numeric)) + coalesce(sum(l.c4), (0)::numeric)) + coalesce(sum(l.c5), (0)::numeric)))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = 0)
          group by l.scenario, l.started_on, l.segment) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_states is 'journeys = completed + lost + ended + open: of a scenario, day and segment; a row is a bug';
create view journey_internal.check_transitions as
 select 'transitions = steps - journeys'::text as check_name,
    t.scenario,
    t.started_on,
    t.segment,
    null::uuid as customer_id,
    t.left_value,
    t.right_value
   from ( select l.scenario,
            l.started_on,
            l.segment,
            (coalesce(sum(l.c1) filter (where (l.kind = 3)), (0)::numeric))::bigint as left_value,
            ((coalesce(sum(l.c7) filter (where (l.kind = 0)), (0)::numeric) - coalesce(sum(l.c1) filter (where (l.kind = 0)), (0)::numeric)))::bigint as right_value
           from journey_internal.named_ledger l
          where (l.kind = any (array[0, 3]))
          group by l.scenario, l.started_on, l.segment) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_transitions is 'transitions = steps - journeys: of a scenario, day and segment; a row is a bug';
create table journey_internal.customer (
    customer_no bigint not null,
    customer_id uuid not null,
    events bigint default 0 not null,
    sessions bigint default 0 not null,
    journeys bigint default 0 not null,
    flood_days bigint default 0 not null,
    first_us bigint,
    last_us bigint,
    channels smallint[] default '{}'::smallint[] not null
)
with (fillfactor='60');
comment on table journey_internal.customer is 'counters of a customer; customer_no = key_no of the key it is rooted at. customer_id is its public UUID (word customer), stored so that views find a customer by it; a writer that leaves it out gets it from the trigger';
create table journey_internal.journey (
    journey_id uuid not null,
    customer_no bigint not null,
    scenario_no smallint not null,
    case_no bigint default 0 not null,
    first_us bigint not null,
    last_us bigint not null,
    due_us bigint not null,
    check_us bigint not null,
    closed_us bigint not null,
    day date not null,
    segment_no integer not null,
    state smallint not null,
    reason smallint not null,
    failed_by_no smallint,
    first_no smallint not null,
    last_no smallint not null,
    n_steps integer not null,
    path_id bigint not null,
    collapsed_id bigint not null,
    mask bytea not null,
    switches integer not null,
    channels text not null,
    n_channels smallint not null,
    depth smallint not null,
    first_skip integer not null
)
with (fillfactor='60');
alter table only journey_internal.journey alter column day set statistics 0;
comment on table journey_internal.journey is 'journeys, visits too. state 0 open 1 completed 2 lost 3 ended; reason 0 none 1 silence 2 deadline 3 failed; due_us and closed_us 9223372036854775807 = none; check_us <= due_us is lazy: the sweep re-arms it, so that extending an open journey stays HOT; mask: bit touchpoint_no';
create table journey_internal.session (
    customer_no bigint not null,
    from_us bigint not null,
    to_us bigint not null,
    session_id uuid not null,
    day date not null,
    n_events integer not null,
    first_rank integer not null,
    is_visit boolean not null,
    entry_no smallint not null,
    exit_no smallint not null,
    channels text not null,
    n_channels smallint not null
)
with (fillfactor='70');
comment on table journey_internal.session is 'sessions; first_rank = rank of the first event within its day, from 0';
create view journey_internal.check_visits as
 select 'visits = visit journeys'::text as check_name,
    null::text as scenario,
    null::date as started_on,
    null::text as segment,
    ( select c.customer_id
           from journey_internal.customer c
          where (c.customer_no = t.customer_no)) as customer_id,
    t.left_value,
    t.right_value,
    t.customer_no
   from ( select v.customer_no,
            sum(v.sessions) as left_value,
            sum(v.journeys) as right_value
           from ( select s.customer_no,
                    1 as sessions,
                    0 as journeys
                   from journey_internal.session s
                  where s.is_visit
                union all
                 select j.customer_no,
                    0,
                    1
                   from (journey_internal.journey j
                     join journey_internal.scenario sc on ((sc.scenario_no = j.scenario_no)))
                  where (sc.name = 'visit'::text)) v
          group by v.customer_no) t
  where (t.left_value <> t.right_value);
comment on view journey_internal.check_visits is 'visits = visit journeys: of a customer; a row is a bug';
create view journey.conservation as
 select check_states.check_name,
    check_states.scenario,
    check_states.started_on,
    check_states.segment,
    check_states.customer_id,
    check_states.left_value,
    check_states.right_value
   from journey_internal.check_states
union all
 select check_paths.check_name,
    check_paths.scenario,
    check_paths.started_on,
    check_paths.segment,
    check_paths.customer_id,
    check_paths.left_value,
    check_paths.right_value
   from journey_internal.check_paths
union all
 select check_path_states.check_name,
    check_path_states.scenario,
    check_path_states.started_on,
    check_path_states.segment,
    check_path_states.customer_id,
    check_path_states.left_value,
    check_path_states.right_value
   from journey_internal.check_path_states
union all
 select check_first_links.check_name,
    check_first_links.scenario,
    check_first_links.started_on,
    check_first_links.segment,
    check_first_links.customer_id,
    check_first_links.left_value,
    check_first_links.right_value
   from journey_internal.check_first_links
union all
 select check_links.check_name,
    check_links.scenario,
    check_links.started_on,
    check_links.segment,
    check_links.customer_id,
    check_links.left_value,
    check_links.right_value
   from journey_internal.check_links
union all
 select check_transitions.check_name,
    check_transitions.scenario,
    check_transitions.started_on,
    check_transitions.segment,
    check_transitions.customer_id,
    check_transitions.left_value,
    check_transitions.right_value
   from journey_internal.check_transitions
union all
 select check_drop_off_reached.check_name,
    check_drop_off_reached.scenario,
    check_drop_off_reached.started_on,
    check_drop_off_reached.segment,
    check_drop_off_reached.customer_id,
    check_drop_off_reached.left_value,
    check_drop_off_reached.right_value
   from journey_internal.check_drop_off_reached
union all
 select check_drop_off_completed.check_name,
    check_drop_off_completed.scenario,
    check_drop_off_completed.started_on,
    check_drop_off_completed.segment,
    check_drop_off_completed.customer_id,
    check_drop_off_completed.left_value,
    check_drop_off_completed.right_value
   from journey_internal.check_drop_off_completed
union all
 select check_drop_off_ended.check_name,
    check_drop_off_ended.scenario,
    check_drop_off_ended.started_on,
    check_drop_off_ended.segment,
    check_drop_off_ended.customer_id,
    check_drop_off_ended.left_value,
    check_drop_off_ended.right_value
   from journey_internal.check_drop_off_ended
union all
 select check_drop_off_open.check_name,
    check_drop_off_open.scenario,
    check_drop_off_open.started_on,
    check_drop_off_open.segment,
    check_drop_off_open.customer_id,
    check_drop_off_open.left_value,
    check_drop_off_open.right_value
   from journey_internal.check_drop_off_open
union all
 select check_funnel_started.check_name,
    check_funnel_started.scenario,
    check_funnel_started.started_on,
    check_funnel_started.segment,
    check_funnel_started.customer_id,
    check_funnel_started.left_value,
    check_funnel_started.right_value
   from journey_internal.check_funnel_started
union all
 select check_funnel_entered.check_name,
    check_funnel_entered.scenario,
    check_funnel_entered.started_on,
    check_funnel_entered.segment,
    check_funnel_entered.customer_id,
    check_funnel_entered.left_value,
    check_funnel_entered.right_value
   from journey_internal.check_funnel_entered
union all
 select check_funnel_next.check_name,
    check_funnel_next.scenario,
    check_funnel_next.started_on,
    check_funnel_next.segment,
    check_funnel_next.customer_id,
    check_funnel_next.left_value,
    check_funnel_next.right_value
   from journey_internal.check_funnel_next
union all
 select check_funnel_completed.check_name,
    check_funnel_completed.scenario,
    check_funnel_completed.started_on,
    check_funnel_completed.segment,
    check_funnel_completed.customer_id,
    check_funnel_completed.left_value,
    check_funnel_completed.right_value
   from journey_internal.check_funnel_completed
union all
 select check_funnel_ended.check_name,
    check_funnel_ended.scenario,
    check_funnel_ended.started_on,
    check_funnel_ended.segment,
    check_funnel_ended.customer_id,
    check_funnel_ended.left_value,
    check_funnel_ended.right_value
   from journey_internal.check_funnel_ended
union all
 select check_funnel_open.check_name,
    check_funnel_open.scenario,
    check_funnel_open.started_on,
    check_funnel_open.segment,
    check_funnel_open.customer_id,
    check_funnel_open.left_value,
    check_funnel_open.right_value
   from journey_internal.check_funnel_open
union all
 select check_visits.check_name,
    check_visits.scenario,
    check_visits.started_on,
    check_visits.segment,
    check_visits.customer_id,
    check_visits.left_value,
    check_visits.right_value
   from journey_internal.check_visits;
comment on view journey.conservation is 'one row a violation of what must hold whatever arrives; a row is a bug. Reads all counts: journeyd verify --sql asks the same in slices';
comment on column journey.conservation.check_name is 'what should be equal';
comment on column journey.conservation.scenario is 'the scenario; null for checks of customers';
comment on column journey.conservation.started_on is 'library day of the first step; null for checks of customers';
comment on column journey.conservation.segment is 'the segment; null for checks of customers';
comment on column journey.conservation.customer_id is 'the customer; null for checks of cells';
comment on column journey.conservation.left_value is 'left side of the check';
comment on column journey.conservation.right_value is 'right side of the check';
create table journey_internal.key (
    key_no bigint not null,
    ns_no smallint not null,
    hash uuid not null,
    owner_no bigint not null,
    shared smallint default 0 not null,
    partners integer default 0 not null,
    asked_from_us bigint default '9223372036854775807'::bigint not null,
    asked_to_us bigint default '-9223372036854775808'::bigint not null,
    is_excluded boolean default false not null,
    is_kiosk boolean default false not null,
    is_switched boolean default false not null,
    is_forgotten boolean default false not null,
    shared_since timestamp with time zone
)
with (fillfactor='50');
comment on table journey_internal.key is 'every key ever seen, and the guard (select for update) of what it names: its aliases, logins, case facts, and, as the root of a customer, its timeline, sessions and journeys. shared: 0 no, 1 several_customers, 2 max_aliases; shared_since: when a writer found it shared. is_switched, is_forgotten: it has rows in link_switch, in tombstone';
create view journey.customer as
 select c.customer_id,
        case
            when (k.shared <> 0) then 'shared'::text
            else n.kind
        end as kind,
    ((n.kind = 'person'::text) and (k.shared = 0)) as is_identified,
    (k.is_excluded or k.is_kiosk or (k.shared <> 0)) as is_excluded,
    journey_internal.timestamp_of(c.first_us) as first_seen_at,
    journey_internal.timestamp_of(c.last_us) as last_seen_at,
    c.events as event_count,
    c.sessions as session_count,
    c.journeys as journey_count,
    c.flood_days,
    cardinality(c.channels) as channel_count
   from ((journey_internal.customer c
     join journey_internal.key k on ((k.key_no = c.customer_no)))
     join journey_internal.namespace n on ((n.ns_no = k.ns_no)))
  where ((c.events > 0) or (c.journeys > 0));
comment on view journey.customer is 'one row a customer: whoever owns at least one event or journey. One person, whatever a source calls them';
comment on column journey.customer.customer_id is 'pseudonymous id, made with the secret from the customer''s best key';
comment on column journey.customer.kind is 'person (known by a person key), device (an anonymous device), case (only a case is known) or shared (a key that names several people)';
comment on column journey.customer.is_identified is 'true for kind person';
comment on column journey.customer.is_excluded is 'true for keys of the exclude list (staff, test accounts), kiosks and shared keys: events are kept and counted, but there are no sessions and no journeys';
comment on column journey.customer.first_seen_at is 'time of the customer''s first event; null without events';
comment on column journey.customer.last_seen_at is 'time of the customer''s last event; null without events';
comment on column journey.customer.event_count is 'events of the customer, floods too; identity messages not';
comment on column journey.customer.session_count is 'sessions of the customer, visits or not';
comment on column journey.customer.journey_count is 'journeys of the customer in all scenarios, visit too';
comment on column journey.customer.flood_days is 'library days with more events of the customer than sessions take (max_day_events)';
comment on column journey.customer.channel_count is 'distinct channels of the customer''s events';
create view journey.data_dictionary as
 select (v.relname)::text as view_name,
    (a.attname)::text as column_name,
    format_type(a.atttypid, a.atttypmod) as data_type,
    col_description(v.oid, (a.attnum)::integer) as description
   from ((pg_class v
     join pg_namespace n on ((n.oid = v.relnamespace)))
     join pg_attribute a on ((a.attrelid = v.oid)))
  where ((n.nspname = 'journey'::name) and (v.relkind = 'v'::"char") and (a.attnum > 0) and (not a.attisdropped));
comment on view journey.data_dictionary is 'one row a column of a view of the schema journey, from the comments in the catalogue';
comment on column journey.data_dictionary.view_name is 'the view';
comment on column journey.data_dictionary.column_name is 'the column';
comment on column journey.data_dictionary.data_type is 'its type';
comment on column journey.data_dictionary.description is 'what it says';
create view journey_internal.exact_drop_off as
 select g.scenario,
    g.started_on,
    g.segment,
    t.stage,
    t.code as touchpoint,
    t.label,
    g.reached,
    g.went_on,
    g.completed_here,
    ((g.ended_silence + g.ended_deadline) + g.ended_failed) as ended_here,
    g.ended_silence,
    g.ended_deadline,
    g.ended_failed,
    g.still_open,
    g.distinct_customers,
        case
            when (g.has_goals and g.is_over and (g.open = 0)) then ((((g.ended_silence + g.ended_deadline) + g.ended_failed))::double precision / (nullif(g.reached, 0))::double precision)
            else null::double precision
        end as drop_off_rate,
        case
            when (g.has_goals and g.is_over) then journey.wilson_low(((g.ended_silence + g.ended_deadline) + g.ended_failed), ((g.reached + g.open) - g.open_reached))
            else null::double precision
        end as rate_low,
        case
            when (g.has_goals and g.is_over) then journey.wilson_high((((g.ended_silence + g.ended_deadline) + g.ended_failed) + g.open), ((g.reached + g.open) - g.open_reached))
            else null::double precision
        end as rate_high,
    (g.is_over and (g.open = 0)) as is_final,
    g.open_reached
   from (( select s.scenario,
            s.started_on,
            s.segment,
            s.has_goals,
            s.kind,
            s.b,
            s.c1 as reached,
            s.c2 as went_on,
            s.c3 as completed_here,
            s.c4 as ended_silence,
            s.c5 as ended_deadline,
            s.c6 as ended_failed,
            s.c7 as still_open,
            s.c8 as open_reached,
            s.c9 as distinct_customers,
            coalesce((s.started_on < ( select journey_internal.first_open_day() as first_open_day)), false) as is_over,
            (coalesce(sum(s.c5) filter (where (s.kind = 0)) over (partition by s.scenario, s.started_on, s.segment), (0)::numeric))::bigint as open
           from ( select sc.name as scenario,
                    sc.has_goals,
                    l.day as started_on,
                    sg.name as segment,
                    l.kind,
                    l.b,
                    coalesce(journey_internal.total(l.c1), (0)::bigint) as c1,
                    coalesce(journey_internal.total(l.c2), (0)::bigint) as c2,
                    coalesce(journey_internal.total(l.c3), (0)::bigint) as c3,
                    coalesce(journey_internal.total(l.c4), (0)::bigint) as c4,
                    coalesce(journey_internal.total(l.c5), (0)::bigint) as c5,
                    coalesce(journey_internal.total(l.c6), (0)::bigint) as c6,
                    coalesce(journey_internal.total(l.c7), (0)::bigint) as c7,
                    coalesce(journey_internal.total(l.c8), (0)::bigint) as c8,
                    coalesce(journey_internal.total(l.c9), (0)::bigint) as c9
                   from ((journey_internal.ledger l
                     join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
                     join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
                  where (l.kind = any (array[0, 4]))
                  group by sc.name, sc.has_goals, l.day, sg.name, l.kind, l.b) s) g
     left join journey_internal.touchpoint t on ((t.touchpoint_no = g.b)))
  where ((g.kind = 4) and ((g.reached <> 0) or (g.went_on <> 0) or (g.completed_here <> 0) or (g.ended_silence <> 0) or (g.ended_deadline <> 0) or (g.ended_failed <> 0) or (g.still_open <> 0) or (g.open_reached <> 0) or (g.distinct_customers <> 0)));
comment on view journey_internal.exact_drop_off is 'journey.drop_off in exact numbers, for who sees all';
create view journey.drop_off as
 select e.scenario,
    e.started_on,
    e.segment,
    e.stage,
    e.touchpoint,
    e.label,
    e.reached,
    e.went_on,
    e.completed_here,
    e.ended_here,
    e.ended_silence,
    e.ended_deadline,
    e.ended_failed,
    e.still_open,
    e.distinct_customers,
    e.drop_off_rate,
    e.rate_low,
    e.rate_high,
    e.is_final,
    e.open_reached
   from journey_internal.exact_drop_off e
  where ( select journey_internal.sees_all() as sees_all)
union all
 select d.scenario,
    d.day as started_on,
    f.segment,
    f.stage,
    f.touchpoint,
    f.label,
    f.reached,
    f.went_on,
    f.completed_here,
    f.ended_here,
    f.ended_silence,
    f.ended_deadline,
    f.ended_failed,
    f.still_open,
    f.distinct_customers,
    f.drop_off_rate,
    f.rate_low,
    f.rate_high,
    f.is_final,
    f.open_reached
   from (journey_internal.day d
     cross join lateral journey_internal.published_drop_off(d.scenario_no, d.day, d.day, null::integer, true) f(segment, stage, touchpoint, label, reached, went_on, completed_here, ended_here, ended_silence, ended_deadline, ended_failed, still_open, distinct_customers, drop_off_rate, rate_low, rate_high, is_final, open_reached, open))
  where (not ( select journey_internal.sees_all() as sees_all));
comment on view journey.drop_off is 'one row for each touchpoint that journeys reached: how many went on and how many ended there. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Touchpoints of fewer are joined as (other), which tells how journeys ended there';
comment on column journey.drop_off.scenario is 'the scenario';
comment on column journey.drop_off.started_on is 'library day of the first step of the journey';
comment on column journey.drop_off.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.drop_off.stage is 'stage of the touchpoint';
comment on column journey.drop_off.touchpoint is 'the touchpoint reached';
comment on column journey.drop_off.label is 'the touchpoint in words';
comment on column journey.drop_off.reached is 'journeys with at least one step at the touchpoint = went_on + completed_here + ended_here + still_open';
comment on column journey.drop_off.went_on is 'of these: journeys whose last step is at another touchpoint';
comment on column journey.drop_off.completed_here is 'of these: completed journeys whose last step is here';
comment on column journey.drop_off.ended_here is 'of these: journeys lost or ended whose last step is here = ended_silence + ended_deadline + ended_failed';
comment on column journey.drop_off.ended_silence is 'of ended_here: patience ran out';
comment on column journey.drop_off.ended_deadline is 'of ended_here: the deadline passed';
comment on column journey.drop_off.ended_failed is 'of ended_here: a fail event came';
comment on column journey.drop_off.still_open is 'of these: open journeys whose last step so far is here';
comment on column journey.drop_off.distinct_customers is 'customers with at least one journey that reached the touchpoint; do not add up';
comment on column journey.drop_off.drop_off_rate is 'ended_here / reached; null until is_final and in scenarios without goals';
comment on column journey.drop_off.rate_low is 'lower end of the 95 % Wilson interval of the rate, whatever the open journeys will do; null until the day is over and in scenarios without goals';
comment on column journey.drop_off.rate_high is 'upper end of the same interval';
comment on column journey.drop_off.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
comment on column journey.drop_off.open_reached is 'open journeys with at least one step at the touchpoint, wherever their last step is';
create view journey_internal.month as
 select s.scenario_no,
    s.name as scenario,
    m.month_on,
    (((m.month_on + '1 mon'::interval) - '1 day'::interval))::date as last_day_on
   from (journey_internal.scenario s
     cross join lateral journey_internal.months_of(s.scenario_no) m(month_on));
comment on view journey_internal.month is 'months from the first to the last journey of each scenario';
create view journey.drop_off_monthly as
 select m.scenario,
    m.month_on,
    f.segment,
    f.stage,
    f.touchpoint,
    f.label,
    f.reached,
    f.went_on,
    f.completed_here,
    f.ended_here,
    f.ended_silence,
    f.ended_deadline,
    f.ended_failed,
    f.still_open,
    f.distinct_customers,
    f.drop_off_rate,
    f.rate_low,
    f.rate_high,
    f.is_final,
    f.open_reached
   from (journey_internal.month m
     cross join lateral journey_internal.published_drop_off(m.scenario_no, m.month_on, m.last_day_on, null::integer, true) f(segment, stage, touchpoint, label, reached, went_on, completed_here, ended_here, ended_silence, ended_deadline, ended_failed, still_open, distinct_customers, drop_off_rate, rate_low, rate_high, is_final, open_reached, open));
comment on view journey.drop_off_monthly is 'one row for each touchpoint of each scenario, month and segment: the journeys that started in the month and have a step at it. Filter by scenario and month_on: other months are not counted then. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Touchpoints of fewer are joined as (other)';
comment on column journey.drop_off_monthly.scenario is 'the scenario';
comment on column journey.drop_off_monthly.month_on is 'first day of the month of the first step';
comment on column journey.drop_off_monthly.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.drop_off_monthly.stage is 'stage of the touchpoint';
comment on column journey.drop_off_monthly.touchpoint is 'the touchpoint reached';
comment on column journey.drop_off_monthly.label is 'the touchpoint in words';
comment on column journey.drop_off_monthly.reached is 'journeys with at least one step at the touchpoint = went_on + completed_here + ended_here + still_open';
comment on column journey.drop_off_monthly.went_on is 'of these: journeys whose last step is at another touchpoint';
comment on column journey.drop_off_monthly.completed_here is 'of these: completed journeys whose last step is here';
comment on column journey.drop_off_monthly.ended_here is 'of these: journeys lost or ended whose last step is here = ended_silence + ended_deadline + ended_failed';
comment on column journey.drop_off_monthly.ended_silence is 'of ended_here: patience ran out';
comment on column journey.drop_off_monthly.ended_deadline is 'of ended_here: the deadline passed';
comment on column journey.drop_off_monthly.ended_failed is 'of ended_here: a fail event came';
comment on column journey.drop_off_monthly.still_open is 'of these: open journeys whose last step so far is here';
comment on column journey.drop_off_monthly.distinct_customers is 'customers with at least one journey that reached the touchpoint; exact for the month, do not add up';
comment on column journey.drop_off_monthly.drop_off_rate is 'ended_here / reached; null until is_final and in scenarios without goals';
comment on column journey.drop_off_monthly.rate_low is 'lower end of the 95 % Wilson interval of the rate, whatever the open journeys will do; null until the last day of the month is over and in scenarios without goals';
comment on column journey.drop_off_monthly.rate_high is 'upper end of the same interval';
comment on column journey.drop_off_monthly.is_final is 'true when the last day of the month is over and no journey of this scenario, month and segment is open (readers: smallest_group or fewer are)';
comment on column journey.drop_off_monthly.open_reached is 'open journeys with at least one step at the touchpoint, wherever their last step is';
create table journey_internal.attribute_set (
    attr_no integer not null,
    source text not null,
    touchpoint_no smallint not null,
    channel text not null,
    initiator text not null,
    branch text,
    customer_group text,
    device_class text,
    item_type text,
    is_logout boolean not null,
    digest uuid not null,
    constraint attribute_set_initiator_check check ((initiator = any (array['customer'::text, 'staff'::text, 'system'::text])))
);
comment on table journey_internal.attribute_set is 'one row for each distinct set of attributes of an event; digest = first 16 bytes of SHA-256 over them all, made in C';
create view journey.event as
 select journey_internal.event_uuid_of(e.at, tp.code, a.source, e.id, journey_internal.event_keys(d.dictionary, t.keys, e.key_from, e.n_keys)) as event_id,
    c.customer_id,
        case
            when ((t.rank + e.place) <= ( select journey_internal.max_day_events() as max_day_events)) then ( select s.session_id
               from ( select x.session_id,
                        x.to_us
                       from journey_internal.session x
                      where ((x.customer_no = t.customer_no) and (x.from_us <= e.at) and (x.from_us >= ( select journey_internal.cut_us() as cut_us)))
                      order by x.from_us desc
                     limit 1) s
              where (e.at <= s.to_us))
            else null::uuid
        end as session_id,
        case
            when ((t.rank + e.place) <= ( select journey_internal.max_day_events() as max_day_events)) then ( select ((((t.rank + e.place) - s.first_rank) +
                    case
                        when (s.day = t.day) then (0)::bigint
                        else journey_internal.events_before(t.customer_no, s.day, t.day)
                    end))::integer as int4
               from ( select x.to_us,
                        x.day,
                        x.first_rank
                       from journey_internal.session x
                      where ((x.customer_no = t.customer_no) and (x.from_us <= e.at) and (x.from_us >= ( select journey_internal.cut_us() as cut_us)))
                      order by x.from_us desc
                     limit 1) s
              where (e.at <= s.to_us))
            else null::integer
        end as event_seq,
    journey_internal.timestamp_of(e.at) as occurred_at,
    t.day as occurred_on,
    a.source,
    a.channel,
    tp.stage,
    tp.code as touchpoint,
    a.initiator,
    a.branch,
    a.customer_group,
    a.device_class,
    a.item_type
   from (((((journey_internal.timeline t
     cross join lateral ( select array( select ((( select journey_internal.namespace_bytes() as namespace_bytes))[(k.ns_no + 1)] || uuid_send(k.hash))
                   from unnest(t.key_ns, t.key_hash) k(ns_no, hash)) as dictionary
         offset 0) d)
     cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) e(place, at, attr, id, key_from, n_keys))
     left join journey_internal.customer c on ((c.customer_no = t.customer_no)))
     left join journey_internal.attribute_set a on ((a.attr_no = e.attr)))
     left join journey_internal.touchpoint tp on ((tp.touchpoint_no = a.touchpoint_no)));
comment on view journey.event is 'one row an accepted event; copies count once, identity messages are none. Filter by customer_id or occurred_on: both reach the stored timelines, occurred_at alone does not';
comment on column journey.event.event_id is 'id of the event, made from its time, touchpoint, source, source''s id and keys: the same in every database with the same secret';
comment on column journey.event.customer_id is 'the customer who owns the event';
comment on column journey.event.session_id is 'session of the event; null for excluded customers, for events beyond max_day_events of a day, and where a session from before the cut of retention reaches';
comment on column journey.event.event_seq is 'position in the session, from 1; null outside sessions';
comment on column journey.event.occurred_at is 'when it happened, by the source''s clock, to the microsecond';
comment on column journey.event.occurred_on is 'library day of occurred_at';
comment on column journey.event.source is 'configured stream the event came from';
comment on column journey.event.channel is 'website, circulation, helpdesk, space and the like';
comment on column journey.event.stage is 'stage of the touchpoint';
comment on column journey.event.touchpoint is 'what happened, a code of the vocabulary';
comment on column journey.event.initiator is 'who acted: customer, staff or system';
comment on column journey.event.branch is 'branch, as the source tells it; null when unknown';
comment on column journey.event.customer_group is 'group of the customer, as the source tells it; null when unknown';
comment on column journey.event.device_class is 'class of the device, as the source tells it; null when unknown';
comment on column journey.event.item_type is 'type of the item, as the source tells it; null when unknown';
create table journey_internal.case_timeline (
    case_no bigint not null,
    chunk_no integer not null,
    n smallint not null,
    first_us bigint not null,
    last_us bigint not null,
    at bigint[] not null,
    attr integer[] not null,
    id bigint[] not null,
    key_ns smallint[] not null,
    key_hash uuid[] not null,
    n_keys smallint[] not null,
    keys smallint[] not null
)
with (fillfactor='80');
comment on table journey_internal.case_timeline is 'second copy of each event that carries the case, same layout as timeline';
create view journey.event_case as
 select journey_internal.event_uuid_of(e.at, tp.code, a.source, e.id, journey_internal.event_keys(d.dictionary, t.keys, e.key_from, e.n_keys)) as event_id,
    n.name as case_type,
    d.case_id
   from ((((((journey_internal.case_timeline t
     join journey_internal.key k on ((k.key_no = t.case_no)))
     join journey_internal.namespace n on ((n.ns_no = k.ns_no)))
     cross join lateral ( select journey_internal.case_uuid(n.name, k.hash) as case_id,
            array( select ((( select journey_internal.namespace_bytes() as namespace_bytes))[(k_1.ns_no + 1)] || uuid_send(k_1.hash))
                   from unnest(t.key_ns, t.key_hash) k_1(ns_no, hash)) as dictionary
         offset 0) d)
     cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) e(place, at, attr, id, key_from, n_keys))
     left join journey_internal.attribute_set a on ((a.attr_no = e.attr)))
     left join journey_internal.touchpoint tp on ((tp.touchpoint_no = a.touchpoint_no)));
comment on view journey.event_case is 'one row for each event and case it carries: a loan, a hold, a ticket';
comment on column journey.event_case.event_id is 'the event, as in journey.event';
comment on column journey.event_case.case_type is 'namespace of the case, for instance loan, hold, ticket';
comment on column journey.event_case.case_id is 'pseudonymous id of the case, made with the secret';
create table journey_internal.source_counter (
    slot smallint not null,
    source text not null,
    skip text not null,
    rule text not null,
    clock text not null,
    n bigint not null,
    last_seen_at timestamp with time zone not null
)
with (fillfactor='50');
comment on table journey_internal.source_counter is 'counted by each instance: what was skipped, by reason (skip) and rule; events, by the place where their time stood (clock). What does not apply is empty';
create view journey.event_clock as
 select c.source,
    c.clock,
    (sum(c.n))::bigint as events,
    max(c.last_seen_at) as last_seen_at
   from journey_internal.source_counter c
  where (c.clock <> ''::text)
  group by c.source, c.clock;
comment on view journey.event_clock is 'one row a source and place of a time: whose clock dated the events. Places that seldom answered are those that only stand in for others';
comment on column journey.event_clock.source is 'source of the events';
comment on column journey.event_clock.clock is 'the place as the mapping writes it, or the Kafka timestamp: record create (of the producer), record append (of the broker), record none (there was none: the time of reading)';
comment on column journey.event_clock.events is 'events and identity messages, duplicates too: as often as they were read';
comment on column journey.event_clock.last_seen_at is 'when the last was met, by the database''s clock';
create table journey_internal.kafka_offset (
    grp text not null,
    topic text not null,
    part integer not null,
    epoch bigint default 0 not null,
    next_offset bigint not null,
    fingerprint_ts_us bigint,
    fingerprint_crc bigint,
    greatest_us bigint,
    log_end_offset bigint,
    seen_at timestamp with time zone,
    idle_since timestamp with time zone,
    drives_watermark boolean default true not null,
    last_commit_at timestamp with time zone,
    owner text,
    backend_pid integer,
    backend_start timestamp with time zone
)
with (fillfactor='50');
comment on table journey_internal.kafka_offset is 'where each partition goes on; the only offsets that count. Guard of a batch: compare-and-swap on epoch and next_offset';
create view journey.freshness as
 select o.topic,
    o.part as partition,
    o.next_offset,
    o.log_end_offset,
    journey_internal.timestamp_of(o.greatest_us) as last_event_at,
    (least(journey_internal.timestamp_of(o.greatest_us), now()) - limits.allowed_disorder) as partition_time,
    coalesce((((now() - o.idle_since) >= limits.idle_after) and ((now() - o.seen_at) <= ((3)::double precision * limits.idle_after))), false) as is_idle,
    o.last_commit_at
   from (journey_internal.kafka_offset o
     cross join ( select ((journey_internal.duration_us('watermark.allowed_disorder'::text, (600000000)::bigint))::double precision * '00:00:00.000001'::interval) as allowed_disorder,
            ((journey_internal.duration_us('watermark.idle_after'::text, (60000000)::bigint))::double precision * '00:00:00.000001'::interval) as idle_after) limits);
comment on view journey.freshness is 'one row a partition: how far it was read, and whether it holds the watermark back';
comment on column journey.freshness.topic is 'Kafka topic';
comment on column journey.freshness.partition is 'partition of the topic';
comment on column journey.freshness.next_offset is 'offset of the next message to read; all before it are in the database';
comment on column journey.freshness.log_end_offset is 'end of the log when it was last seen; minus next_offset: the lag in messages';
comment on column journey.freshness.last_event_at is 'greatest event time accepted from the partition; null before the first';
comment on column journey.freshness.partition_time is 'event time up to which the partition is believed complete: least of last_event_at and now, less allowed_disorder; the watermark is the least of all partitions that are not idle';
comment on column journey.freshness.is_idle is 'true when the partition had nothing to read for idle_after, and somebody is looking: it does not hold the watermark back';
comment on column journey.freshness.last_commit_at is 'when a batch of the partition was last committed, by the database''s clock';
create table journey_internal.watermark (
    only_row boolean default true not null,
    watermark_us bigint not null,
    constraint watermark_only_row_check check (only_row)
)
with (fillfactor='50');
comment on table journey_internal.watermark is 'the published watermark, in microseconds; no row before the first one';
create view journey.freshness_in_words as
 with clock as (
         select ((extract(epoch from now()) * (1000000)::numeric))::bigint as now_us
        ), setting as (
         select journey_internal.library_zone() as zone,
            journey_internal.duration_us('watermark.allowed_disorder'::text, (600000000)::bigint) as disorder_us,
            journey_internal.duration_us('watermark.idle_after'::text, (60000000)::bigint) as idle_after_us,
            journey_internal.duration_us('identity.stitch_back'::text, '604800000000'::bigint) as stitch_back_us,
            journey_internal.duration_us('identity.login_ttl'::text, '43200000000'::bigint) as login_ttl_us
        ), partition as (
         select o.topic,
            o.part,
            o.drives_watermark,
            greatest((o.log_end_offset - o.next_offset), (0)::bigint) as unread,
            coalesce((o.next_offset >= o.log_end_offset), false) as is_at_end,
                case
                    when (o.greatest_us is not null) then least(o.greatest_us, c.now_us)
                    else null::bigint
                end as time_us,
            (c.now_us - ((extract(epoch from o.seen_at) * (1000000)::numeric))::bigint) as unseen_us,
            (c.now_us - ((extract(epoch from o.idle_since) * (1000000)::numeric))::bigint) as quiet_us,
            s.idle_after_us,
            coalesce((((now() - o.idle_since) >= ((s.idle_after_us)::double precision * '00:00:00.000001'::interval)) and ((now() - o.seen_at) <= (((3 * s.idle_after_us))::double precision * '00:00:00.000001'::interval))), false) as is_idle,
            (o.log_end_offset is not null) as knows_end,
            c.now_us
           from ((journey_internal.kafka_offset o
             cross join clock c)
             cross join setting s)
          where (o.grp = ( select x.grp
                   from journey_internal.kafka_offset x
                  order by greatest(x.seen_at, x.last_commit_at) desc nulls last, x.grp
                 limit 1))
        ), judged as (
         select p.topic,
            p.part,
            p.drives_watermark,
            p.unread,
            p.is_at_end,
            p.time_us,
            p.unseen_us,
            p.quiet_us,
            p.idle_after_us,
            p.is_idle,
            p.knows_end,
            p.now_us,
            ((not p.is_idle) and (p.time_us is null) and (not p.is_at_end)) as holds_wholly,
            bool_or(((not p.is_idle) and (p.time_us is null) and (not p.is_at_end))) over () as is_held_wholly,
            min(p.time_us) filter (where (not p.is_idle)) over () as least_us
           from partition p
          where p.drives_watermark
        ), holder as (
         select j.topic,
            j.part,
            j.drives_watermark,
            j.unread,
            j.is_at_end,
            j.time_us,
            j.unseen_us,
            j.quiet_us,
            j.idle_after_us,
            j.is_idle,
            j.knows_end,
            j.now_us,
            j.holds_wholly,
            j.is_held_wholly,
            j.least_us
           from judged j
          where
                case
                    when j.is_held_wholly then j.holds_wholly
                    else ((not j.is_idle) and (j.time_us = j.least_us))
                end
        ), waits as (
         select substr(t_1.name, (length('scenarios.'::text) + 1)) as scenario,
            string_agg(((journey_internal.duration_words((w.found[2])::bigint) || ' after '::text) || w.found[1]), ', '::text order by w.place) as words
           from (journey_internal.setting t_1
             cross join lateral regexp_matches(t_1.value, ' wait (\S+)=(\d+)'::text, 'g'::text) with ordinality w(found, place))
          where (t_1.name ~~ 'scenarios.%'::text)
          group by t_1.name
        ), statement as (
         select 1 as part_no,
            null::text as part_key,
            'watermark'::text as about,
            null::text as subject,
            (((c.now_us - w.watermark_us))::double precision / ('1000000'::numeric)::double precision) as seconds,
            null::bigint as messages,
                case
                    when (w.watermark_us is null) then 'Nothing is published yet: there is no watermark.'::text
                    else (((((('Journeys are closed up to '::text || to_char((journey_internal.timestamp_of(w.watermark_us) at time zone s.zone), 'YYYY-MM-DD HH24:MI:SS'::text)) || ' ('::text) || s.zone) || '), '::text) || journey_internal.duration_words(greatest((c.now_us - w.watermark_us), (0)::bigint))) || ' ago.'::text)
                end as sentence
           from ((clock c
             cross join setting s)
             left join journey_internal.watermark w on (true))
        union all
         select 2,
            ((h.topic || ' '::text) || to_char(h.part, 'FM0000000000'::text)),
            'partition'::text,
            ((h.topic || ' '::text) || h.part),
            (((h.now_us - h.time_us))::double precision / ('1000000'::numeric)::double precision),
            h.unread,
            (((((('Partition '::text || h.part) || ' of '::text) || h.topic) || ' holds the watermark back: '::text) ||
                case
                    when ((h.unseen_us is null) or (h.unseen_us > (3 * h.idle_after_us))) then (coalesce(('nobody has looked at it for '::text || journey_internal.duration_words(h.unseen_us)), 'nobody has looked at it'::text) || '; is `journeyd run` at work?'::text)
                    when (h.unread > 0) then ((to_char(h.unread, 'FM999,999,999,999,999'::text) ||
                    case
                        when (h.unread = 1) then ' message is'::text
                        else ' messages are'::text
                    end) || ' not read yet.'::text)
                    when (not h.knows_end) then 'where it ends is not known yet.'::text
                    when (h.quiet_us < h.idle_after_us) then (((('it was read to its end '::text || journey_internal.duration_words(greatest(h.quiet_us, (0)::bigint))) || ' ago, and counts as idle after '::text) || journey_internal.duration_words(h.idle_after_us)) || '.'::text)
                    else 'it is read to its end, and more may come.'::text
                end) ||
                case
                    when (h.time_us is null) then ' None of its events is accepted yet.'::text
                    else ((' Its newest event is '::text || journey_internal.duration_words(greatest((h.now_us - h.time_us), (0)::bigint))) || ' old.'::text)
                end)
           from holder h
        union all
         select 2,
            null::text,
            'partition'::text,
            null::text,
            null::double precision,
            null::bigint,
                case
                    when (( select count(*) as count
                       from partition) = 0) then 'No partition has been read: what is here came from files.'::text
                    when (( select count(*) as count
                       from judged) = 0) then 'None of the partitions drives the watermark.'::text
                    else 'No partition holds the watermark back: all are idle or empty.'::text
                end as "case"
          where ((not (exists ( select
                   from holder))) and ((exists ( select
                   from partition)) or (exists ( select
                   from journey_internal.watermark))))
        union all
         select 3,
            null::text,
            'unread'::text,
            null::text,
            null::double precision,
            (coalesce(sum(p.unread), (0)::numeric))::bigint as "coalesce",
                case
                    when (coalesce(sum(p.unread), (0)::numeric) = (0)::numeric) then 'No message that is known of waits to be read.'::text
                    when (sum(p.unread) = (1)::numeric) then '1 message waits to be read.'::text
                    else (((((to_char(sum(p.unread), 'FM999,999,999,999,999'::text) || ' messages wait to be read, in '::text) || count(*) filter (where (p.unread > 0))) || ' of '::text) || count(*)) || ' partitions.'::text)
                end as "case"
           from partition p
         having (count(*) > 0)
        union all
         select 4,
            null::text,
            'late'::text,
            null::text,
            ((s.disorder_us)::double precision / ('1000000'::numeric)::double precision),
            null::bigint,
            (('The watermark stays '::text || journey_internal.duration_words(s.disorder_us)) || ' behind the newest event, so that events may come in another order. One that is later still counts too, and changes the figures of its day, however old.'::text)
           from setting s
        union all
         select 5,
            null::text,
            'login'::text,
            null::text,
            ((greatest(s.stitch_back_us, s.login_ttl_us))::double precision / ('1000000'::numeric)::double precision),
            null::bigint,
            (((('A login names the visitor of its device from '::text || journey_internal.duration_words(s.stitch_back_us)) || ' before it to '::text) || journey_internal.duration_words(s.login_ttl_us)) || ' after it: for as long, anonymous journeys may still become those of a person.'::text)
           from setting s
        union all
         select 6,
            sc.name,
            'scenario'::text,
            sc.name,
            ((sc.deadline_us)::double precision / ('1000000'::numeric)::double precision),
            null::bigint,
            (((((('A journey of '::text || sc.name) || ' is over after '::text) || journey_internal.duration_words(sc.patience_us)) || ' of silence'::text) || coalesce(((' ('::text || w.words) || ')'::text), ''::text)) ||
                case
                    when (sc.deadline_us is null) then '; it has no deadline, so a day stays open as long as a journey of it goes on.'::text
                    else ((', at the latest '::text || journey_internal.duration_words(sc.deadline_us)) || ' after its first step: so long after a day its figures may be open.'::text)
                end)
           from (journey_internal.scenario sc
             left join waits w on ((w.scenario = sc.name)))
          where (sc.is_configured and (sc.patience_us is not null))
        )
 select (row_number() over (order by t.part_no, (t.part_key collate "C")))::integer as line,
    t.about,
    t.subject,
    t.seconds,
    t.messages,
    t.sentence
   from statement t;
comment on view journey.freshness_in_words is 'one row a sentence: how far behind the figures are, what holds them back, and how long they can still move. Order by line';
comment on column journey.freshness_in_words.line is 'the order in which the sentences read, from 1';
comment on column journey.freshness_in_words.about is 'watermark (how far), partition (what holds it back), unread (what waits in Kafka), late (late events), login (late logins), scenario (patience and deadline)';
comment on column journey.freshness_in_words.subject is 'topic and partition, or the scenario; null for the others';
comment on column journey.freshness_in_words.seconds is 'the sentence''s number: watermark: age of the watermark; partition: age of its newest event; late: allowed_disorder; login: the longer of stitch_back and login_ttl; scenario: its deadline; null where there is none';
comment on column journey.freshness_in_words.messages is 'partition and unread: messages known to be in Kafka and not read yet; null for the others';
comment on column journey.freshness_in_words.sentence is 'the same in words; times are the library''s';
create table journey_internal.scenario_checkpoint (
    scenario_no smallint not null,
    checkpoint_no smallint not null,
    name text not null
);
comment on table journey_internal.scenario_checkpoint is 'checkpoints in order; 0 is (started)';
create view journey_internal.exact_funnel_step as
 select g.scenario,
    g.started_on,
    g.segment,
    g.checkpoint_no,
    g.checkpoint,
    g.entered,
    g.went_on,
    g.completed_here,
    g.ended_here,
    g.still_open,
    g.distinct_customers,
    coalesce(((g.open = 0) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final
   from ( select sc.name as scenario,
            l.day as started_on,
            sg.name as segment,
            cp.checkpoint_no,
            cp.name as checkpoint,
            coalesce(journey_internal.total(l.c1) filter (where (l.kind = 5)), (0)::bigint) as entered,
            coalesce(journey_internal.total(l.c2) filter (where (l.kind = 5)), (0)::bigint) as went_on,
            coalesce(journey_internal.total(l.c3) filter (where (l.kind = 5)), (0)::bigint) as completed_here,
            coalesce(journey_internal.total(l.c4) filter (where (l.kind = 5)), (0)::bigint) as ended_here,
            coalesce(journey_internal.total(l.c5) filter (where (l.kind = 5)), (0)::bigint) as still_open,
            coalesce(journey_internal.total(l.c6) filter (where (l.kind = 5)), (0)::bigint) as distinct_customers,
            coalesce(journey_internal.total(l.c1) filter (where (l.kind = 0)), (0)::bigint) as journeys,
            coalesce(journey_internal.total(l.c5) filter (where (l.kind = 0)), (0)::bigint) as open
           from (((journey_internal.ledger l
             join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
             join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
             join ( select scenario.scenario_no,
                    0 as checkpoint_no,
                    '(started)'::text as name
                   from journey_internal.scenario
                union all
                 select scenario_checkpoint.scenario_no,
                    scenario_checkpoint.checkpoint_no,
                    scenario_checkpoint.name
                   from journey_internal.scenario_checkpoint
                  where (scenario_checkpoint.checkpoint_no > 0)) cp on (((cp.scenario_no = l.scenario_no) and ((l.kind = 0) or (cp.checkpoint_no = l.b)))))
          where (l.kind = any (array[0, 5]))
          group by sc.name, l.day, sg.name, cp.checkpoint_no, cp.name) g
  where (g.journeys <> 0);
comment on view journey_internal.exact_funnel_step is 'journey.funnel_step in exact numbers, for who sees all';
create view journey.funnel_step as
 select e.scenario,
    e.started_on,
    e.segment,
    e.checkpoint_no,
    e.checkpoint,
    e.entered,
    e.went_on,
    e.completed_here,
    e.ended_here,
    e.still_open,
    e.distinct_customers,
    e.is_final
   from journey_internal.exact_funnel_step e
  where ( select journey_internal.sees_all() as sees_all)
union all
 select d.scenario,
    d.day as started_on,
    f.segment,
    f.checkpoint_no,
    f.checkpoint,
    f.entered,
    f.went_on,
    f.completed_here,
    f.ended_here,
    f.still_open,
    f.distinct_customers,
    f.is_final
   from (journey_internal.day d
     cross join lateral journey_internal.published_funnel(d.scenario_no, d.day, d.day, null::integer, true) f(segment, checkpoint_no, checkpoint, entered, went_on, completed_here, ended_here, still_open, distinct_customers, is_final))
  where (not ( select journey_internal.sees_all() as sees_all));
comment on view journey.funnel_step is 'one row for each checkpoint of a scenario, for each day and segment in which a journey started: how far journeys came. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. A checkpoint of fewer has zeros';
comment on column journey.funnel_step.scenario is 'the scenario';
comment on column journey.funnel_step.started_on is 'library day of the first step';
comment on column journey.funnel_step.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.funnel_step.checkpoint_no is 'place of the checkpoint, from 0';
comment on column journey.funnel_step.checkpoint is 'name of the checkpoint; 0 is (started), which every journey reaches';
comment on column journey.funnel_step.entered is 'journeys that reached this checkpoint after all those before it, by distinct steps = went_on + completed_here + ended_here + still_open';
comment on column journey.funnel_step.went_on is 'of these: journeys that reached the next checkpoint too';
comment on column journey.funnel_step.completed_here is 'of these: completed journeys that came no further';
comment on column journey.funnel_step.ended_here is 'of these: lost or ended journeys that came no further';
comment on column journey.funnel_step.still_open is 'of these: open journeys that came no further so far';
comment on column journey.funnel_step.distinct_customers is 'customers with at least one journey that reached the checkpoint; do not add up';
comment on column journey.funnel_step.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
create view journey.funnel_step_monthly as
 select m.scenario,
    m.month_on,
    f.segment,
    f.checkpoint_no,
    f.checkpoint,
    f.entered,
    f.went_on,
    f.completed_here,
    f.ended_here,
    f.still_open,
    f.distinct_customers,
    f.is_final
   from (journey_internal.month m
     cross join lateral journey_internal.published_funnel(m.scenario_no, m.month_on, m.last_day_on, null::integer, true) f(segment, checkpoint_no, checkpoint, entered, went_on, completed_here, ended_here, still_open, distinct_customers, is_final));
comment on view journey.funnel_step_monthly is 'one row for each checkpoint of a scenario, for each month and segment in which a journey started: how far journeys came. Filter by scenario and month_on: other months are not counted then. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. A checkpoint of fewer has zeros';
comment on column journey.funnel_step_monthly.scenario is 'the scenario';
comment on column journey.funnel_step_monthly.month_on is 'first day of the month of the first step';
comment on column journey.funnel_step_monthly.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.funnel_step_monthly.checkpoint_no is 'place of the checkpoint, from 0';
comment on column journey.funnel_step_monthly.checkpoint is 'name of the checkpoint; 0 is (started), which every journey reaches';
comment on column journey.funnel_step_monthly.entered is 'journeys that reached this checkpoint after all those before it, by distinct steps = went_on + completed_here + ended_here + still_open';
comment on column journey.funnel_step_monthly.went_on is 'of these: journeys that reached the next checkpoint too';
comment on column journey.funnel_step_monthly.completed_here is 'of these: completed journeys that came no further';
comment on column journey.funnel_step_monthly.ended_here is 'of these: lost or ended journeys that came no further';
comment on column journey.funnel_step_monthly.still_open is 'of these: open journeys that came no further so far';
comment on column journey.funnel_step_monthly.distinct_customers is 'customers with at least one journey that reached the checkpoint; exact for the month, do not add up';
comment on column journey.funnel_step_monthly.is_final is 'true when the last day of the month is over and no journey of this scenario, month and segment is open (readers: smallest_group or fewer are)';
create table journey_internal.path (
    path_id bigint not null,
    collapsed_id bigint not null,
    touchpoints smallint[] not null,
    is_more boolean not null,
    folded_text text
);
comment on table journey_internal.path is 'paths as touchpoint numbers; collapsed_id names the row of the folded path (itself where nothing folds). folded_text: how a folded path reads, as a month of path cells shows it thousands of times; a trigger fills it, raw paths are put together when asked for';
create view journey_internal.path_text as
 select p.path_id,
    cardinality(p.touchpoints) as step_count,
    coalesce(p.folded_text, array_to_string((array( select (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(n.n + 1)] as touchpoint_codes
           from unnest(p.touchpoints) n(n)) ||
        case
            when p.is_more then '{(more)}'::text[]
            else null::text[]
        end), ' > '::text)) as path
   from journey_internal.path p;
comment on view journey_internal.path_text is 'a path''s text and number of elements, (more) not counted';
create view journey.journey as
 select j.journey_id,
    sc.name as scenario,
    c.customer_id,
    ( select ((n.kind = 'person'::text) and (k.shared = 0))
           from (journey_internal.key k
             join journey_internal.namespace n on ((n.ns_no = k.ns_no)))
          where (k.key_no = j.customer_no)) as is_identified,
        case
            when (j.case_no <> 0) then ( select journey_internal.case_uuid(n.name, k.hash) as case_uuid
               from (journey_internal.key k
                 join journey_internal.namespace n on ((n.ns_no = k.ns_no)))
              where (k.key_no = j.case_no))
            else null::uuid
        end as case_id,
    journey_internal.timestamp_of(j.first_us) as started_at,
    journey_internal.timestamp_of(j.last_us) as last_step_at,
    journey_internal.timestamp_of(nullif(j.due_us, '9223372036854775807'::bigint)) as due_at,
    journey_internal.timestamp_of(nullif(j.closed_us, '9223372036854775807'::bigint)) as closed_at,
    j.day as started_on,
    sg.name as segment,
        case j.state
            when 0 then 'open'::text
            when 1 then 'completed'::text
            when 2 then 'lost'::text
            when 3 then 'ended'::text
            else null::text
        end as state,
        case j.reason
            when 1 then 'silence'::text
            when 2 then 'deadline'::text
            when 3 then 'failed'::text
            else null::text
        end as reason,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(j.failed_by_no + 1)] as failed_by,
    j.n_steps as step_count,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(j.first_no + 1)] as first_touchpoint,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(j.last_no + 1)] as last_touchpoint,
    ( select p.path
           from journey_internal.path_text p
          where (p.path_id = j.path_id)) as path,
    ( select p.path
           from journey_internal.path_text p
          where (p.path_id = j.collapsed_id)) as collapsed_path,
    (((j.last_us - j.first_us))::double precision / ('1000000'::numeric)::double precision) as duration_seconds,
    j.channels,
    j.switches as channel_switches,
    (j.depth)::integer as checkpoint_reached,
    (j.first_us < ( select journey_internal.cut_us() as cut_us)) as is_frozen
   from (((journey_internal.journey j
     left join journey_internal.scenario sc on ((sc.scenario_no = j.scenario_no)))
     left join journey_internal.segment sg on ((sg.segment_no = j.segment_no)))
     left join journey_internal.customer c on ((c.customer_no = j.customer_no)));
comment on view journey.journey is 'one row a journey: one attempt of a customer at what a scenario describes; visits are journeys of the scenario visit';
comment on column journey.journey.journey_id is 'id of the journey, made from scenario, case and first event';
comment on column journey.journey.scenario is 'what the customer tried to do';
comment on column journey.journey.customer_id is 'the customer whose journey it is; of a case, the case''s owner';
comment on column journey.journey.is_identified is 'true when the customer is of kind person';
comment on column journey.journey.case_id is 'the loan, hold or ticket the journey follows; null in scenarios of scope customer';
comment on column journey.journey.started_at is 'time of the first step';
comment on column journey.journey.last_step_at is 'time of the last step so far';
comment on column journey.journey.due_at is 'when an open journey will be over unless it goes on; null for the others';
comment on column journey.journey.closed_at is 'when it was over: time of the goal or fail event, or when patience or deadline ran out; null while open';
comment on column journey.journey.started_on is 'library day of started_at';
comment on column journey.journey.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.journey.state is 'open, completed (reached a goal), lost (did not) or ended (over, in a scenario without goals)';
comment on column journey.journey.reason is 'why it is lost or ended: silence (patience ran out), deadline or failed; null for open and completed ones';
comment on column journey.journey.failed_by is 'touchpoint that made it fail (no step of it); null otherwise';
comment on column journey.journey.step_count is 'steps of the journey, all of them';
comment on column journey.journey.first_touchpoint is 'touchpoint of the first step';
comment on column journey.journey.last_touchpoint is 'touchpoint of the last step so far';
comment on column journey.journey.path is 'touchpoints of its steps in order, joined by " > "; (more) where it is longer than max_path';
comment on column journey.journey.collapsed_path is 'the same with repeats of one touchpoint folded to one';
comment on column journey.journey.duration_seconds is 'seconds from the first to the last step';
comment on column journey.journey.channels is 'distinct channels of its steps in byte order, joined by " + "';
comment on column journey.journey.channel_switches is 'neighbouring steps whose channels differ';
comment on column journey.journey.checkpoint_reached is 'number of the furthest checkpoint reached in order; 0: only (started). Names: journey.funnel_step';
comment on column journey.journey.is_frozen is 'true when it began before the cut of retention: its events are gone, and it stays as it is';
create table journey_internal.scenario_touchpoint (
    scenario_no smallint not null,
    touchpoint_no smallint not null
);
comment on table journey_internal.scenario_touchpoint is 'the touchpoints that can be a step of a journey of the scenario (steps, start or goal)';
create view journey.journey_step as
 select j.journey_id,
    (s.step_no)::integer as step_no,
    journey_internal.event_uuid_of(s.at, (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(s.touchpoint_no + 1)], s.source, s.id, journey_internal.event_keys(s.dictionary, s.keys, s.key_from, s.n_keys)) as event_id,
    journey_internal.timestamp_of(s.at) as occurred_at,
    (( select journey_internal.touchpoint_stages() as touchpoint_stages))[(s.touchpoint_no + 1)] as stage,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(s.touchpoint_no + 1)] as touchpoint,
    (( select journey_internal.touchpoint_labels() as touchpoint_labels))[(s.touchpoint_no + 1)] as label,
    s.channel,
    s.initiator,
    (((s.at - s.before))::double precision / ('1000000'::numeric)::double precision) as wait_seconds
   from (journey_internal.journey j
     cross join lateral ( select m.day,
            m.chunk_no,
            m.place,
            m.at,
            m.id,
            m.key_from,
            m.n_keys,
            m.keys,
            m.dictionary,
            m.source,
            m.touchpoint_no,
            m.channel,
            m.initiator,
            row_number() over (order by m.day, m.chunk_no, m.place) as step_no,
            lag(m.at) over (order by m.day, m.chunk_no, m.place) as before
           from ( select t.day,
                    t.chunk_no,
                    e.place,
                    e.at,
                    e.id,
                    e.key_from,
                    e.n_keys,
                    t.keys,
                    t.dictionary,
                    x.source,
                    x.touchpoint_no,
                    x.channel,
                    x.initiator
                   from (((( select t_1.customer_no,
                            t_1.day,
                            t_1.chunk_no,
                            t_1.rank,
                            t_1.n,
                            t_1.first_us,
                            t_1.last_us,
                            t_1.at,
                            t_1.attr,
                            t_1.id,
                            t_1.key_ns,
                            t_1.key_hash,
                            t_1.n_keys,
                            t_1.keys,
                            array( select ((( select journey_internal.namespace_bytes() as namespace_bytes))[(k.ns_no + 1)] || uuid_send(k.hash))
                                   from unnest(t_1.key_ns, t_1.key_hash) k(ns_no, hash)) as dictionary
                           from journey_internal.timeline t_1
                          where ((j.case_no = 0) and (t_1.customer_no = j.customer_no) and ((t_1.day >= j.day) and (t_1.day <= ((j.day + 2) + (((j.last_us - j.first_us) / '86400000000'::bigint))::integer))) and (t_1.last_us >= j.first_us) and (t_1.first_us <= j.last_us))
                         offset 0) t
                     cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) e(place, at, attr, id, key_from, n_keys))
                     join journey_internal.attribute_set x on ((x.attr_no = e.attr)))
                     join journey_internal.scenario_touchpoint st on (((st.scenario_no = j.scenario_no) and (st.touchpoint_no = x.touchpoint_no))))
                  where (((e.at >= j.first_us) and (e.at <= j.last_us)) and ((t.rank + e.place) <= ( select journey_internal.max_day_events() as max_day_events)))
                union all
                 select j.day,
                    t.chunk_no,
                    e.place,
                    e.at,
                    e.id,
                    e.key_from,
                    e.n_keys,
                    t.keys,
                    t.dictionary,
                    x.source,
                    x.touchpoint_no,
                    x.channel,
                    x.initiator
                   from (((( select t_1.case_no,
                            t_1.chunk_no,
                            t_1.n,
                            t_1.first_us,
                            t_1.last_us,
                            t_1.at,
                            t_1.attr,
                            t_1.id,
                            t_1.key_ns,
                            t_1.key_hash,
                            t_1.n_keys,
                            t_1.keys,
                            array( select ((( select journey_internal.namespace_bytes() as namespace_bytes))[(k.ns_no + 1)] || uuid_send(k.hash))
                                   from unnest(t_1.key_ns, t_1.key_hash) k(ns_no, hash)) as dictionary
                           from journey_internal.case_timeline t_1
                          where ((j.case_no <> 0) and (t_1.case_no = j.case_no) and (t_1.last_us >= j.first_us) and (t_1.first_us <= j.last_us))
                         offset 0) t
                     cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) e(place, at, attr, id, key_from, n_keys))
                     join journey_internal.attribute_set x on ((x.attr_no = e.attr)))
                     join journey_internal.scenario_touchpoint st on (((st.scenario_no = j.scenario_no) and (st.touchpoint_no = x.touchpoint_no))))
                  where ((e.at >= j.first_us) and (e.at <= j.last_us))
          order by 1, 2, 3
         offset j.first_skip
         limit j.n_steps) m) s)
  where (j.first_us >= ( select journey_internal.cut_us() as cut_us));
comment on view journey.journey_step is 'one row a step of a journey; visits too, frozen journeys not: their steps are gone. Filter by journey_id';
comment on column journey.journey_step.journey_id is 'the journey, as in journey.journey';
comment on column journey.journey_step.step_no is 'place of the step in the journey, from 1';
comment on column journey.journey_step.event_id is 'the event that is the step, as in journey.event';
comment on column journey.journey_step.occurred_at is 'when it happened, by the source''s clock';
comment on column journey.journey_step.stage is 'stage of the touchpoint';
comment on column journey.journey_step.touchpoint is 'what happened, a code of the vocabulary';
comment on column journey.journey_step.label is 'the touchpoint in words';
comment on column journey.journey_step.channel is 'channel of the event';
comment on column journey.journey_step.initiator is 'who acted: customer, staff or system';
comment on column journey.journey_step.wait_seconds is 'seconds since the step before; null for step 1';
create table journey_internal.source_tally (
    slot smallint not null,
    source text not null,
    read bigint default 0 not null,
    accepted bigint default 0 not null,
    duplicate bigint default 0 not null,
    skipped bigint default 0 not null,
    quarantined bigint default 0 not null,
    tombstone bigint default 0 not null
)
with (fillfactor='50');
comment on table journey_internal.source_tally is 'where messages went; read = accepted + duplicate + skipped + quarantined + tombstone; source (none): topic no source takes';
create table journey_internal.unmapped (
    slot smallint not null,
    source text not null,
    field text not null,
    value text not null,
    messages bigint not null,
    last_seen_at timestamp with time zone not null
);
comment on table journey_internal.unmapped is 'values of enumerated fields that the mappings do not know, counted by each instance';
create view journey.mapping_coverage as
 with source as (
         select t.source,
            (sum(t.read))::bigint as messages_read
           from journey_internal.source_tally t
          group by t.source
         having (sum(t.read) > (0)::numeric)
        ), field as (
         select u.source,
            u.field,
            (sum(u.messages))::bigint as messages,
            count(distinct u.value) as field_values
           from journey_internal.unmapped u
          group by u.source, u.field
        )
 select coalesce(s.source, f.source) as source,
    f.field,
    coalesce(s.messages_read, (0)::bigint) as messages_read,
    coalesce(f.messages, (0)::bigint) as unmapped_messages,
    coalesce(f.field_values, (0)::bigint) as unmapped_values,
    ((coalesce(f.messages, (0)::bigint))::double precision / (s.messages_read)::double precision) as unmapped_share
   from (source s
     full join field f on ((f.source = s.source)));
comment on view journey.mapping_coverage is 'one row a source and field with values that the mapping does not know: how much of what was read had one. A source that knows all its values has one row, without a field';
comment on column journey.mapping_coverage.source is 'source; (none) for messages whose topic no source takes';
comment on column journey.mapping_coverage.field is 'the field, as the mapping names it; null where the source met no unknown value';
comment on column journey.mapping_coverage.messages_read is 'messages the source read, whatever became of them';
comment on column journey.mapping_coverage.unmapped_messages is 'of these, messages with an unknown value that could be told (journey.unmapped): at least so many had one';
comment on column journey.mapping_coverage.unmapped_values is 'different unknown values told of the field';
comment on column journey.mapping_coverage.unmapped_share is 'unmapped_messages / messages_read; null when nothing was read. Values a map knows by now stay counted';
create table journey_internal.operator_act (
    act_no bigint not null,
    acted_at timestamp with time zone default now() not null,
    database_user text default session_user not null,
    os_user text not null,
    action text not null,
    key_ids uuid[] not null,
    namespaces text[] not null,
    note text,
    constraint operator_act_action_check check ((action = any (array['unlink'::text, 'relink'::text, 'forget'::text, 'export'::text, 'opt_out'::text, 'opt_in'::text, 'rotate'::text, 'small_groups'::text])))
);
comment on table journey_internal.operator_act is 'who did what to the data of a person, or to what readers are told of persons (small_groups, note: from what to what): operators and pseudonymous keys, never a value of a key. A row is never changed';
create view journey.operator_act as
 select a.acted_at,
    a.action,
    a.database_user,
    a.os_user,
    k.namespace,
    k.key_id,
    (k.place)::integer as key_no,
    a.note
   from (journey_internal.operator_act a
     left join lateral unnest(a.key_ids, a.namespaces) with ordinality k(key_id, namespace, place) on (true));
comment on view journey.operator_act is 'one row a key that an operator named, or an act without keys: who unlinked, relinked, forgot, exported or opted out, and when';
comment on column journey.operator_act.acted_at is 'time of the act';
comment on column journey.operator_act.action is 'unlink: the facts between two keys were switched off; relink: on again; forget: what a key names was erased; export: everything held about the person was read; opt_out: nothing of what it names is kept any more, the past was erased; opt_in: an opt_out ended; rotate: another secret, no key; small_groups: readers are told of smaller groups, no key';
comment on column journey.operator_act.database_user is 'user of the database session';
comment on column journey.operator_act.os_user is 'user of the operating system that ran the command; source NAME: nobody did, a message of that source said what to forget';
comment on column journey.operator_act.namespace is 'namespace of the key; null without';
comment on column journey.operator_act.key_id is 'pseudonymous id of the key, made like a customer_id; of a case its case_id';
comment on column journey.operator_act.key_no is 'first or second key of an unlink or relink, from 1';
comment on column journey.operator_act.note is 'small_groups: from what to what, as 10 -> 1; null of other acts';
create view journey_internal.exact_path as
 select g.scenario,
    g.started_on,
    g.segment,
    p.path,
    p.step_count,
    g.c1 as journeys,
    g.c2 as completed,
    g.c3 as lost,
    g.c4 as ended,
    g.c5 as distinct_customers,
    coalesce(((g.open = (0)::numeric) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final
   from (( select s.scenario,
            s.started_on,
            s.segment,
            s.kind,
            s.a,
            s.c1,
            s.c2,
            s.c3,
            s.c4,
            s.c5,
            coalesce(sum(s.c5) filter (where (s.kind = 0)) over (partition by s.scenario, s.started_on, s.segment), (0)::numeric) as open
           from ( select sc.name as scenario,
                    l.day as started_on,
                    sg.name as segment,
                    l.kind,
                    l.a,
                    coalesce(journey_internal.total(l.c1), (0)::bigint) as c1,
                    coalesce(journey_internal.total(l.c2), (0)::bigint) as c2,
                    coalesce(journey_internal.total(l.c3), (0)::bigint) as c3,
                    coalesce(journey_internal.total(l.c4), (0)::bigint) as c4,
                    coalesce(journey_internal.total(l.c5), (0)::bigint) as c5
                   from ((journey_internal.ledger l
                     join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
                     join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
                  where (l.kind = any (array[0, 1]))
                  group by sc.name, l.day, sg.name, l.kind, l.a) s) g
     left join journey_internal.path_text p on ((p.path_id = g.a)))
  where ((g.kind = 1) and ((g.c1 <> 0) or (g.c2 <> 0) or (g.c3 <> 0) or (g.c4 <> 0) or (g.c5 <> 0)));
comment on view journey_internal.exact_path is 'journey.path in exact numbers, for who sees all';
create view journey.path as
 select e.scenario,
    e.started_on,
    e.segment,
    e.path,
    e.step_count,
    e.journeys,
    e.completed,
    e.lost,
    e.ended,
    e.distinct_customers,
    e.is_final
   from journey_internal.exact_path e
  where ( select journey_internal.sees_all() as sees_all)
union all
 select d.scenario,
    d.day as started_on,
    f.segment,
    f.path,
    f.step_count,
    f.journeys,
    f.completed,
    f.lost,
    f.ended,
    f.distinct_customers,
    f.is_final
   from (journey_internal.day d
     cross join lateral journey_internal.published_path(d.scenario_no, d.day, d.day, null::integer, true) f(segment, path, step_count, journeys, completed, lost, ended, distinct_customers, is_final))
  where (not ( select journey_internal.sees_all() as sees_all));
comment on view journey.path is 'one row for each path that journeys took, repeats of one touchpoint folded; only journeys that are over. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Paths of fewer are joined as (other)';
comment on column journey.path.scenario is 'the scenario';
comment on column journey.path.started_on is 'library day of the first step';
comment on column journey.path.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.path.path is 'touchpoints in order, joined by " > ", runs of one touchpoint folded to one; (more) where it was cut at max_path';
comment on column journey.path.step_count is 'elements of the path, (more) not counted';
comment on column journey.path.journeys is 'journeys that are over and took this path';
comment on column journey.path.completed is 'of these: journeys that reached a goal';
comment on column journey.path.lost is 'of these: journeys without a goal';
comment on column journey.path.ended is 'of these: journeys of a scenario without goals';
comment on column journey.path.distinct_customers is 'customers with at least one of these journeys; do not add up';
comment on column journey.path.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
create view journey_internal.exact_path_link as
 select g.scenario,
    g.started_on,
    g.segment,
    (g.a)::integer as step_no,
        case
            when (g.b = '-1'::integer) then '(more)'::text
            else f.code
        end as from_touchpoint,
        case g.c
            when '-1'::integer then '(more)'::text
            when '-2'::integer then '(completed)'::text
            when '-3'::integer then '(lost)'::text
            when '-4'::integer then '(ended)'::text
            when '-5'::integer then '(open)'::text
            else t.code
        end as to_touchpoint,
    g.c1 as journeys,
    coalesce(((g.open = (0)::numeric) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final
   from ((( select s.scenario,
            s.started_on,
            s.segment,
            s.kind,
            s.a,
            s.b,
            s.c,
            s.c1,
            s.c5,
            coalesce(sum(s.c5) filter (where (s.kind = 0)) over (partition by s.scenario, s.started_on, s.segment), (0)::numeric) as open
           from ( select sc.name as scenario,
                    l.day as started_on,
                    sg.name as segment,
                    l.kind,
                    l.a,
                    l.b,
                    l.c,
                    coalesce(journey_internal.total(l.c1), (0)::bigint) as c1,
                    coalesce(journey_internal.total(l.c5), (0)::bigint) as c5
                   from ((journey_internal.ledger l
                     join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
                     join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
                  where (l.kind = any (array[0, 2]))
                  group by sc.name, l.day, sg.name, l.kind, l.a, l.b, l.c) s) g
     left join journey_internal.touchpoint f on ((f.touchpoint_no = g.b)))
     left join journey_internal.touchpoint t on ((t.touchpoint_no = g.c)))
  where ((g.kind = 2) and (g.c1 <> 0));
comment on view journey_internal.exact_path_link is 'journey.path_link in exact numbers, for who sees all';
create view journey.path_link as
 select e.scenario,
    e.started_on,
    e.segment,
    e.step_no,
    e.from_touchpoint,
    e.to_touchpoint,
    e.journeys,
    e.is_final
   from journey_internal.exact_path_link e
  where ( select journey_internal.sees_all() as sees_all)
union all
 select d.scenario,
    d.day as started_on,
    f.segment,
    f.step_no,
    f.from_touchpoint,
    f.to_touchpoint,
    f.journeys,
    f.is_final
   from (journey_internal.day d
     cross join lateral journey_internal.published_path_link(d.scenario_no, d.day, d.day, null::integer, true) f(segment, step_no, from_touchpoint, to_touchpoint, journeys, is_final))
  where (not ( select journey_internal.sees_all() as sees_all));
comment on view journey.path_link is 'one row for each link of the folded paths, as a flow chart draws them: from the element at step_no to the next, the last one to how the journey is. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Made of the published paths; those of open journeys are (other)';
comment on column journey.path_link.scenario is 'the scenario';
comment on column journey.path_link.started_on is 'library day of the first step';
comment on column journey.path_link.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.path_link.step_no is 'place of from_touchpoint in the folded path, from 1';
comment on column journey.path_link.from_touchpoint is 'the element at step_no: a touchpoint, or (more) after max_path elements';
comment on column journey.path_link.to_touchpoint is 'the next element; of the last one (completed), (lost), (ended) or (open)';
comment on column journey.path_link.journeys is 'journeys with this link, open ones too';
comment on column journey.path_link.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
create view journey.path_monthly as
 select m.scenario,
    m.month_on,
    f.segment,
    f.path,
    f.step_count,
    f.journeys,
    f.completed,
    f.lost,
    f.ended,
    f.distinct_customers,
    f.is_final
   from (journey_internal.month m
     cross join lateral journey_internal.published_path(m.scenario_no, m.month_on, m.last_day_on, null::integer, true) f(segment, path, step_count, journeys, completed, lost, ended, distinct_customers, is_final));
comment on view journey.path_monthly is 'one row for each path of each scenario, month and segment: journeys that started in the month and are over. Filter by scenario and month_on: other months are not counted then. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Paths of fewer are joined as (other)';
comment on column journey.path_monthly.scenario is 'the scenario';
comment on column journey.path_monthly.month_on is 'first day of the month of the first step';
comment on column journey.path_monthly.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.path_monthly.path is 'touchpoints in order, joined by " > ", runs of one touchpoint folded to one; (more) where it was cut at max_path';
comment on column journey.path_monthly.step_count is 'elements of the path, (more) not counted';
comment on column journey.path_monthly.journeys is 'journeys that are over and took this path';
comment on column journey.path_monthly.completed is 'of these: journeys that reached a goal';
comment on column journey.path_monthly.lost is 'of these: journeys without a goal';
comment on column journey.path_monthly.ended is 'of these: journeys of a scenario without goals';
comment on column journey.path_monthly.distinct_customers is 'customers with at least one of these journeys; exact for the month, do not add up';
comment on column journey.path_monthly.is_final is 'true when the last day of the month is over and no journey of this scenario, month and segment is open (readers: smallest_group or fewer are)';
create table journey_internal.writer (
    slot smallint not null,
    last_commit_at timestamp with time zone,
    greatest_event_us bigint,
    unnamed_events bigint default 0 not null
)
with (fillfactor='50');
comment on table journey_internal.writer is 'per-instance counters (slot is claimed by a session advisory lock), summed by the views: no hot row';
create view journey.published as
 select ( select journey_internal.timestamp_of(w.watermark_us) as timestamp_of
           from journey_internal.watermark w) as watermark_at,
    max(i.last_commit_at) as last_commit_at,
    journey_internal.timestamp_of(max(i.greatest_event_us)) as last_event_at,
    ( select s.value
           from journey_internal.setting s
          where (s.name = 'fingerprint'::text)) as config_fingerprint,
        case
            when ( select journey_internal.sees_all() as sees_all) then (coalesce(sum(i.unnamed_events), (0)::numeric))::bigint
            else journey_internal.step((coalesce(sum(i.unnamed_events), (0)::numeric))::bigint, ( select journey_internal.small_groups() as small_groups))
        end as unnamed_events,
    journey_internal.library_zone() as time_zone,
    ( select journey_internal.small_groups() as small_groups) as smallest_group,
    ( select journey_internal.sees_all() as sees_all) as is_exact
   from journey_internal.writer i;
comment on view journey.published is 'one row: how far the numbers are';
comment on column journey.published.watermark_at is 'event time up to which journeys were closed; null before the first';
comment on column journey.published.last_commit_at is 'when a batch was last committed, by the database''s clock';
comment on column journey.published.last_event_at is 'greatest time of an accepted event';
comment on column journey.published.config_fingerprint is 'SHA-256 of all settings the numbers depend on';
comment on column journey.published.unnamed_events is 'events that carry person keys and have no person, as the keys are shared; to readers in steps of smallest_group';
comment on column journey.published.time_zone is 'time zone of the library: its days are the days of all *_on columns, and `at time zone time_zone` shows an instant as its clocks did';
comment on column journey.published.smallest_group is 'k (privacy.small_groups): readers are told of groups of more than k customers, in steps of k, rounded down: 10 says more than 10 and at most 20; 1: of everything';
comment on column journey.published.is_exact is 'whether the session sees exact numbers; else steps of smallest_group, of which no rate can be made: take those of drop_off, drop_off_monthly, drop_off_between';
create table journey_internal.quarantine (
    topic text not null,
    part integer not null,
    kafka_offset bigint not null,
    source text default ''::text not null,
    reason text not null,
    detail text,
    first_seen_at timestamp with time zone default now() not null,
    element integer default '-1'::integer not null,
    constraint quarantine_element_check check (((element >= '-1'::integer) and (element <= 999))),
    constraint quarantine_reason_check check ((reason = any (array['malformed'::text, 'future'::text, 'too_old'::text, 'touchpoint'::text, 'initiator'::text, 'two_persons'::text, 'no_key'::text, 'unmapped'::text, 'format'::text, 'past_retention'::text])))
);
comment on table journey_internal.quarantine is 'messages that were not accepted, and why; never their content. source empty: no source takes the topic; element: of a message that fans out, -1: the whole message';
create view journey.quarantine as
 select q.topic,
    q.part as partition,
    q.kafka_offset,
    nullif(q.source, ''::text) as source,
    q.reason,
    q.detail,
    q.first_seen_at,
    nullif(q.element, '-1'::integer) as element
   from journey_internal.quarantine q;
comment on view journey.quarantine is 'one row a message that was not accepted, or an element of one that fans out, and why; never its content';
comment on column journey.quarantine.topic is 'Kafka topic, or the name of the input file';
comment on column journey.quarantine.partition is 'partition of the topic';
comment on column journey.quarantine.kafka_offset is 'offset in the partition, or line of the file';
comment on column journey.quarantine.source is 'source whose mapping refused it; null where no source takes the topic';
comment on column journey.quarantine.reason is 'why: malformed, future, too_old, touchpoint, initiator, two_persons, no_key, unmapped, format, past_retention';
comment on column journey.quarantine.detail is 'which field or value; only names of fields and values of declared enumerations';
comment on column journey.quarantine.first_seen_at is 'when it was first met, by the database''s clock';
comment on column journey.quarantine.element is 'which element of the message''s list, from 0; null: the whole message';
create view journey.quarantine_count as
 select nullif(q.source, ''::text) as source,
    q.reason,
    count(*) as messages,
    min(q.first_seen_at) as first_seen_at,
    max(q.first_seen_at) as last_seen_at
   from journey_internal.quarantine q
  group by q.source, q.reason;
comment on view journey.quarantine_count is 'one row a source and reason: how many messages were not accepted';
comment on column journey.quarantine_count.source is 'source whose mapping refused them; null where no source takes the topic';
comment on column journey.quarantine_count.reason is 'why: malformed, future, too_old, touchpoint, initiator, two_persons, no_key, unmapped, format, past_retention';
comment on column journey.quarantine_count.messages is 'messages that were not accepted, elements of a message counted each; add up over sources and reasons, though a message that two sources read counts for each';
comment on column journey.quarantine_count.first_seen_at is 'when the first was met, by the database''s clock';
comment on column journey.quarantine_count.last_seen_at is 'when the last was met, by the database''s clock';
create view journey_internal.exact_raw_path as
 select g.scenario,
    g.started_on,
    g.segment,
    array_to_string((array( select (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(n.n + 1)] as touchpoint_codes
           from unnest(g.touchpoints) n(n)) ||
        case
            when g.is_more then '{(more)}'::text[]
            else null::text[]
        end), ' > '::text) as path,
    cardinality(g.touchpoints) as step_count,
    ((g.completed + g.lost) + g.ended) as journeys,
    g.completed,
    g.lost,
    g.ended,
    g.distinct_customers,
    coalesce(((g.cell_open = (0)::numeric) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final
   from ( select s.scenario,
            s.started_on,
            s.segment,
            s.touchpoints,
            s.is_more,
            s.open,
            s.completed,
            s.lost,
            s.ended,
            s.distinct_customers,
            sum(s.open) over (partition by s.scenario, s.started_on, s.segment) as cell_open
           from ( select sc.name as scenario,
                    j.day as started_on,
                    sg.name as segment,
                    p.touchpoints,
                    p.is_more,
                    count(*) filter (where (j.state = 0)) as open,
                    count(*) filter (where (j.state = 1)) as completed,
                    count(*) filter (where (j.state = 2)) as lost,
                    count(*) filter (where (j.state = 3)) as ended,
                    count(distinct j.customer_no) filter (where (j.state <> 0)) as distinct_customers
                   from (((journey_internal.journey j
                     join journey_internal.scenario sc on ((sc.scenario_no = j.scenario_no)))
                     join journey_internal.segment sg on ((sg.segment_no = j.segment_no)))
                     join journey_internal.path p on ((p.path_id = j.path_id)))
                  group by sc.name, j.day, sg.name, p.touchpoints, p.is_more) s) g
  where (((g.completed + g.lost) + g.ended) > 0);
comment on view journey_internal.exact_raw_path is 'journey.raw_path in exact numbers, for who sees all';
create view journey.raw_path as
 select e.scenario,
    e.started_on,
    e.segment,
    e.path,
    e.step_count,
    e.journeys,
    e.completed,
    e.lost,
    e.ended,
    e.distinct_customers,
    e.is_final
   from journey_internal.exact_raw_path e
  where ( select journey_internal.sees_all() as sees_all)
union all
 select d.scenario,
    d.day as started_on,
    f.segment,
    f.path,
    f.step_count,
    f.journeys,
    f.completed,
    f.lost,
    f.ended,
    f.distinct_customers,
    f.is_final
   from (journey_internal.day d
     cross join lateral journey_internal.published_raw_path(d.scenario_no, d.day) f(segment, path, step_count, journeys, completed, lost, ended, distinct_customers, is_final))
  where (not ( select journey_internal.sees_all() as sees_all));
comment on view journey.raw_path is 'one row for each path that journeys took, repeats kept; only journeys that are over. Counted from the journeys when asked: filter by scenario and started_on. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Paths of fewer are joined as (other)';
comment on column journey.raw_path.scenario is 'the scenario';
comment on column journey.raw_path.started_on is 'library day of the first step';
comment on column journey.raw_path.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.raw_path.path is 'touchpoints in order, joined by " > "; (more) where it was cut at max_path';
comment on column journey.raw_path.step_count is 'elements of the path, (more) not counted';
comment on column journey.raw_path.journeys is 'journeys that are over and took this path';
comment on column journey.raw_path.completed is 'of these: journeys that reached a goal';
comment on column journey.raw_path.lost is 'of these: journeys without a goal';
comment on column journey.raw_path.ended is 'of these: journeys of a scenario without goals';
comment on column journey.raw_path.distinct_customers is 'customers with at least one of these journeys; do not add up';
comment on column journey.raw_path.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
create view journey.scenario as
 select s.name as scenario,
    coalesce(s.label, s.name) as label,
    coalesce(s.scope, 'customer'::text) as scope,
    s.has_goals,
    ((s.patience_us)::double precision / ('1000000'::numeric)::double precision) as patience_seconds,
    ((s.deadline_us)::double precision / ('1000000'::numeric)::double precision) as deadline_seconds
   from journey_internal.scenario s
  where s.is_configured;
comment on view journey.scenario is 'one row a scenario: the configured ones and the built-in one, visit';
comment on column journey.scenario.scenario is 'name of the scenario';
comment on column journey.scenario.label is 'the scenario in words; its name where none is given';
comment on column journey.scenario.scope is 'customer: one journey at a time for each customer; else the namespace of cases: one run for each loan, hold or ticket';
comment on column journey.scenario.has_goals is 'true when journeys can be completed; without goals they end, and there are no drop-off rates';
comment on column journey.scenario.patience_seconds is 'silence after which a journey is over; touchpoints may have a longer one';
comment on column journey.scenario.deadline_seconds is 'longest time from the first step; null for none';
create view journey_internal.exact_scenario_day as
 select g.scenario,
    g.started_on,
    g.segment,
    g.journeys,
    g.completed,
    g.lost,
    g.ended,
    g.open,
    g.distinct_customers,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 50) as completed_p50_seconds,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 90) as completed_p90_seconds,
    coalesce(((g.open = 0) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final,
    g.steps
   from ( select sc.name as scenario,
            l.day as started_on,
            sg.name as segment,
            coalesce(journey_internal.total(l.c1), (0)::bigint) as journeys,
            coalesce(journey_internal.total(l.c2), (0)::bigint) as completed,
            coalesce(journey_internal.total(l.c3), (0)::bigint) as lost,
            coalesce(journey_internal.total(l.c4), (0)::bigint) as ended,
            coalesce(journey_internal.total(l.c5), (0)::bigint) as open,
            coalesce(journey_internal.total(l.c6), (0)::bigint) as distinct_customers,
            coalesce(journey_internal.total(l.c7), (0)::bigint) as steps,
            journey_internal.array_concat(l.buckets) as buckets,
            journey_internal.array_concat(l.bucket_counts) as bucket_counts
           from ((journey_internal.ledger l
             join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
             join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
          where (l.kind = 0)
          group by sc.name, l.day, sg.name) g
  where ((g.journeys <> 0) or (g.completed <> 0) or (g.lost <> 0) or (g.ended <> 0) or (g.open <> 0) or (g.distinct_customers <> 0) or (g.steps <> 0));
comment on view journey_internal.exact_scenario_day is 'journey.scenario_day in exact numbers, for who sees all';
create view journey.scenario_day as
 select e.scenario,
    e.started_on,
    e.segment,
    e.journeys,
    e.completed,
    e.lost,
    e.ended,
    e.open,
    e.distinct_customers,
    e.completed_p50_seconds,
    e.completed_p90_seconds,
    e.is_final,
    e.steps
   from journey_internal.exact_scenario_day e
  where ( select journey_internal.sees_all() as sees_all)
union all
 select d.scenario,
    d.day as started_on,
    f.segment,
    f.journeys,
    f.completed,
    f.lost,
    f.ended,
    f.open,
    f.distinct_customers,
    f.completed_p50_seconds,
    f.completed_p90_seconds,
    f.is_final,
    f.steps
   from (journey_internal.day d
     cross join lateral journey_internal.published_scenario(d.scenario_no, d.day, d.day, null::integer, true) f(segment, journeys, completed, lost, ended, open, distinct_customers, completed_p50_seconds, completed_p90_seconds, is_final, steps, buckets, bucket_counts, timed_customers))
  where (not ( select journey_internal.sees_all() as sees_all));
comment on view journey.scenario_day is 'one row for each scenario, day and segment in which a journey started: how many there were and how they went. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Segments of fewer are joined as (other)';
comment on column journey.scenario_day.scenario is 'the scenario';
comment on column journey.scenario_day.started_on is 'library day of the first step';
comment on column journey.scenario_day.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.scenario_day.journeys is 'journeys that started then, in any state';
comment on column journey.scenario_day.completed is 'of these: journeys that reached a goal';
comment on column journey.scenario_day.lost is 'of these: journeys that are over without a goal';
comment on column journey.scenario_day.ended is 'of these: journeys that are over, in a scenario without goals';
comment on column journey.scenario_day.open is 'of these: journeys not over yet';
comment on column journey.scenario_day.distinct_customers is 'customers with at least one of these journeys; do not add up over days or segments';
comment on column journey.scenario_day.completed_p50_seconds is 'median seconds from first step to goal, of completed journeys; to 1 %; null when there are none';
comment on column journey.scenario_day.completed_p90_seconds is 'the same: nine of ten took no longer';
comment on column journey.scenario_day.is_final is 'true when the day is over and none of its journeys here is open (readers: smallest_group or fewer are); late events may still move numbers';
comment on column journey.scenario_day.steps is 'steps of all these journeys';
create view journey.scenario_monthly as
 select m.scenario,
    m.month_on,
    f.segment,
    f.journeys,
    f.completed,
    f.lost,
    f.ended,
    f.open,
    f.distinct_customers,
    f.completed_p50_seconds,
    f.completed_p90_seconds,
    f.is_final,
    f.steps
   from (journey_internal.month m
     cross join lateral journey_internal.published_scenario(m.scenario_no, m.month_on, m.last_day_on, null::integer, true) f(segment, journeys, completed, lost, ended, open, distinct_customers, completed_p50_seconds, completed_p90_seconds, is_final, steps, buckets, bucket_counts, timed_customers));
comment on view journey.scenario_monthly is 'one row for each scenario, month and segment in which a journey started. Filter by scenario and month_on: other months are not counted then. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Segments of fewer are joined as (other)';
comment on column journey.scenario_monthly.scenario is 'the scenario';
comment on column journey.scenario_monthly.month_on is 'first day of the month of the first step';
comment on column journey.scenario_monthly.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.scenario_monthly.journeys is 'journeys that started then, in any state';
comment on column journey.scenario_monthly.completed is 'of these: journeys that reached a goal';
comment on column journey.scenario_monthly.lost is 'of these: journeys that are over without a goal';
comment on column journey.scenario_monthly.ended is 'of these: journeys that are over, in a scenario without goals';
comment on column journey.scenario_monthly.open is 'of these: journeys not over yet';
comment on column journey.scenario_monthly.distinct_customers is 'customers with at least one of these journeys; exact for the month, do not add up over days or segments';
comment on column journey.scenario_monthly.completed_p50_seconds is 'median seconds from first step to goal, of completed journeys; to 1 %; null when there are none';
comment on column journey.scenario_monthly.completed_p90_seconds is 'the same: nine of ten took no longer';
comment on column journey.scenario_monthly.is_final is 'true when the last day of the month is over and no journey of this scenario, month and segment is open (readers: smallest_group or fewer are)';
comment on column journey.scenario_monthly.steps is 'steps of all these journeys';
create view journey.session as
 select s.session_id,
    c.customer_id,
    journey_internal.timestamp_of(s.from_us) as started_at,
    journey_internal.timestamp_of(s.to_us) as ended_at,
    s.day as started_on,
    (((s.to_us - s.from_us))::double precision / ('1000000'::numeric)::double precision) as duration_seconds,
    (s.n_events)::bigint as event_count,
    s.is_visit,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(s.entry_no + 1)] as entry_touchpoint,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(s.exit_no + 1)] as exit_touchpoint,
    s.channels,
    (s.n_channels)::integer as channel_count,
    (s.from_us < ( select journey_internal.cut_us() as cut_us)) as is_frozen
   from (journey_internal.session s
     left join journey_internal.customer c on ((c.customer_no = s.customer_no)));
comment on view journey.session is 'one row a session: a run of a customer''s events without a gap longer than session_gap, all channels together';
comment on column journey.session.session_id is 'id of the session, made from its first event';
comment on column journey.session.customer_id is 'the customer whose session it is';
comment on column journey.session.started_at is 'time of the first event';
comment on column journey.session.ended_at is 'time of the last event';
comment on column journey.session.started_on is 'library day of started_at';
comment on column journey.session.duration_seconds is 'seconds from the first to the last event; 0 for a single event';
comment on column journey.session.event_count is 'events in the session';
comment on column journey.session.is_visit is 'true when the customer initiated at least one of its events';
comment on column journey.session.entry_touchpoint is 'touchpoint of the first event';
comment on column journey.session.exit_touchpoint is 'touchpoint of the last event';
comment on column journey.session.channels is 'distinct channels of its events in byte order, joined by " + "';
comment on column journey.session.channel_count is 'how many distinct channels';
comment on column journey.session.is_frozen is 'true when it began before the cut of retention: its events are gone, and it stays as it is';
create table journey_internal.key_holder (
    key_no bigint not null,
    customer_no bigint not null
);
comment on table journey_internal.key_holder is 'customers other than its present owner that may hold events carrying the person key';
create view journey.shared_key as
 select n.name as namespace,
    journey_internal.customer_uuid(n.name, k.hash) as key_id,
        case k.shared
            when 1 then 'several_customers'::text
            when 2 then 'max_aliases'::text
            else null::text
        end as rule,
    k.partners,
    coalesce(e.events, (0)::bigint) as event_count
   from ((journey_internal.key k
     join journey_internal.namespace n on ((n.ns_no = k.ns_no)))
     left join lateral ( select count(*) as events
           from (((( select k.key_no as customer_no
                union
                 select h.customer_no
                   from journey_internal.key_holder h
                  where (h.key_no = k.key_no)) holder
             join journey_internal.timeline t on ((t.customer_no = holder.customer_no)))
             cross join lateral ( select array_agg(((d.ns_no = k.ns_no) and (d.hash = k.hash)) order by d."position") as is_it,
                    array_agg(coalesce(((dn.kind = 'person'::text) and (dk.shared = 0)), false) order by d."position") as is_person
                   from ((unnest(t.key_ns, t.key_hash) with ordinality d(ns_no, hash, "position")
                     left join journey_internal.namespace dn on ((dn.ns_no = d.ns_no)))
                     left join journey_internal.key dk on (((dk.ns_no = d.ns_no) and (dk.hash = d.hash))))
                 offset 0) dictionary)
             cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) ev(place, at, attr, id, key_from, n_keys))
          where ((k.hash = any (t.key_hash)) and (exists ( select
                   from unnest(t.keys[ev.key_from:((ev.key_from + ev.n_keys) - 1)]) p("position")
                 having (bool_or(dictionary.is_it[p."position"]) and (not bool_or(dictionary.is_person[p."position"]))))))) e on (true))
  where (k.shared <> 0);
comment on view journey.shared_key is 'one row a key that names nobody, because it names several people: events that carry only such keys have no person';
comment on column journey.shared_key.namespace is 'namespace of the key';
comment on column journey.shared_key.key_id is 'pseudonymous id of the key, made like a customer_id';
comment on column journey.shared_key.rule is 'max_aliases: it was seen with too many other keys; several_customers: the keys it was seen with belong to several customers';
comment on column journey.shared_key.partners is 'different keys it was seen with';
comment on column journey.shared_key.event_count is 'events that carry it and have no person';
create view journey.skipped as
 select c.source,
    c.skip as reason,
    nullif(c.rule, ''::text) as rule,
        case
            when ((c.skip = any (array['forgotten'::text, 'group'::text])) and (not ( select journey_internal.sees_all() as sees_all))) then journey_internal.step((sum(c.n))::bigint, ( select journey_internal.small_groups() as small_groups))
            else (sum(c.n))::bigint
        end as messages,
        case
            when ((c.skip <> all (array['forgotten'::text, 'group'::text])) or ( select journey_internal.sees_all() as sees_all)) then max(c.last_seen_at)
            else null::timestamp with time zone
        end as last_seen_at
   from journey_internal.source_counter c
  where (c.skip <> ''::text)
  group by c.source, c.skip, c.rule;
comment on view journey.skipped is 'one row a source, reason and rule: how many messages were skipped, which is neither an error nor a loss';
comment on column journey.skipped.source is 'source that skipped them; (none) for messages whose topic no source takes';
comment on column journey.skipped.reason is 'why: no source, tenant, no elements, no rule, forgotten (it belongs to somebody who was forgotten or opted out), rule (it says so, or a map of its fields), unmapped (a value its maps do not know), group (of customers of whom nothing is accepted)';
comment on column journey.skipped.rule is 'the rule that decided, as the mapping names it; null where none was reached, and of forgotten ones';
comment on column journey.skipped.messages is 'messages, elements of a message counted each; as often as they were read; to readers in steps of smallest_group where the reason is forgotten or group';
comment on column journey.skipped.last_seen_at is 'when the last was met, by the database''s clock; null to readers where the reason is forgotten or group';
create view journey.suppression as
 select m.scenario,
    m.month_on,
    f.view_name,
    f.grain,
    f.rows_shown,
    f.rows_hidden,
    f.journeys_shown,
    f.journeys_hidden,
    f.shown_share
   from (journey_internal.month m
     cross join lateral journey_internal.suppression_of(m.scenario_no, m.month_on, m.last_day_on) f(view_name, grain, rows_shown, rows_hidden, journeys_shown, journeys_hidden, shown_share));
comment on view journey.suppression is 'one row for each scenario, month, view and grain: how much of it readers are told of, and how much is of too few customers. Filter by scenario and month_on: other months are not counted then. It counts rows that are hidden, not what rounding takes from those that are told, up to smallest_group of each count. Counts are exact for who sees all, in steps of smallest_group for readers: 0 is 0 to smallest_group';
comment on column journey.suppression.scenario is 'the scenario';
comment on column journey.suppression.month_on is 'first day of the month of the first step';
comment on column journey.suppression.view_name is 'path, drop_off or scenario_day; of the coarser grains the monthly view or _between function that counts the same';
comment on column journey.suppression.grain is 'what a row of the view is told for: day, segment or month, segment as in the views, day or month as in the _between functions for all segments';
comment on column journey.suppression.rows_shown is 'paths, touchpoints or segments of more than smallest_group customers, each day or month for itself';
comment on column journey.suppression.rows_hidden is 'those of fewer: joined in (other), or left out';
comment on column journey.suppression.journeys_shown is 'journeys of the rows shown; of drop_off those whose last step is there';
comment on column journey.suppression.journeys_hidden is 'journeys of the rows hidden; to readers 0 where these are of smallest_group customers or fewer together';
comment on column journey.suppression.shown_share is 'journeys_shown / (journeys_shown + journeys_hidden); to readers of their steps and to 0.05; null where both are 0';
create view journey.touchpoint as
 select t.code as touchpoint,
    t.stage,
    coalesce(t.stage_label, t.stage) as stage_label,
    coalesce(t.label, t.code) as label,
    t.channel,
    t.initiator,
    coalesce(t.friction, false) as friction,
    (t.place)::integer as place
   from journey_internal.touchpoint t
  where (t.place is not null);
comment on view journey.touchpoint is 'one row a touchpoint of the vocabulary: what can happen';
comment on column journey.touchpoint.touchpoint is 'code: stage.action';
comment on column journey.touchpoint.stage is 'the stage it belongs to';
comment on column journey.touchpoint.stage_label is 'the stage in words';
comment on column journey.touchpoint.label is 'the touchpoint in words';
comment on column journey.touchpoint.channel is 'channel of its events unless the source tells another';
comment on column journey.touchpoint.initiator is 'who acts unless the source tells another: customer, staff or system';
comment on column journey.touchpoint.friction is 'true for what customers would rather not meet, such as a search without result';
comment on column journey.touchpoint.place is 'place in the vocabulary, from 1: the order of events at one instant';
create view journey_internal.exact_transition as
 select g.scenario,
    g.started_on,
    g.segment,
    f.code as from_touchpoint,
    t.code as to_touchpoint,
    g.c1 as transitions,
    g.c2 as journeys,
    g.c3 as waits,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 50) as wait_p50_seconds,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 90) as wait_p90_seconds,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 99) as wait_p99_seconds,
    coalesce(((g.open = (0)::numeric) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final
   from ((( select s.scenario,
            s.started_on,
            s.segment,
            s.kind,
            s.b,
            s.c,
            s.c1,
            s.c2,
            s.c3,
            s.c5,
            s.buckets,
            s.bucket_counts,
            coalesce(sum(s.c5) filter (where (s.kind = 0)) over (partition by s.scenario, s.started_on, s.segment), (0)::numeric) as open
           from ( select sc.name as scenario,
                    l.day as started_on,
                    sg.name as segment,
                    l.kind,
                    l.b,
                    l.c,
                    coalesce(journey_internal.total(l.c1), (0)::bigint) as c1,
                    coalesce(journey_internal.total(l.c2), (0)::bigint) as c2,
                    coalesce(journey_internal.total(l.c3), (0)::bigint) as c3,
                    coalesce(journey_internal.total(l.c5), (0)::bigint) as c5,
                    journey_internal.array_concat(l.buckets) filter (where (l.kind = 3)) as buckets,
                    journey_internal.array_concat(l.bucket_counts) filter (where (l.kind = 3)) as bucket_counts
                   from ((journey_internal.ledger l
                     join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
                     join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
                  where (l.kind = any (array[0, 3]))
                  group by sc.name, l.day, sg.name, l.kind, l.b, l.c) s) g
     left join journey_internal.touchpoint f on ((f.touchpoint_no = g.b)))
     left join journey_internal.touchpoint t on ((t.touchpoint_no = g.c)))
  where ((g.kind = 3) and ((g.c1 <> 0) or (g.c2 <> 0) or (g.c3 <> 0)));
comment on view journey_internal.exact_transition is 'journey.transition in exact numbers, for who sees all';
create view journey.transition as
 select e.scenario,
    e.started_on,
    e.segment,
    e.from_touchpoint,
    e.to_touchpoint,
    e.transitions,
    e.journeys,
    e.waits,
    e.wait_p50_seconds,
    e.wait_p90_seconds,
    e.wait_p99_seconds,
    e.is_final
   from journey_internal.exact_transition e
  where ( select journey_internal.sees_all() as sees_all)
union all
 select d.scenario,
    d.day as started_on,
    f.segment,
    f.from_touchpoint,
    f.to_touchpoint,
    f.transitions,
    f.journeys,
    f.waits,
    f.wait_p50_seconds,
    f.wait_p90_seconds,
    f.wait_p99_seconds,
    f.is_final
   from (journey_internal.day d
     cross join lateral journey_internal.published_transition(d.scenario_no, d.day, d.day, null::integer, true) f(segment, from_touchpoint, to_touchpoint, transitions, journeys, waits, wait_p50_seconds, wait_p90_seconds, wait_p99_seconds, is_final, buckets, bucket_counts, timed_customers))
  where (not ( select journey_internal.sees_all() as sees_all));
comment on view journey.transition is 'one row for each pair of touchpoints that followed each other as steps, repeats of one touchpoint too. Readers: numbers of more than smallest_group customers, in steps of it; a sum that columns tell of (a = b + c) holds for exact numbers, in steps it is near. Pairs of fewer are joined as (other)';
comment on column journey.transition.scenario is 'the scenario';
comment on column journey.transition.started_on is 'library day of the first step of the journey';
comment on column journey.transition.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.transition.from_touchpoint is 'touchpoint of a step';
comment on column journey.transition.to_touchpoint is 'touchpoint of the step after it';
comment on column journey.transition.transitions is 'how often the pair occurred, every occurrence in every journey';
comment on column journey.transition.journeys is 'journeys with at least one such pair';
comment on column journey.transition.waits is 'pairs of journeys that are over: those the wait quantiles tell about';
comment on column journey.transition.wait_p50_seconds is 'median seconds between the two steps; to 1 %; null when waits is 0';
comment on column journey.transition.wait_p90_seconds is 'the same: nine of ten waits are no longer';
comment on column journey.transition.wait_p99_seconds is 'the same: 99 of 100 waits are no longer';
comment on column journey.transition.is_final is 'true when the day is over and no journey of this scenario, day and segment is open (readers: smallest_group or fewer are)';
create view journey_internal.exact_unmapped as
 select u.source,
    u.field,
    u.value,
    (sum(u.messages))::bigint as messages,
    max(u.last_seen_at) as last_seen_at
   from journey_internal.unmapped u
  group by u.source, u.field, u.value;
comment on view journey_internal.exact_unmapped is 'journey.unmapped in exact numbers, for who sees all';
create view journey.unmapped as
 select e.source,
    e.field,
    e.value,
    e.messages,
    e.last_seen_at
   from journey_internal.exact_unmapped e
  where ( select journey_internal.sees_all() as sees_all)
union all
 select f.source,
    f.field,
    f.value,
    f.messages,
    f.last_seen_at
   from journey_internal.published_unmapped() f(source, field, value, messages, last_seen_at)
  where (not ( select journey_internal.sees_all() as sees_all));
comment on view journey.unmapped is 'one row a value of an enumerated field that the mapping of its source does not know. Readers: values of more than smallest_group messages, in steps of it';
comment on column journey.unmapped.source is 'source whose mapping met the value';
comment on column journey.unmapped.field is 'the field, as the mapping names it';
comment on column journey.unmapped.value is 'the value; only of declared enumerations, at most 40 plain characters';
comment on column journey.unmapped.messages is 'messages that had it';
comment on column journey.unmapped.last_seen_at is 'when it was last met, by the database''s clock';
create table journey_internal.alias (
    key_no bigint not null,
    partner_no bigint not null,
    past_us bigint
);
comment on table journey_internal.alias is 'aliases, both directions. past_us: the latest event that was dropped and may have given it; null: none. So it stands whether or not a kept one does';
alter table journey_internal.attribute_set alter column attr_no add generated always as identity (
    sequence name journey_internal.attribute_set_attr_no_seq
    start with 1
    increment by 1
    no minvalue
    no maxvalue
    cache 1
);
create table journey_internal.case_fact (
    case_no bigint not null,
    key_no bigint not null,
    at bigint not null
);
comment on table journey_internal.case_fact is 'the earliest time a person or device key was seen with the case: only the earliest can decide, as sharedness belongs to keys';
alter table journey_internal.channel alter column channel_no add generated always as identity (
    sequence name journey_internal.channel_channel_no_seq
    start with 1
    increment by 1
    no minvalue
    no maxvalue
    cache 1
);
create view journey_internal.check_month as
 with recursive found as (
         select s.scenario_no,
            s.name as scenario,
            null::date as from_on,
            '-infinity'::date as next_on
           from journey_internal.scenario s
        union all
         select f.scenario_no,
            f.scenario,
            m.from_on,
            ((m.from_on + '1 mon'::interval))::date as date
           from (found f
             cross join lateral ( select (date_trunc('month'::text, (min(least(( select min(c.day) as min
                           from journey_internal.cell c
                          where ((c.kind = k.kind) and (c.scenario_no = f.scenario_no) and (c.day >= f.next_on))), ( select min(d.day) as min
                           from journey_internal.cell_delta d
                          where ((d.kind = k.kind) and (d.scenario_no = f.scenario_no) and (d.day >= f.next_on))))))::timestamp without time zone))::date as from_on
                   from ( values (0), (1), (2), (3), (4), (5)) k(kind)) m)
          where (f.next_on is not null)
        )
 select found.scenario,
    found.from_on,
    found.next_on as before_on
   from found
  where (found.from_on is not null);
comment on view journey_internal.check_month is 'months of a scenario that the ledger has rows of: from_on <= day < before_on';
create table journey_internal.identity_message (
    source text not null,
    id bigint not null,
    at bigint not null,
    keyset uuid not null,
    ns_nos smallint[] not null,
    hashes uuid[] not null,
    is_logout boolean not null,
    has_device boolean not null
);
comment on table journey_internal.identity_message is 'identity messages, kept so that verify can recount the facts; keyset = first 16 bytes of SHA-256 over the keys in order. has_device: it carries a device or a case, so what it gave has a time, and it goes with the events of its month; else it is a user record, of which with equal keys the first and the last are kept';
alter table journey_internal.key alter column key_no add generated always as identity (
    sequence name journey_internal.key_key_no_seq
    start with 1
    increment by 1
    no minvalue
    no maxvalue
    cache 64
);
create table journey_internal.link_switch (
    key_no bigint not null,
    other_no bigint not null,
    act_no bigint not null
);
comment on table journey_internal.link_switch is 'pairs of keys whose facts an operator switched off, both directions; the facts stay in their tables and count for nothing. act_no: the row of operator_act that tells who and when';
create table journey_internal.login (
    device_no bigint not null,
    day_utc integer not null,
    at bigint[] not null,
    n_keys smallint[] not null,
    keys bigint[] not null
)
with (fillfactor='70');
comment on table journey_internal.login is 'logins of a device on a UTC day (days since 1970-01-01), sorted by (at, keys); keys holds the n_keys[i] person keys of each one after the other';
create table journey_internal.login_device (
    key_no bigint not null,
    device_no bigint not null
);
comment on table journey_internal.login_device is 'devices with a login that names the person key';
create table journey_internal.logout (
    device_no bigint not null,
    at bigint not null
);
comment on table journey_internal.logout is 'logouts of a device';
create table journey_internal.migration (
    version integer not null,
    name text not null,
    applied_at timestamp with time zone default now() not null
);
comment on table journey_internal.migration is 'the migrations that were applied, each in one transaction with its row';
create table journey_internal.offset_gap (
    grp text not null,
    topic text not null,
    part integer not null,
    from_offset bigint not null,
    to_offset bigint not null,
    noticed_at timestamp with time zone default now() not null
);
comment on table journey_internal.offset_gap is 'offsets that were gone from Kafka before they were read (on_gap: continue)';
alter table journey_internal.operator_act alter column act_no add generated always as identity (
    sequence name journey_internal.operator_act_act_no_seq
    start with 1
    increment by 1
    no minvalue
    no maxvalue
    cache 1
);
create table journey_internal.retention_month (
    month_on date not null,
    dropped_at timestamp with time zone default now() not null,
    events bigint not null,
    journeys bigint not null,
    cells bigint not null,
    cell_sum numeric not null
);
comment on table journey_internal.retention_month is 'months before the cut: events that were dropped, journeys that were frozen, and cells as they stood then (cell_sum: sum of a hash of each), which verify holds against the ledger';
create table journey_internal.schema_digest (
    only_row boolean default true not null,
    digest text not null,
    applied_at timestamp with time zone default now() not null,
    constraint schema_digest_only_row_check check (only_row)
);
comment on table journey_internal.schema_digest is 'SHA-256 over the files that were applied last: builds of one version may bring other functions and views';
create table journey_internal.secret_epoch (
    epoch_no integer not null,
    started_at timestamp with time zone default now() not null,
    from_us bigint not null,
    excluded_ns smallint[] not null,
    excluded uuid[] not null,
    kiosk_ns smallint[] not null,
    kiosk uuid[] not null,
    act_no bigint not null
);
comment on table journey_internal.secret_epoch is 'one row each time the secret was changed: events before from_us are accepted no more; excluded keys and kiosks that were met under former secrets, which the configuration cannot name any more';
alter table journey_internal.secret_epoch alter column epoch_no add generated always as identity (
    sequence name journey_internal.secret_epoch_epoch_no_seq
    start with 1
    increment by 1
    no minvalue
    no maxvalue
    cache 1
);
alter table journey_internal.segment alter column segment_no add generated always as identity (
    sequence name journey_internal.segment_segment_no_seq
    start with 1
    increment by 1
    no minvalue
    no maxvalue
    cache 1
);
create table journey_internal.tombstone (
    key_no bigint not null,
    from_us bigint not null,
    to_us bigint not null,
    is_strict boolean not null,
    act_no bigint not null,
    spreads boolean default false not null,
    more_acts bigint[] default '{}'::bigint[] not null
);
comment on table journey_internal.tombstone is 'what was forgotten: messages that carry the key at a time in the span are not accepted. Not strict: at a person key only those whose least person key it is, at a case only those without a person key, at a device only those without a person and a case key. spreads: a message said it, so it reaches what comes later, too. act_no: the row of operator_act that made it; 0: what came later. more_acts: other opt-outs that it says as well, so that it ends with the last of them';
create table journey_internal.tombstone_pass (
    key_no bigint not null,
    other_no bigint not null
);
comment on table journey_internal.tombstone_pass is 'person keys and the keys that forgotten messages tied to them: a tombstone of key_no that spreads is one of other_no, too. Both have tombstones';
alter table only journey_internal.alias
    add constraint alias_pkey primary key (key_no, partner_no);
alter table only journey_internal.attribute_set
    add constraint attribute_set_digest_key unique (digest);
alter table only journey_internal.attribute_set
    add constraint attribute_set_pkey primary key (attr_no);
alter table only journey_internal.bucket
    add constraint bucket_pkey primary key (bucket_no);
alter table only journey_internal.case_fact
    add constraint case_fact_pkey primary key (case_no, key_no);
alter table only journey_internal.case_timeline
    add constraint case_timeline_pkey primary key (case_no, chunk_no);
alter table only journey_internal.cell
    add constraint cell_pkey primary key (kind, scenario_no, day, segment_no, a, b, c, published_on);
alter table only journey_internal.channel
    add constraint channel_name_key unique (name);
alter table only journey_internal.channel
    add constraint channel_pkey primary key (channel_no);
alter table only journey_internal.customer
    add constraint customer_customer_id_key unique (customer_id);
alter table only journey_internal.customer
    add constraint customer_pkey primary key (customer_no);
alter table only journey_internal.identity_message
    add constraint identity_message_pkey primary key (id, at, keyset, source, is_logout);
alter table only journey_internal.journey
    add constraint journey_pkey primary key (journey_id);
alter table only journey_internal.kafka_offset
    add constraint kafka_offset_pkey primary key (grp, topic, part);
alter table only journey_internal.key_holder
    add constraint key_holder_pkey primary key (key_no, customer_no);
alter table only journey_internal.key
    add constraint key_ns_no_hash_key unique (ns_no, hash);
alter table only journey_internal.key
    add constraint key_pkey primary key (key_no);
alter table only journey_internal.link_switch
    add constraint link_switch_pkey primary key (key_no, other_no);
alter table only journey_internal.login_device
    add constraint login_device_pkey primary key (key_no, device_no);
alter table only journey_internal.login
    add constraint login_pkey primary key (device_no, day_utc);
alter table only journey_internal.logout
    add constraint logout_pkey primary key (device_no, at);
alter table only journey_internal.migration
    add constraint migration_pkey primary key (version);
alter table only journey_internal.namespace
    add constraint namespace_name_key unique (name);
alter table only journey_internal.namespace
    add constraint namespace_pkey primary key (ns_no);
alter table only journey_internal.operator_act
    add constraint operator_act_pkey primary key (act_no);
alter table only journey_internal.path
    add constraint path_pkey primary key (path_id);
alter table only journey_internal.quarantine
    add constraint quarantine_pkey primary key (topic, part, kafka_offset, source, element);
alter table only journey_internal.retention_month
    add constraint retention_month_pkey primary key (month_on);
alter table only journey_internal.retention
    add constraint retention_pkey primary key (only_row);
alter table only journey_internal.scenario_checkpoint
    add constraint scenario_checkpoint_pkey primary key (scenario_no, checkpoint_no);
alter table only journey_internal.scenario
    add constraint scenario_name_key unique (name);
alter table only journey_internal.scenario
    add constraint scenario_pkey primary key (scenario_no);
alter table only journey_internal.scenario_touchpoint
    add constraint scenario_touchpoint_pkey primary key (scenario_no, touchpoint_no);
alter table only journey_internal.schema_digest
    add constraint schema_digest_pkey primary key (only_row);
alter table only journey_internal.secret_epoch
    add constraint secret_epoch_pkey primary key (epoch_no);
alter table only journey_internal.segment
    add constraint segment_name_key unique (name);
alter table only journey_internal.segment
    add constraint segment_pkey primary key (segment_no);
alter table only journey_internal.session
    add constraint session_pkey primary key (customer_no, from_us);
alter table only journey_internal.setting
    add constraint setting_pkey primary key (name);
alter table only journey_internal.source_counter
    add constraint source_counter_pkey primary key (source, skip, rule, clock, slot);
alter table only journey_internal.source_tally
    add constraint source_tally_pkey primary key (slot, source);
alter table only journey_internal.timeline
    add constraint timeline_pkey primary key (customer_no, day, chunk_no);
alter table only journey_internal.tombstone_pass
    add constraint tombstone_pass_pkey primary key (key_no, other_no);
alter table only journey_internal.tombstone
    add constraint tombstone_pkey primary key (key_no, from_us, is_strict, spreads);
alter table only journey_internal.touchpoint
    add constraint touchpoint_code_key unique (code);
alter table only journey_internal.touchpoint
    add constraint touchpoint_pkey primary key (touchpoint_no);
alter table only journey_internal.unmapped
    add constraint unmapped_pkey primary key (source, field, value, slot);
alter table only journey_internal.watermark
    add constraint watermark_pkey primary key (only_row);
alter table only journey_internal.writer
    add constraint writer_pkey primary key (slot);
create index case_fact_key on journey_internal.case_fact using btree (key_no);
create index cell_delta_cell on journey_internal.cell_delta using btree (kind, scenario_no, day);
create index identity_message_at on journey_internal.identity_message using btree (at) where has_device;
create index identity_message_key on journey_internal.identity_message using gin (hashes);
create index identity_message_keyset on journey_internal.identity_message using btree (keyset) where (not has_device);
create index journey_case on journey_internal.journey using btree (case_no) where (case_no <> 0);
create index journey_customer on journey_internal.journey using btree (customer_no, scenario_no, closed_us);
create index journey_day on journey_internal.journey using btree (scenario_no, day);
create index journey_due on journey_internal.journey using btree (check_us) where (state = 0);
create index timeline_day on only journey_internal.timeline using btree (day);
create trigger customer_give_id before insert on journey_internal.customer for each row when ((new.customer_id is null)) execute function journey_internal.customer_give_id();
create trigger path_give_text before insert on journey_internal.path for each row when ((new.path_id = new.collapsed_id)) execute function journey_internal.path_give_text();
