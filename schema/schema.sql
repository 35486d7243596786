-- What the files of schema/ make, by schema/dump; applied by nobody.
create schema journey;
comment on schema journey is 'what readers use: journeys of library customers, paths and drop-off points. Views only; columns are appended to, never changed';
create schema journey_internal;
comment on schema journey_internal is 'where journeyd keeps its rows. Its tables may change in every release; read schema journey instead';
create function journey.wilson_high(hits bigint, n bigint) returns double precision
    language sql immutable parallel safe
    as $$
    select case
        when n <= 0 then null
        when hits >= n then 1
        else (hits + 1.9207294103470627::double precision
              + 1.959963984540054::double precision
                * sqrt(hits::double precision * (n - hits) / n
                       + 0.9603647051735313::double precision))
             / (n + 3.8414588206941254::double precision)
    end
$$;
comment on function journey.wilson_high(hits bigint, n bigint) is 'upper end of the 95 % Wilson interval of hits in n; null when n is 0';
create function journey.wilson_low(hits bigint, n bigint) returns double precision
    language sql immutable parallel safe
    as $$
    select case
        when n <= 0 then null
        when hits <= 0 then 0
        else (hits + 1.9207294103470627::double precision
              - 1.959963984540054::double precision
                * sqrt(hits::double precision * (n - hits) / n
                       + 0.9603647051735313::double precision))
             / (n + 3.8414588206941254::double precision)
    end
$$;
comment on function journey.wilson_low(hits bigint, n bigint) is 'lower end of the 95 % Wilson interval of hits in n; null when n is 0';
create function journey_internal.case_uuid(namespace text, hash uuid) returns uuid
    language sql stable parallel safe
    as $$
    select journey_internal.uuid8('case', journey_internal.key_bytes(namespace, hash))
$$;
comment on function journey_internal.case_uuid(namespace text, hash uuid) is 'public id of a case';
create function journey_internal.chunk_events(at bigint[], attr integer[], id bigint[], n_keys smallint[]) returns table(place integer, at bigint, attr integer, id bigint, key_from integer, n_keys integer)
    language sql stable rows 16 parallel safe
    as $_$
    select e.place::integer, e.at, e.attr, e.id,
           (1 + sum(e.n_keys) over (order by e.place rows between unbounded preceding
                                    and current row) - e.n_keys)::integer,
           e.n_keys::integer
    from unnest($1, $2, $3, $4) with ordinality as e (at, attr, id, n_keys, place)
$_$;
comment on function journey_internal.chunk_events(at bigint[], attr integer[], id bigint[], n_keys smallint[]) is 'the events of a chunk, one a row';
create function journey_internal.customer_give_id() returns trigger
    language plpgsql
    as $$
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
create function journey_internal.customer_uuid(namespace text, hash uuid) returns uuid
    language sql stable parallel safe
    as $$
    select journey_internal.uuid8('customer', journey_internal.key_bytes(namespace, hash))
$$;
comment on function journey_internal.customer_uuid(namespace text, hash uuid) is 'public id of the customer whose least key this is; shared keys are told the same way';
create function journey_internal.duration_us(setting_name text, otherwise bigint) returns bigint
    language sql stable parallel safe
    as $$
    select coalesce((select rtrim(s.value, 'us')::bigint from journey_internal.setting as s
                     where s.name = setting_name), otherwise)
$$;
comment on function journey_internal.duration_us(setting_name text, otherwise bigint) is 'a setting that is a duration, in microseconds; otherwise where it is not set';
create function journey_internal.ensure_timeline_month(day date) returns boolean
    language plpgsql
    as $$
declare
    month_on date := date_trunc('month', day::timestamp)::date;
    name text := 'timeline_' || to_char(month_on, 'YYYY_MM');
    compression text;
begin
    if exists (select from pg_catalog.pg_inherits
               where inhparent = 'journey_internal.timeline'::regclass
                 and inhrelid = to_regclass('journey_internal.' || name)) then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('journeyd.timeline_month', 0));
    -- another instance may have been faster; to_regclass still remembers what it found above, so
    -- the catalogue is read
    if exists (select from pg_catalog.pg_inherits as i
               join pg_catalog.pg_class as c on c.oid = i.inhrelid
               where i.inhparent = 'journey_internal.timeline'::regclass
                 and c.relname = name) then
        return false;
    end if;
    execute format('create table journey_internal.%I '
                   '(like journey_internal.timeline including all) with (fillfactor = 80)', name);
    select case when 'lz4' = any (s.enumvals) then 'lz4' else 'pglz' end
    into compression
    from pg_catalog.pg_settings as s where s.name = 'default_toast_compression';
    if compression = 'lz4' then
        execute (
            select format('alter table journey_internal.%I ', name)
                   || string_agg(format('alter column %I set compression lz4', a.attname), ', ')
            from pg_catalog.pg_attribute as a
            where a.attrelid = ('journey_internal.' || name)::regclass
              and a.attnum > 0 and a.attlen = -1 and not a.attisdropped
        );
    end if;
    execute format('comment on table journey_internal.%I is %L', name,
                   'timeline of ' || to_char(month_on, 'YYYY-MM'));
    execute format('alter table journey_internal.timeline '
                   'attach partition journey_internal.%I for values from (%L) to (%L)',
                   name, month_on, (month_on + interval '1 month')::date);
    return true;
end
$$;
comment on function journey_internal.ensure_timeline_month(day date) is 'makes the timeline partition for the month of a day; true when it was missing';
create function journey_internal.event_keys(dictionary bytea[], keys smallint[], key_from integer, n_keys integer) returns bytea
    language sql stable parallel safe
    as $$
    select case n_keys
        when 1 then dictionary[keys[key_from]]
        when 2 then dictionary[keys[key_from]] || dictionary[keys[key_from + 1]]
        when 3 then dictionary[keys[key_from]] || dictionary[keys[key_from + 1]]
                    || dictionary[keys[key_from + 2]]
        else journey_internal.event_many_keys(dictionary, keys, key_from, n_keys)
    end
$$;
comment on function journey_internal.event_keys(dictionary bytea[], keys smallint[], key_from integer, n_keys integer) is 'bytes of an event''s keys, joined in key order';
create function journey_internal.event_many_keys(dictionary bytea[], keys smallint[], key_from integer, n_keys integer) returns bytea
    language sql stable parallel safe
    as $$
    select coalesce(string_agg(dictionary[k.position], ''::bytea order by k.place), ''::bytea)
    from unnest(keys[key_from : key_from + n_keys - 1]) with ordinality as k (position, place)
$$;
comment on function journey_internal.event_many_keys(dictionary bytea[], keys smallint[], key_from integer, n_keys integer) is 'bytes of an event''s keys, joined in key order: any number of keys';
create function journey_internal.event_uuid(at bigint, touchpoint text, source text, id bigint, namespaces text[], hashes uuid[]) returns uuid
    language sql stable parallel safe
    as $$
    select journey_internal.event_uuid_of(at, touchpoint, source, id, coalesce(
        (select string_agg(journey_internal.key_bytes(k.namespace, k.hash), ''::bytea
                           order by k.place)
         from unnest(namespaces, hashes) with ordinality as k (namespace, hash, place)),
        ''::bytea))
