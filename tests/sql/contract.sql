-- The views show exactly these columns, in this order and of these types: other programs rely on it.
begin;
create extension if not exists pgtap;
create temporary table contract (view_name text, columns text) on commit drop;
insert into contract values
('customer', 'customer_id uuid, kind text, is_identified boolean, is_excluded boolean, first_seen_at timestamptz, last_seen_at timestamptz, event_count bigint, session_count bigint, journey_count bigint, flood_days bigint, channel_count integer'),
('event', 'event_id uuid, customer_id uuid, session_id uuid, event_seq integer, occurred_at timestamptz, occurred_on date, source text, channel text, stage text, touchpoint text, initiator text, branch text, customer_group text, device_class text, item_type text'),
('event_case', 'event_id uuid, case_type text, case_id uuid'),
('session', 'session_id uuid, customer_id uuid, started_at timestamptz, ended_at timestamptz, started_on date, duration_seconds double precision, event_count bigint, is_visit boolean, entry_touchpoint text, exit_touchpoint text, channels text, channel_count integer, is_frozen boolean'),
('journey', 'journey_id uuid, scenario text, customer_id uuid, is_identified boolean, case_id uuid, started_at timestamptz, last_step_at timestamptz, due_at timestamptz, closed_at timestamptz, started_on date, segment text, state text, reason text, failed_by text, step_count integer, first_touchpoint text, last_touchpoint text, path text, collapsed_path text, duration_seconds double precision, channels text, channel_switches integer, checkpoint_reached integer, is_frozen boolean'),
('journey_step', 'journey_id uuid, step_no integer, event_id uuid, occurred_at timestamptz, stage text, touchpoint text, label text, channel text, initiator text, wait_seconds double precision'),
('scenario_day', 'scenario text, started_on date, segment text, journeys bigint, completed bigint, lost bigint, ended bigint, open bigint, distinct_customers bigint, completed_p50_seconds double precision, completed_p90_seconds double precision, is_final boolean, steps bigint'),
('path', 'scenario text, started_on date, segment text, path text, step_count integer, journeys bigint, completed bigint, lost bigint, ended bigint, distinct_customers bigint, is_final boolean'),
('raw_path', 'scenario text, started_on date, segment text, path text, step_count integer, journeys bigint, completed bigint, lost bigint, ended bigint, distinct_customers bigint, is_final boolean'),
('path_link', 'scenario text, started_on date, segment text, step_no integer, from_touchpoint text, to_touchpoint text, journeys bigint, is_final boolean'),
('transition', 'scenario text, started_on date, segment text, from_touchpoint text, to_touchpoint text, transitions bigint, journeys bigint, waits bigint, wait_p50_seconds double precision, wait_p90_seconds double precision, wait_p99_seconds double precision, is_final boolean'),
('drop_off', 'scenario text, started_on date, segment text, stage text, touchpoint text, label text, reached bigint, went_on bigint, completed_here bigint, ended_here bigint, ended_silence bigint, ended_deadline bigint, ended_failed bigint, still_open bigint, distinct_customers bigint, drop_off_rate double precision, rate_low double precision, rate_high double precision, is_final boolean, open_reached bigint'),
('funnel_step', 'scenario text, started_on date, segment text, checkpoint_no integer, checkpoint text, entered bigint, went_on bigint, completed_here bigint, ended_here bigint, still_open bigint, distinct_customers bigint, is_final boolean'),
('scenario', 'scenario text, label text, scope text, has_goals boolean, patience_seconds double precision, deadline_seconds double precision'),
('touchpoint', 'touchpoint text, stage text, stage_label text, label text, channel text, initiator text, friction boolean, place integer'),
('channel', 'channel text, label text'),
('drop_off_monthly', 'scenario text, month_on date, segment text, stage text, touchpoint text, label text, reached bigint, went_on bigint, completed_here bigint, ended_here bigint, ended_silence bigint, ended_deadline bigint, ended_failed bigint, still_open bigint, distinct_customers bigint, drop_off_rate double precision, rate_low double precision, rate_high double precision, is_final boolean, open_reached bigint'),
('funnel_step_monthly', 'scenario text, month_on date, segment text, checkpoint_no integer, checkpoint text, entered bigint, went_on bigint, completed_here bigint, ended_here bigint, still_open bigint, distinct_customers bigint, is_final boolean'),
('path_monthly', 'scenario text, month_on date, segment text, path text, step_count integer, journeys bigint, completed bigint, lost bigint, ended bigint, distinct_customers bigint, is_final boolean'),
('scenario_monthly', 'scenario text, month_on date, segment text, journeys bigint, completed bigint, lost bigint, ended bigint, open bigint, distinct_customers bigint, completed_p50_seconds double precision, completed_p90_seconds double precision, is_final boolean, steps bigint'),
('calendar', 'day_on date, month_on date, iso_week text, weekday integer'),
('published', 'watermark_at timestamptz, last_commit_at timestamptz, last_event_at timestamptz, config_fingerprint text, unnamed_events bigint, time_zone text, smallest_group integer, is_exact boolean'),
('freshness', 'topic text, partition integer, next_offset bigint, log_end_offset bigint, last_event_at timestamptz, partition_time timestamptz, is_idle boolean, last_commit_at timestamptz'),
('quarantine', 'topic text, partition integer, kafka_offset bigint, source text, reason text, detail text, first_seen_at timestamptz, element integer'),
('freshness_in_words', 'line integer, about text, subject text, seconds double precision, messages bigint, sentence text'),
('quarantine_count', 'source text, reason text, messages bigint, first_seen_at timestamptz, last_seen_at timestamptz'),
('unmapped', 'source text, field text, value text, messages bigint, last_seen_at timestamptz'),
('skipped', 'source text, reason text, rule text, messages bigint, last_seen_at timestamptz'),
('event_clock', 'source text, clock text, events bigint, last_seen_at timestamptz'),
('mapping_coverage', 'source text, field text, messages_read bigint, unmapped_messages bigint, unmapped_values bigint, unmapped_share double precision'),
('suppression', 'scenario text, month_on date, view_name text, grain text, rows_shown bigint, rows_hidden bigint, journeys_shown bigint, journeys_hidden bigint, shown_share double precision'),
('operator_act', 'acted_at timestamptz, action text, database_user text, os_user text, namespace text, key_id uuid, key_no integer, note text'),
('shared_key', 'namespace text, key_id uuid, rule text, partners integer, event_count bigint'),
('conservation', 'check_name text, scenario text, started_on date, segment text, customer_id uuid, left_value bigint, right_value bigint'),
('data_dictionary', 'view_name text, column_name text, data_type text, description text');

