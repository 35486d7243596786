-- journey.freshness and the settings, told to somebody who has to trust a figure. Which partition
-- holds the watermark back is decided as consumer/app/sweep.c decides it: one with messages of which
-- none is accepted yet holds it wholly, else the least time of those that are not idle.
create or replace view journey.freshness_in_words as
with clock as (
    select (extract(epoch from now()) * 1000000)::bigint as now_us
),
setting as (
    select
        journey_internal.library_zone() as zone,
        journey_internal.duration_us('watermark.allowed_disorder', 600000000) as disorder_us,
        journey_internal.duration_us('watermark.idle_after', 60000000) as idle_after_us,
        journey_internal.duration_us('identity.stitch_back', 604800000000) as stitch_back_us,
        journey_internal.duration_us('identity.login_ttl', 43200000000) as login_ttl_us
),
-- the consumer group that was at work last
partition as (
    select
        o.topic,
        o.part,
        o.drives_watermark,
        greatest(o.log_end_offset - o.next_offset, 0) as unread,
        coalesce(o.next_offset >= o.log_end_offset, false) as is_at_end,
        case when o.greatest_us is not null then least(o.greatest_us, c.now_us) end as time_us,
        c.now_us - (extract(epoch from o.seen_at) * 1000000)::bigint as unseen_us,
        c.now_us - (extract(epoch from o.idle_since) * 1000000)::bigint as quiet_us,
        s.idle_after_us,
        coalesce(now() - o.idle_since >= s.idle_after_us * interval '1 microsecond'
                 and now() - o.seen_at <= 3 * s.idle_after_us * interval '1 microsecond', false)
            as is_idle,
        o.log_end_offset is not null as knows_end,
        c.now_us
    from journey_internal.kafka_offset as o
    cross join clock as c
    cross join setting as s
    where o.grp = (select x.grp from journey_internal.kafka_offset as x
                   order by greatest(x.seen_at, x.last_commit_at) desc nulls last, x.grp limit 1)
),
judged as (
    select p.*,
           not p.is_idle and p.time_us is null and not p.is_at_end as holds_wholly,
           bool_or(not p.is_idle and p.time_us is null and not p.is_at_end) over ()
               as is_held_wholly,
           min(p.time_us) filter (where not p.is_idle) over () as least_us
    from partition as p
    where p.drives_watermark
),
holder as (
    select j.*
    from judged as j
    where case when j.is_held_wholly then j.holds_wholly
               else not j.is_idle and j.time_us = j.least_us end
),
waits as (
    select
        substr(t.name, length('scenarios.') + 1) as scenario,
        string_agg(journey_internal.duration_words(w.found[2]::bigint) || ' after ' || w.found[1],
                   ', ' order by w.place) as words
    from journey_internal.setting as t
    cross join lateral regexp_matches(t.value, ' wait (\S+)=(\d+)', 'g')
        with ordinality as w (found, place)
    where t.name like 'scenarios.%'
    group by t.name
),
statement as (
    select
        1 as part_no, null::text as part_key,
        'watermark' as about, null::text as subject,
        (c.now_us - w.watermark_us) / 1e6::double precision as seconds, null::bigint as messages,
        case when w.watermark_us is null then
            'Nothing is published yet: there is no watermark.'
        else
            'Journeys are closed up to '
            || to_char(journey_internal.timestamp_of(w.watermark_us) at time zone s.zone,
                       'YYYY-MM-DD HH24:MI:SS')
            || ' (' || s.zone || '), '
            || journey_internal.duration_words(greatest(c.now_us - w.watermark_us, 0)) || ' ago.'
        end as sentence
    from clock as c
    cross join setting as s
    left join journey_internal.watermark as w on true
    union all
    select
        2, h.topic || ' ' || to_char(h.part, 'FM0000000000'), 'partition',
        h.topic || ' ' || h.part, (h.now_us - h.time_us) / 1e6::double precision, h.unread,
        'Partition ' || h.part || ' of ' || h.topic || ' holds the watermark back: '
        || case
               when h.unseen_us is null or h.unseen_us > 3 * h.idle_after_us then
                   coalesce('nobody has looked at it for '
                            || journey_internal.duration_words(h.unseen_us),
                            'nobody has looked at it')
                   || '; is `journeyd run` at work?'
               when h.unread > 0 then
                   to_char(h.unread, 'FM999,999,999,999,999')
                   || case when h.unread = 1 then ' message is' else ' messages are' end
                   || ' not read yet.'
               when not h.knows_end then 'where it ends is not known yet.'
               when h.quiet_us < h.idle_after_us then
                   'it was read to its end '
                   || journey_internal.duration_words(greatest(h.quiet_us, 0))
                   || ' ago, and counts as idle after '
                   || journey_internal.duration_words(h.idle_after_us) || '.'
               else 'it is read to its end, and more may come.'
           end
        || case when h.time_us is null then ' None of its events is accepted yet.'
                else ' Its newest event is '
                     || journey_internal.duration_words(greatest(h.now_us - h.time_us, 0))
                     || ' old.' end
    from holder as h
    union all
    select
        2, null, 'partition', null, null, null,
        case when (select count(*) from partition) = 0 then
                 'No partition has been read: what is here came from files.'
             when (select count(*) from judged) = 0 then
                 'None of the partitions drives the watermark.'
             else 'No partition holds the watermark back: all are idle or empty.' end
    where not exists (select from holder)
      and (exists (select from partition) or exists (select from journey_internal.watermark))
    union all
    select
        3, null, 'unread', null, null, coalesce(sum(p.unread), 0)::bigint,
        case when coalesce(sum(p.unread), 0) = 0 then
                 'No message that is known of waits to be read.'
             when sum(p.unread) = 1 then '1 message waits to be read.'
             else to_char(sum(p.unread), 'FM999,999,999,999,999')
                  || ' messages wait to be read, in '
                  || count(*) filter (where p.unread > 0) || ' of ' || count(*)
                  || ' partitions.' end
    from partition as p
    having count(*) > 0
    union all
    select
        4, null, 'late', null, s.disorder_us / 1e6::double precision, null,
        'The watermark stays ' || journey_internal.duration_words(s.disorder_us)
        || ' behind the newest event, so that events may come in another order. One that is later'
           ' still counts too, and changes the figures of its day, however old.'
    from setting as s
    union all
    select
        5, null, 'login', null,
        greatest(s.stitch_back_us, s.login_ttl_us) / 1e6::double precision, null,
        'A login names the visitor of its device from '
        || journey_internal.duration_words(s.stitch_back_us) || ' before it to '
        || journey_internal.duration_words(s.login_ttl_us)
        || ' after it: for as long, anonymous journeys may still become those of a person.'
    from setting as s
    union all
    select
        6, sc.name, 'scenario', sc.name, sc.deadline_us / 1e6::double precision, null,
        'A journey of ' || sc.name || ' is over after '
        || journey_internal.duration_words(sc.patience_us) || ' of silence'
        || coalesce(' (' || w.words || ')', '')
        || case when sc.deadline_us is null then
                    '; it has no deadline, so a day stays open as long as a journey of it goes on.'
                else ', at the latest ' || journey_internal.duration_words(sc.deadline_us)
                     || ' after its first step: so long after a day its figures may be open.' end
    from journey_internal.scenario as sc
    left join waits as w on w.scenario = sc.name
    where sc.is_configured and sc.patience_us is not null
)
select
    row_number() over (order by t.part_no, t.part_key collate "C")::integer as line,
    t.about,
    t.subject,
    t.seconds,
    t.messages,
    t.sentence
from statement as t;

comment on view journey.freshness_in_words is 'one row a sentence: how far behind the figures are, what holds them back, and how long they can still move. Order by line';
comment on column journey.freshness_in_words.line is 'the order in which the sentences read, from 1';
comment on column journey.freshness_in_words.about is 'watermark (how far), partition (what holds it back), unread (what waits in Kafka), late (late events), login (late logins), scenario (patience and deadline)';
comment on column journey.freshness_in_words.subject is 'topic and partition, or the scenario; null for the others';
comment on column journey.freshness_in_words.seconds is 'the sentence''s number: watermark: age of the watermark; partition: age of its newest event; late: allowed_disorder; login: the longer of stitch_back and login_ttl; scenario: its deadline; null where there is none';
comment on column journey.freshness_in_words.messages is 'partition and unread: messages known to be in Kafka and not read yet; null for the others';
comment on column journey.freshness_in_words.sentence is 'the same in words; times are the library''s';
