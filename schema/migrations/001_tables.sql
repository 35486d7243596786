-- purpose: the tables of journeyd (schema journey_internal is ours to change; readers use schema journey)
insert into journey_internal.migration (version, name) values (1, '001_tables');

-- ---------------------------------------------------------------- names and settings
create table journey_internal.setting (
    name text primary key,
    value text not null,
    fingerprint boolean not null default true
);
comment on table journey_internal.setting is 'every setting the numbers depend on, as canonical text or digest; row fingerprint = SHA-256 over all';

create table journey_internal.namespace (
    ns_no smallint primary key,
    name text not null unique,
    kind text not null check (kind in ('person', 'device', 'case'))
);
comment on table journey_internal.namespace is 'key namespaces; ns_no is the place of the declaration, from 0';

create table journey_internal.touchpoint (
    touchpoint_no smallint primary key,
    code text not null unique,
    place smallint,
    stage text,
    stage_label text,
    label text,
    channel text,
    initiator text,
    friction boolean
);
comment on table journey_internal.touchpoint is 'touchpoints by a number that never changes; place (from 1) and labels follow the vocabulary, place is null for a removed one';

create table journey_internal.scenario (
    scenario_no smallint primary key,
    name text not null unique,
    label text,
    scope text,
    has_goals boolean not null default false,
    patience_us bigint,
    deadline_us bigint,
    is_configured boolean not null default true
);
comment on table journey_internal.scenario is 'scenarios by a number that never changes; scope null or customer: customers, else a case namespace';
create table journey_internal.scenario_touchpoint (
    scenario_no smallint not null,
    touchpoint_no smallint not null,
    primary key (scenario_no, touchpoint_no)
);
comment on table journey_internal.scenario_touchpoint is 'the touchpoints that can be a step of a journey of the scenario (steps, start or goal)';
create table journey_internal.scenario_checkpoint (
    scenario_no smallint not null,
    checkpoint_no smallint not null,
    name text not null,
    primary key (scenario_no, checkpoint_no)
);
comment on table journey_internal.scenario_checkpoint is 'checkpoints in order; 0 is (started)';

create table journey_internal.segment (
    segment_no integer generated always as identity primary key,
    name text not null unique
);
comment on table journey_internal.segment is 'values of the configured dimension at the first step of a journey; (none) where it has none';
create table journey_internal.channel (
    channel_no smallint generated always as identity primary key,
    name text not null unique
);
comment on table journey_internal.channel is 'channels seen in events';
create table journey_internal.attribute_set (
    attr_no integer generated always as identity primary key,
    source text not null,
    touchpoint_no smallint not null,
    channel text not null,
    initiator text not null check (initiator in ('customer', 'staff', 'system')),
    branch text,
    customer_group text,
    device_class text,
    item_type text,
    is_logout boolean not null,
    digest uuid not null unique
);
comment on table journey_internal.attribute_set is 'one row for each distinct set of attributes of an event; digest = first 16 bytes of SHA-256 over them all, made in C';

create table journey_internal.bucket (
    bucket_no smallint primary key,
    lower_us bigint not null,
    told_us double precision not null
);
comment on table journey_internal.bucket is 'log buckets of waits and durations: lower bound and the value told, 1.02^(k - 1/2) us';

-- ---------------------------------------------------------------- Kafka
create table journey_internal.kafka_offset (
    grp text not null,
    topic text not null,
    part integer not null,
    epoch bigint not null default 0,
    next_offset bigint not null,
    fingerprint_ts_us bigint,
    fingerprint_crc bigint,
    greatest_us bigint,
    log_end_offset bigint,
    seen_at timestamptz,
    idle_since timestamptz,
    drives_watermark boolean not null default true,
    last_commit_at timestamptz,
    owner text,
    backend_pid integer,
    backend_start timestamptz,
    primary key (grp, topic, part)
) with (fillfactor = 50);
comment on table journey_internal.kafka_offset is 'where each partition goes on; the only offsets that count. Guard of a batch: compare-and-swap on epoch and next_offset';

create table journey_internal.offset_gap (
    grp text not null,
    topic text not null,
    part integer not null,
    from_offset bigint not null,
    to_offset bigint not null,
    noticed_at timestamptz not null default now()
);
comment on table journey_internal.offset_gap is 'offsets that were gone from Kafka before they were read (on_gap: continue)';

create table journey_internal.watermark (
    only_row boolean primary key default true check (only_row),
    watermark_us bigint not null
) with (fillfactor = 50);
comment on table journey_internal.watermark is 'the published watermark, in microseconds; no row before the first one';

