create or replace view journey.published as
select
    (select journey_internal.timestamp_of(w.watermark_us) from journey_internal.watermark as w)
        as watermark_at,
    max(i.last_commit_at) as last_commit_at,
    journey_internal.timestamp_of(max(i.greatest_event_us)) as last_event_at,
    (select s.value from journey_internal.setting as s where s.name = 'fingerprint')
        as config_fingerprint,
    case when (select journey_internal.sees_all()) then
        coalesce(sum(i.unnamed_events), 0)::bigint
    else
        journey_internal.step(coalesce(sum(i.unnamed_events), 0)::bigint,
                              (select journey_internal.small_groups()))
    end as unnamed_events,
    journey_internal.library_zone() as time_zone,
    (select journey_internal.small_groups()) as smallest_group,
    (select journey_internal.sees_all()) as is_exact
from journey_internal.writer as i;

comment on view journey.published is 'one row: how far the numbers are';
comment on column journey.published.watermark_at is 'event time up to which journeys were closed; null before the first';
comment on column journey.published.last_commit_at is 'when a batch was last committed, by the database''s clock';
comment on column journey.published.last_event_at is 'greatest time of an accepted event';
comment on column journey.published.config_fingerprint is 'SHA-256 of all settings the numbers depend on';
comment on column journey.published.unnamed_events is 'events that carry person keys and have no person, as the keys are shared; to readers in steps of smallest_group';
comment on column journey.published.time_zone is 'time zone of the library: its days are the days of all *_on columns, and `at time zone time_zone` shows an instant as its clocks did';
comment on column journey.published.smallest_group is 'k (privacy.small_groups): readers are told of groups of more than k customers, in steps of k, rounded down: 10 says more than 10 and at most 20; 1: of everything';
comment on column journey.published.is_exact is 'whether the session sees exact numbers; else steps of smallest_group, of which no rate can be made: take those of drop_off, drop_off_monthly, drop_off_between';
