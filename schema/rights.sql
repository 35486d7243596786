-- What whoever applies the schema lacks for it: a row a lack, with the statement by which an
-- administrator puts it right; null where no statement does. No row: nothing. Changes nothing.
with me as (
    select r.rolname, r.rolsuper, r.rolinherit,
           r.rolsuper or r.rolcreaterole as may_create_roles,
           pg_catalog.current_setting('server_version_num')::integer >= 160000 as is_16
    from pg_catalog.pg_roles as r
    where r.rolname = current_user
),
role as (
    select n.name, n.place, r.oid
    from unnest('{journey_owner,journey_writer,journey_detail,journey_reader}'::text[])
         with ordinality as n (name, place)
    left join pg_catalog.pg_roles as r on r.rolname = n.name
),
-- a member that may act as the owner: before 16 `set` goes with every membership
membership as (
    select
        case when me.is_16 then pg_has_role(o.oid, 'usage') and pg_has_role(o.oid, 'set')
             else pg_has_role(o.oid, 'member') end as is_member,
        case when me.is_16 then pg_has_role(o.oid, 'member with admin option')
             else me.may_create_roles end as may_join
    from role as o
    cross join me
    where o.name = 'journey_owner' and o.oid is not null
),
foreign_owner as (
    select distinct pg_catalog.pg_get_userbyid(x.owner) as name
    from (
        select n.nspowner as owner from pg_catalog.pg_namespace as n
        where n.nspname in ('journey', 'journey_internal')
        union all
        select c.relowner from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname in ('journey', 'journey_internal')
        union all
        select p.proowner from pg_catalog.pg_proc as p
        join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
        where n.nspname in ('journey', 'journey_internal')
    ) as x
    where not pg_has_role(x.owner, 'usage')
      and pg_catalog.pg_get_userbyid(x.owner) <> 'journey_owner'
)
select l.lack, l.statement
from me
cross join lateral (
    select 1 as place,
           'it may not create roles, and ' || string_agg(r.name, ', ' order by r.place)
           || case when count(*) = 1 then ' is' else ' are' end || ' missing' as lack,
           string_agg('create role ' || r.name, '; ' order by r.place) as statement
    from role as r
    where r.oid is null and not me.may_create_roles
    having count(*) > 0
    union all
    select 2, 'it is no member of journey_owner',
           format('grant journey_owner to %I', me.rolname)
           || case when me.is_16 then ' with inherit true, set true' else '' end
    where not me.rolsuper
      and not coalesce((select m.is_member or m.may_join from membership as m),
                       me.may_create_roles)
    union all
    select 3, 'it does not inherit the rights of roles', format('alter role %I inherit', me.rolname)
    where not me.rolsuper and not me.is_16 and not me.rolinherit
    union all
    select 4, 'it may not create schemas here',
           format('grant create on database %I to %I', current_database(), me.rolname)
    where not has_database_privilege(current_database(), 'create')
      and not exists (select from role as o
                      where o.name = 'journey_owner'
                        and has_database_privilege(o.oid, current_database(), 'create'))
    union all
    select 5, format('some of the schema belongs to %I, who should apply it once', f.name), null
    from foreign_owner as f
) as l
order by l.place, l.lack
