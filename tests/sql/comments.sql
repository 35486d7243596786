-- Everything in the two schemas says what it is: tables, views, functions and aggregates, and each
-- column that readers see. A view's comment begins with what a row is.
begin;
create extension if not exists pgtap;
select plan(6);

create temporary table relation on commit drop as
select c.oid, n.nspname as schema_name, c.relname as name, c.relkind as kind,
       coalesce(obj_description(c.oid, 'pg_class'), '') as comment
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('journey', 'journey_internal') and c.relkind in ('r', 'p', 'v', 'm', 'f');

select cmp_ok((select count(*) from relation where schema_name = 'journey_internal'
               and kind in ('r', 'p')), '>', 30::bigint, 'there are tables');
select is((select string_agg(schema_name || '.' || name, ' ' order by name)
           from relation where length(comment) < 5),
          null, 'every table and view has a comment');
select is((select string_agg(r.name || '.' || a.attname, ' ' order by r.name, a.attnum)
           from relation as r
           join pg_attribute as a on a.attrelid = r.oid
           where r.schema_name = 'journey' and a.attnum > 0 and not a.attisdropped
             and coalesce(length(col_description(r.oid, a.attnum)), 0) < 5),
          null, 'every column that readers see has a comment');
select is((select string_agg(p.oid::regprocedure::text, ' ' order by p.proname)
           from pg_proc as p
           where p.pronamespace in ('journey'::regnamespace, 'journey_internal'::regnamespace)
             and coalesce(length(obj_description(p.oid, 'pg_proc')), 0) < 5),
          null, 'every function and aggregate has a comment');
select is((select string_agg(name, ' ' order by name) from relation
           where schema_name = 'journey' and comment !~ '^one row'),
          null, 'views tell what one row is');
select is((select string_agg(x.comment, ' | ' order by x.comment)
           from (select comment from relation
                 union all
                 select col_description(r.oid, a.attnum)
                 from relation as r join pg_attribute as a on a.attrelid = r.oid
                 where a.attnum > 0) as x
           where x.comment ~ '(\.|\s)$' or x.comment ~* '\m(todo|fixme)\M'),
          null, 'no comment ends with a full stop or is to be done');

select * from finish();
rollback;