create table journey_internal.retention (
    only_row boolean primary key default true check (only_row),
    cut_on date not null,
    cut_us bigint not null,
    moved_at timestamptz not null default now()
);
comment on table journey_internal.retention is 'the cut: events before this first day of a month are gone, journeys and sessions that began before it are frozen; cut_us: its first microsecond. No row before anything was dropped';
create table journey_internal.retention_month (
    month_on date primary key,
    dropped_at timestamptz not null default now(),
    events bigint not null,
    journeys bigint not null,
    cells bigint not null,
    cell_sum numeric not null
);
comment on table journey_internal.retention_month is 'months before the cut: events that were dropped, journeys that were frozen, and cells as they stood then (cell_sum: sum of a hash of each), which verify holds against the ledger';

create table journey_internal.writer (
    slot smallint primary key,
    last_commit_at timestamptz,
    greatest_event_us bigint,
    unnamed_events bigint not null default 0
) with (fillfactor = 50);
comment on table journey_internal.writer is 'per-instance counters (slot is claimed by a session advisory lock), summed by the views: no hot row';

create table journey_internal.source_tally (
    slot smallint not null,
    source text not null,
    read bigint not null default 0,
    accepted bigint not null default 0,
    duplicate bigint not null default 0,
    skipped bigint not null default 0,
    quarantined bigint not null default 0,
    tombstone bigint not null default 0,
    primary key (slot, source)
) with (fillfactor = 50);
comment on table journey_internal.source_tally is 'where messages went; read = accepted + duplicate + skipped + quarantined + tombstone; source (none): topic no source takes';

create table journey_internal.quarantine (
    topic text not null,
    part integer not null,
    kafka_offset bigint not null,
    source text not null default '',
    reason text not null check (reason in (
        'malformed', 'future', 'too_old', 'touchpoint', 'initiator', 'two_persons', 'no_key',
        'unmapped', 'format', 'past_retention')),
    detail text,
    first_seen_at timestamptz not null default now(),
    element integer not null default -1 check (element between -1 and 999),
    primary key (topic, part, kafka_offset, source, element)
);
comment on table journey_internal.quarantine is 'messages that were not accepted, and why; never their content. source empty: no source takes the topic; element: of a message that fans out, -1: the whole message';
create table journey_internal.unmapped (
    slot smallint not null,
    source text not null,
    field text not null,
    value text not null,
    messages bigint not null,
    last_seen_at timestamptz not null,
    primary key (source, field, value, slot)
);
comment on table journey_internal.unmapped is 'values of enumerated fields that the mappings do not know, counted by each instance';
create table journey_internal.source_counter (
    slot smallint not null,
    source text not null,
    skip text not null,
    rule text not null,
    clock text not null,
    n bigint not null,
    last_seen_at timestamptz not null,
    primary key (source, skip, rule, clock, slot)
) with (fillfactor = 50);
comment on table journey_internal.source_counter is 'counted by each instance: what was skipped, by reason (skip) and rule; events, by the place where their time stood (clock). What does not apply is empty';

-- ---------------------------------------------------------------- identity
create table journey_internal.key (
    key_no bigint generated always as identity (cache 64) primary key,
    ns_no smallint not null,
    hash uuid not null,
    owner_no bigint not null,
    shared smallint not null default 0,
    partners integer not null default 0,
    asked_from_us bigint not null default 9223372036854775807,
    asked_to_us bigint not null default (-9223372036854775808),
    is_excluded boolean not null default false,
    is_kiosk boolean not null default false,
    is_switched boolean not null default false,
    is_forgotten boolean not null default false,
    shared_since timestamptz,
    unique (ns_no, hash)
) with (fillfactor = 50);
comment on table journey_internal.key is 'every key ever seen, and the guard (select for update) of what it names: its aliases, logins, case facts, and, as the root of a customer, its timeline, sessions and journeys. shared: 0 no, 1 several_customers, 2 max_aliases; shared_since: when a writer found it shared. is_switched, is_forgotten: it has rows in link_switch, in tombstone';

create table journey_internal.alias (
    key_no bigint not null,
    partner_no bigint not null,
    past_us bigint,
    primary key (key_no, partner_no)
);
comment on table journey_internal.alias is 'aliases, both directions. past_us: the latest event that was dropped and may have given it; null: none. So it stands whether or not a kept one does';

create table journey_internal.link_switch (
    key_no bigint not null,
    other_no bigint not null,
    act_no bigint not null,
    primary key (key_no, other_no)
);
comment on table journey_internal.link_switch is 'pairs of keys whose facts an operator switched off, both directions; the facts stay in their tables and count for nothing. act_no: the row of operator_act that tells who and when';

