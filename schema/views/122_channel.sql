create or replace view journey.channel as
select c.channel, c.channel as label
from (
    select t.channel from journey_internal.touchpoint as t
    where t.place is not null and t.channel is not null
    union
    select n.name from journey_internal.channel as n
) as c;

comment on view journey.channel is 'one row a channel: those of the vocabulary''s stages and those seen in events';
comment on column journey.channel.channel is 'code of the channel';
comment on column journey.channel.label is 'the channel in words; its code where none is given';