$$;
comment on function journey_internal.event_uuid(at bigint, touchpoint text, source text, id bigint, namespaces text[], hashes uuid[]) is 'public id of an event; keys in key order';
create function journey_internal.event_uuid_of(at bigint, touchpoint text, source text, id bigint, keys bytea) returns uuid
    language sql stable parallel safe
    as $$
    select journey_internal.uuid8('event',
        int8send(at) || convert_to(touchpoint, 'UTF8') || '\x00'::bytea
        || convert_to(source, 'UTF8') || '\x00'::bytea
        || int8send(id # (-9223372036854775808)) || keys)
$$;
comment on function journey_internal.event_uuid_of(at bigint, touchpoint text, source text, id bigint, keys bytea) is 'public id of an event whose keys'' bytes are already joined';
create function journey_internal.first_open_day() returns date
    language sql stable parallel safe
    as $$
    select (journey_internal.timestamp_of(w.watermark_us)
            at time zone journey_internal.library_zone())::date
    from journey_internal.watermark as w
$$;
comment on function journey_internal.first_open_day() is 'the library day of the published watermark: earlier days are over; null before the first watermark';
create function journey_internal.fold(older_than interval default '00:00:00'::interval, max_rows bigint default 200000) returns bigint
    language plpgsql
    as $$
declare
    upto date := ((now() - older_than) at time zone 'UTC')::date;
    taken_rows bigint;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('journeyd.fold', 0)) then
        return 0;
    end if;
    with taken as (
        delete from journey_internal.cell_delta as d
        where d.ctid = any (array(
            select x.ctid from journey_internal.cell_delta as x
            where x.published_on <= upto limit max_rows))
        returning d.*
    ),
    touched as (
        select distinct t.kind, t.scenario_no, t.day, t.segment_no, t.a, t.b, t.c, t.published_on
        from taken as t
    ),
    both_sides as (
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts
        from taken
        union all
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts
        from journey_internal.cell
        join touched using (kind, scenario_no, day, segment_no, a, b, c, published_on)
    ),
    total as (
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               sum(c1)::bigint as c1, sum(c2)::bigint as c2, sum(c3)::bigint as c3,
               sum(c4)::bigint as c4, sum(c5)::bigint as c5, sum(c6)::bigint as c6,
               sum(c7)::bigint as c7, sum(c8)::bigint as c8, sum(c9)::bigint as c9
        from both_sides
        group by kind, scenario_no, day, segment_no, a, b, c, published_on
    ),
    bucket_total as (
        select s.kind, s.scenario_no, s.day, s.segment_no, s.a, s.b, s.c, s.published_on,
               h.bucket, sum(h.n)::bigint as n
        from both_sides as s
        cross join lateral unnest(s.buckets, s.bucket_counts) as h (bucket, n)
        group by s.kind, s.scenario_no, s.day, s.segment_no, s.a, s.b, s.c, s.published_on, h.bucket
        having sum(h.n) <> 0
    ),
    histogram as (
        select kind, scenario_no, day, segment_no, a, b, c, published_on,
               array_agg(bucket order by bucket) as buckets,
               array_agg(n order by bucket) as bucket_counts
        from bucket_total
        group by kind, scenario_no, day, segment_no, a, b, c, published_on
    ),
    complete as (
        select t.*, h.buckets, h.bucket_counts,
               num_nonnulls(h.buckets, nullif(t.c1, 0), nullif(t.c2, 0), nullif(t.c3, 0),
                            nullif(t.c4, 0), nullif(t.c5, 0), nullif(t.c6, 0), nullif(t.c7, 0),
                            nullif(t.c8, 0), nullif(t.c9, 0)) = 0 as is_zero
        from total as t
        left join histogram as h
        using (kind, scenario_no, day, segment_no, a, b, c, published_on)
    ),
    emptied as (
        delete from journey_internal.cell as o
        using complete as t
        where t.is_zero
          and (o.kind, o.scenario_no, o.day, o.segment_no, o.a, o.b, o.c, o.published_on)
              = (t.kind, t.scenario_no, t.day, t.segment_no, t.a, t.b, t.c, t.published_on)
    ),
    filled as (
        insert into journey_internal.cell as o
            (published_on, scenario_no, day, segment_no, kind, a, b, c,
             c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts)
        select published_on, scenario_no, day, segment_no, kind, a, b, c,
               c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts
        from complete
        where not is_zero
        on conflict (kind, scenario_no, day, segment_no, a, b, c, published_on) do update set
            c1 = excluded.c1, c2 = excluded.c2, c3 = excluded.c3, c4 = excluded.c4,
            c5 = excluded.c5, c6 = excluded.c6, c7 = excluded.c7, c8 = excluded.c8,
            c9 = excluded.c9, buckets = excluded.buckets, bucket_counts = excluded.bucket_counts
    )
    select count(*) into taken_rows from taken;
    return taken_rows;
end
$$;
comment on function journey_internal.fold(older_than interval, max_rows bigint) is 'sums older rows of cell_delta into cell; how many it took';
create function journey_internal.key_bytes(namespace text, hash uuid) returns bytea
    language sql stable parallel safe
    as $$
    select convert_to(namespace, 'UTF8') || '\x00'::bytea || uuid_send(hash)
$$;
comment on function journey_internal.key_bytes(namespace text, hash uuid) is 'namespace 0x00 and the 16 bytes of a key: how ids name a key';
create function journey_internal.library_zone() returns text
    language sql stable parallel safe
    as $$
    select coalesce((select split_part(s.value, ' ', 1) from journey_internal.setting as s
                     where s.name = 'library.time_zone'), 'UTC')
$$;
comment on function journey_internal.library_zone() is 'time zone of the library: its days are the days of all *_on columns';
create function journey_internal.max_day_events() returns integer
    language sql stable parallel safe
    as $$
    select coalesce((select s.value::integer from journey_internal.setting as s
                     where s.name = 'sessions.max_day_events'), 2000)
$$;
comment on function journey_internal.max_day_events() is 'events of a customer''s day that take part in sessions and journeys; the rest is a flood';
create function journey_internal.namespace_bytes() returns bytea[]
    language sql stable parallel safe
    as $$
    select array_agg(convert_to(t.name, 'UTF8') || '\x00'::bytea order by n.ns_no)
    from generate_series(0, (select max(m.ns_no) from journey_internal.namespace as m)) as n (ns_no)
    left join journey_internal.namespace as t on t.ns_no = n.ns_no
$$;
comment on function journey_internal.namespace_bytes() is 'names of namespaces as they stand before a key in an id; element n + 1 is namespace number n';
create function journey_internal.quantile_seconds(buckets smallint[], counts bigint[], percent integer) returns double precision
    language sql stable parallel safe
    as $$
    with bucket_sum as (
        select h.bucket, sum(sum(h.n)) over (order by h.bucket) as upto, sum(sum(h.n)) over () as n
        from unnest(buckets, counts) as h (bucket, n)
        group by h.bucket
    )
    select b.told_us / 1e6
    from bucket_sum as s
    join journey_internal.bucket as b on b.bucket_no = s.bucket
    where s.n > 0 and s.upto >= ceil(percent * s.n / 100)
    order by s.bucket
    limit 1
$$;
comment on function journey_internal.quantile_seconds(buckets smallint[], counts bigint[], percent integer) is 'quantile of a log-bucket histogram, in seconds; null when it is empty. Relative error at most 1 %';
create function journey_internal.timestamp_of(us bigint) returns timestamp with time zone
    language sql stable parallel safe
    as $$
    select timestamptz '1970-01-01 00:00:00+00' + us * interval '1 microsecond'
$$;
comment on function journey_internal.timestamp_of(us bigint) is 'timestamptz of microseconds since 1970-01-01 UTC';
create function journey_internal.touchpoint_codes() returns text[]
    language sql stable parallel safe
    as $$
    select array_agg(t.code order by n.touchpoint_no)
    from generate_series(0, (select max(m.touchpoint_no) from journey_internal.touchpoint as m))
         as n (touchpoint_no)
    left join journey_internal.touchpoint as t on t.touchpoint_no = n.touchpoint_no
$$;
comment on function journey_internal.touchpoint_codes() is 'codes of touchpoints; element n + 1 is touchpoint number n';
create function journey_internal.touchpoint_labels() returns text[]
    language sql stable parallel safe
    as $$
    select array_agg(t.label order by n.touchpoint_no)
    from generate_series(0, (select max(m.touchpoint_no) from journey_internal.touchpoint as m))
         as n (touchpoint_no)
    left join journey_internal.touchpoint as t on t.touchpoint_no = n.touchpoint_no
$$;
comment on function journey_internal.touchpoint_labels() is 'labels of touchpoints; element n + 1 is touchpoint number n';
create function journey_internal.touchpoint_stages() returns text[]
    language sql stable parallel safe
    as $$
    select array_agg(t.stage order by n.touchpoint_no)
    from generate_series(0, (select max(m.touchpoint_no) from journey_internal.touchpoint as m))
         as n (touchpoint_no)
    left join journey_internal.touchpoint as t on t.touchpoint_no = n.touchpoint_no
$$;
comment on function journey_internal.touchpoint_stages() is 'stages of touchpoints; element n + 1 is touchpoint number n';
create function journey_internal.uuid8(word text, bytes bytea) returns uuid
    language sql stable parallel safe
    as $$
    select encode(substr(
        set_bit(set_bit(set_bit(set_bit(set_bit(set_bit(
            sha256(convert_to(word, 'UTF8') || '\x00'::bytea || bytes),
            55, 1), 54, 0), 53, 0), 52, 0), 71, 1), 70, 0),
        1, 16), 'hex')::uuid
$$;
comment on function journey_internal.uuid8(word text, bytes bytea) is 'UUID version 8 of SHA-256(word 0x00 bytes)';
create aggregate journey_internal.array_concat(anycompatiblearray) (
    sfunc = array_cat,
    stype = anycompatiblearray,
    parallel = safe
);
comment on aggregate journey_internal.array_concat(anycompatiblearray) is 'arrays one after the other';
create table journey_internal.channel (
    channel_no smallint not null,
    name text not null
);
comment on table journey_internal.channel is 'channels seen in events';
create table journey_internal.touchpoint (
    touchpoint_no smallint not null,
    code text not null,
    place smallint,
    stage text,
    stage_label text,
    label text,
    channel text,
    initiator text,
    friction boolean
);
comment on table journey_internal.touchpoint is 'touchpoints by a number that never changes; place (from 1) and labels follow the vocabulary, place is null for a removed one';
create view journey.channel as
 select c.channel,
    c.channel as label
   from ( select t.channel
           from journey_internal.touchpoint t
          where ((t.place is not null) and (t.channel is not null))
        union
         select n.name
           from journey_internal.channel n) c;
comment on view journey.channel is 'channels of the vocabulary''s stages and those seen in events';
comment on column journey.channel.channel is 'code of the channel';
comment on column journey.channel.label is 'the channel in words; its code where none is given';
create table journey_internal.cell (
    published_on date not null,
    scenario_no smallint not null,
    day date not null,
    segment_no integer not null,
    kind smallint not null,
    a bigint not null,
    b integer not null,
    c integer not null,
    c1 bigint,
    c2 bigint,
    c3 bigint,
    c4 bigint,
    c5 bigint,
    c6 bigint,
    c7 bigint,
    c8 bigint,
    c9 bigint,
    buckets smallint[],
    bucket_counts bigint[]
);
comment on table journey_internal.cell is 'folded ledger: one row a cell and UTC day of publication';
create table journey_internal.cell_delta (
    published_on date default ((now() at time zone 'UTC'::text))::date not null,
    scenario_no smallint not null,
    day date not null,
    segment_no integer not null,
    kind smallint not null,
    a bigint not null,
    b integer not null,
    c integer not null,
    c1 bigint,
    c2 bigint,
    c3 bigint,
    c4 bigint,
    c5 bigint,
    c6 bigint,
    c7 bigint,
    c8 bigint,
    c9 bigint,
    buckets smallint[],
    bucket_counts bigint[]
);
comment on table journey_internal.cell_delta is 'the ledger: batches append consolidated differences, a folder sums older ones into cell. kind and columns: see consumer/core/cell.h; b and c hold touchpoint_no (link: negative pseudo touchpoints)';
create table journey_internal.customer (
    customer_no bigint not null,
    customer_id uuid not null,
    events bigint default 0 not null,
    sessions bigint default 0 not null,
    journeys bigint default 0 not null,
    flood_days bigint default 0 not null,
    first_us bigint,
    last_us bigint,
    channels smallint[] default '{}'::smallint[] not null
)
with (fillfactor='60');
comment on table journey_internal.customer is 'counters of a customer; customer_no = key_no of the key it is rooted at. customer_id is its public UUID (word customer), stored so that views find a customer by it; a writer that leaves it out gets it from the trigger';
create table journey_internal.journey (
    journey_id uuid not null,
    customer_no bigint not null,
    scenario_no smallint not null,
    case_no bigint default 0 not null,
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
)
with (fillfactor='60');
comment on table journey_internal.journey is 'journeys, visits too. state 0 open 1 completed 2 lost 3 ended; reason 0 none 1 silence 2 deadline 3 failed; due_us and closed_us 9223372036854775807 = none; check_us <= due_us is lazy: the sweep re-arms it, so that extending an open journey stays HOT; mask: bit touchpoint_no';
create view journey_internal.ledger as
 select cell.kind,
    cell.scenario_no,
    cell.day,
    cell.segment_no,
    cell.a,
    cell.b,
    cell.c,
    cell.c1,
    cell.c2,
    cell.c3,
    cell.c4,
    cell.c5,
    cell.c6,
    cell.c7,
    cell.c8,
    cell.c9,
    cell.buckets,
    cell.bucket_counts
   from journey_internal.cell
union all
 select cell_delta.kind,
    cell_delta.scenario_no,
    cell_delta.day,
    cell_delta.segment_no,
    cell_delta.a,
    cell_delta.b,
    cell_delta.c,
    cell_delta.c1,
    cell_delta.c2,
    cell_delta.c3,
    cell_delta.c4,
    cell_delta.c5,
    cell_delta.c6,
    cell_delta.c7,
    cell_delta.c8,
    cell_delta.c9,
    cell_delta.buckets,
    cell_delta.bucket_counts
   from journey_internal.cell_delta;
comment on view journey_internal.ledger is 'cell and cell_delta as one; kinds and columns: see consumer/core/cell.h';
create table journey_internal.scenario (
    scenario_no smallint not null,
    name text not null,
    label text,
    scope text,
    has_goals boolean default false not null,
    patience_us bigint,
    deadline_us bigint,
    is_configured boolean default true not null
);
comment on table journey_internal.scenario is 'scenarios by a number that never changes; scope null or customer: customers, else a case namespace';
create table journey_internal.segment (
    segment_no integer not null,
    name text not null
);
comment on table journey_internal.segment is 'values of the configured dimension at the first step of a journey; (none) where it has none';
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
    n_channels smallint not null
)
with (fillfactor='70');
comment on table journey_internal.session is 'sessions; first_rank = rank of the first event within its day, from 0';
create view journey.conservation as
 with count as materialized (
         select l.kind,
            l.scenario_no,
            l.day,
            l.segment_no,
            l.a,
            l.b,
            l.c,
            (coalesce(sum(l.c1), (0)::numeric))::bigint as c1,
            (coalesce(sum(l.c2), (0)::numeric))::bigint as c2,
            (coalesce(sum(l.c3), (0)::numeric))::bigint as c3,
            (coalesce(sum(l.c4), (0)::numeric))::bigint as c4,
            (coalesce(sum(l.c5), (0)::numeric))::bigint as c5,
            (coalesce(sum(l.c6), (0)::numeric))::bigint as c6,
            (coalesce(sum(l.c7), (0)::numeric))::bigint as c7
           from journey_internal.ledger l
          group by l.kind, l.scenario_no, l.day, l.segment_no, l.a, l.b, l.c
        ), total as (
         select count.scenario_no,
            count.day,
            count.segment_no,
            coalesce(sum(count.c1) filter (where (count.kind = 0)), (0)::numeric) as journeys,
            coalesce(sum(count.c2) filter (where (count.kind = 0)), (0)::numeric) as completed,
            coalesce(sum((count.c3 + count.c4)) filter (where (count.kind = 0)), (0)::numeric) as lost_ended,
            coalesce(sum(count.c5) filter (where (count.kind = 0)), (0)::numeric) as open,
            coalesce(sum(count.c7) filter (where (count.kind = 0)), (0)::numeric) as steps,
            coalesce(sum(count.c1) filter (where (count.kind = 1)), (0)::numeric) as path_journeys,
            coalesce(sum(count.c1) filter (where ((count.kind = 2) and (count.a = 1))), (0)::numeric) as first_links,
            coalesce(sum(count.c1) filter (where (count.kind = 3)), (0)::numeric) as transitions,
            coalesce(sum(count.c3) filter (where (count.kind = 4)), (0)::numeric) as drop_completed,
            coalesce(sum(((count.c4 + count.c5) + count.c6)) filter (where (count.kind = 4)), (0)::numeric) as drop_ended,
            coalesce(sum(count.c7) filter (where (count.kind = 4)), (0)::numeric) as drop_open,
            coalesce(sum(count.c1) filter (where ((count.kind = 5) and (count.b = 0))), (0)::numeric) as funnel_entered,
            coalesce(sum(count.c3) filter (where (count.kind = 5)), (0)::numeric) as funnel_completed,
            coalesce(sum(count.c4) filter (where (count.kind = 5)), (0)::numeric) as funnel_ended,
            coalesce(sum(count.c5) filter (where (count.kind = 5)), (0)::numeric) as funnel_open
           from count
          group by count.scenario_no, count.day, count.segment_no
        ), node as (
         select link.scenario_no,
            link.day,
            link.segment_no,
            sum(link.n_in) as n_in,
            sum(link.n_out) as n_out
           from ( select count.scenario_no,
                    count.day,
                    count.segment_no,
                    (count.a + 1) as i,
                    count.c as x,
                    count.c1 as n_in,
                    0 as n_out
                   from count
                  where ((count.kind = 2) and (count.c >= '-1'::integer))
                union all
                 select count.scenario_no,
                    count.day,
                    count.segment_no,
                    count.a,
                    count.b,
                    0,
                    count.c1
                   from count
                  where ((count.kind = 2) and (count.a > 1))) link
          group by link.scenario_no, link.day, link.segment_no, link.i, link.x
        ), checkpoint as (
         select pair.scenario_no,
            pair.day,
            pair.segment_no,
            sum(pair.went_on) as went_on,
            sum(pair.entered) as entered
           from ( select count.scenario_no,
                    count.day,
                    count.segment_no,
                    (count.b + 1) as k,
                    count.c2 as went_on,
                    0 as entered
                   from count
                  where (count.kind = 5)
                union all
                 select count.scenario_no,
                    count.day,
                    count.segment_no,
                    count.b,
                    0,
                    count.c1
                   from count
                  where ((count.kind = 5) and (count.b > 0))) pair
          group by pair.scenario_no, pair.day, pair.segment_no, pair.k
        ), visit as (
         select either.customer_no,
            sum(either.sessions) as sessions,
            sum(either.journeys) as journeys
           from ( select s.customer_no,
                    1 as sessions,
                    0 as journeys
                   from journey_internal.session s
                  where s.is_visit
                union all
                 select j.customer_no,
                    0,
                    1
                   from (journey_internal.journey j
                     join journey_internal.scenario sc_1 on ((sc_1.scenario_no = j.scenario_no)))
                  where (sc_1.name = 'visit'::text)) either
          group by either.customer_no
        ), checked as (
         select k_1.check_name,
            t.scenario_no,
            t.day,
            t.segment_no,
            null::bigint as customer_no,
            k_1.left_value,
            k_1.right_value
           from (total t
             cross join lateral ( values ('journeys = completed + lost + ended + open'::text,t.journeys,((t.completed + t.lost_ended) + t.open)), ('paths = completed + lost + ended'::text,t.path_journeys,(t.completed + t.lost_ended)), ('journeys = first links'::text,t.journeys,t.first_links), ('drop-off: ended_here = lost + ended'::text,t.drop_ended,t.lost_ended), ('drop-off: completed_here = completed'::text,t.drop_completed,t.completed), ('drop-off: still_open = open'::text,t.drop_open,t.open), ('funnel: entered (started) = journeys'::text,t.funnel_entered,t.journeys), ('funnel: ended_here = lost + ended'::text,t.funnel_ended,t.lost_ended), ('funnel: completed_here = completed'::text,t.funnel_completed,t.completed), ('funnel: still_open = open'::text,t.funnel_open,t.open), ('transitions = steps - journeys'::text,t.transitions,(t.steps - t.journeys))) k_1(check_name, left_value, right_value))
        union all
         select 'path: journeys = completed + lost + ended'::text,
            count.scenario_no,
            count.day,
            count.segment_no,
            null::bigint,
            count.c1,
            ((count.c2 + count.c3) + count.c4)
           from count
          where (count.kind = 1)
        union all
         select 'path links in = links out'::text,
            node.scenario_no,
            node.day,
            node.segment_no,
            null::bigint,
            node.n_in,
            node.n_out
           from node
        union all
         select 'drop-off: reached = went_on + completed_here + ended_here + still_open'::text,
            count.scenario_no,
            count.day,
            count.segment_no,
            null::bigint,
            count.c1,
            (((((count.c2 + count.c3) + count.c4) + count.c5) + count.c6) + count.c7)
           from count
          where (count.kind = 4)
        union all
         select 'funnel: entered = went_on + completed_here + ended_here + still_open'::text,
            count.scenario_no,
            count.day,
            count.segment_no,
            null::bigint,
            count.c1,
            (((count.c2 + count.c3) + count.c4) + count.c5)
           from count
          where (count.kind = 5)
        union all
         select 'funnel: went_on = entered of the next'::text,
            checkpoint.scenario_no,
            checkpoint.day,
            checkpoint.segment_no,
            null::bigint,
            checkpoint.went_on,
            checkpoint.entered
           from checkpoint
        union all
         select 'visits = visit journeys'::text,
            null::smallint,
            null::date,
            null::integer,
            visit.customer_no,
            visit.sessions,
            visit.journeys
           from visit
        )
 select k.check_name,
    sc.name as scenario,
    k.day as started_on,
    sg.name as segment,
    c.customer_id,
    (k.left_value)::bigint as left_value,
    (k.right_value)::bigint as right_value
   from (((checked k
     left join journey_internal.scenario sc on ((sc.scenario_no = k.scenario_no)))
     left join journey_internal.segment sg on ((sg.segment_no = k.segment_no)))
     left join journey_internal.customer c on ((c.customer_no = k.customer_no)))
  where (k.left_value <> k.right_value);
