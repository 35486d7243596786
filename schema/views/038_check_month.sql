-- The months of each scenario in which the ledger has a row of any kind, so that the checks can be
-- made month by month. Found by skipping along the indexes: twelve look-ups a month, no scan.
create or replace view journey_internal.check_month as
with recursive found as (
    select s.scenario_no, s.name as scenario, null::date as from_on, '-infinity'::date as next_on
    from journey_internal.scenario as s
    union all
    select f.scenario_no, f.scenario, m.from_on, (m.from_on + interval '1 month')::date
    from found as f
    cross join lateral (
        select date_trunc('month', min(least(
                   (select min(c.day) from journey_internal.cell as c
                    where c.kind = k.kind and c.scenario_no = f.scenario_no
                      and c.day >= f.next_on),
                   (select min(d.day) from journey_internal.cell_delta as d
                    where d.kind = k.kind and d.scenario_no = f.scenario_no
                      and d.day >= f.next_on)))::timestamp)::date as from_on
        from (values (0), (1), (2), (3), (4), (5)) as k (kind)
    ) as m
    where f.next_on is not null
)
select scenario, from_on, next_on as before_on
from found
where from_on is not null;

comment on view journey_internal.check_month is 'months of a scenario that the ledger has rows of: from_on <= day < before_on';
