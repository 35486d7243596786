-- Who may what: four group roles without login, shared by all databases of a cluster. A login is made
-- by `create role NAME login in role journey_reader` (or another of them).
--
--     journey_owner    owns both schemas and everything in them; its members may apply the schema
--     journey_writer   what run, replay, verify, digest, rebuild, offsets, quarantine and status do:
--                      reads and writes rows; makes no tables but the months of timeline,
--                      through a function
--     journey_detail   reads every view of the schema journey, rows of customers among them
--     journey_reader   reads the views that count, and the dictionaries; no row of a customer, and
--                      no number of privacy.small_groups customers or fewer
--
-- Nobody else has anything. Applied last and every time: what is there comes to be as it is written
-- here. Views and tables that this file does not name are for journey_detail and journey_writer.
--
-- No superuser is needed: whoever may create roles, and schemas in this database, makes itself a
-- member of journey_owner, as only a member may give it what it made.
do $$
declare
    role_name text;
begin
    foreach role_name in array '{journey_owner,journey_writer,journey_detail,journey_reader}'::text[]
    loop
        continue when exists (select from pg_catalog.pg_roles as r where r.rolname = role_name);
        begin
            execute format('create role %I nologin', role_name);
        exception when duplicate_object or unique_violation then
            null; -- made at this moment for another database
        end;
    end loop;

    if exists (select from pg_catalog.pg_roles as r where r.rolname = current_user and r.rolsuper) then
        null;
    elsif current_setting('server_version_num')::integer < 160000 then
        if not pg_has_role('journey_owner', 'member') then
            execute format('grant journey_owner to %I', current_user);
        end if;
    elsif not (pg_has_role('journey_owner', 'usage') and pg_has_role('journey_owner', 'set')) then
        -- who creates a role may give it to whom it likes, but is not in it
        execute format('grant journey_owner to %I with inherit true, set true', current_user);
    end if;
end
$$;

-- What journeyd makes belongs to journey_owner; only what does not yet is touched, as a change of
-- owner waits for all who use a table.
do $$
declare
    statement text;
begin
    for statement in
        select format('alter schema %I owner to journey_owner', n.nspname)
        from pg_catalog.pg_namespace as n
        where n.nspname in ('journey', 'journey_internal')
          and pg_catalog.pg_get_userbyid(n.nspowner) <> 'journey_owner'
    loop
        execute statement;
    end loop;
    for statement in
        select format('alter %s %s owner to journey_owner',
                      case c.relkind when 'v' then 'view' else 'table' end, c.oid::regclass)
        from pg_catalog.pg_class as c
        where c.relnamespace in ('journey'::regnamespace, 'journey_internal'::regnamespace)
          and c.relkind in ('r', 'p', 'v')
          and pg_catalog.pg_get_userbyid(c.relowner) <> 'journey_owner'
        union all
        select format('alter routine %s owner to journey_owner', p.oid::regprocedure)
        from pg_catalog.pg_proc as p
        where p.pronamespace in ('journey'::regnamespace, 'journey_internal'::regnamespace)
          and pg_catalog.pg_get_userbyid(p.proowner) <> 'journey_owner'
    loop
        execute statement;
    end loop;

    -- so that its members can apply the next version
    if not has_database_privilege('journey_owner', current_database(), 'create')
       and exists (select from pg_catalog.pg_database as d
                   where d.datname = current_database() and pg_has_role(d.datdba, 'usage')) then
        execute format('grant create on database %I to journey_owner', current_database());
    end if;
end
$$;

-- Partitions are left out: they are reached through their table only.
do $$
declare
    for_readers constant text[] := array[
        'scenario_day', 'path', 'raw_path', 'path_link', 'transition', 'drop_off', 'funnel_step',
        'scenario_monthly', 'path_monthly', 'drop_off_monthly', 'funnel_step_monthly',
        'scenario', 'touchpoint', 'channel', 'calendar',
        'published', 'freshness', 'freshness_in_words', 'unmapped', 'quarantine_count',
        'mapping_coverage', 'skipped', 'event_clock', 'suppression', 'data_dictionary'];
    -- tell exact numbers or single customers: the functions that publish call them as the owner
    not_for_readers constant text[] := array[
        'scenario_range', 'path_range', 'path_link_range', 'transition_range', 'drop_off_range',
        'funnel_range', 'days_not_final', 'may_publish', 'blocks_of', 'range_of', 'events_before',
        'block_quantile'];
    kept_by_apply constant text[] := array['migration', 'schema_digest', 'bucket'];
    statement text;
begin
    for statement in
        select s.statement
        from (
            select c.oid::regclass as name, c.relname, c.relkind, c.relnamespace
            from pg_catalog.pg_class as c
            where c.relnamespace in ('journey'::regnamespace, 'journey_internal'::regnamespace)
              and c.relkind in ('r', 'p', 'v') and not c.relispartition
        ) as c
        cross join lateral (values
            (format('revoke all on table %s from public, journey_writer, journey_detail, '
                    'journey_reader', c.name), true),
            (format('grant select on table %s to journey_writer', c.name), true),
            (format('grant insert, update, delete on table %s to journey_writer', c.name),
             c.relkind <> 'v' and c.relname <> all (kept_by_apply)),
            (format('grant select on table %s to journey_detail', c.name),
             c.relnamespace = 'journey'::regnamespace),
            (format('grant select on table %s to journey_reader', c.name),
             c.relnamespace = 'journey'::regnamespace and c.relname = any (for_readers))
        ) as s (statement, is_so)
        where s.is_so
        union all
        -- What only reads may be run by whoever reads the views that call it: they cannot name what
        -- is in journey_internal. What changes something is for the writer.
        select s.statement
        from pg_catalog.pg_proc as p
        cross join lateral (values
            (format('revoke all on routine %s from public, journey_writer, journey_detail, '
                    'journey_reader', p.oid::regprocedure), true),
            (format('grant execute on routine %s to journey_writer', p.oid::regprocedure), true),
            (format('grant execute on routine %s to journey_detail', p.oid::regprocedure),
             p.provolatile <> 'v'),
            (format('grant execute on routine %s to journey_reader', p.oid::regprocedure),
             p.provolatile <> 'v' and p.proname <> all (not_for_readers))
        ) as s (statement, is_so)
        where p.pronamespace in ('journey'::regnamespace, 'journey_internal'::regnamespace)
          and s.is_so
    loop
        execute statement;
    end loop;
end
$$;

-- told of a quantile, once a row: run with the reader's rights, and nobody can name the table
grant select on journey_internal.bucket to journey_detail, journey_reader;
-- numbers of keys are drawn before the rows are written
revoke all on sequence journey_internal.key_key_no_seq from public, journey_detail, journey_reader;
grant usage on sequence journey_internal.key_key_no_seq to journey_writer;

revoke all on schema journey, journey_internal
    from public, journey_writer, journey_detail, journey_reader;
grant usage on schema journey to journey_writer, journey_detail, journey_reader;
grant usage on schema journey_internal to journey_writer;
