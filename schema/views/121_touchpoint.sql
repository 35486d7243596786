create or replace view journey.touchpoint as
select
    t.code as touchpoint,
    t.stage,
    coalesce(t.stage_label, t.stage) as stage_label,
    coalesce(t.label, t.code) as label,
    t.channel,
    t.initiator,
    coalesce(t.friction, false) as friction,
    t.place::integer as place
from journey_internal.touchpoint as t
where t.place is not null;

comment on view journey.touchpoint is 'one row a touchpoint of the vocabulary: what can happen';
comment on column journey.touchpoint.touchpoint is 'code: stage.action';
comment on column journey.touchpoint.stage is 'the stage it belongs to';
comment on column journey.touchpoint.stage_label is 'the stage in words';
comment on column journey.touchpoint.label is 'the touchpoint in words';
comment on column journey.touchpoint.channel is 'channel of its events unless the source tells another';
comment on column journey.touchpoint.initiator is 'who acts unless the source tells another: customer, staff or system';
comment on column journey.touchpoint.friction is 'true for what customers would rather not meet, such as a search without result';
comment on column journey.touchpoint.place is 'place in the vocabulary, from 1: the order of events at one instant';
