-- purpose: what must stand before the first migration; run every time, changes nothing twice
create schema if not exists journey;
comment on schema journey is 'what readers use: journeys of library customers, paths and drop-off points. Views only; columns are appended to, never changed';
create schema if not exists journey_internal;
comment on schema journey_internal is 'where journeyd keeps its rows. Its tables may change in every release; read schema journey instead';

create table if not exists journey_internal.migration (
    version integer primary key,
    name text not null,
    applied_at timestamptz not null default now()
);
comment on table journey_internal.migration is 'the migrations that were applied, each in one transaction with its row';

create table if not exists journey_internal.schema_digest (
    only_row boolean primary key default true check (only_row),
    digest text not null,
    applied_at timestamptz not null default now()
);
comment on table journey_internal.schema_digest is 'SHA-256 over the files that were applied last: builds of one version may bring other functions and views';
