-- sum(bigint) answers in numeric, which costs more than all else where thousands of cells are summed;
-- counts fit in a bigint, and one that does not is an error here too.
create or replace aggregate journey_internal.total(bigint) (
    sfunc = int8pl, stype = bigint, combinefunc = int8pl, parallel = safe
);
comment on aggregate journey_internal.total(bigint) is 'sum of counts, as bigint; null of none';
