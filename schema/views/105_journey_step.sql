-- Steps are not stored: a journey is open from its first to its last step, so its steps are the
-- members of its run's input from first_us on, after the first_skip that stand before it at the
-- same instant. The input is the customer's timeline, floods left out, or the case's own timeline.
-- The bound on days is generous: it only has to reach the partitions and chunks.
create or replace view journey.journey_step as
select
    j.journey_id,
    s.step_no::integer as step_no,
    journey_internal.event_uuid_of(
        s.at, (select journey_internal.touchpoint_codes())[s.touchpoint_no + 1], s.source, s.id,
        journey_internal.event_keys(s.dictionary, s.keys, s.key_from, s.n_keys)) as event_id,
    journey_internal.timestamp_of(s.at) as occurred_at,
    (select journey_internal.touchpoint_stages())[s.touchpoint_no + 1] as stage,
    (select journey_internal.touchpoint_codes())[s.touchpoint_no + 1] as touchpoint,
    (select journey_internal.touchpoint_labels())[s.touchpoint_no + 1] as label,
    s.channel,
    s.initiator,
    (s.at - s.before) / 1e6::double precision as wait_seconds
from journey_internal.journey as j
cross join lateral (
    select
        m.*,
        row_number() over (order by m.day, m.chunk_no, m.place) as step_no,
        lag(m.at) over (order by m.day, m.chunk_no, m.place) as before
    from (
        (
            select t.day, t.chunk_no, e.place, e.at, e.id, e.key_from, e.n_keys, t.keys,
                   t.dictionary, x.source, x.touchpoint_no, x.channel, x.initiator
            from (
                select t.*, array(
                    select (select journey_internal.namespace_bytes())[k.ns_no + 1] || uuid_send(k.hash)
                    from unnest(t.key_ns, t.key_hash) as k (ns_no, hash)
                ) as dictionary
                from journey_internal.timeline as t
                where j.case_no = 0
                  and t.customer_no = j.customer_no
                  and t.day between j.day
                            and j.day + 2 + ((j.last_us - j.first_us) / 86400000000)::integer
                  and t.last_us >= j.first_us and t.first_us <= j.last_us
                offset 0
            ) as t
            cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) as e
            join journey_internal.attribute_set as x on x.attr_no = e.attr
            join journey_internal.scenario_touchpoint as st
                on st.scenario_no = j.scenario_no and st.touchpoint_no = x.touchpoint_no
            where e.at between j.first_us and j.last_us
              and t.rank + e.place <= (select journey_internal.max_day_events())
            union all
            select j.day, t.chunk_no, e.place, e.at, e.id, e.key_from, e.n_keys, t.keys,
                   t.dictionary, x.source, x.touchpoint_no, x.channel, x.initiator
            from (
                select t.*, array(
                    select (select journey_internal.namespace_bytes())[k.ns_no + 1] || uuid_send(k.hash)
                    from unnest(t.key_ns, t.key_hash) as k (ns_no, hash)
                ) as dictionary
                from journey_internal.case_timeline as t
                where j.case_no <> 0
                  and t.case_no = j.case_no
                  and t.last_us >= j.first_us and t.first_us <= j.last_us
                offset 0
            ) as t
            cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) as e
            join journey_internal.attribute_set as x on x.attr_no = e.attr
            join journey_internal.scenario_touchpoint as st
                on st.scenario_no = j.scenario_no and st.touchpoint_no = x.touchpoint_no
            where e.at between j.first_us and j.last_us
        )
        order by day, chunk_no, place
        offset j.first_skip
        limit j.n_steps
    ) as m
) as s
where j.first_us >= (select journey_internal.cut_us());

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
