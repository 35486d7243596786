-- Freshness in words: an empty database, one that is up to date, and those that are behind, each for
-- another reason.
begin;
create extension if not exists pgtap;
\ir fixture/world.sql
select plan(23);

-- ---- durations ----
select results_eq(
    'select journey_internal.duration_words(us) from unnest(array[0, 999999, 1000000, 59999999,
         60000000, 3661000000, 86400000000, 90061000000, 86405000000, 604800000000]::bigint[])
         with ordinality as d (us, place) order by place',
    $$values ('less than a second'), ('less than a second'), ('1 second'), ('59 seconds'),
             ('1 minute'), ('1 hour 1 minute'), ('1 day'), ('1 day 1 hour'), ('1 day 5 seconds'),
             ('7 days')$$, 'the two greatest units that are not zero');

-- ---- nothing was ever read ----
create function pg_temp.told(of_about text) returns setof text language sql as $$
    select f.sentence from journey.freshness_in_words as f where f.about = of_about order by f.line
$$;
select results_eq($$select pg_temp.told('watermark')$$,
    $$values ('Nothing is published yet: there is no watermark.')$$, 'empty: no watermark');
select is_empty($$select pg_temp.told('partition') union all select pg_temp.told('unread')$$,
    'empty: nothing of partitions');

-- ---- how long figures can move ----
select results_eq($$select pg_temp.told('late')$$,
    $$values ('The watermark stays 10 minutes behind the newest event, so that events may come in '
              'another order. One that is later still counts too, and changes the figures of its '
              'day, however old.')$$, 'late events');
select results_eq($$select pg_temp.told('login')$$,
    $$values ('A login names the visitor of its device from 7 days before it to 12 hours after it: '
              'for as long, anonymous journeys may still become those of a person.')$$, 'logins');
insert into journey_internal.setting (name, value) values
    ('identity.stitch_back', '172800000000us'), ('watermark.allowed_disorder', '0us'),
    ('scenarios.hold', 'scope=hold by=0 patience=1 deadline=-1 identified=0 start[a.start] steps[a.start'
                       ' b.step] wait a.start=0 wait b.step=1209600000000'),
    ('scenarios.try', 'scope=customer wait b.step=3600000000')
on conflict (name) do update set value = excluded.value;
select results_eq($$select sentence, seconds from journey.freshness_in_words where about = 'login'$$,
    $$values ('A login names the visitor of its device from 2 days before it to 12 hours after it: '
              'for as long, anonymous journeys may still become those of a person.',
              172800::double precision)$$, 'stitch_back is that of the settings');
select is(count(*), 1::bigint, 'allowed_disorder too') from journey.freshness_in_words
where about = 'late' and sentence like 'The watermark stays less than a second behind%' and seconds = 0;
select results_eq(
    $$select subject, seconds, sentence from journey.freshness_in_words where about = 'scenario'
      order by line$$,
    $$values ('hold', null::double precision,
              'A journey of hold is over after 1 day of silence (less than a second after a.start, '
              '14 days after b.step); it has no deadline, so a day stays open as long as a journey of '
              'it goes on.'),
             ('try', 3600, 'A journey of try is over after 1 day of silence (1 hour after b.step), at '
              'the latest 1 hour after its first step: so long after a day its figures may be open.'),
             ('visit', null, 'A journey of visit is over after 30 minutes of silence; it has no '
              'deadline, so a day stays open as long as a journey of it goes on.')$$,
    'patience, waits and deadline of each scenario');

-- ---- files only ----
insert into journey_internal.watermark (watermark_us)
values (pg_temp.us(now() - interval '3 days 2 hours'));
insert into journey_internal.setting values ('library.time_zone', 'Europe/Berlin 2026a')
on conflict (name) do update set value = excluded.value;
select results_eq($$select sentence, seconds from journey.freshness_in_words where about = 'watermark'$$,
    format($$values ('Journeys are closed up to %s (Europe/Berlin), 3 days 2 hours ago.',
                     266400::double precision)$$,
           to_char((now() - interval '3 days 2 hours') at time zone 'Europe/Berlin',
                   'YYYY-MM-DD HH24:MI:SS')), 'how far behind, by the library''s clocks');
select results_eq($$select pg_temp.told('partition')$$,
    $$values ('No partition has been read: what is here came from files.')$$, 'files only');

-- ---- idle ----
create function pg_temp.partition(of_part integer, unread bigint, newest interval, quiet interval,
                                  seen interval, drives boolean default true)
