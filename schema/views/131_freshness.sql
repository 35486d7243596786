create or replace view journey.freshness as
select
    o.topic,
    o.part as partition,
    o.next_offset,
    o.log_end_offset,
    journey_internal.timestamp_of(o.greatest_us) as last_event_at,
    least(journey_internal.timestamp_of(o.greatest_us), now())
        - limits.allowed_disorder as partition_time,
    coalesce(now() - o.idle_since >= limits.idle_after
             and now() - o.seen_at <= 3 * limits.idle_after, false) as is_idle,
    o.last_commit_at
from journey_internal.kafka_offset as o
cross join (
    select
        journey_internal.duration_us('watermark.allowed_disorder', 600000000)
            * interval '1 microsecond' as allowed_disorder,
        journey_internal.duration_us('watermark.idle_after', 60000000)
            * interval '1 microsecond' as idle_after
) as limits;

comment on view journey.freshness is 'one row a partition: how far it was read, and whether it holds the watermark back';
comment on column journey.freshness.topic is 'Kafka topic';
comment on column journey.freshness.partition is 'partition of the topic';
comment on column journey.freshness.next_offset is 'offset of the next message to read; all before it are in the database';
comment on column journey.freshness.log_end_offset is 'end of the log when it was last seen; minus next_offset: the lag in messages';
comment on column journey.freshness.last_event_at is 'greatest event time accepted from the partition; null before the first';
comment on column journey.freshness.partition_time is 'event time up to which the partition is believed complete: least of last_event_at and now, less allowed_disorder; the watermark is the least of all partitions that are not idle';
comment on column journey.freshness.is_idle is 'true when the partition had nothing to read for idle_after, and somebody is looking: it does not hold the watermark back';
comment on column journey.freshness.last_commit_at is 'when a batch of the partition was last committed, by the database''s clock';
