#!/bin/bash
# Who may what, tried by logging in: a database owner who is no superuser applies the schema, a
# member of journey_writer runs the service, the others read what they may and nothing else. And what
# apply does when it cannot: it says why and leaves the database as it was.
#
# Roles belong to all databases of a server and come and go here, so the server is one of its own.
. "$(dirname "$0")/lib.sh"

own_server start
socket=$(cat "$work/server/pg.dir")

as() { # USER DATABASE STATEMENT...: what psql says, errors too
    local user=$1 database=$2
    shift 2
    PGOPTIONS='-c client_min_messages=warning -c jit=off' psql -X -q -A -t -v ON_ERROR_STOP=1 \
        -d "host=$socket user=$user dbname=$database" -c "$*" 2>&1
}
of() { # USER DATABASE: a configuration
    config "$2" "$1" "postgres: {dsn: \"host=$socket user=$1 dbname=$2\"}"
}
apply() { # USER DATABASE: exit code; what it says is in $said
    said=$("$JOURNEYD" schema apply -c "$(of "$1" "$2")" 2>&1)
}
# Everything that an apply could change: objects with owner, rights and text.
all_of() { # DATABASE
    sql "$1" "
        select 'schema', nspname, nspowner::regrole, nspacl::text, '' from pg_namespace
        where nspname like 'journey%'
        union all
        select 'relation', c.oid::regclass::text, relowner::regrole, relacl::text,
               md5(coalesce(pg_get_viewdef(c.oid), '') || coalesce(obj_description(c.oid), ''))
        from pg_class as c where relnamespace::regnamespace::text like 'journey%'
        union all
        select 'routine', p.oid::regprocedure::text, proowner::regrole, proacl::text,
               md5(prosrc || coalesce(pg_get_function_sqlbody(p.oid), ''))
        from pg_proc as p where pronamespace::regnamespace::text like 'journey%'
        order by 1, 2"
}
nothing_in() { # WHAT DATABASE
    is "$1" "$(all_of "$2")" ''
}

# ---- rights to apply ----

sql postgres 'alter system set fsync = off'
sql postgres 'select pg_reload_conf()' >/dev/null
sql postgres 'create role library login createrole'
sql postgres 'create role stranger login'
sql postgres 'create database roles owner library'
sql postgres 'create database roles_other'
with_set=
[ "$(sql postgres 'show server_version_num')" -lt 160000 ] ||
    with_set=' with inherit true, set true'

apply stranger roles_other
is "without rights: exit code" $? 78
is "without rights: all that lacks, at once" "$said" "journeyd schema: the user of postgres.dsn \
(stranger) lacks rights, nothing was changed: it may not create roles, and journey_owner, \
journey_writer, journey_detail, journey_reader are missing; it is no member of journey_owner; it may \
not create schemas here. An administrator of the server should run in this database: \
create role journey_owner; create role journey_writer; create role journey_detail; \
create role journey_reader; grant journey_owner to stranger$with_set; \
grant create on database roles_other to stranger"
nothing_in "without rights: nothing was made" roles_other
is "without rights: no role either" \
    "$(sql postgres "select count(*) from pg_roles where rolname like 'journey%'")" 0

apply library roles
is "the owner of a database who may create roles applies the schema" $? 0
before=$(all_of roles)
apply library roles
is "applies it again" $? 0
is "the second time nothing changes" "$(all_of roles)" "$before"
is "everything belongs to journey_owner" \
    "$(cut -d '|' -f 3 <<<"$before" | sort | uniq | paste -sd ' ')" journey_owner
is "public has nothing" "$(sql roles "
    select string_agg(x.name, ' ') from (
        select nspname::text as name, coalesce(nspacl, acldefault('n', nspowner)) as acl
        from pg_namespace where nspname like 'journey%'
        union all
        select c.oid::regclass::text, coalesce(relacl, acldefault('r', relowner)) from pg_class as c
        where relnamespace::regnamespace::text like 'journey%'
        union all
        select p.oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner))
        from pg_proc as p where pronamespace::regnamespace::text like 'journey%'
    ) as x, aclexplode(x.acl) as a where a.grantee = 0")" ''

apply stranger roles_other
is "roles that are there are not asked for: exit code" $? 78
is "roles that are there are not asked for" "${said#*this database: }" \
    "grant journey_owner to stranger$with_set; grant create on database roles_other to stranger"
sql roles_other "${said#*this database: }"
apply stranger roles_other
is "with these statements it applies" $? 0

# ---- the service ----

sql postgres 'create role service login in role journey_writer'
sql postgres 'create role analyst login in role journey_detail'
sql postgres 'create role dashboard login in role journey_reader'
sql postgres 'create role nobody_special login'
events --events 800 --days 60 --poison >"$work/events"
head -n 500 "$work/events" >"$work/first"
tail -n +501 "$work/events" >"$work/rest"
truth=$(reference roles_truth "$work/events")

