#!/bin/bash
# What a library asks to be shown, with the shipped scenarios and lines to read: what every scenario's
# cells hold before somebody is forgotten, after, and after all was read again from offset 0; that
# `verify` finds nothing after months went. (What 200 persons on one computer become: shared_pc.sh.)
. "$(dirname "$0")/lib.sh"

scenarios() { cat "$root/deploy/scenarios.yaml"; }
settings() { # DATABASE
    local file
    file=$(config "$1" "$1" 'watermark: {allowed_disorder: 10m, idle_after: 1h}')
    grep -q 'name: ticket' "$file" || sed -i -e 's/^    - {name: loan, .*/&\n    - {name: ticket, kind: case}/' "$file"
    grep -q '^privacy:' "$file" || echo 'privacy: {small_groups: 1}' >>"$file" # every number, to be compared
    echo "$file"
}
database() { # NAME
    settings "$1" >/dev/null
    new_database "$1"
}
show() { sed 's/^/# /'; }

# ---- forgetting, in every scenario
# 24 cards, each with a journey in every scenario, from January to June of 2025
python3 - >"$work/people" <<'END'
import datetime, json
out = []
def tell(card, day, hour, touchpoint, keys=None, cases=None):
    start = datetime.datetime(2025, 1, 7, tzinfo=datetime.timezone.utc)
    at = start + datetime.timedelta(days=day, hours=hour, minutes=card % 60)
    message = {"id": f"{card}.{day}.{hour}", "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
               "touchpoint": touchpoint, "keys": keys if keys is not None else {"card": str(card)},
               "dimensions": {"branch": ("main", "north")[card % 2]}}
    out.append((message["time"], card, {**message, **({"cases": cases} if cases else {})}))
for i in range(24):
    card, day = 7001 + i, 6 * i
    web, browser = {"web.user": f"w{card}"}, {"web.anon": f"b{card}"}
    hold, loan, ticket = ({ns: f"{ns}{card}"} for ns in ("hold", "loan", "ticket"))
    tell(card, day, 8, "join.registered", {"card": str(card), **web})
    tell(card, day, 10.8, "discover.search", browser)
    tell(card, day, 11, "discover.record_viewed", {**browser, **web})
    tell(card, day + 1, 9, "discover.search", web)
    tell(card, day + 1, 10, "request.hold_placed", cases=hold)
    tell(card, day + 3, 9, "request.hold_ready", {}, hold)
    tell(card, day + 4, 9, "request.hold_filled", cases=hold)
    tell(card, day + 4, 9.2, "borrow.checkout", cases=loan)
    tell(card, day + 9, 9, "use.renewed", cases=loan)
    tell(card, day + 12, 9, "help.ticket_opened", web, ticket)
    tell(card, day + 13, 9, "help.staff_replied", {}, ticket)
    tell(card, day + 14, 9, "help.ticket_solved", {}, ticket)
    tell(card, day + 20, 9, "return.checkin", {}, loan)
for _, card, message in sorted(out, key=lambda x: x[:2]):
    print(json.dumps(message))
END
hers='7003' # of 24 persons the third
topic "plain.$run_id" 4
database shows
c=$(settings shows)
produce_spread "plain.$run_id" "$work/people" 4
drain "$c"
figures() { # DATABASE: what the scenarios' cells hold
    sql "$1" "select rpad(scenario, 9) || ' journeys ' || lpad(sum(journeys)::text, 3) || ', completed ' ||
        lpad(sum(completed)::text, 3) || ', lost ' || sum(lost) || ', ended ' || sum(ended)
        from journey.scenario_day group by scenario order by scenario"
}
cells() { # CONFIG: digests of all of them
    "$JOURNEYD" digest -c "$1" |
        grep -E '  (scenario_day|path|path_link|transition|drop_off|funnel_step) '
}
figures shows >"$work/before"
is "somebody has a journey in every scenario" "$(sql shows "select count(distinct scenario) from journey.journey
    where customer_id = (select customer_id from journey.event where touchpoint = 'join.registered'
        order by occurred_at offset 2 limit 1)")" \
    "$(($(grep -c '^- name:' "$root/deploy/scenarios.yaml") + 1))"
say "# before:"
show <"$work/before"
"$JOURNEYD" forget -c "$c" --key "card=$hers" >"$work/forgotten" 2>&1
is "forget: exit code" $? 0
show <"$work/forgotten"
figures shows >"$work/after"
say "# after:"
show <"$work/after"
cells "$c" >"$work/cells.after"
is "every scenario lost a journey of hers" \
    "$(join -j 1 <(awk '{ print $1, $3 }' "$work/before") <(awk '{ print $1, $3 }' "$work/after") |
        tr -d , | awk '$2 > $3' | wc -l)" "$(wc -l <"$work/before")"
after=$(digest_of "$c")
"$JOURNEYD" verify -c "$c" >"$work/verify.log" 2>&1
is "verify finds no difference" $? 0
for part in 0 1 2 3; do
    "$JOURNEYD" offsets set -c "$c" "plain.$run_id" $part 0 >/dev/null
done
drain "$c"
say "# after a replay from offset 0, of which $(sql shows "select messages from journey.skipped
    where reason = 'forgotten'") messages were skipped as forgotten:"
figures shows | show
is "a replay from offset 0 changes nothing" "$(digest_of "$c")" "$after"
# Without her from the beginning: her messages are those with her keys and cases.
grep -vE "\"(7003|w7003|b7003|hold7003|loan7003|ticket7003)\"" "$work/people" >"$work/others"
check "she had messages" test "$(wc -l <"$work/others")" -lt "$(wc -l <"$work/people")"
database shows_without
without=$(settings shows_without)
"$JOURNEYD" replay -c "$without" --source plain --quiet "$work/others" >"$work/replay.log" 2>&1
cells "$without" >"$work/cells.without"
check "there are cells of six kinds" test "$(wc -l <"$work/cells.after")" = 6
is "each cell is what it would be without her" "$(cat "$work/cells.without")" "$(cat "$work/cells.after")"

# ---- months go
echo '{"id":"far","time":"2026-05-20T10:00:00Z","touchpoint":"discover.search","keys":{"card":"far"}}' >"$work/far"
"$JOURNEYD" replay -c "$c" --source plain --quiet "$work/far" >"$work/replay.log" 2>&1
cells "$c" >"$work/cells.before"
"$JOURNEYD" retention run -c "$c" >"$work/retention" 2>"$work/retention.log"
is "retention run: exit code" $? 0
show <"$work/retention"
check "events went" grep -qE ' [3-9] steps, [1-9][0-9]+ events' "$work/retention"
cells "$c" >"$work/cells.after"
check "cells stay" cmp "$work/cells.before" "$work/cells.after"
"$JOURNEYD" verify -c "$c" >"$work/verify.log" 2>&1
is "verify finds no difference after it" $? 0
tail -n 1 "$work/verify.log" | show
finish