create table journey_internal.tombstone (
    key_no bigint not null,
    from_us bigint not null,
    to_us bigint not null,
    is_strict boolean not null,
    act_no bigint not null,
    spreads boolean not null default false,
    more_acts bigint[] not null default '{}',
    primary key (key_no, from_us, is_strict, spreads)
);
comment on table journey_internal.tombstone is 'what was forgotten: messages that carry the key at a time in the span are not accepted. Not strict: at a person key only those whose least person key it is, at a case only those without a person key, at a device only those without a person and a case key. spreads: a message said it, so it reaches what comes later, too. act_no: the row of operator_act that made it; 0: what came later. more_acts: other opt-outs that it says as well, so that it ends with the last of them';

create table journey_internal.tombstone_pass (
    key_no bigint not null,
    other_no bigint not null,
    primary key (key_no, other_no)
);
comment on table journey_internal.tombstone_pass is 'person keys and the keys that forgotten messages tied to them: a tombstone of key_no that spreads is one of other_no, too. Both have tombstones';

create table journey_internal.operator_act (
    act_no bigint generated always as identity primary key,
    acted_at timestamptz not null default now(),
    database_user text not null default session_user,
    os_user text not null,
    action text not null check (action in ('unlink', 'relink', 'forget', 'export', 'opt_out', 'opt_in', 'rotate',
                                           'small_groups')),
    key_ids uuid[] not null,
    namespaces text[] not null,
    note text
);
comment on table journey_internal.operator_act is 'who did what to the data of a person, or to what readers are told of persons (small_groups, note: from what to what): operators and pseudonymous keys, never a value of a key. A row is never changed';

create table journey_internal.secret_epoch (
    epoch_no integer generated always as identity primary key,
    started_at timestamptz not null default now(),
    from_us bigint not null,
    excluded_ns smallint[] not null,
    excluded uuid[] not null,
    kiosk_ns smallint[] not null,
    kiosk uuid[] not null,
    act_no bigint not null
);
comment on table journey_internal.secret_epoch is 'one row each time the secret was changed: events before from_us are accepted no more; excluded keys and kiosks that were met under former secrets, which the configuration cannot name any more';

create table journey_internal.login (
    device_no bigint not null,
    day_utc integer not null,
    at bigint[] not null,
    n_keys smallint[] not null,
    keys bigint[] not null,
    primary key (device_no, day_utc)
) with (fillfactor = 70);
comment on table journey_internal.login is 'logins of a device on a UTC day (days since 1970-01-01), sorted by (at, keys); keys holds the n_keys[i] person keys of each one after the other';
create table journey_internal.logout (
    device_no bigint not null,
    at bigint not null,
    primary key (device_no, at)
);
comment on table journey_internal.logout is 'logouts of a device';
create table journey_internal.login_device (
    key_no bigint not null,
    device_no bigint not null,
    primary key (key_no, device_no)
);
comment on table journey_internal.login_device is 'devices with a login that names the person key';
create table journey_internal.case_fact (
    case_no bigint not null,
    key_no bigint not null,
    at bigint not null,
    primary key (case_no, key_no)
);
comment on table journey_internal.case_fact is 'the earliest time a person or device key was seen with the case: only the earliest can decide, as sharedness belongs to keys';
create index case_fact_key on journey_internal.case_fact (key_no);
create table journey_internal.key_holder (
    key_no bigint not null,
    customer_no bigint not null,
    primary key (key_no, customer_no)
);
comment on table journey_internal.key_holder is 'customers other than its present owner that may hold events carrying the person key';
create table journey_internal.identity_message (
    source text not null,
    id bigint not null,
    at bigint not null,
    keyset uuid not null,
    ns_nos smallint[] not null,
    hashes uuid[] not null,
    is_logout boolean not null,
    has_device boolean not null,
    primary key (id, at, keyset, source, is_logout)
);
comment on table journey_internal.identity_message is 'identity messages, kept so that verify can recount the facts; keyset = first 16 bytes of SHA-256 over the keys in order. has_device: it carries a device or a case, so what it gave has a time, and it goes with the events of its month; else it is a user record, of which with equal keys the first and the last are kept';
create index identity_message_keyset on journey_internal.identity_message (keyset) where not has_device;
create index identity_message_at on journey_internal.identity_message (at) where has_device;
create index identity_message_key on journey_internal.identity_message using gin (hashes);

create table journey_internal.customer (
    customer_no bigint primary key,
    customer_id uuid not null unique,
    events bigint not null default 0,
    sessions bigint not null default 0,
    journeys bigint not null default 0,
    flood_days bigint not null default 0,
    first_us bigint,
    last_us bigint,
    channels smallint[] not null default '{}'
) with (fillfactor = 60);
comment on table journey_internal.customer is 'counters of a customer; customer_no = key_no of the key it is rooted at. customer_id is its public UUID (word customer), stored so that views find a customer by it; a writer that leaves it out gets it from the trigger';

