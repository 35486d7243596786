create or replace function journey_internal.touchpoint_codes() returns text[]
language sql stable parallel safe as $$
    select array_agg(t.code order by n.touchpoint_no)
    from generate_series(0, (select max(m.touchpoint_no) from journey_internal.touchpoint as m))
         as n (touchpoint_no)
    left join journey_internal.touchpoint as t on t.touchpoint_no = n.touchpoint_no
$$;
comment on function journey_internal.touchpoint_codes() is 'codes of touchpoints; element n + 1 is touchpoint number n';