comment on view journey.conservation is 'sums that must agree and do not: a row is a bug';
comment on column journey.conservation.check_name is 'what should be equal';
comment on column journey.conservation.scenario is 'the scenario; null for checks of customers';
comment on column journey.conservation.started_on is 'library day of the first step; null for checks of customers';
comment on column journey.conservation.segment is 'the segment; null for checks of customers';
comment on column journey.conservation.customer_id is 'the customer; null for checks of cells';
comment on column journey.conservation.left_value is 'left side of the check';
comment on column journey.conservation.right_value is 'right side of the check';
create table journey_internal.key (
    key_no bigint not null,
    ns_no smallint not null,
    hash uuid not null,
    owner_no bigint not null,
    shared smallint default 0 not null,
    partners integer default 0 not null,
    asked_from_us bigint default '9223372036854775807'::bigint not null,
    asked_to_us bigint default '-9223372036854775808'::bigint not null,
    is_excluded boolean default false not null,
    is_kiosk boolean default false not null
)
with (fillfactor='50');
comment on table journey_internal.key is 'every key ever seen, and the guard (select for update) of what it names: its aliases, logins, case facts, and, as the root of a customer, its timeline, sessions and journeys. shared: 0 no, 1 several_customers, 2 max_aliases';
create table journey_internal.namespace (
    ns_no smallint not null,
    name text not null,
    kind text not null,
    constraint namespace_kind_check check ((kind = any (array['person'::text, 'device'::text, 'case'::text])))
);
comment on table journey_internal.namespace is 'key namespaces; ns_no is the place of the declaration, from 0';
create view journey.customer as
 select c.customer_id,
        case
            when (k.shared <> 0) then 'shared'::text
            else n.kind
        end as kind,
    ((n.kind = 'person'::text) and (k.shared = 0)) as is_identified,
    (k.is_excluded or k.is_kiosk or (k.shared <> 0)) as is_excluded,
    journey_internal.timestamp_of(c.first_us) as first_seen_at,
    journey_internal.timestamp_of(c.last_us) as last_seen_at,
    c.events as event_count,
    c.sessions as session_count,
    c.journeys as journey_count,
    c.flood_days,
    cardinality(c.channels) as channel_count
   from ((journey_internal.customer c
     join journey_internal.key k on ((k.key_no = c.customer_no)))
     join journey_internal.namespace n on ((n.ns_no = k.ns_no)))
  where ((c.events > 0) or (c.journeys > 0));
comment on view journey.customer is 'one row a customer: whoever owns at least one event or journey. One person, whatever a source calls them';
comment on column journey.customer.customer_id is 'pseudonymous id, made with the secret from the customer''s best key';
comment on column journey.customer.kind is 'person (known by a person key), device (an anonymous device), case (only a case is known) or shared (a key that names several people)';
comment on column journey.customer.is_identified is 'true for kind person';
comment on column journey.customer.is_excluded is 'true for keys of the exclude list (staff, test accounts), kiosks and shared keys: events are kept and counted, but there are no sessions and no journeys';
comment on column journey.customer.first_seen_at is 'time of the customer''s first event; null without events';
comment on column journey.customer.last_seen_at is 'time of the customer''s last event; null without events';
comment on column journey.customer.event_count is 'events of the customer, floods too; identity messages not';
comment on column journey.customer.session_count is 'sessions of the customer, visits or not';
comment on column journey.customer.journey_count is 'journeys of the customer in all scenarios, visit too';
comment on column journey.customer.flood_days is 'library days with more events of the customer than sessions take (max_day_events)';
comment on column journey.customer.channel_count is 'distinct channels of the customer''s events';
create view journey.data_dictionary as
 select (v.relname)::text as view_name,
    (a.attname)::text as column_name,
    format_type(a.atttypid, a.atttypmod) as data_type,
    col_description(v.oid, (a.attnum)::integer) as description
   from ((pg_class v
     join pg_namespace n on ((n.oid = v.relnamespace)))
     join pg_attribute a on ((a.attrelid = v.oid)))
  where ((n.nspname = 'journey'::name) and (v.relkind = 'v'::"char") and (a.attnum > 0) and (not a.attisdropped));
