-- Few joins and many look-ups on purpose: PostgreSQL plans at most eight relations together
-- (join_collapse_limit), and readers join this view to others. customer, scenario and segment are
-- joined, as they are what one filters by.
create or replace view journey.journey as
select
    j.journey_id,
    sc.name as scenario,
    c.customer_id,
    (select n.kind = 'person' and k.shared = 0
     from journey_internal.key as k
     join journey_internal.namespace as n on n.ns_no = k.ns_no
     where k.key_no = j.customer_no) as is_identified,
    case when j.case_no <> 0 then
        (select journey_internal.case_uuid(n.name, k.hash)
         from journey_internal.key as k
         join journey_internal.namespace as n on n.ns_no = k.ns_no
         where k.key_no = j.case_no)
    end as case_id,
    journey_internal.timestamp_of(j.first_us) as started_at,
    journey_internal.timestamp_of(j.last_us) as last_step_at,
    journey_internal.timestamp_of(nullif(j.due_us, 9223372036854775807)) as due_at,
    journey_internal.timestamp_of(nullif(j.closed_us, 9223372036854775807)) as closed_at,
    j.day as started_on,
    sg.name as segment,
    case j.state when 0 then 'open' when 1 then 'completed' when 2 then 'lost' when 3 then 'ended'
    end as state,
    case j.reason when 1 then 'silence' when 2 then 'deadline' when 3 then 'failed' end as reason,
    (select journey_internal.touchpoint_codes())[j.failed_by_no + 1] as failed_by,
    j.n_steps as step_count,
    (select journey_internal.touchpoint_codes())[j.first_no + 1] as first_touchpoint,
    (select journey_internal.touchpoint_codes())[j.last_no + 1] as last_touchpoint,
    (select p.path from journey_internal.path_text as p where p.path_id = j.path_id) as path,
    (select p.path from journey_internal.path_text as p where p.path_id = j.collapsed_id)
        as collapsed_path,
    (j.last_us - j.first_us) / 1e6::double precision as duration_seconds,
    j.channels,
    j.switches as channel_switches,
    j.depth::integer as checkpoint_reached,
    j.first_us < (select journey_internal.cut_us()) as is_frozen
from journey_internal.journey as j
left join journey_internal.scenario as sc on sc.scenario_no = j.scenario_no
left join journey_internal.segment as sg on sg.segment_no = j.segment_no
left join journey_internal.customer as c on c.customer_no = j.customer_no;

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
