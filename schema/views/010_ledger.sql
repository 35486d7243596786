-- What counts in a cell: the folded rows and the batches' differences not yet folded. The views sum
-- these and leave out cells all of whose counts are zero.
create or replace view journey_internal.ledger as
select kind, scenario_no, day, segment_no, a, b, c,
       c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts
from journey_internal.cell
union all
select kind, scenario_no, day, segment_no, a, b, c,
       c1, c2, c3, c4, c5, c6, c7, c8, c9, buckets, bucket_counts
from journey_internal.cell_delta;
comment on view journey_internal.ledger is 'cell and cell_delta as one; kinds and columns: see consumer/core/cell.h';