comment on view journey.data_dictionary is 'every column of every view of the schema journey, from the comments in the catalog';
comment on column journey.data_dictionary.view_name is 'the view';
comment on column journey.data_dictionary.column_name is 'the column';
comment on column journey.data_dictionary.data_type is 'its type';
comment on column journey.data_dictionary.description is 'what it says';
create view journey.drop_off as
 select g.scenario,
    g.started_on,
    g.segment,
    t.stage,
    t.code as touchpoint,
    t.label,
    g.reached,
    g.went_on,
    g.completed_here,
    ((g.ended_silence + g.ended_deadline) + g.ended_failed) as ended_here,
    g.ended_silence,
    g.ended_deadline,
    g.ended_failed,
    g.still_open,
    g.distinct_customers,
        case
            when (g.has_goals and g.is_over and (g.open = 0)) then ((((g.ended_silence + g.ended_deadline) + g.ended_failed))::double precision / (nullif(g.reached, 0))::double precision)
            else null::double precision
        end as drop_off_rate,
        case
            when (g.has_goals and g.is_over) then journey.wilson_low(((g.ended_silence + g.ended_deadline) + g.ended_failed), ((g.reached + g.open) - g.open_reached))
            else null::double precision
        end as rate_low,
        case
            when (g.has_goals and g.is_over) then journey.wilson_high((((g.ended_silence + g.ended_deadline) + g.ended_failed) + g.open), ((g.reached + g.open) - g.open_reached))
            else null::double precision
        end as rate_high,
    (g.is_over and (g.open = 0)) as is_final,
    g.open_reached
   from (( select s.scenario,
            s.started_on,
            s.segment,
            s.has_goals,
            s.kind,
            s.b,
            s.c1 as reached,
            s.c2 as went_on,
            s.c3 as completed_here,
            s.c4 as ended_silence,
            s.c5 as ended_deadline,
            s.c6 as ended_failed,
            s.c7 as still_open,
            s.c8 as open_reached,
            s.c9 as distinct_customers,
            coalesce((s.started_on < ( select journey_internal.first_open_day() as first_open_day)), false) as is_over,
            (coalesce(sum(s.c5) filter (where (s.kind = 0)) over (partition by s.scenario, s.started_on, s.segment), (0)::numeric))::bigint as open
           from ( select sc.name as scenario,
                    sc.has_goals,
                    l.day as started_on,
                    sg.name as segment,
                    l.kind,
                    l.b,
                    (coalesce(sum(l.c1), (0)::numeric))::bigint as c1,
                    (coalesce(sum(l.c2), (0)::numeric))::bigint as c2,
                    (coalesce(sum(l.c3), (0)::numeric))::bigint as c3,
                    (coalesce(sum(l.c4), (0)::numeric))::bigint as c4,
                    (coalesce(sum(l.c5), (0)::numeric))::bigint as c5,
                    (coalesce(sum(l.c6), (0)::numeric))::bigint as c6,
                    (coalesce(sum(l.c7), (0)::numeric))::bigint as c7,
                    (coalesce(sum(l.c8), (0)::numeric))::bigint as c8,
                    (coalesce(sum(l.c9), (0)::numeric))::bigint as c9
                   from ((journey_internal.ledger l
                     join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
                     join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
                  where (l.kind = any (array[0, 4]))
                  group by sc.name, sc.has_goals, l.day, sg.name, l.kind, l.b) s) g
     left join journey_internal.touchpoint t on ((t.touchpoint_no = g.b)))
  where ((g.kind = 4) and ((g.reached <> 0) or (g.went_on <> 0) or (g.completed_here <> 0) or (g.ended_silence <> 0) or (g.ended_deadline <> 0) or (g.ended_failed <> 0) or (g.still_open <> 0) or (g.open_reached <> 0) or (g.distinct_customers <> 0)));
comment on view journey.drop_off is 'one row for each touchpoint that journeys reached: how many went on and how many ended there';
comment on column journey.drop_off.scenario is 'the scenario';
comment on column journey.drop_off.started_on is 'library day of the first step of the journey';
comment on column journey.drop_off.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.drop_off.stage is 'stage of the touchpoint';
comment on column journey.drop_off.touchpoint is 'the touchpoint reached';
comment on column journey.drop_off.label is 'the touchpoint in words';
comment on column journey.drop_off.reached is 'journeys with at least one step at the touchpoint = went_on + completed_here + ended_here + still_open';
comment on column journey.drop_off.went_on is 'of these: journeys whose last step is at another touchpoint';
comment on column journey.drop_off.completed_here is 'of these: completed journeys whose last step is here';
comment on column journey.drop_off.ended_here is 'of these: journeys lost or ended whose last step is here = ended_silence + ended_deadline + ended_failed';
comment on column journey.drop_off.ended_silence is 'of ended_here: patience ran out';
comment on column journey.drop_off.ended_deadline is 'of ended_here: the deadline passed';
comment on column journey.drop_off.ended_failed is 'of ended_here: a fail event came';
comment on column journey.drop_off.still_open is 'of these: open journeys whose last step so far is here';
comment on column journey.drop_off.distinct_customers is 'customers with at least one journey that reached the touchpoint; do not add up';
comment on column journey.drop_off.drop_off_rate is 'ended_here / reached; null until is_final and in scenarios without goals';
comment on column journey.drop_off.rate_low is 'lower end of the 95 % Wilson interval of the rate, whatever the open journeys will do; null until the day is over and in scenarios without goals';
comment on column journey.drop_off.rate_high is 'upper end of the same interval';
comment on column journey.drop_off.is_final is 'true when the day is over and no journey of this scenario, day and segment is open';
comment on column journey.drop_off.open_reached is 'open journeys with at least one step at the touchpoint, wherever their last step is';
create table journey_internal.attribute_set (
    attr_no integer not null,
    source text not null,
    touchpoint_no smallint not null,
    channel text not null,
    initiator text not null,
    branch text,
    customer_group text,
    device_class text,
    item_type text,
    is_logout boolean not null,
    digest uuid not null,
    constraint attribute_set_initiator_check check ((initiator = any (array['customer'::text, 'staff'::text, 'system'::text])))
);
comment on table journey_internal.attribute_set is 'one row for each distinct set of attributes of an event; digest = first 16 bytes of SHA-256 over them all, made in C';
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
    keys smallint[] not null
)
partition by range (day);
comment on table journey_internal.timeline is 'events of a customer, at most 128 a row, one library day; in the order of semantics section 1. rank = events of the day before this chunk. id = the 8 bytes as unsigned big-endian, top bit flipped, so that bigint order is byte order. key_ns/key_hash: dictionary of the chunk''s keys; keys: for each event n_keys[i] positions (from 1) in it, one event after the other';
create view journey.event as
 select journey_internal.event_uuid_of(e.at, tp.code, a.source, e.id, journey_internal.event_keys(d.dictionary, t.keys, e.key_from, e.n_keys)) as event_id,
    c.customer_id,
        case
            when ((t.rank + e.place) <= ( select journey_internal.max_day_events() as max_day_events)) then ( select s.session_id
               from ( select x.session_id,
                        x.to_us
                       from journey_internal.session x
                      where ((x.customer_no = t.customer_no) and (x.from_us <= e.at))
                      order by x.from_us desc
                     limit 1) s
              where (e.at <= s.to_us))
            else null::uuid
        end as session_id,
        case
            when ((t.rank + e.place) <= ( select journey_internal.max_day_events() as max_day_events)) then ( select (((((t.rank + e.place) - s.first_rank))::numeric +
                    case
                        when (s.day = t.day) then (0)::numeric
                        else ( select sum(least(y.n, (( select journey_internal.max_day_events() as max_day_events))::bigint)) as sum
                           from ( select sum(z.n) as n
                                   from journey_internal.timeline z
                                  where ((z.customer_no = t.customer_no) and (z.day >= s.day) and (z.day < t.day))
                                  group by z.day) y)
                    end))::integer as int4
               from ( select x.to_us,
                        x.day,
                        x.first_rank
                       from journey_internal.session x
                      where ((x.customer_no = t.customer_no) and (x.from_us <= e.at))
                      order by x.from_us desc
                     limit 1) s
              where (e.at <= s.to_us))
            else null::integer
        end as event_seq,
    journey_internal.timestamp_of(e.at) as occurred_at,
    t.day as occurred_on,
    a.source,
    a.channel,
    tp.stage,
    tp.code as touchpoint,
    a.initiator,
    a.branch,
    a.customer_group,
    a.device_class,
    a.item_type
   from (((((journey_internal.timeline t
     cross join lateral ( select array( select ((( select journey_internal.namespace_bytes() as namespace_bytes))[(k.ns_no + 1)] || uuid_send(k.hash))
                   from unnest(t.key_ns, t.key_hash) k(ns_no, hash)) as dictionary
         offset 0) d)
     cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) e(place, at, attr, id, key_from, n_keys))
     left join journey_internal.customer c on ((c.customer_no = t.customer_no)))
     left join journey_internal.attribute_set a on ((a.attr_no = e.attr)))
     left join journey_internal.touchpoint tp on ((tp.touchpoint_no = a.touchpoint_no)));
comment on view journey.event is 'one row an accepted event; copies count once, identity messages are none. Filter by customer_id or occurred_on: both reach the stored timelines, occurred_at alone does not';
comment on column journey.event.event_id is 'id of the event, made from its time, touchpoint, source, source''s id and keys: the same in every database with the same secret';
comment on column journey.event.customer_id is 'the customer who owns the event';
comment on column journey.event.session_id is 'session of the event; null for excluded customers and for events beyond max_day_events of a day';
comment on column journey.event.event_seq is 'position in the session, from 1; null outside sessions';
comment on column journey.event.occurred_at is 'when it happened, by the source''s clock, to the microsecond';
comment on column journey.event.occurred_on is 'library day of occurred_at';
comment on column journey.event.source is 'configured stream the event came from';
comment on column journey.event.channel is 'website, circulation, helpdesk, space and the like';
comment on column journey.event.stage is 'stage of the touchpoint';
comment on column journey.event.touchpoint is 'what happened, a code of the vocabulary';
comment on column journey.event.initiator is 'who acted: customer, staff or system';
comment on column journey.event.branch is 'branch, as the source tells it; null when unknown';
comment on column journey.event.customer_group is 'group of the customer, as the source tells it; null when unknown';
comment on column journey.event.device_class is 'class of the device, as the source tells it; null when unknown';
comment on column journey.event.item_type is 'type of the item, as the source tells it; null when unknown';
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
    keys smallint[] not null
)
with (fillfactor='80');
comment on table journey_internal.case_timeline is 'second copy of each event that carries the case, same layout as timeline';
create view journey.event_case as
 select journey_internal.event_uuid_of(e.at, tp.code, a.source, e.id, journey_internal.event_keys(d.dictionary, t.keys, e.key_from, e.n_keys)) as event_id,
    n.name as case_type,
    d.case_id
   from ((((((journey_internal.case_timeline t
     join journey_internal.key k on ((k.key_no = t.case_no)))
     join journey_internal.namespace n on ((n.ns_no = k.ns_no)))
     cross join lateral ( select journey_internal.case_uuid(n.name, k.hash) as case_id,
            array( select ((( select journey_internal.namespace_bytes() as namespace_bytes))[(k_1.ns_no + 1)] || uuid_send(k_1.hash))
                   from unnest(t.key_ns, t.key_hash) k_1(ns_no, hash)) as dictionary
         offset 0) d)
     cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) e(place, at, attr, id, key_from, n_keys))
     left join journey_internal.attribute_set a on ((a.attr_no = e.attr)))
     left join journey_internal.touchpoint tp on ((tp.touchpoint_no = a.touchpoint_no)));
