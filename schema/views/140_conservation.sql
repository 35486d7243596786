-- What must hold whatever arrives; a row is a bug. One view a check, in journey_internal: filters on
-- check_name leave out the others, those on scenario and started_on reach the indexes of the ledger.
create or replace view journey.conservation as
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_states
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_paths
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_path_states
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_first_links
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_links
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_transitions
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_drop_off_reached
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_drop_off_completed
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_drop_off_ended
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_drop_off_open
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_funnel_started
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_funnel_entered
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_funnel_next
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_funnel_completed
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_funnel_ended
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_funnel_open
union all
select check_name, scenario, started_on, segment, customer_id, left_value, right_value
from journey_internal.check_visits;

comment on view journey.conservation is 'one row a violation of what must hold whatever arrives; a row is a bug. Reads all counts: journeyd verify --sql asks the same in slices';
comment on column journey.conservation.check_name is 'what should be equal';
comment on column journey.conservation.scenario is 'the scenario; null for checks of customers';
comment on column journey.conservation.started_on is 'library day of the first step; null for checks of customers';
comment on column journey.conservation.segment is 'the segment; null for checks of customers';
comment on column journey.conservation.customer_id is 'the customer; null for checks of cells';
comment on column journey.conservation.left_value is 'left side of the check';
comment on column journey.conservation.right_value is 'right side of the check';
