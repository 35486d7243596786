"""What the files of schema/ make, read from the catalogue of a fresh database: for the scripts that
make pages and drawings of it (schema/pages, schema/diagram).
"""
import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

CATALOGUE = """
select json_build_object(
    'views', (
        select json_object_agg(v.relname, json_build_object(
            'comment', obj_description(v.oid, 'pg_class'),
            'readers', (select json_agg(r.name order by r.name desc)
                        from (values ('journey_reader'), ('journey_detail')) as r (name)
                        where has_table_privilege(r.name, v.oid, 'select')),
            'columns', (select json_agg(json_build_array(
                            a.attname, format_type(a.atttypid, null),
                            col_description(v.oid, a.attnum)) order by a.attnum)
                        from pg_attribute as a
                        where a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped)))
        from pg_class as v
        where v.relnamespace = 'journey'::regnamespace and v.relkind = 'v'),
    'functions', (
        select json_agg(json_build_object(
            'name', p.proname,
            'arguments', (
                select string_agg(concat_ws(' ', x.name, format_type(x.type, null))
                                  || case when x.n > p.pronargs - p.pronargdefaults then
                                      ' default ' || coalesce(
                                          pg_get_function_arg_default(p.oid, x.place::integer), '')
                                     else '' end, ', ' order by x.place)
                from (
                    select u.place, u.name, u.type, row_number() over (order by u.place) as n
                    from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames,
                                p.proargmodes) with ordinality as u (type, name, mode, place)
                    where coalesce(u.mode, 'i') in ('i', 'b')
                ) as x),
            'columns', (
                select json_agg(u.name order by u.place)
                from unnest(p.proallargtypes, p.proargnames, p.proargmodes)
                     with ordinality as u (type, name, mode, place)
                where u.mode in ('b', 'o', 't')),
            'returns', pg_get_function_result(p.oid),
            'comment', obj_description(p.oid, 'pg_proc'),
            'readers', (select json_agg(r.name order by r.name desc)
                        from (values ('journey_reader'), ('journey_detail')) as r (name)
                        where has_function_privilege(r.name, p.oid, 'execute')))
            order by p.proname)
        from pg_proc as p where p.pronamespace = 'journey'::regnamespace))
"""


def psql(database, *arguments):
    done = subprocess.run(("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database)
                          + arguments, stdout=subprocess.PIPE, encoding="utf-8")
    if done.returncode:
        sys.exit("schema: psql failed")
    return done.stdout


def short(kind):
    return kind.replace("timestamp with time zone", "timestamptz")


def read():
    """views: name -> comment, readers, columns [name, type, comment]; functions: a list."""
    server = os.environ.get("JOURNEYD_TEST_PG")
    if not server:
        sys.exit("set JOURNEYD_TEST_PG (tests/services/up prints how)")
    name = f"journeyd_catalogue_{os.getpid()}"
    server = re.sub(r"\bdbname=\S+", "", server)
    maintenance, database = f"{server} dbname=postgres", f"{server} dbname={name}"
    files = [path for folder in ("migrations", "functions", "views")
             for path in sorted(glob.glob(f"{HERE}/{folder}/*.sql"))] + [f"{HERE}/roles.sql"]

    os.environ["PGOPTIONS"] = "-c client_min_messages=warning"
    psql(maintenance, "-c", f"create database {name}")
    try:
        psql(database, "-1", *(f"--file={path}" for path in files))
        return json.loads(psql(database, "-c", CATALOGUE))
    finally:
        psql(maintenance, "-c", f"drop database {name}")