comment on view journey.event_case is 'one row for each event and case it carries: a loan, a hold, a ticket';
comment on column journey.event_case.event_id is 'the event, as in journey.event';
comment on column journey.event_case.case_type is 'namespace of the case, for instance loan, hold, ticket';
comment on column journey.event_case.case_id is 'pseudonymous id of the case, made with the secret';
create table journey_internal.kafka_offset (
    grp text not null,
    topic text not null,
    part integer not null,
    epoch bigint default 0 not null,
    next_offset bigint not null,
    fingerprint_ts_us bigint,
    fingerprint_crc bigint,
    greatest_us bigint,
    log_end_offset bigint,
    seen_at timestamp with time zone,
    idle_since timestamp with time zone,
    drives_watermark boolean default true not null,
    last_commit_at timestamp with time zone,
    owner text,
    backend_pid integer,
    backend_start timestamp with time zone
)
with (fillfactor='50');
comment on table journey_internal.kafka_offset is 'where each partition goes on; the only offsets that count. Guard of a batch: compare-and-swap on epoch and next_offset';
create view journey.freshness as
 select o.topic,
    o.part as partition,
    o.next_offset,
    o.log_end_offset,
    journey_internal.timestamp_of(o.greatest_us) as last_event_at,
    (least(journey_internal.timestamp_of(o.greatest_us), now()) - limits.allowed_disorder) as partition_time,
    coalesce((((now() - o.idle_since) >= limits.idle_after) and ((now() - o.seen_at) <= ((3)::double precision * limits.idle_after))), false) as is_idle,
    o.last_commit_at
   from (journey_internal.kafka_offset o
     cross join ( select ((journey_internal.duration_us('watermark.allowed_disorder'::text, (600000000)::bigint))::double precision * '00:00:00.000001'::interval) as allowed_disorder,
            ((journey_internal.duration_us('watermark.idle_after'::text, (60000000)::bigint))::double precision * '00:00:00.000001'::interval) as idle_after) limits);
comment on view journey.freshness is 'one row a partition: how far it was read, and whether it holds the watermark back';
comment on column journey.freshness.topic is 'Kafka topic';
comment on column journey.freshness.partition is 'partition of the topic';
comment on column journey.freshness.next_offset is 'offset of the next message to read; all before it are in the database';
comment on column journey.freshness.log_end_offset is 'end of the log when it was last seen; minus next_offset: the lag in messages';
comment on column journey.freshness.last_event_at is 'greatest event time accepted from the partition; null before the first';
comment on column journey.freshness.partition_time is 'event time up to which the partition is believed complete: least of last_event_at and now, less allowed_disorder; the watermark is the least of all partitions that are not idle';
comment on column journey.freshness.is_idle is 'true when the partition had nothing to read for idle_after, and somebody is looking: it does not hold the watermark back';
comment on column journey.freshness.last_commit_at is 'when a batch of the partition was last committed, by the database''s clock';
create table journey_internal.scenario_checkpoint (
    scenario_no smallint not null,
    checkpoint_no smallint not null,
    name text not null
);
comment on table journey_internal.scenario_checkpoint is 'checkpoints in order; 0 is (started)';
create view journey.funnel_step as
 select g.scenario,
    g.started_on,
    g.segment,
    g.checkpoint_no,
    g.checkpoint,
    g.entered,
    g.went_on,
    g.completed_here,
    g.ended_here,
    g.still_open,
    g.distinct_customers,
    coalesce(((g.open = 0) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final
   from ( select sc.name as scenario,
            l.day as started_on,
            sg.name as segment,
            cp.checkpoint_no,
            cp.name as checkpoint,
            (coalesce(sum(l.c1) filter (where (l.kind = 5)), (0)::numeric))::bigint as entered,
            (coalesce(sum(l.c2) filter (where (l.kind = 5)), (0)::numeric))::bigint as went_on,
            (coalesce(sum(l.c3) filter (where (l.kind = 5)), (0)::numeric))::bigint as completed_here,
            (coalesce(sum(l.c4) filter (where (l.kind = 5)), (0)::numeric))::bigint as ended_here,
            (coalesce(sum(l.c5) filter (where (l.kind = 5)), (0)::numeric))::bigint as still_open,
            (coalesce(sum(l.c6) filter (where (l.kind = 5)), (0)::numeric))::bigint as distinct_customers,
            (coalesce(sum(l.c1) filter (where (l.kind = 0)), (0)::numeric))::bigint as journeys,
            (coalesce(sum(l.c5) filter (where (l.kind = 0)), (0)::numeric))::bigint as open
           from (((journey_internal.ledger l
             join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
             join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
             join ( select scenario.scenario_no,
                    0 as checkpoint_no,
                    '(started)'::text as name
                   from journey_internal.scenario
                union all
                 select scenario_checkpoint.scenario_no,
                    scenario_checkpoint.checkpoint_no,
                    scenario_checkpoint.name
                   from journey_internal.scenario_checkpoint
                  where (scenario_checkpoint.checkpoint_no > 0)) cp on (((cp.scenario_no = l.scenario_no) and ((l.kind = 0) or (cp.checkpoint_no = l.b)))))
          where (l.kind = any (array[0, 5]))
          group by sc.name, l.day, sg.name, cp.checkpoint_no, cp.name) g
  where (g.journeys <> 0);
comment on view journey.funnel_step is 'one row for each checkpoint of a scenario, for each day and segment in which a journey started: how far journeys came';
comment on column journey.funnel_step.scenario is 'the scenario';
comment on column journey.funnel_step.started_on is 'library day of the first step';
comment on column journey.funnel_step.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.funnel_step.checkpoint_no is 'place of the checkpoint, from 0';
comment on column journey.funnel_step.checkpoint is 'name of the checkpoint; 0 is (started), which every journey reaches';
comment on column journey.funnel_step.entered is 'journeys that reached this checkpoint after all those before it, by distinct steps = went_on + completed_here + ended_here + still_open';
comment on column journey.funnel_step.went_on is 'of these: journeys that reached the next checkpoint too';
comment on column journey.funnel_step.completed_here is 'of these: completed journeys that came no further';
comment on column journey.funnel_step.ended_here is 'of these: lost or ended journeys that came no further';
comment on column journey.funnel_step.still_open is 'of these: open journeys that came no further so far';
comment on column journey.funnel_step.distinct_customers is 'customers with at least one journey that reached the checkpoint; do not add up';
comment on column journey.funnel_step.is_final is 'true when the day is over and no journey of this scenario, day and segment is open';
create table journey_internal.path (
    path_id bigint not null,
    collapsed_id bigint not null,
    touchpoints smallint[] not null,
    is_more boolean not null
);
comment on table journey_internal.path is 'paths as touchpoint numbers; collapsed_id names the row of the folded path (itself where nothing folds)';
create view journey_internal.path_text as
 select p.path_id,
    cardinality(p.touchpoints) as step_count,
    array_to_string((array( select (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(n.n + 1)] as touchpoint_codes
           from unnest(p.touchpoints) n(n)) ||
        case
            when p.is_more then '{(more)}'::text[]
            else null::text[]
        end), ' > '::text) as path
   from journey_internal.path p;
comment on view journey_internal.path_text is 'a path''s text and number of elements, (more) not counted';
create view journey.journey as
 select j.journey_id,
    sc.name as scenario,
    c.customer_id,
    ( select ((n.kind = 'person'::text) and (k.shared = 0))
           from (journey_internal.key k
             join journey_internal.namespace n on ((n.ns_no = k.ns_no)))
          where (k.key_no = j.customer_no)) as is_identified,
        case
            when (j.case_no <> 0) then ( select journey_internal.case_uuid(n.name, k.hash) as case_uuid
               from (journey_internal.key k
                 join journey_internal.namespace n on ((n.ns_no = k.ns_no)))
              where (k.key_no = j.case_no))
            else null::uuid
        end as case_id,
    journey_internal.timestamp_of(j.first_us) as started_at,
    journey_internal.timestamp_of(j.last_us) as last_step_at,
    journey_internal.timestamp_of(nullif(j.due_us, '9223372036854775807'::bigint)) as due_at,
    journey_internal.timestamp_of(nullif(j.closed_us, '9223372036854775807'::bigint)) as closed_at,
    j.day as started_on,
    sg.name as segment,
        case j.state
            when 0 then 'open'::text
            when 1 then 'completed'::text
            when 2 then 'lost'::text
            when 3 then 'ended'::text
            else null::text
        end as state,
        case j.reason
            when 1 then 'silence'::text
            when 2 then 'deadline'::text
            when 3 then 'failed'::text
            else null::text
        end as reason,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(j.failed_by_no + 1)] as failed_by,
    j.n_steps as step_count,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(j.first_no + 1)] as first_touchpoint,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(j.last_no + 1)] as last_touchpoint,
    ( select p.path
           from journey_internal.path_text p
          where (p.path_id = j.path_id)) as path,
    ( select p.path
           from journey_internal.path_text p
          where (p.path_id = j.collapsed_id)) as collapsed_path,
    (((j.last_us - j.first_us))::double precision / ('1000000'::numeric)::double precision) as duration_seconds,
    j.channels,
    j.switches as channel_switches,
    (j.depth)::integer as checkpoint_reached
   from (((journey_internal.journey j
     left join journey_internal.scenario sc on ((sc.scenario_no = j.scenario_no)))
     left join journey_internal.segment sg on ((sg.segment_no = j.segment_no)))
     left join journey_internal.customer c on ((c.customer_no = j.customer_no)));
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
create table journey_internal.scenario_touchpoint (
    scenario_no smallint not null,
    touchpoint_no smallint not null
);
comment on table journey_internal.scenario_touchpoint is 'the touchpoints that can be a step of a journey of the scenario (steps, start or goal)';
create view journey.journey_step as
 select j.journey_id,
    (s.step_no)::integer as step_no,
    journey_internal.event_uuid_of(s.at, (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(s.touchpoint_no + 1)], s.source, s.id, journey_internal.event_keys(s.dictionary, s.keys, s.key_from, s.n_keys)) as event_id,
    journey_internal.timestamp_of(s.at) as occurred_at,
    (( select journey_internal.touchpoint_stages() as touchpoint_stages))[(s.touchpoint_no + 1)] as stage,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(s.touchpoint_no + 1)] as touchpoint,
    (( select journey_internal.touchpoint_labels() as touchpoint_labels))[(s.touchpoint_no + 1)] as label,
    s.channel,
    s.initiator,
    (((s.at - s.before))::double precision / ('1000000'::numeric)::double precision) as wait_seconds
   from (journey_internal.journey j
     cross join lateral ( select m.day,
            m.chunk_no,
            m.place,
            m.at,
            m.id,
            m.key_from,
            m.n_keys,
            m.keys,
            m.dictionary,
            m.source,
            m.touchpoint_no,
            m.channel,
            m.initiator,
            row_number() over (order by m.day, m.chunk_no, m.place) as step_no,
            lag(m.at) over (order by m.day, m.chunk_no, m.place) as before
           from ( select t.day,
                    t.chunk_no,
                    e.place,
                    e.at,
                    e.id,
                    e.key_from,
                    e.n_keys,
                    t.keys,
                    t.dictionary,
                    x.source,
                    x.touchpoint_no,
                    x.channel,
                    x.initiator
                   from (((( select t_1.customer_no,
                            t_1.day,
                            t_1.chunk_no,
                            t_1.rank,
                            t_1.n,
                            t_1.first_us,
                            t_1.last_us,
                            t_1.at,
                            t_1.attr,
                            t_1.id,
                            t_1.key_ns,
                            t_1.key_hash,
                            t_1.n_keys,
                            t_1.keys,
                            array( select ((( select journey_internal.namespace_bytes() as namespace_bytes))[(k.ns_no + 1)] || uuid_send(k.hash))
                                   from unnest(t_1.key_ns, t_1.key_hash) k(ns_no, hash)) as dictionary
                           from journey_internal.timeline t_1
                          where ((j.case_no = 0) and (t_1.customer_no = j.customer_no) and ((t_1.day >= j.day) and (t_1.day <= ((j.day + 2) + (((j.last_us - j.first_us) / '86400000000'::bigint))::integer))) and (t_1.last_us >= j.first_us) and (t_1.first_us <= j.last_us))
                         offset 0) t
                     cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) e(place, at, attr, id, key_from, n_keys))
                     join journey_internal.attribute_set x on ((x.attr_no = e.attr)))
                     join journey_internal.scenario_touchpoint st on (((st.scenario_no = j.scenario_no) and (st.touchpoint_no = x.touchpoint_no))))
                  where (((e.at >= j.first_us) and (e.at <= j.last_us)) and ((t.rank + e.place) <= ( select journey_internal.max_day_events() as max_day_events)))
                union all
                 select j.day,
                    t.chunk_no,
                    e.place,
                    e.at,
                    e.id,
                    e.key_from,
                    e.n_keys,
                    t.keys,
                    t.dictionary,
                    x.source,
                    x.touchpoint_no,
                    x.channel,
                    x.initiator
                   from (((( select t_1.case_no,
                            t_1.chunk_no,
                            t_1.n,
                            t_1.first_us,
                            t_1.last_us,
                            t_1.at,
                            t_1.attr,
                            t_1.id,
                            t_1.key_ns,
                            t_1.key_hash,
                            t_1.n_keys,
                            t_1.keys,
                            array( select ((( select journey_internal.namespace_bytes() as namespace_bytes))[(k.ns_no + 1)] || uuid_send(k.hash))
                                   from unnest(t_1.key_ns, t_1.key_hash) k(ns_no, hash)) as dictionary
                           from journey_internal.case_timeline t_1
                          where ((j.case_no <> 0) and (t_1.case_no = j.case_no) and (t_1.last_us >= j.first_us) and (t_1.first_us <= j.last_us))
                         offset 0) t
                     cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) e(place, at, attr, id, key_from, n_keys))
                     join journey_internal.attribute_set x on ((x.attr_no = e.attr)))
                     join journey_internal.scenario_touchpoint st on (((st.scenario_no = j.scenario_no) and (st.touchpoint_no = x.touchpoint_no))))
                  where ((e.at >= j.first_us) and (e.at <= j.last_us))
          order by 1, 2, 3
         offset j.first_skip
         limit j.n_steps) m) s);
