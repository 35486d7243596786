-- The views that tell what is configured, how far the numbers are and what was refused.
begin;
create extension if not exists pgtap;
\ir fixture/world.sql
select plan(16);

select results_eq('select watermark_at, last_commit_at, last_event_at, config_fingerprint, unnamed_events,
                          time_zone from journey.published',
    $$values (null::timestamptz, null::timestamptz, null::timestamptz, 'f00d', 0::bigint,
              'Europe/Berlin')$$,
    'published has a row before anything is');
insert into journey_internal.watermark (watermark_us) values (pg_temp.us('2026-03-01 12:00:00.000001Z'));
insert into journey_internal.writer values
    (1, '2026-03-01 12:10Z', pg_temp.us('2026-03-01 12:05Z'), 2),
    (2, '2026-03-01 12:20Z', pg_temp.us('2026-03-01 12:04Z'), 3), (3, null, null, 0);
select results_eq('select watermark_at, last_commit_at, last_event_at, unnamed_events from journey.published',
    $$values ('2026-03-01 12:00:00.000001Z'::timestamptz, '2026-03-01 12:20Z'::timestamptz,
              '2026-03-01 12:05Z'::timestamptz, 5::bigint)$$, 'published adds up the writers');

insert into journey_internal.kafka_offset
    (grp, topic, part, next_offset, log_end_offset, greatest_us, idle_since, seen_at) values
    ('g', 'idle', 0, 7, 7, pg_temp.us('2026-03-01 12:00Z'), now() - interval '1 minute', now()),
    ('g', 'not yet', 0, 7, 7, null, now() - interval '59 seconds', now()),
    ('g', 'unseen', 0, 7, 7, null, now() - interval '1 hour', now() - interval '181 seconds'),
    ('g', 'ahead', 0, 3, 7, pg_temp.us(now() + interval '5 minutes'), null, now());
select results_eq('select topic, is_idle from journey.freshness order by topic',
    $$values ('ahead', false), ('idle', true), ('not yet', false), ('unseen', false)$$,
    'idle: at the log end for idle_after, and somebody is looking');
select is(partition_time, '2026-03-01 11:50Z', 'partition time = greatest event less allowed disorder')
from journey.freshness where topic = 'idle';
select is(partition_time, now() - interval '10 minutes', 'and not beyond now')
from journey.freshness where topic = 'ahead';

insert into journey_internal.quarantine (topic, part, kafka_offset, source, reason, element) values
    ('t', 0, 5, '', 'malformed', -1), ('t', 0, 6, 'plain', 'future', 0),
    ('t', 0, 6, 'plain', 'no_key', 3);
select results_eq('select kafka_offset, source, reason, element from journey.quarantine order by 1, 4',
    $$values (5::bigint, null, 'malformed', null::integer), (6, 'plain', 'future', 0),
             (6, 'plain', 'no_key', 3)$$, 'quarantine');
select throws_ok($$insert into journey_internal.quarantine (topic, part, kafka_offset, reason)
    values ('t', 0, 7, 'other')$$, '23514', null, 'the reasons of quarantine are a closed list');
select throws_ok($$insert into journey_internal.quarantine (topic, part, kafka_offset, reason)
    values ('t', 0, 5, 'future')$$, '23505', null, 'a whole message has one row a source');
insert into journey_internal.source_counter (slot, source, skip, rule, clock, n, last_seen_at) values
    (1, 'plain', 'rule', 'test', '', 3, '2026-03-01'), (2, 'plain', 'rule', 'test', '', 4, '2026-03-02'),
    (1, 'plain', 'no rule', '', '', 5, '2026-03-01'), (1, '(none)', 'no source', '', '', 6, '2026-03-01'),
    (1, 'plain', '', '', '/time', 7, '2026-03-01'), (2, 'plain', '', '', '/time', 8, '2026-03-04'),
    (1, 'plain', '', '', 'record create', 9, '2026-03-01');
select results_eq('select * from journey.skipped order by 1, 2, 3',
    $$values ('(none)', 'no source', null, 6::bigint, '2026-03-01'::timestamptz),
             ('plain', 'no rule', null, 5, '2026-03-01'),
             ('plain', 'rule', 'test', 7, '2026-03-02')$$, 'skipped adds up');
select results_eq('select * from journey.event_clock order by 1, 2',
    $$values ('plain', '/time', 15::bigint, '2026-03-04'::timestamptz),
             ('plain', 'record create', 9, '2026-03-01')$$, 'clocks add up');
insert into journey_internal.unmapped values
    (1, 'plain', 'action', 'x', 3, '2026-03-01'), (2, 'plain', 'action', 'x', 4, '2026-03-02');
select results_eq('select source, field, value, messages, last_seen_at from journey.unmapped',
    $$values ('plain', 'action', 'x', 7::bigint, '2026-03-02'::timestamptz)$$, 'unmapped adds up');
insert into journey_internal.unmapped values (1, 'plain', 'action', 'y', 1, '2026-03-01');
insert into journey_internal.source_tally (slot, source, read, quarantined, accepted) values
    (1, 'plain', 30, 2, 28), (2, 'plain', 2, -2, 4), (1, 'whole', 5, 0, 5);
select results_eq('select * from journey.mapping_coverage order by source, field',
    $$values ('plain', 'action', 32::bigint, 8::bigint, 2::bigint, 0.25::double precision),
             ('whole', null, 5, 0, 0, 0)$$, 'how much a mapping covers');

select results_eq('select scenario, label, scope, has_goals, patience_seconds, deadline_seconds
                   from journey.scenario order by 1',
    $$values ('hold', 'Hold', 'hold', true, 86400::double precision, null::double precision),
             ('try', 'Try it', 'customer', true, 86400, 3600),
             ('visit', 'visit', 'customer', false, 1800, null)$$, 'configured scenarios');
select results_eq('select touchpoint, stage_label, label, channel, friction, place from journey.touchpoint
                   order by place',
    $$values ('a.start', 'Stage A', 'Start', 'website', false, 1), ('b.step', 'Stage B', 'Step', 'website', true, 2),
             ('c.goal', 'Stage C', 'Goal', 'circulation', false, 3), ('x.fail', 'Stage X', 'Fail', 'helpdesk', false, 4)$$,
    'the vocabulary, without removed codes');
select results_eq('select channel, label from journey.channel order by channel',
    $$values ('circulation', 'circulation'), ('helpdesk', 'helpdesk'), ('kiosk', 'kiosk'), ('website', 'website')$$,
    'channels of the vocabulary and those seen');

-- the end of a day of 23 hours, and of one of 25
create function pg_temp.first_open(at timestamptz) returns date language plpgsql as $$
begin
    update journey_internal.watermark set watermark_us = pg_temp.us(at);
    return journey_internal.first_open_day();
end
$$;
select is(array[pg_temp.first_open('2026-03-29 21:59:59.999999Z'), pg_temp.first_open('2026-03-29 22:00Z'),
                pg_temp.first_open('2026-10-25 22:59:59.999999Z'), pg_temp.first_open('2026-10-25 23:00Z')],
          '{2026-03-29,2026-03-30,2026-10-25,2026-10-26}', 'days of 23 and of 25 hours');

select * from finish();
rollback;
