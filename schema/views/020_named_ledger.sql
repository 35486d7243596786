-- The ledger with the names of scenarios and segments, for the checks (check_*). The joins keep rows
-- whose number has no name: a bug should not hide another.
create or replace view journey_internal.named_ledger as
select
    sc.name as scenario,
    l.day as started_on,
    sg.name as segment,
    l.kind, l.a, l.b, l.c,
    l.c1, l.c2, l.c3, l.c4, l.c5, l.c6, l.c7, l.c8, l.c9
from journey_internal.ledger as l
left join journey_internal.scenario as sc on sc.scenario_no = l.scenario_no
left join journey_internal.segment as sg on sg.segment_no = l.segment_no;

comment on view journey_internal.named_ledger is 'the ledger with the names of scenarios and segments; kinds and counts: see consumer/core/cell.h';