returns void language sql as $$
    insert into journey_internal.kafka_offset (grp, topic, part, next_offset, log_end_offset,
        greatest_us, idle_since, seen_at, drives_watermark)
    values ('g', 'web', of_part, 100, 100 + unread, pg_temp.us(now() - newest), now() - quiet,
            now() - seen, drives)
    on conflict (grp, topic, part) do update set log_end_offset = excluded.log_end_offset,
        greatest_us = excluded.greatest_us, idle_since = excluded.idle_since,
        seen_at = excluded.seen_at, drives_watermark = excluded.drives_watermark
$$;
select pg_temp.partition(0, 0, '2 hours', '5 minutes', '10 seconds');
select pg_temp.partition(1, 0, null, '1 minute', '1 second');
select results_eq($$select pg_temp.told('partition')$$,
    $$values ('No partition holds the watermark back: all are idle or empty.')$$, 'idle');
select results_eq($$select pg_temp.told('unread')$$,
    $$values ('No message that is known of waits to be read.')$$, 'idle: nothing waits');

-- ---- behind ----
select pg_temp.partition(2, 12345, '6 hours', null, '1 second');
select pg_temp.partition(3, 1, '5 hours', null, '1 second');
select results_eq(
    $$select subject, messages, seconds, sentence from journey.freshness_in_words
      where about = 'partition'$$,
    $$values ('web 2', 12345::bigint, 21600::double precision,
              'Partition 2 of web holds the watermark back: 12,345 messages are not read yet. '
              'Its newest event is 6 hours old.')$$, 'behind: messages are not read');
select results_eq($$select sentence, messages from journey.freshness_in_words where about = 'unread'$$,
    $$values ('12,346 messages wait to be read, in 2 of 4 partitions.', 12346::bigint)$$,
    'behind: how many');
select pg_temp.partition(2, 1, '6 hours', null, '181 seconds');
select results_eq($$select pg_temp.told('partition')$$,
    $$values ('Partition 2 of web holds the watermark back: nobody has looked at it for 3 minutes '
              '1 second; is `journeyd run` at work? Its newest event is 6 hours old.')$$,
    'behind: nobody reads');
select pg_temp.partition(2, 0, '6 hours', '20 seconds', '1 second');
select results_eq($$select pg_temp.told('partition')$$,
    $$values ('Partition 2 of web holds the watermark back: it was read to its end 20 seconds ago, '
              'and counts as idle after 1 minute. Its newest event is 6 hours old.')$$,
    'behind: not idle yet');
select pg_temp.partition(2, 0, '6 hours', null, '1 second');
select results_eq($$select pg_temp.told('partition')$$,
    $$values ('Partition 2 of web holds the watermark back: it is read to its end, and more may '
              'come. Its newest event is 6 hours old.')$$, 'read to its end');
select results_eq($$select pg_temp.told('unread')$$,
    $$values ('1 message waits to be read.')$$, 'one message');
select pg_temp.partition(4, 7, null, null, '1 second');
select pg_temp.partition(5, 8, null, null, '1 second');
select results_eq($$select pg_temp.told('partition')$$,
    $$values ('Partition 4 of web holds the watermark back: 7 messages are not read yet. None of its '
              'events is accepted yet.'),
             ('Partition 5 of web holds the watermark back: 8 messages are not read yet. None of its '
              'events is accepted yet.')$$,
    'a partition of which nothing is accepted holds it wholly');
update journey_internal.kafka_offset set log_end_offset = null where part = 5;
select is(split_part(string_agg(told, ''), 'Partition 5', 2),
          ' of web holds the watermark back: where it ends is not known yet. None of its events is '
          'accepted yet.', 'end not known')
from pg_temp.told('partition') as told;
update journey_internal.kafka_offset set drives_watermark = false where part in (4, 5);
select is(left(told, 41), 'Partition 2 of web holds the watermark ba', 'a back-fill holds nothing')
from pg_temp.told('partition') as told;
update journey_internal.kafka_offset set drives_watermark = false;
select results_eq($$select pg_temp.told('partition')$$,
    $$values ('None of the partitions drives the watermark.')$$, 'back-fills only');
insert into journey_internal.kafka_offset (grp, topic, part, next_offset, seen_at)
values ('before', 'web', 0, 3, now() - interval '9 days');
select is(count(*), 0::bigint, 'a group that is no longer at work holds nothing')
from journey.freshness_in_words where sentence like '%9 days%';

select * from finish();
rollback;