comment on view journey.journey_step is 'one row a step of a journey; visits too. Filter by journey_id';
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
create view journey.path as
 select g.scenario,
    g.started_on,
    g.segment,
    p.path,
    p.step_count,
    g.c1 as journeys,
    g.c2 as completed,
    g.c3 as lost,
    g.c4 as ended,
    g.c5 as distinct_customers,
    coalesce(((g.open = (0)::numeric) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final
   from (( select s.scenario,
            s.started_on,
            s.segment,
            s.kind,
            s.a,
            s.c1,
            s.c2,
            s.c3,
            s.c4,
            s.c5,
            coalesce(sum(s.c5) filter (where (s.kind = 0)) over (partition by s.scenario, s.started_on, s.segment), (0)::numeric) as open
           from ( select sc.name as scenario,
                    l.day as started_on,
                    sg.name as segment,
                    l.kind,
                    l.a,
                    (coalesce(sum(l.c1), (0)::numeric))::bigint as c1,
                    (coalesce(sum(l.c2), (0)::numeric))::bigint as c2,
                    (coalesce(sum(l.c3), (0)::numeric))::bigint as c3,
                    (coalesce(sum(l.c4), (0)::numeric))::bigint as c4,
                    (coalesce(sum(l.c5), (0)::numeric))::bigint as c5
                   from ((journey_internal.ledger l
                     join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
                     join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
                  where (l.kind = any (array[0, 1]))
                  group by sc.name, l.day, sg.name, l.kind, l.a) s) g
     left join journey_internal.path_text p on ((p.path_id = g.a)))
  where ((g.kind = 1) and ((g.c1 <> 0) or (g.c2 <> 0) or (g.c3 <> 0) or (g.c4 <> 0) or (g.c5 <> 0)));
comment on view journey.path is 'one row for each path that journeys took, repeats of one touchpoint folded; only journeys that are over';
comment on column journey.path.scenario is 'the scenario';
comment on column journey.path.started_on is 'library day of the first step';
comment on column journey.path.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.path.path is 'touchpoints in order, joined by " > ", runs of one touchpoint folded to one; (more) where it was cut at max_path';
comment on column journey.path.step_count is 'elements of the path, (more) not counted';
comment on column journey.path.journeys is 'journeys that are over and took this path';
comment on column journey.path.completed is 'of these: journeys that reached a goal';
comment on column journey.path.lost is 'of these: journeys without a goal';
comment on column journey.path.ended is 'of these: journeys of a scenario without goals';
comment on column journey.path.distinct_customers is 'customers with at least one of these journeys; do not add up';
comment on column journey.path.is_final is 'true when the day is over and no journey of this scenario, day and segment is open';
create view journey.path_link as
 select g.scenario,
    g.started_on,
    g.segment,
    (g.a)::integer as step_no,
        case
            when (g.b = '-1'::integer) then '(more)'::text
            else f.code
        end as from_touchpoint,
        case g.c
            when '-1'::integer then '(more)'::text
            when '-2'::integer then '(completed)'::text
            when '-3'::integer then '(lost)'::text
            when '-4'::integer then '(ended)'::text
            when '-5'::integer then '(open)'::text
            else t.code
        end as to_touchpoint,
    g.c1 as journeys,
    coalesce(((g.open = (0)::numeric) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final
   from ((( select s.scenario,
            s.started_on,
            s.segment,
            s.kind,
            s.a,
            s.b,
            s.c,
            s.c1,
            s.c5,
            coalesce(sum(s.c5) filter (where (s.kind = 0)) over (partition by s.scenario, s.started_on, s.segment), (0)::numeric) as open
           from ( select sc.name as scenario,
                    l.day as started_on,
                    sg.name as segment,
                    l.kind,
                    l.a,
                    l.b,
                    l.c,
                    (coalesce(sum(l.c1), (0)::numeric))::bigint as c1,
                    (coalesce(sum(l.c5), (0)::numeric))::bigint as c5
                   from ((journey_internal.ledger l
                     join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
                     join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
                  where (l.kind = any (array[0, 2]))
                  group by sc.name, l.day, sg.name, l.kind, l.a, l.b, l.c) s) g
     left join journey_internal.touchpoint f on ((f.touchpoint_no = g.b)))
     left join journey_internal.touchpoint t on ((t.touchpoint_no = g.c)))
  where ((g.kind = 2) and (g.c1 <> 0));
comment on view journey.path_link is 'one row for each link of the folded paths, as a flow chart draws them: from the element at step_no to the next, the last one to how the journey is';
comment on column journey.path_link.scenario is 'the scenario';
comment on column journey.path_link.started_on is 'library day of the first step';
comment on column journey.path_link.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.path_link.step_no is 'place of from_touchpoint in the folded path, from 1';
comment on column journey.path_link.from_touchpoint is 'the element at step_no: a touchpoint, or (more) after max_path elements';
comment on column journey.path_link.to_touchpoint is 'the next element; of the last one (completed), (lost), (ended) or (open)';
comment on column journey.path_link.journeys is 'journeys with this link, open ones too';
comment on column journey.path_link.is_final is 'true when the day is over and no journey of this scenario, day and segment is open';
create table journey_internal.setting (
    name text not null,
    value text not null,
    fingerprint boolean default true not null
);
comment on table journey_internal.setting is 'every setting the numbers depend on, as canonical text or digest; row fingerprint = SHA-256 over all';
create table journey_internal.watermark (
    only_row boolean default true not null,
    watermark_us bigint not null,
    constraint watermark_only_row_check check (only_row)
)
with (fillfactor='50');
comment on table journey_internal.watermark is 'the published watermark, in microseconds; no row before the first one';
create table journey_internal.writer (
    slot smallint not null,
    last_commit_at timestamp with time zone,
    greatest_event_us bigint,
    unnamed_events bigint default 0 not null
)
with (fillfactor='50');
comment on table journey_internal.writer is 'per-instance counters (slot is claimed by a session advisory lock), summed by the views: no hot row';
create view journey.published as
 select ( select journey_internal.timestamp_of(w.watermark_us) as timestamp_of
           from journey_internal.watermark w) as watermark_at,
    max(i.last_commit_at) as last_commit_at,
    journey_internal.timestamp_of(max(i.greatest_event_us)) as last_event_at,
    ( select s.value
           from journey_internal.setting s
          where (s.name = 'fingerprint'::text)) as config_fingerprint,
    (coalesce(sum(i.unnamed_events), (0)::numeric))::bigint as unnamed_events
   from journey_internal.writer i;
comment on view journey.published is 'one row: how far the numbers are';
comment on column journey.published.watermark_at is 'event time up to which journeys were closed; null before the first';
comment on column journey.published.last_commit_at is 'when a batch was last committed, by the database''s clock';
comment on column journey.published.last_event_at is 'greatest time of an accepted event';
comment on column journey.published.config_fingerprint is 'SHA-256 of all settings the numbers depend on';
comment on column journey.published.unnamed_events is 'events that carry person keys and have no person, as the keys are shared';
create table journey_internal.quarantine (
    topic text not null,
    part integer not null,
    kafka_offset bigint not null,
    source text default ''::text not null,
    reason text not null,
    detail text,
    first_seen_at timestamp with time zone default now() not null
);
comment on table journey_internal.quarantine is 'messages that were not accepted, and why; never their content. source empty: no source takes the topic';
create view journey.quarantine as
 select q.topic,
    q.part as partition,
    q.kafka_offset,
    nullif(q.source, ''::text) as source,
    q.reason,
    q.detail,
    q.first_seen_at
   from journey_internal.quarantine q;
comment on view journey.quarantine is 'messages that were not accepted, and why; never their content';
comment on column journey.quarantine.topic is 'Kafka topic, or the name of the input file';
comment on column journey.quarantine.partition is 'partition of the topic';
comment on column journey.quarantine.kafka_offset is 'offset in the partition, or line of the file';
comment on column journey.quarantine.source is 'source whose mapping refused it; null where no source takes the topic';
comment on column journey.quarantine.reason is 'why, from a closed list';
comment on column journey.quarantine.detail is 'which field or value; only names of fields and values of declared enumerations';
comment on column journey.quarantine.first_seen_at is 'when it was first met, by the database''s clock';
create view journey.raw_path as
 select g.scenario,
    g.started_on,
    g.segment,
    array_to_string((array( select (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(n.n + 1)] as touchpoint_codes
           from unnest(g.touchpoints) n(n)) ||
        case
            when g.is_more then '{(more)}'::text[]
            else null::text[]
        end), ' > '::text) as path,
    cardinality(g.touchpoints) as step_count,
    ((g.completed + g.lost) + g.ended) as journeys,
    g.completed,
    g.lost,
    g.ended,
    g.distinct_customers,
    coalesce(((g.cell_open = (0)::numeric) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final
   from ( select s.scenario,
            s.started_on,
            s.segment,
            s.touchpoints,
            s.is_more,
            s.open,
            s.completed,
            s.lost,
            s.ended,
            s.distinct_customers,
            sum(s.open) over (partition by s.scenario, s.started_on, s.segment) as cell_open
           from ( select sc.name as scenario,
                    j.day as started_on,
                    sg.name as segment,
                    p.touchpoints,
                    p.is_more,
                    count(*) filter (where (j.state = 0)) as open,
                    count(*) filter (where (j.state = 1)) as completed,
                    count(*) filter (where (j.state = 2)) as lost,
                    count(*) filter (where (j.state = 3)) as ended,
                    count(distinct j.customer_no) filter (where (j.state <> 0)) as distinct_customers
                   from (((journey_internal.journey j
                     join journey_internal.scenario sc on ((sc.scenario_no = j.scenario_no)))
                     join journey_internal.segment sg on ((sg.segment_no = j.segment_no)))
                     join journey_internal.path p on ((p.path_id = j.path_id)))
                  group by sc.name, j.day, sg.name, p.touchpoints, p.is_more) s) g
  where (((g.completed + g.lost) + g.ended) > 0);
comment on view journey.raw_path is 'one row for each path that journeys took, repeats kept; only journeys that are over. Counted from the journeys when asked: filter by scenario and started_on';
comment on column journey.raw_path.scenario is 'the scenario';
comment on column journey.raw_path.started_on is 'library day of the first step';
comment on column journey.raw_path.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.raw_path.path is 'touchpoints in order, joined by " > "; (more) where it was cut at max_path';
comment on column journey.raw_path.step_count is 'elements of the path, (more) not counted';
comment on column journey.raw_path.journeys is 'journeys that are over and took this path';
comment on column journey.raw_path.completed is 'of these: journeys that reached a goal';
comment on column journey.raw_path.lost is 'of these: journeys without a goal';
comment on column journey.raw_path.ended is 'of these: journeys of a scenario without goals';
comment on column journey.raw_path.distinct_customers is 'customers with at least one of these journeys; do not add up';
comment on column journey.raw_path.is_final is 'true when the day is over and no journey of this scenario, day and segment is open';
create view journey.scenario as
 select s.name as scenario,
    coalesce(s.label, s.name) as label,
    coalesce(s.scope, 'customer'::text) as scope,
    s.has_goals,
    ((s.patience_us)::double precision / ('1000000'::numeric)::double precision) as patience_seconds,
    ((s.deadline_us)::double precision / ('1000000'::numeric)::double precision) as deadline_seconds
   from journey_internal.scenario s
  where s.is_configured;
comment on view journey.scenario is 'the configured scenarios and the built-in one, visit';
comment on column journey.scenario.scenario is 'name of the scenario';
comment on column journey.scenario.label is 'the scenario in words; its name where none is given';
comment on column journey.scenario.scope is 'customer: one journey at a time for each customer; else the namespace of cases: one run for each loan, hold or ticket';
comment on column journey.scenario.has_goals is 'true when journeys can be completed; without goals they end, and there are no drop-off rates';
comment on column journey.scenario.patience_seconds is 'silence after which a journey is over; touchpoints may have a longer one';
comment on column journey.scenario.deadline_seconds is 'longest time from the first step; null for none';
create view journey.scenario_day as
 select g.scenario,
    g.started_on,
    g.segment,
    g.journeys,
    g.completed,
    g.lost,
    g.ended,
    g.open,
    g.distinct_customers,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 50) as completed_p50_seconds,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 90) as completed_p90_seconds,
    coalesce(((g.open = 0) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final,
    g.steps
   from ( select sc.name as scenario,
            l.day as started_on,
            sg.name as segment,
            (coalesce(sum(l.c1), (0)::numeric))::bigint as journeys,
            (coalesce(sum(l.c2), (0)::numeric))::bigint as completed,
            (coalesce(sum(l.c3), (0)::numeric))::bigint as lost,
            (coalesce(sum(l.c4), (0)::numeric))::bigint as ended,
            (coalesce(sum(l.c5), (0)::numeric))::bigint as open,
            (coalesce(sum(l.c6), (0)::numeric))::bigint as distinct_customers,
            (coalesce(sum(l.c7), (0)::numeric))::bigint as steps,
            journey_internal.array_concat(l.buckets) as buckets,
            journey_internal.array_concat(l.bucket_counts) as bucket_counts
           from ((journey_internal.ledger l
             join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
             join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
          where (l.kind = 0)
          group by sc.name, l.day, sg.name) g
  where ((g.journeys <> 0) or (g.completed <> 0) or (g.lost <> 0) or (g.ended <> 0) or (g.open <> 0) or (g.distinct_customers <> 0) or (g.steps <> 0));
comment on view journey.scenario_day is 'one row for each scenario, day and segment in which a journey started: how many there were and how they went';
comment on column journey.scenario_day.scenario is 'the scenario';
comment on column journey.scenario_day.started_on is 'library day of the first step';
comment on column journey.scenario_day.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.scenario_day.journeys is 'journeys that started then, in any state';
comment on column journey.scenario_day.completed is 'of these: journeys that reached a goal';
comment on column journey.scenario_day.lost is 'of these: journeys that are over without a goal';
comment on column journey.scenario_day.ended is 'of these: journeys that are over, in a scenario without goals';
comment on column journey.scenario_day.open is 'of these: journeys not over yet';
comment on column journey.scenario_day.distinct_customers is 'customers with at least one of these journeys; do not add up over days or segments';
comment on column journey.scenario_day.completed_p50_seconds is 'median seconds from first step to goal, of completed journeys; to 1 %; null when there are none';
comment on column journey.scenario_day.completed_p90_seconds is 'the same: nine of ten took no longer';
comment on column journey.scenario_day.is_final is 'true when the day is over and none of its journeys here is open; late events may still move numbers';
comment on column journey.scenario_day.steps is 'steps of all these journeys';
create view journey.session as
 select s.session_id,
    c.customer_id,
    journey_internal.timestamp_of(s.from_us) as started_at,
    journey_internal.timestamp_of(s.to_us) as ended_at,
    s.day as started_on,
    (((s.to_us - s.from_us))::double precision / ('1000000'::numeric)::double precision) as duration_seconds,
    (s.n_events)::bigint as event_count,
    s.is_visit,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(s.entry_no + 1)] as entry_touchpoint,
    (( select journey_internal.touchpoint_codes() as touchpoint_codes))[(s.exit_no + 1)] as exit_touchpoint,
    s.channels,
    (s.n_channels)::integer as channel_count
   from (journey_internal.session s
     left join journey_internal.customer c on ((c.customer_no = s.customer_no)));
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
create table journey_internal.key_holder (
    key_no bigint not null,
    customer_no bigint not null
);
comment on table journey_internal.key_holder is 'customers other than its present owner that may hold events carrying the person key';
create view journey.shared_key as
 select n.name as namespace,
    journey_internal.customer_uuid(n.name, k.hash) as key_id,
        case k.shared
            when 1 then 'several_customers'::text
            when 2 then 'max_aliases'::text
            else null::text
        end as rule,
    k.partners,
    coalesce(e.events, (0)::bigint) as event_count
   from ((journey_internal.key k
     join journey_internal.namespace n on ((n.ns_no = k.ns_no)))
     left join lateral ( select count(*) as events
           from (((( select k.key_no as customer_no
                union
                 select h.customer_no
                   from journey_internal.key_holder h
                  where (h.key_no = k.key_no)) holder
             join journey_internal.timeline t on ((t.customer_no = holder.customer_no)))
             cross join lateral ( select array_agg(((d.ns_no = k.ns_no) and (d.hash = k.hash)) order by d."position") as is_it,
                    array_agg(coalesce(((dn.kind = 'person'::text) and (dk.shared = 0)), false) order by d."position") as is_person
                   from ((unnest(t.key_ns, t.key_hash) with ordinality d(ns_no, hash, "position")
                     left join journey_internal.namespace dn on ((dn.ns_no = d.ns_no)))
                     left join journey_internal.key dk on (((dk.ns_no = d.ns_no) and (dk.hash = d.hash))))
                 offset 0) dictionary)
             cross join lateral journey_internal.chunk_events(t.at, t.attr, t.id, t.n_keys) ev(place, at, attr, id, key_from, n_keys))
          where ((k.hash = any (t.key_hash)) and (exists ( select
                   from unnest(t.keys[ev.key_from:((ev.key_from + ev.n_keys) - 1)]) p("position")
                 having (bool_or(dictionary.is_it[p."position"]) and (not bool_or(dictionary.is_person[p."position"]))))))) e on (true))
  where (k.shared <> 0);
comment on view journey.shared_key is 'keys that name nobody, because they name several people: events that carry only such keys have no person';
comment on column journey.shared_key.namespace is 'namespace of the key';
comment on column journey.shared_key.key_id is 'pseudonymous id of the key, made like a customer_id';
comment on column journey.shared_key.rule is 'max_aliases: it was seen with too many other keys; several_customers: the keys it was seen with belong to several customers';
comment on column journey.shared_key.partners is 'different keys it was seen with';
comment on column journey.shared_key.event_count is 'events that carry it and have no person';
create view journey.touchpoint as
 select t.code as touchpoint,
    t.stage,
    coalesce(t.stage_label, t.stage) as stage_label,
    coalesce(t.label, t.code) as label,
    t.channel,
    t.initiator,
    coalesce(t.friction, false) as friction,
    (t.place)::integer as place
   from journey_internal.touchpoint t
  where (t.place is not null);
comment on view journey.touchpoint is 'the vocabulary: what can happen';
comment on column journey.touchpoint.touchpoint is 'code: stage.action';
comment on column journey.touchpoint.stage is 'the stage it belongs to';
comment on column journey.touchpoint.stage_label is 'the stage in words';
comment on column journey.touchpoint.label is 'the touchpoint in words';
comment on column journey.touchpoint.channel is 'channel of its events unless the source tells another';
comment on column journey.touchpoint.initiator is 'who acts unless the source tells another: customer, staff or system';
comment on column journey.touchpoint.friction is 'true for what customers would rather not meet, such as a search without result';
comment on column journey.touchpoint.place is 'place in the vocabulary, from 1: the order of events at one instant';
create view journey.transition as
 select g.scenario,
    g.started_on,
    g.segment,
    f.code as from_touchpoint,
    t.code as to_touchpoint,
    g.c1 as transitions,
    g.c2 as journeys,
    g.c3 as waits,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 50) as wait_p50_seconds,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 90) as wait_p90_seconds,
    journey_internal.quantile_seconds(g.buckets, g.bucket_counts, 99) as wait_p99_seconds,
    coalesce(((g.open = (0)::numeric) and (g.started_on < ( select journey_internal.first_open_day() as first_open_day))), false) as is_final
   from ((( select s.scenario,
            s.started_on,
            s.segment,
            s.kind,
            s.b,
            s.c,
            s.c1,
            s.c2,
            s.c3,
            s.c5,
            s.buckets,
            s.bucket_counts,
            coalesce(sum(s.c5) filter (where (s.kind = 0)) over (partition by s.scenario, s.started_on, s.segment), (0)::numeric) as open
           from ( select sc.name as scenario,
                    l.day as started_on,
                    sg.name as segment,
                    l.kind,
                    l.b,
                    l.c,
                    (coalesce(sum(l.c1), (0)::numeric))::bigint as c1,
                    (coalesce(sum(l.c2), (0)::numeric))::bigint as c2,
                    (coalesce(sum(l.c3), (0)::numeric))::bigint as c3,
                    (coalesce(sum(l.c5), (0)::numeric))::bigint as c5,
                    journey_internal.array_concat(l.buckets) filter (where (l.kind = 3)) as buckets,
                    journey_internal.array_concat(l.bucket_counts) filter (where (l.kind = 3)) as bucket_counts
                   from ((journey_internal.ledger l
                     join journey_internal.scenario sc on ((sc.scenario_no = l.scenario_no)))
                     join journey_internal.segment sg on ((sg.segment_no = l.segment_no)))
                  where (l.kind = any (array[0, 3]))
                  group by sc.name, l.day, sg.name, l.kind, l.b, l.c) s) g
     left join journey_internal.touchpoint f on ((f.touchpoint_no = g.b)))
     left join journey_internal.touchpoint t on ((t.touchpoint_no = g.c)))
  where ((g.kind = 3) and ((g.c1 <> 0) or (g.c2 <> 0) or (g.c3 <> 0)));
comment on view journey.transition is 'one row for each pair of touchpoints that followed each other as steps, repeats of one touchpoint too';
comment on column journey.transition.scenario is 'the scenario';
comment on column journey.transition.started_on is 'library day of the first step of the journey';
comment on column journey.transition.segment is 'value of the configured dimension at the first step, else (none)';
comment on column journey.transition.from_touchpoint is 'touchpoint of a step';
comment on column journey.transition.to_touchpoint is 'touchpoint of the step after it';
comment on column journey.transition.transitions is 'how often the pair occurred, every occurrence in every journey';
comment on column journey.transition.journeys is 'journeys with at least one such pair';
comment on column journey.transition.waits is 'pairs of journeys that are over: those the wait quantiles tell about';
comment on column journey.transition.wait_p50_seconds is 'median seconds between the two steps; to 1 %; null when waits is 0';
comment on column journey.transition.wait_p90_seconds is 'the same: nine of ten waits are no longer';
comment on column journey.transition.wait_p99_seconds is 'the same: 99 of 100 waits are no longer';
comment on column journey.transition.is_final is 'true when the day is over and no journey of this scenario, day and segment is open';
create table journey_internal.unmapped (
    slot smallint not null,
    source text not null,
    field text not null,
    value text not null,
    messages bigint not null,
    last_seen_at timestamp with time zone not null
);
comment on table journey_internal.unmapped is 'values of enumerated fields that the mappings do not know, counted by each instance';
create view journey.unmapped as
 select u.source,
    u.field,
    u.value,
    (sum(u.messages))::bigint as messages,
    max(u.last_seen_at) as last_seen_at
   from journey_internal.unmapped u
  group by u.source, u.field, u.value;
comment on view journey.unmapped is 'values of enumerated fields that the mappings do not know';
comment on column journey.unmapped.source is 'source whose mapping met the value';
comment on column journey.unmapped.field is 'the field, as the mapping names it';
comment on column journey.unmapped.value is 'the value; only of declared enumerations, at most 40 plain characters';
comment on column journey.unmapped.messages is 'messages that had it';
comment on column journey.unmapped.last_seen_at is 'when it was last met, by the database''s clock';
create table journey_internal.alias (
    key_no bigint not null,
    partner_no bigint not null
);
comment on table journey_internal.alias is 'aliases, both directions';
alter table journey_internal.attribute_set alter column attr_no add generated always as identity (
    sequence name journey_internal.attribute_set_attr_no_seq
    start with 1
    increment by 1
    no minvalue
    no maxvalue
    cache 1
);
create table journey_internal.bucket (
    bucket_no smallint not null,
    lower_us bigint not null,
    told_us double precision not null
);
comment on table journey_internal.bucket is 'log buckets of waits and durations: lower bound and the value told, 1.02^(k - 1/2) us';
create table journey_internal.case_fact (
    case_no bigint not null,
    key_no bigint not null,
    at bigint not null
);
comment on table journey_internal.case_fact is 'the earliest time a person or device key was seen with the case: only the earliest can decide, as sharedness belongs to keys';
alter table journey_internal.channel alter column channel_no add generated always as identity (
    sequence name journey_internal.channel_channel_no_seq
    start with 1
    increment by 1
    no minvalue
    no maxvalue
    cache 1
);
create table journey_internal.identity_message (
    source text not null,
    id bigint not null,
    at bigint not null,
    keyset uuid not null,
    ns_nos smallint[] not null,
    hashes uuid[] not null,
    is_logout boolean not null,
    has_device boolean not null
);
comment on table journey_internal.identity_message is 'identity messages, kept so that verify can recount the facts; keyset = first 16 bytes of SHA-256 over the keys in order';
alter table journey_internal.key alter column key_no add generated always as identity (
    sequence name journey_internal.key_key_no_seq
    start with 1
    increment by 1
    no minvalue
    no maxvalue
    cache 64
);
create table journey_internal.login (
    device_no bigint not null,
    day_utc integer not null,
    at bigint[] not null,
    n_keys smallint[] not null,
    keys bigint[] not null
)
with (fillfactor='70');
comment on table journey_internal.login is 'logins of a device on a UTC day (days since 1970-01-01), sorted by (at, keys); keys holds the n_keys[i] person keys of each one after the other';
create table journey_internal.login_device (
    key_no bigint not null,
    device_no bigint not null
);
comment on table journey_internal.login_device is 'devices with a login that names the person key';
create table journey_internal.logout (
    device_no bigint not null,
    at bigint not null
);
comment on table journey_internal.logout is 'logouts of a device';
create table journey_internal.migration (
    version integer not null,
    name text not null,
    applied_at timestamp with time zone default now() not null
);
comment on table journey_internal.migration is 'the migrations that were applied, each in one transaction with its row';
create table journey_internal.offset_gap (
    grp text not null,
    topic text not null,
    part integer not null,
    from_offset bigint not null,
    to_offset bigint not null,
    noticed_at timestamp with time zone default now() not null
);
comment on table journey_internal.offset_gap is 'offsets that were gone from Kafka before they were read (on_gap: continue)';
alter table journey_internal.segment alter column segment_no add generated always as identity (
    sequence name journey_internal.segment_segment_no_seq
    start with 1
    increment by 1
    no minvalue
    no maxvalue
    cache 1
);
create table journey_internal.source_tally (
    slot smallint not null,
    source text not null,
    read bigint default 0 not null,
    accepted bigint default 0 not null,
    duplicate bigint default 0 not null,
    skipped bigint default 0 not null,
    quarantined bigint default 0 not null,
    tombstone bigint default 0 not null
)
with (fillfactor='50');
comment on table journey_internal.source_tally is 'where messages went; read = accepted + duplicate + skipped + quarantined + tombstone; source (none): topic no source takes';
alter table only journey_internal.alias
    add constraint alias_pkey primary key (key_no, partner_no);
alter table only journey_internal.attribute_set
    add constraint attribute_set_digest_key unique (digest);
alter table only journey_internal.attribute_set
    add constraint attribute_set_pkey primary key (attr_no);
alter table only journey_internal.bucket
    add constraint bucket_pkey primary key (bucket_no);
alter table only journey_internal.case_fact
    add constraint case_fact_pkey primary key (case_no, key_no);
alter table only journey_internal.case_timeline
    add constraint case_timeline_pkey primary key (case_no, chunk_no);
alter table only journey_internal.cell
    add constraint cell_pkey primary key (kind, scenario_no, day, segment_no, a, b, c, published_on);
alter table only journey_internal.channel
    add constraint channel_name_key unique (name);
alter table only journey_internal.channel
    add constraint channel_pkey primary key (channel_no);
alter table only journey_internal.customer
    add constraint customer_customer_id_key unique (customer_id);
alter table only journey_internal.customer
    add constraint customer_pkey primary key (customer_no);
alter table only journey_internal.identity_message
    add constraint identity_message_pkey primary key (id, at, keyset, source, is_logout);
alter table only journey_internal.journey
    add constraint journey_pkey primary key (journey_id);
alter table only journey_internal.kafka_offset
    add constraint kafka_offset_pkey primary key (grp, topic, part);
alter table only journey_internal.key_holder
    add constraint key_holder_pkey primary key (key_no, customer_no);
alter table only journey_internal.key
    add constraint key_ns_no_hash_key unique (ns_no, hash);
alter table only journey_internal.key
    add constraint key_pkey primary key (key_no);
alter table only journey_internal.login_device
    add constraint login_device_pkey primary key (key_no, device_no);
alter table only journey_internal.login
    add constraint login_pkey primary key (device_no, day_utc);
alter table only journey_internal.logout
    add constraint logout_pkey primary key (device_no, at);
alter table only journey_internal.migration
    add constraint migration_pkey primary key (version);
alter table only journey_internal.namespace
    add constraint namespace_name_key unique (name);
alter table only journey_internal.namespace
    add constraint namespace_pkey primary key (ns_no);
alter table only journey_internal.path
    add constraint path_pkey primary key (path_id);
alter table only journey_internal.quarantine
    add constraint quarantine_pkey primary key (topic, part, kafka_offset, source);
alter table only journey_internal.scenario_checkpoint
    add constraint scenario_checkpoint_pkey primary key (scenario_no, checkpoint_no);
alter table only journey_internal.scenario
    add constraint scenario_name_key unique (name);
alter table only journey_internal.scenario
    add constraint scenario_pkey primary key (scenario_no);
alter table only journey_internal.scenario_touchpoint
    add constraint scenario_touchpoint_pkey primary key (scenario_no, touchpoint_no);
alter table only journey_internal.segment
    add constraint segment_name_key unique (name);
alter table only journey_internal.segment
    add constraint segment_pkey primary key (segment_no);
alter table only journey_internal.session
    add constraint session_pkey primary key (customer_no, from_us);
alter table only journey_internal.setting
    add constraint setting_pkey primary key (name);
alter table only journey_internal.source_tally
    add constraint source_tally_pkey primary key (slot, source);
alter table only journey_internal.timeline
    add constraint timeline_pkey primary key (customer_no, day, chunk_no);
alter table only journey_internal.touchpoint
    add constraint touchpoint_code_key unique (code);
alter table only journey_internal.touchpoint
    add constraint touchpoint_pkey primary key (touchpoint_no);
alter table only journey_internal.unmapped
    add constraint unmapped_pkey primary key (source, field, value, slot);
alter table only journey_internal.watermark
    add constraint watermark_pkey primary key (only_row);
alter table only journey_internal.writer
    add constraint writer_pkey primary key (slot);
create index case_fact_key on journey_internal.case_fact using btree (key_no);
create index cell_delta_cell on journey_internal.cell_delta using btree (kind, scenario_no, day);
create index identity_message_keyset on journey_internal.identity_message using btree (keyset) where (not has_device);
create index journey_case on journey_internal.journey using btree (case_no) where (case_no <> 0);
create index journey_customer on journey_internal.journey using btree (customer_no, scenario_no, closed_us);
create index journey_due on journey_internal.journey using btree (check_us) where (state = 0);
create trigger customer_give_id before insert on journey_internal.customer for each row when ((new.customer_id is null)) execute function journey_internal.customer_give_id();
