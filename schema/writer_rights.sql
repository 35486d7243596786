-- What the login of this connection lacks to run journeyd: a row a lack, with the statement by which
-- an administrator puts it right; null where `journeyd schema apply` does. No row: nothing. It names
-- what roles.sql gives journey_writer, and changes nothing.
with me as (
    select r.rolname, r.rolsuper,
           pg_catalog.current_setting('server_version_num')::integer >= 160000 as is_16
    from pg_catalog.pg_roles as r
    where r.rolname = current_user
),
wanted as (
    select n.oid::regnamespace::text as name, 'usage' as privilege,
           has_schema_privilege(n.oid, 'usage') as is_given
    from pg_catalog.pg_namespace as n
    where n.nspname in ('journey', 'journey_internal')
    union all
    select format('%I.%I', n.nspname, c.relname), p.privilege,
           has_table_privilege(c.oid, p.privilege)
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    cross join lateral (values
        ('select', true),
        ('insert', c.relkind <> 'v'),
        ('update', c.relkind <> 'v'),
        ('delete', c.relkind <> 'v')
    ) as p (privilege, is_for_it)
    where n.nspname in ('journey', 'journey_internal')
      and c.relkind in ('r', 'p', 'v') and not c.relispartition and p.is_for_it
      and (p.privilege = 'select' or c.relname not in ('migration', 'schema_digest', 'bucket'))
    union all
    select p.oid::regprocedure::text, 'execute', has_function_privilege(p.oid, 'execute')
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where n.nspname in ('journey', 'journey_internal')
    union all
    select format('%I.%I', n.nspname, c.relname), 'usage', has_sequence_privilege(c.oid, 'usage')
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'journey_internal' and c.relname = 'key_key_no_seq'
),
lacking as (
    select count(*) as n, (array_agg(w.privilege || ' on ' || w.name
                                     order by w.privilege, w.name))[1] as first
    from wanted as w
    where not w.is_given
),
writer as (
    select r.oid from pg_catalog.pg_roles as r where r.rolname = 'journey_writer'
)
select l.lack, l.statement
from me
cross join lacking as x
cross join lateral (
    select 'it is no member of journey_writer' as lack,
           format('grant journey_writer to %I', me.rolname) as statement
    from writer as w
    where not pg_has_role(w.oid, 'member')
    union all
    select 'it is a member of journey_writer, but does not inherit its rights',
           case when me.is_16
                then format('grant journey_writer to %I with inherit true', me.rolname)
                else format('alter role %I inherit', me.rolname) end
    from writer as w
    where pg_has_role(w.oid, 'member') and not pg_has_role(w.oid, 'usage')
    union all
    select format('it is a member of journey_writer, which lacks %s of the rights it should have '
                  '(%s%s)', x.n, x.first, case when x.n > 1 then ', ...' else '' end), null
    from writer as w
    where pg_has_role(w.oid, 'usage')
) as l
where x.n > 0 and not me.rolsuper
