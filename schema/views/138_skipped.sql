-- What is skipped because of whom it belongs to (forgotten, group) can be of one person: one message
-- more is that person's act, and last_seen_at its time. So readers get these in steps and without a
-- time. All else counts messages of a source, whoever they are about.
create or replace view journey.skipped as
select
    c.source,
    c.skip as reason,
    nullif(c.rule, '') as rule,
    case when c.skip in ('forgotten', 'group') and not (select journey_internal.sees_all()) then
        journey_internal.step(sum(c.n)::bigint, (select journey_internal.small_groups()))
    else
        sum(c.n)::bigint
    end as messages,
    case when c.skip not in ('forgotten', 'group') or (select journey_internal.sees_all()) then
        max(c.last_seen_at)
    end as last_seen_at
from journey_internal.source_counter as c
where c.skip <> ''
group by c.source, c.skip, c.rule;

comment on view journey.skipped is 'one row a source, reason and rule: how many messages were skipped, which is neither an error nor a loss';
comment on column journey.skipped.source is 'source that skipped them; (none) for messages whose topic no source takes';
comment on column journey.skipped.reason is 'why: no source, tenant, no elements, no rule, forgotten (it belongs to somebody who was forgotten or opted out), rule (it says so, or a map of its fields), unmapped (a value its maps do not know), group (of customers of whom nothing is accepted)';
comment on column journey.skipped.rule is 'the rule that decided, as the mapping names it; null where none was reached, and of forgotten ones';
comment on column journey.skipped.messages is 'messages, elements of a message counted each; as often as they were read; to readers in steps of smallest_group where the reason is forgotten or group';
comment on column journey.skipped.last_seen_at is 'when the last was met, by the database''s clock; null to readers where the reason is forgotten or group';
