create or replace view journey.data_dictionary as
select
    v.relname::text as view_name,
    a.attname::text as column_name,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as data_type,
    pg_catalog.col_description(v.oid, a.attnum) as description
from pg_catalog.pg_class as v
join pg_catalog.pg_namespace as n on n.oid = v.relnamespace
join pg_catalog.pg_attribute as a on a.attrelid = v.oid
where n.nspname = 'journey' and v.relkind = 'v' and a.attnum > 0 and not a.attisdropped;

comment on view journey.data_dictionary is 'one row a column of a view of the schema journey, from the comments in the catalogue';
comment on column journey.data_dictionary.view_name is 'the view';
comment on column journey.data_dictionary.column_name is 'the column';
comment on column journey.data_dictionary.data_type is 'its type';
comment on column journey.data_dictionary.description is 'what it says';