c=$(of service roles)
"$JOURNEYD" replay -c "$c" --source plain --quiet "$work/first" >"$work/replay.log" 2>&1
is "a member of journey_writer replays" $? 0
plain=plain.$run_id
topic "$plain" 2
produce_spread "$plain" "$work/rest" 2
drain "$c"
is "drains" $? 0
is "digests: what a superuser has" "$(digest_of "$c")" "$truth"
sound "the service's" roles "$c"
journeyd() { "$JOURNEYD" "$@" -c "$c" >"$work/journeyd.log" 2>&1; }
check "verify --sql" journeyd verify --sql
check "folds" test "$(as service roles 'select journey_internal.fold()')" -gt 0
check "rebuilds" journeyd rebuild
is "digests: the same after a rebuild" "$(digest_of "$c")" "$truth"
check "status" journeyd status
check "offsets show" journeyd offsets show
check "offsets set" journeyd offsets set "$plain" 0 1
is "months of the timeline belong to journey_owner" "$(sql roles "
    select distinct relowner::regrole from pg_class
    where relname like 'timeline_%' and relispartition")" journey_owner

# ---- how much readers are told is for the service to say

k1=$(config roles k1 "postgres: {dsn: \"host=$socket user=service dbname=roles\"}")
echo 'privacy: {small_groups: 1}' >>"$k1"
all_settings() { sql roles 'select name, value, xmin from journey_internal.setting order by 1'; }
acts='select action, os_user, database_user, note from journey.operator_act'
before=$(all_settings)
card=$(grep -om 1 '"card": *"[^"]*"' "$work/rest" | cut -d '"' -f 4)
while read -r command; do
    # shellcheck disable=SC2086
    "$JOURNEYD" $command -c "$k1" </dev/null >"$work/k1.log" 2>&1
    is "${command%% --key*} with another k: settings stay" "$(all_settings)" "$before"
done <<END
verify
opt-out list
identity check
identity show --key card=$card
retention show
retention run --dry-run
retention run
forget --key card=$card --dry-run
quarantine show
export-person --key card=$card
END
sql roles "update journey_internal.setting set value = '2' where name = 'privacy.small_groups'"
sql roles 'delete from journey_internal.operator_act'
: | "$JOURNEYD" replay -c "$k1" --source plain --quiet - >"$work/k1.log" 2>&1
is "replay takes a smaller one, and tells it" \
    "$? $(grep -c 'told of smaller groups.*was=2 now=1' "$work/k1.log") $(sql roles "$acts")" \
    "0 1 small_groups|$(id -un)|service|2 -> 1"
: | "$JOURNEYD" replay -c "$c" --source plain --quiet - >"$work/k1.log" 2>&1
is "a greater one is no act" "$? $(sql roles 'select journey_internal.small_groups()') $(sql roles "$acts" | wc -l)" \
    '0 10 1'
"$JOURNEYD" rebuild -c "$k1" --quiet >"$work/k1.log" 2>&1
is "rebuild takes it too" "$? $(sql roles "$acts where note = '10 -> 1'")" \
    "0 small_groups|$(id -un)|service|10 -> 1"
sql roles 'delete from journey_internal.operator_act'
journeyd replay --source plain --quiet /dev/null

# An instance ends the connection of one that was stopped.
as service roles 'select pg_sleep(30)' >"$work/sleep.log" &
children+=($!)
sleeper="from pg_stat_activity where usename = 'service' and query like '%pg_sleep(30)'
    and pid <> pg_backend_pid() and wait_event_type is not null and state_change < now()"
until_true 5 eval '[ "$(as service roles "select count(*) $sleeper")" = 1 ]'
is "ends a connection of its own login" \
    "$(as service roles "select pg_terminate_backend(pid) $sleeper")" t

refuses() { # USER STATEMENT WANTED
    is "$1 may not: $2" "$(as "$1" roles "$2" | head -n 1)" "ERROR:  permission denied for $3"
}
refuses service 'create table journey_internal.mine ()' 'schema journey_internal'
refuses service 'create view journey.mine as select 1' 'schema journey'
refuses service 'truncate journey_internal.cell' 'table cell'
refuses service 'insert into journey_internal.migration (version, name) values (99, $$x$$)' \
    'table migration'
is "service may not: drop a table" "$(as service roles 'drop table journey_internal.cell')" \
    'ERROR:  must be owner of table cell'

# ---- what may be read ----

readers='calendar channel data_dictionary drop_off drop_off_monthly event_clock freshness
    freshness_in_words funnel_step funnel_step_monthly mapping_coverage path path_link path_monthly
    published quarantine_count raw_path scenario scenario_day scenario_monthly skipped suppression
    touchpoint transition unmapped'
