-- Question: How large is the database, table by table?
--
-- Reads: pg_catalog.pg_class, pg_catalog.pg_namespace, pg_catalog.pg_partition_tree
-- Needs: journey_reader
--
-- Parameters (psql -v name=value; all may be left out):
--   lines                how many tables; default: all
--
-- Reading the result: a line is one table with all its partitions, indexes and compressed values;
-- the first is the sum. rows is PostgreSQL's estimate of the last analyze, empty before the first.
-- What a table is for, its comment tells.
--
-- Do not conclude: that space is lost when a table does not shrink; freed space is used again.
-- Growth should follow the events; index larger than table for long is a reason to look at
-- autovacuum.
--
-- Sample: 06-table-sizes.out, beside this file
\if :{?lines} \else \set lines all \endif
with part as (
    select
        c.relname as table_name,
        p.relid,
        r.reltuples
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    cross join lateral (
        select t.relid from pg_catalog.pg_partition_tree(c.oid) as t where t.isleaf
        union all
        select c.oid where c.relkind = 'r'
    ) as p
    join pg_catalog.pg_class as r on r.oid = p.relid
    where n.nspname = 'journey_internal' and c.relkind in ('r', 'p') and not c.relispartition
),
size as (
    select
        table_name,
        count(*) as partitions,
        sum(pg_catalog.pg_total_relation_size(relid)) as total,
        sum(pg_catalog.pg_table_size(relid)) as data,
        sum(pg_catalog.pg_indexes_size(relid)) as index,
        sum(reltuples) filter (where reltuples >= 0) as estimated_rows
    from part
    group by grouping sets ((), (table_name))
)
select
    coalesce(table_name, '(all)') as table_name,
    partitions,
    pg_size_pretty(total) as total,
    pg_size_pretty(data) as data,
    pg_size_pretty(index) as index,
    estimated_rows::bigint as rows
from size
order by table_name is not null, size.total desc, table_name
limit :lines;
