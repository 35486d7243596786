create or replace view journey.session as
select
    s.session_id,
    c.customer_id,
    journey_internal.timestamp_of(s.from_us) as started_at,
    journey_internal.timestamp_of(s.to_us) as ended_at,
    s.day as started_on,
    (s.to_us - s.from_us) / 1e6::double precision as duration_seconds,
    s.n_events::bigint as event_count,
    s.is_visit,
    (select journey_internal.touchpoint_codes())[s.entry_no + 1] as entry_touchpoint,
    (select journey_internal.touchpoint_codes())[s.exit_no + 1] as exit_touchpoint,
    s.channels,
    s.n_channels::integer as channel_count,
    s.from_us < (select journey_internal.cut_us()) as is_frozen
from journey_internal.session as s
left join journey_internal.customer as c on c.customer_no = s.customer_no;

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
