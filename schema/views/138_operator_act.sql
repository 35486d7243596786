-- Who did what to the data of a person: operators, never customers.
create or replace view journey.operator_act as
select
    a.acted_at,
    a.action,
    a.database_user,
    a.os_user,
    k.namespace,
    k.key_id,
    k.place::integer as key_no,
    a.note
from journey_internal.operator_act as a
left join lateral unnest(a.key_ids, a.namespaces) with ordinality as k (key_id, namespace, place)
    on true;

comment on view journey.operator_act is 'one row a key that an operator named, or an act without keys: who unlinked, relinked, forgot, exported or opted out, and when';
comment on column journey.operator_act.acted_at is 'time of the act';
comment on column journey.operator_act.action is 'unlink: the facts between two keys were switched off; relink: on again; forget: what a key names was erased; export: everything held about the person was read; opt_out: nothing of what it names is kept any more, the past was erased; opt_in: an opt_out ended; rotate: another secret, no key; small_groups: readers are told of smaller groups, no key';
comment on column journey.operator_act.database_user is 'user of the database session';
comment on column journey.operator_act.os_user is 'user of the operating system that ran the command; source NAME: nobody did, a message of that source said what to forget';
comment on column journey.operator_act.namespace is 'namespace of the key; null without';
comment on column journey.operator_act.key_id is 'pseudonymous id of the key, made like a customer_id; of a case its case_id';
comment on column journey.operator_act.key_no is 'first or second key of an unlink or relink, from 1';
comment on column journey.operator_act.note is 'small_groups: from what to what, as 10 -> 1; null of other acts';