create function journey_internal.customer_give_id() returns trigger
language plpgsql as $$
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
create trigger customer_give_id before insert on journey_internal.customer
    for each row when (new.customer_id is null)
    execute function journey_internal.customer_give_id();

-- ---------------------------------------------------------------- timelines
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
    keys smallint[] not null,
    primary key (customer_no, day, chunk_no)
) partition by range (day);
comment on table journey_internal.timeline is 'events of a customer, at most 128 a row, one library day; in the order of semantics section 1. rank = events of the day before this chunk. id = the 8 bytes as unsigned big-endian, top bit flipped, so that bigint order is byte order. key_ns/key_hash: dictionary of the chunk''s keys; keys: for each event n_keys[i] positions (from 1) in it, one event after the other';
create index timeline_day on journey_internal.timeline (day);

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
    keys smallint[] not null,
    primary key (case_no, chunk_no)
) with (fillfactor = 80);
comment on table journey_internal.case_timeline is 'second copy of each event that carries the case, same layout as timeline';

-- ---------------------------------------------------------------- sessions, journeys, cells
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
    n_channels smallint not null,
    primary key (customer_no, from_us)
) with (fillfactor = 70);
comment on table journey_internal.session is 'sessions; first_rank = rank of the first event within its day, from 0';

create table journey_internal.path (
    path_id bigint primary key,
    collapsed_id bigint not null,
    touchpoints smallint[] not null,
    is_more boolean not null,
    folded_text text
);
comment on table journey_internal.path is 'paths as touchpoint numbers; collapsed_id names the row of the folded path (itself where nothing folds). folded_text: how a folded path reads, as a month of path cells shows it thousands of times; a trigger fills it, raw paths are put together when asked for';

create function journey_internal.path_give_text() returns trigger
language plpgsql as $$
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
create trigger path_give_text before insert on journey_internal.path
    for each row when (new.path_id = new.collapsed_id)
    execute function journey_internal.path_give_text();

create table journey_internal.journey (
    journey_id uuid primary key,
    customer_no bigint not null,
    scenario_no smallint not null,
    case_no bigint not null default 0,
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
) with (fillfactor = 60);
comment on table journey_internal.journey is 'journeys, visits too. state 0 open 1 completed 2 lost 3 ended; reason 0 none 1 silence 2 deadline 3 failed; due_us and closed_us 9223372036854775807 = none; check_us <= due_us is lazy: the sweep re-arms it, so that extending an open journey stays HOT; mask: bit touchpoint_no';
create index journey_customer on journey_internal.journey (customer_no, scenario_no, closed_us);
create index journey_day on journey_internal.journey (scenario_no, day);
create index journey_due on journey_internal.journey (check_us) where state = 0;
create index journey_case on journey_internal.journey (case_no) where case_no <> 0;

create table journey_internal.cell_delta (
    published_on date not null default (now() at time zone 'UTC')::date,
    scenario_no smallint not null,
    day date not null,
    segment_no integer not null,
    kind smallint not null,
    a bigint not null,
    b integer not null,
    c integer not null,
    c1 bigint, c2 bigint, c3 bigint, c4 bigint, c5 bigint, c6 bigint, c7 bigint, c8 bigint, c9 bigint,
    buckets smallint[],
    bucket_counts bigint[]
);
comment on table journey_internal.cell_delta is 'the ledger: batches append consolidated differences, a folder sums older ones into cell. kind and columns: see consumer/core/cell.h; b and c hold touchpoint_no (link: negative pseudo touchpoints)';
create table journey_internal.cell (
    published_on date not null,
    scenario_no smallint not null,
    day date not null,
    segment_no integer not null,
    kind smallint not null,
    a bigint not null,
    b integer not null,
    c integer not null,
    c1 bigint, c2 bigint, c3 bigint, c4 bigint, c5 bigint, c6 bigint, c7 bigint, c8 bigint, c9 bigint,
    buckets smallint[],
    bucket_counts bigint[],
    primary key (kind, scenario_no, day, segment_no, a, b, c, published_on)
);
comment on table journey_internal.cell is 'folded ledger: one row a cell and UTC day of publication';
create index cell_delta_cell on journey_internal.cell_delta (kind, scenario_no, day);

-- No statistics of days: who may read a view may have its plan explained, and the rows that the planner
-- expects of a day would be its journeys, counted.
alter table journey_internal.journey alter column day set statistics 0;
alter table journey_internal.cell alter column day set statistics 0;
alter table journey_internal.cell_delta alter column day set statistics 0;