select plan((select count(*)::integer from contract) + 5);

select is(
    (select string_agg(a.attname || ' '
                       || replace(format_type(a.atttypid, a.atttypmod),
                                  'timestamp with time zone', 'timestamptz'),
                       ', ' order by a.attnum)
     from pg_attribute as a
     where a.attrelid = to_regclass('journey.' || quote_ident(c.view_name)) and a.attnum > 0),
    c.columns, 'columns of ' || c.view_name)
from contract as c;

select is((select string_agg(v.viewname, ' ' order by v.viewname) from pg_views as v
           where v.schemaname = 'journey'),
          (select string_agg(c.view_name, ' ' order by c.view_name) from contract as c),
          'no other views');

-- comments
select is(
    (select string_agg(c.relname || '.' || a.attname, ' ' order by c.relname, a.attnum)
     from pg_class as c
     join pg_attribute as a on a.attrelid = c.oid
     where c.relnamespace = 'journey'::regnamespace and c.relkind = 'v' and a.attnum > 0
       and coalesce(length(col_description(c.oid, a.attnum)), 0) < 5),
    null, 'every column of every view has a comment');
select is(
    (select string_agg(c.relname, ' ' order by c.relname) from pg_class as c
     where c.relnamespace in ('journey'::regnamespace, 'journey_internal'::regnamespace)
       and c.relkind = 'v' and coalesce(length(obj_description(c.oid, 'pg_class')), 0) < 5),
    null, 'every view has a comment');
select is(
    (select string_agg(p.proname, ' ' order by p.proname) from pg_proc as p
     where p.pronamespace in ('journey'::regnamespace, 'journey_internal'::regnamespace)
       and coalesce(length(obj_description(p.oid, 'pg_proc')), 0) < 5),
    null, 'every function has a comment');
select results_eq(
    'select view_name, column_name from journey.data_dictionary
     where length(description) >= 5 order by 1, 2',
    'select table_name::text, column_name::text from information_schema.columns
     where table_schema = ''journey'' order by 1, 2',
    'the data dictionary tells every column');

select * from finish();
rollback;