details='conservation customer event event_case journey journey_step operator_act quarantine session
    shared_key'
functions="drop_off_between('find', '2026-01-01', '2026-01-31')
    funnel_between('find', '2026-01-01', '2026-01-31')
    path_between('find', '2026-01-01', '2026-01-31')
    path_link_between('find', '2026-01-01', '2026-01-31')
    scenario_between('find', '2026-01-01', '2026-01-31')
    transition_between('find', '2026-01-01', '2026-01-31')
    wilson_high(1, 2)
    wilson_low(1, 2)"

is "the lists name every view" \
    "$(sql roles "select relname from pg_class where relnamespace = 'journey'::regnamespace
                  and relkind <> 'i' order by relname collate \"C\"")" \
    "$(tr -s ' \n' '\n' <<<"$readers $details" | LC_ALL=C sort)"
is "and every function" \
    "$(sql roles "select distinct proname from pg_proc where pronamespace = 'journey'::regnamespace
                  order by 1")" "$(sed 's/^ *//; s/(.*//' <<<"$functions" | sort)"
is "what runs with its owner's rights has a fixed search_path" "$(sql roles "
    select string_agg(p.oid::regprocedure::text, ' ') from pg_proc as p
    where pronamespace::regnamespace::text like 'journey%' and prosecdef
      and 'search_path=pg_catalog, pg_temp' <> all (coalesce(proconfig, '{}'))")" ''

# Reads all columns of all of these and tells which it could: "name" or "name: why not".
tries() { # USER RELATIONS FUNCTIONS
    local of_relations of_functions
    of_relations=$(tr -s ' \n' '\n' <<<"$2" | sed '/^$/d; s/.*/(\x27&\x27)/' | paste -sd ,)
    of_functions=$(sed "/^ *$/d; s/^ *//; s/'/''/g; s/.*/('&')/" <<<"$3" | paste -sd ,)
    as "$1" roles "
        create temporary table tried (name text, result text);
        do \$\$
        declare
            x text;
        begin
            for x in select v.x from (values $of_relations, $of_functions) as v (x) loop
                begin
                    execute 'select count(r) from ' || x || ' as r';
                    insert into tried values (x, '');
                exception when others then
                    insert into tried values (x, ': ' || sqlerrm);
                end;
            end loop;
        end
        \$\$;
        select name || result from tried"
}
prefixed() { sed "/^ *$/d; s/^ */$1./" <<<"$(tr -s ' \n' '\n' <<<"$2")"; }
in_journey=$(prefixed journey "$readers")
rows=$(prefixed journey "$details")
calls=$(sed 's/^ */journey./' <<<"$functions")
inner=$(sql roles "select format('journey_internal.%s', relname) from pg_class
    where relnamespace = 'journey_internal'::regnamespace and relkind in ('r', 'v', 'p')
      and not relispartition")
inner_calls="journey_internal.fold()
journey_internal.ensure_timeline_month('2031-01-01')
journey_internal.touchpoint_codes()"
no_view() { sed 's/^journey\.\(.*\)/&: permission denied for view \1/' <<<"$1"; }
no_schema() { sed "s/\$/: permission denied for schema $1/" <<<"$2"; }

is "service: every view and function" "$(tries service "$in_journey $rows" "$calls")" \
    "$in_journey"$'\n'"$rows"$'\n'"$calls"
is "analyst: every view and function" "$(tries analyst "$in_journey $rows" "$calls")" \
    "$in_journey"$'\n'"$rows"$'\n'"$calls"
is "dashboard: counts, dictionaries and functions, no rows" \
    "$(tries dashboard "$in_journey $rows" "$calls")" \
    "$in_journey"$'\n'"$(no_view "$rows")"$'\n'"$calls"
is "nobody_special: nothing" "$(tries nobody_special "$in_journey $rows" "$calls")" \
    "$(no_schema journey "$in_journey"$'\n'"$rows"$'\n'"$calls")"
for user in analyst dashboard nobody_special; do
    is "$user: nothing of journey_internal" "$(tries "$user" "$inner" "$inner_calls")" \
        "$(no_schema journey_internal "$inner"$'\n'"$inner_calls")"
done
is "the service reads all of it" "$(tries service "$inner" journey_internal.touchpoint_codes\(\))" \
    "$inner"$'\njourney_internal.touchpoint_codes()'
of_all='select sum(journeys), sum(distinct_customers) from journey.scenario_day'
there_is=$(sql roles 'select count(*), (select sum(n) from (select count(distinct customer_id) as n
                  from journey.journey group by scenario, started_on, segment) as x)
                  from journey.journey')
