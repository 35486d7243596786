-- Every visit of a customer is one journey of the scenario `visit`. customer_no stands beside the
-- columns of the other checks, so that customers can be looked at by ranges of their numbers. A
-- customer's id is looked up for a row that differs only.
create or replace view journey_internal.check_visits as
select
    'visits = visit journeys' as check_name,
    null::text as scenario,
    null::date as started_on,
    null::text as segment,
    (select c.customer_id from journey_internal.customer as c
     where c.customer_no = t.customer_no) as customer_id,
    t.left_value,
    t.right_value,
    t.customer_no
from (
    select
        v.customer_no,
        sum(v.sessions)::bigint as left_value,
        sum(v.journeys)::bigint as right_value
    from (
        select s.customer_no, 1 as sessions, 0 as journeys
        from journey_internal.session as s
        where s.is_visit
        union all
        select j.customer_no, 0, 1
        from journey_internal.journey as j
        join journey_internal.scenario as sc on sc.scenario_no = j.scenario_no
        where sc.name = 'visit'
    ) as v
    group by v.customer_no
) as t
where t.left_value <> t.right_value;

comment on view journey_internal.check_visits is 'visits = visit journeys: of a customer; a row is a bug';