is "what an analyst sees is what there is" "$(as analyst roles "$of_all")" "$there_is"
is "what a reader sees is in steps" "$(as dashboard roles "
    select count(*) > 0 and bool_and(journeys % 10 = 0 and distinct_customers between 10 and journeys)
    from journey.scenario_monthly")" t
check "and less" test "$(as dashboard roles "$of_all")" != "$there_is"
sql roles "update journey_internal.setting set value = '1' where name = 'privacy.small_groups'"
is "with small_groups 1 a reader sees what there is" "$(as dashboard roles "$of_all")" "$there_is"

said=$("$JOURNEYD" verify -c "$(of dashboard roles)" 2>&1)
is "the service as a reader: exit code" $? 78
is "the service as a reader: what lacks" "${said#*run: }" 'grant journey_writer to "dashboard"'
said=$("$JOURNEYD" export-person -c "$(of dashboard roles)" --key card=1 2>&1)
is "an export as a reader: exit code" $? 78
check "an export as a reader: whose login it takes" grep -q 'postgres.dsn should name the login of journeyd' <<<"$said"
check "and no right is to be given" bash -c '! grep -q grant <<<"$1"' bash "$said"

# ---- a database from before there were roles ----

sql roles_truth "
    do \$\$
    declare
        x text;
    begin
        for x in select format('alter %s %s owner to postgres',
                               case relkind when 'v' then 'view' else 'table' end, c.oid::regclass)
                 from pg_class as c where relnamespace::regnamespace::text like 'journey%'
                   and relkind in ('r', 'v', 'p')
                 union all
                 select format('alter routine %s owner to postgres', p.oid::regprocedure)
                 from pg_proc as p where pronamespace::regnamespace::text like 'journey%'
        loop
            execute x;
        end loop;
    end
    \$\$;
    alter schema journey owner to postgres; alter schema journey_internal owner to postgres;
    grant create on database roles_truth to library"
apply library roles_truth
is "what belongs to a superuser: exit code" $? 78
is "what belongs to a superuser: who must apply it" "${said#*changed: }" \
    'some of the schema belongs to postgres, who should apply it once.'
apply postgres roles_truth
is "a superuser applies it" $? 0
is "then it belongs to journey_owner" \
    "$(all_of roles_truth | cut -d '|' -f 3 | sort | uniq | paste -sd ' ')" journey_owner
is "and tells what it told" "$(digest_of "$(of library roles_truth)")" "$truth"

# ---- newer, interrupted ----

before=$(all_of roles)
sql roles "insert into journey_internal.migration (version, name) values (999, '999_later')"
apply library roles
is "a newer database is refused: exit code" $? 78
check "a newer database is refused: why" grep -q 'the schema has version 999, .* too old' <<<"$said"
is "a newer database is left as it was" "$(all_of roles)" "$before"
sql roles 'delete from journey_internal.migration where version = 999'

# interrupt DATABASE TAG STATEMENT: what happens when a command of this kind is about to run
interrupt() {
    sql "$1" "drop event trigger if exists interrupt;
        create or replace function public.interrupt() returns event_trigger language plpgsql
        as \$\$ begin $3; end \$\$;
        create event trigger interrupt on ddl_command_start when tag in ('$2')
        execute function public.interrupt()"
}
sql postgres 'create database roles_half owner library'
interrupt roles_half 'CREATE INDEX' 'perform pg_sleep(60)'
"$JOURNEYD" schema apply -c "$(of library roles_half)" >"$work/killed.log" 2>&1 &
killed=$!
children+=($killed)
in_the_middle="from pg_stat_activity where datname = 'roles_half' and wait_event = 'PgSleep'"
until_true 10 eval '[ "$(sql postgres "select count(*) $in_the_middle")" = 1 ]'
is "a back end dies in the middle of a migration" \
    "$(sql postgres "select pg_terminate_backend(pid) $in_the_middle")" t
wait $killed
is "killed: exit code" $? 69
nothing_in "killed: nothing half done" roles_half
interrupt roles_half 'CREATE INDEX' "raise exception 'enough'"
apply library roles_half
is "a statement of a migration fails: exit code" $? 70
check "a statement of a migration fails: which file" \
    grep -q 'schema/migrations/001_tables.sql: .*enough' <<<"$said"
nothing_in "failed: nothing half done" roles_half
sql roles_half 'drop event trigger interrupt'
apply library roles_half
is "the next apply does all of it" $? 0
is "and what it makes is what others have" "$(all_of roles_half)" "$(all_of roles_other)"

interrupt roles GRANT "raise exception 'enough'"
sql roles 'drop view journey.quarantine_count'
before=$(all_of roles)
apply library roles
is "the last file fails: exit code" $? 70
is "the last file fails: the views before it are as they were" "$(all_of roles)" "$before"

finish
