#!/usr/bin/env python3
"""Messages full of markers, and the search for them, for privacy.sh.

    privacy.py make DIR          writes DIR/<source>.ndjson, DIR/dump.ndjson (as kcat -J prints) and
                                 DIR/markers: every marker and every whole value that holds one
    privacy.py search DIR PATH...    prints each marker found in the files, and how; exit code 1

A marker stands for what must never be kept: a name, a title, a query, an identifier. Each is a word
of its own, or a number of its own where a source has numbers, so a find tells the field it came
from. It is looked for as it is in any letter case, in base64 at each of its three alignments, in
hexadecimal, as the bytes of a number, and as the SHA-256 without the secret that a careless
pseudonym would be - of the marker, of its lower and upper case and of the whole value it stood
in; eight bytes of a digest are enough.

Markers stand in every field but those the mapping needs as they are: times, types, codes, tenants,
dimensions. Fields that a mapping declares as an enumeration may tell an unknown word (that is how
one learns to map it), but nothing that could be an identifier or a sentence; so there the markers
are numbers, addresses, text with other characters, and long text.
"""
import base64
import hashlib
import json
import os
import subprocess
import sys

DAY = "2026-03-0"
LETTERS = "bcdfghjklmnpqrstvwxz"


class Markers:
    def __init__(self):
        self.known = {}  # marker: where it was put
        self.values = set()

    def word(self, where):
        bits = int.from_bytes(hashlib.sha256(where.encode()).digest()[:8], "big")
        letters = "".join(LETTERS[bits // 20**i % 20] for i in range(11))
        marker = "Zq" + letters[:5] + letters[5].upper() + letters[6:]
        assert self.known.setdefault(marker, where) == where
        return marker

    def number(self, where):
        bits = int.from_bytes(hashlib.sha256(where.encode()).digest()[:8], "big")
        marker = str(70_000_000_000_000 + bits % 9_999_999_999_999)
        assert self.known.setdefault(marker, where) == where
        return marker

    def uuid(self, where):
        marker = hashlib.sha256(b"uuid " + where.encode()).hexdigest()[:32]
        marker = "-".join((marker[:8], marker[8:12], marker[12:16], marker[16:20], marker[20:]))
        self.known[marker] = where
        return marker

    def note(self, value):
        """Remembers the texts and numbers of a message, which may be hashed as they are."""
        if isinstance(value, dict):
            for key, item in value.items():
                self.note(key)
                self.note(item)
        elif isinstance(value, list):
            for item in value:
                self.note(item)
        elif isinstance(value, (str, int)) and any(m in str(value) for m in self.known):
            self.values.add(str(value))


class Messages:
    """Messages of one source; the markers of a message are named after its number."""

    def __init__(self, m, source):
        self.m, self.source, self.lines, self.n = m, source, [], 0
        self.at = "start"

    def next(self):
        self.n += 1
        self.at = f"{self.source} {self.n}"

    def w(self, field):
        return self.m.word(f"{self.at} {field}")

    def n_(self, field):
        return self.m.number(f"{self.at} {field}")

    def u(self, field):
        return self.m.uuid(f"{self.at} {field}")

    def mail(self, field):
        return f"{self.w(field)}@{self.w(field + ' host')}.example.org"

    def add(self, message):
        self.m.note(message)
        self.lines.append(json.dumps(message, ensure_ascii=False).encode())

    def raw(self, line):
        self.lines.append(line if isinstance(line, bytes) else line.encode())

    def unlike_enumerations(self, field):
        """Values of a field declared as enumeration that must not be told."""
        w = self.w
        return [self.mail(field + " mail"), self.n_(field + " number"),
                f"card {self.n_(field + ' card')}", w(field + " umlaut") + "ä",
                f"{w(field + ' long')} {w(field + ' long 2')} and {w(field + ' long 3')} said",
                f"/record?q={w(field + ' query')}", f"\"{w(field + ' quoted')}\"",
                f"{w(field + ' line')}\n{w(field + ' line 2')}"]


def broken(s, whole):
    """What cannot be read, with markers inside."""
    s.next()
    s.raw(f'{{"id":"{s.w("cut off")}","time":"2026-03-01T1')
    s.raw(f"{s.w('no JSON')} {s.w('no JSON 2')}")
    s.raw(f'"{s.w("a text")}"')
    s.raw(f'["{s.w("a list")}"]')
    s.raw(f'{{"{s.w("key twice")}":1,"{s.w("key twice")}":2}}')
    s.raw(f'{{"{s.w("NUL")}\\u0000":"{s.w("NUL 2")}\\u0000"}}')
    s.raw(b'{"id":"' + s.w("not UTF-8").encode() + b'\xff\xfe"}')
    s.raw('{"a":' * 200 + f'"{s.w("deep")}"' + "}" * 200)
    s.raw(f'{{"id":{s.n_("beyond 64 bits") * 3}}}')
    s.raw(f'{{"{s.w("after")}":1}} {s.w("after the end")}')
    s.raw('{"id":"' + s.w("large") * 90_000 + '"}')
    text = json.dumps(whole)
    s.raw(text[:len(text) // 2])


def plain(m):
    s = Messages(m, "plain")

    def message(**more):
        s.next()
        out = {
            "id": s.w("id"), "time": f"{DAY}1T10:{s.n % 60:02}:00Z",
            "touchpoint": "discover.search",
            "keys": {"card": s.w("card"), "email": s.mail("email"), "web.anon": s.w("device"),
                     s.w("undeclared namespace"): s.w("undeclared value")},
            "cases": {"hold": s.w("hold"), s.w("undeclared case"): s.w("undeclared case value")},
            "dimensions": {"branch": "main", s.w("no dimension"): s.w("no dimension value")},
            "title": s.w("title"), "query": s.w("query"), "ip": s.w("ip"),
            s.w("unknown member"): {s.w("inner member"): [s.w("inner value")]},
        }
        for name, value in more.items():
            if value is None:
                out.pop(name, None)
            else:
                out[name] = value(s) if callable(value) else value
        s.add(out)
        return out

    whole = message()
    for _ in range(3):
        message(touchpoint="discover.record_viewed")
    message(touchpoint="request.hold_placed")
    s.add(whole)  # a copy
    s.add(dict(whole, note=s.w("note of a copy")))
    # identity messages, a log-in and a log-out
    message(touchpoint=None, fact="identity")
    message(touchpoint=None, fact="logout")
    message(keys=lambda s: {"card": [s.w("list"), s.w("list 2")], "email": s.mail("list")})
    message(keys=lambda s: {"card": int(s.n_("number"))}, id=lambda s: int(s.n_("id as number")))
    message(keys=lambda s: {"card": "  " + s.w("blanks") + " "})
    message(keys=lambda s: {"card": {s.w("object"): s.w("object value")}})
    # an e-mail of so many cards that it is nobody's
    family = f"{m.word('plain family')}@example.org"
    for _ in range(25):
        message(keys=lambda s: {"card": s.w("family card"), "email": family})
    message(keys={"email": family})
    # refused, each for a reason of its own
    message(keys=lambda s: {"folio.user": [s.w("two"), s.w("persons")]})
    message(keys=lambda s: {s.w("no key"): s.w("no key value")}, cases=None)
    message(time="2126-01-01T00:00:00Z")
    message(time="1970-01-01T00:00:00Z")
    message(time=lambda s: s.w("no time"))
    message(time=lambda s: f"{DAY}1T10:00:00Z{s.w('after the time')}")
    message(time=lambda s: {s.w("time"): 1})
    message(id=lambda s: {s.w("id as object"): s.w("id value")})
    message(id=lambda s: [s.w("id in a list")])
    message(fact=lambda s: s.w("fact"))
    message(fact=lambda s: [s.w("fact in a list")])
    message(touchpoint=lambda s: {s.w("touchpoint"): 1})
    s.next()
    for value in s.unlike_enumerations("touchpoint"):
        message(touchpoint=value)
    s.next()
    for value in s.unlike_enumerations("initiator"):
        message(initiator=value)
    # taken, without the value that cannot be used
    message(channel=lambda s: s.w("channel"))
    message(channel=lambda s: {s.w("channel"): 1})
    for dimension in ("branch", "customer_group", "device_class", "item_type"):
        message(dimensions=lambda s: {dimension: "(" + s.w("bracket")})
        message(dimensions=lambda s: {dimension: s.w("too long") * 6})
        message(dimensions=lambda s: {dimension: s.w("control character") + "\x01"})
        message(dimensions=lambda s: {dimension: [s.w("dimension in a list")]})
    broken(s, whole)
    return s


def folio(s, data, kind="UPDATED", **more):
    envelope = {"id": s.u("message"), "type": kind, "tenant": "diku", "timestamp": 1772359200000,
                "userId": s.u("who typed"), s.w("unknown member"): s.w("unknown value"),
                "data": data}
    envelope.update(more)
    s.add(envelope)
    return envelope


def metadata(s):
    return {"createdDate": f"{DAY}1T09:00:00.000+00:00", "createdByUserId": s.u("created by"),
            "createdByUsername": s.w("created by name"),
            "updatedDate": f"{DAY}1T09:{s.n % 60:02}:30.000+00:00",
            "updatedByUserId": s.u("updated by"), "updatedByUsername": s.w("updated by name")}


def folio_loan(m):
    s = Messages(m, "folio-loan")

    def loan(action, **more):
        s.next()
        out = {
            "id": s.u("loan"), "userId": s.u("user"), "proxyUserId": s.u("proxy"),
            "itemId": s.u("item"), "status": {"name": s.w("status")}, "action": action,
            "loanDate": f"{DAY}1T10:00:00.000Z", "dueDate": f"{DAY}9T10:00:00.000Z",
            "returnDate": f"{DAY}2T10:00:00.000Z", "systemReturnDate": f"{DAY}2T10:00:00.000Z",
            "actionComment": s.w("comment"), "itemStatus": s.w("item status"),
            "loanPolicyId": s.u("policy"), "checkoutServicePointId": "main",
            "patronGroupIdAtCheckout": "group", "renewalCount": 1, "metadata": metadata(s),
            "borrower": {"firstName": s.w("first name"), "lastName": s.w("last name"),
                         "barcode": s.n_("barcode")},
            "item": {"title": s.w("title"), "barcode": s.n_("item barcode"),
                     "callNumber": s.w("call number")}, s.w("member"): s.w("member value")}
        out.update(more)
        return out

    whole = folio(s, {"new": loan("checkedout")}, "CREATED")
    for action in ("checkedin", "renewed", "claimedReturned", "declaredLost", "itemAgedToLost",
                   "dueDateChanged", "pickedUpForUseAtLocation"):
        new = loan(action)
        folio(s, {"old": dict(new, action="checkedout"), "new": new})
    new = loan("checkedin", systemReturnDate=s.w("no date"), returnDate=s.w("no date 2"))
    new["metadata"]["updatedDate"] = s.w("no date 3")
    folio(s, {"new": new}, timestamp=s.w("no time stamp"))
    folio(s, {"new": loan("checkedin")}, timestamp=s.w("no time stamp 2"))
    folio(s, {"new": loan("checkedout", loanDate=None)}, "CREATED")
    folio(s, {"new": loan("checkedout", userId={s.w("user"): 1})}, "CREATED")
    folio(s, {"new": loan("checkedout")}, "CREATED", tenant=s.w("tenant"))
    folio(s, {"new": loan("checkedout")}, s.w("type"))
    s.next()
    for value in s.unlike_enumerations("action"):
        new = loan(value)
        folio(s, {"old": dict(new, action="checkedout"), "new": new})
    broken(s, whole)
    return s


def folio_request(m):
    s = Messages(m, "folio-request")

    def request(status, **more):
        s.next()
        person = {"firstName": s.w("first name"), "lastName": s.w("last name"),
                  "middleName": s.w("middle name"), "barcode": s.n_("barcode"),
                  "patronGroupId": "group"}
        out = {
            "id": s.u("request"), "requestType": "Hold", "requestLevel": s.w("level"),
            "requestDate": f"{DAY}1T11:00:00.000+00:00", "requesterId": s.u("requester"),
            "requester": person, "proxy": dict(person, lastName=s.w("proxy name")),
            "patronComments": s.w("comment"), "instanceId": s.u("instance"),
            "itemId": s.u("item"), "status": status, "position": 1,
            "instance": {"title": s.w("title"), "identifiers": [{"value": s.n_("ISBN")}],
                         "contributorNames": [{"name": s.w("author")}]},
            "item": {"barcode": s.n_("item barcode")}, "fulfillmentPreference": s.w("preference"),
            "deliveryAddressTypeId": s.u("address"), "pickupServicePointId": "main",
            "cancellationReasonId": s.u("reason"),
            "cancellationAdditionalInformation": s.w("cancellation text"),
            "tags": {"tagList": [s.w("tag")]}, "metadata": metadata(s),
            "searchIndex": {"callNumberComponents": {"callNumber": s.w("call number")},
                            "pickupServicePointName": s.w("place")}}
        out.update(more)
        return out

    whole = folio(s, {"new": request("Open - Not yet filled")}, "CREATED")
    folio(s, {"new": request("Open - Not yet filled", requestType="Recall")}, "CREATED")
    folio(s, {"new": request("Open - Not yet filled", requestDate=s.w("no date"))}, "CREATED")
    for status in ("Open - Awaiting pickup", "Closed - Filled", "Closed - Pickup expired",
                   "Closed - Unfilled", "Closed - Cancelled", "Open - In transit"):
        new = request(status)
        folio(s, {"old": dict(new, status="Open - Not yet filled"), "new": new})
    new = request("Closed - Cancelled", cancelledDate=s.w("no date"))
    new["cancelledByUserId"] = new["requesterId"]
    folio(s, {"old": dict(new, status="Open - Not yet filled"), "new": new})
    s.next()
    for value in s.unlike_enumerations("type"):
        folio(s, {"new": request("Open - Not yet filled", requestType=value)}, "CREATED")
    s.next()
    for value in s.unlike_enumerations("status"):
        new = request(value)
        folio(s, {"old": dict(new, status="Open - Not yet filled"), "new": new})
    broken(s, whole)
    return s


def folio_users(m):
    s = Messages(m, "folio-users")

    def user(**more):
        s.next()
        out = {
            "id": s.u("user"), "username": s.w("user name"), "barcode": s.n_("barcode"),
            "externalSystemId": s.w("external id"), "type": "patron", "patronGroup": "group",
            "personal": {"lastName": s.w("last name"), "firstName": s.w("first name"),
                         "preferredFirstName": s.w("preferred name"), "email": s.mail("e-mail"),
                         "phone": s.n_("phone"), "mobilePhone": s.n_("mobile"),
                         "dateOfBirth": s.w("birth"), "pronouns": s.w("pronouns"),
                         "profilePictureLink": f"https://x.example/{s.w('picture')}",
                         "addresses": [{"addressLine1": s.w("street"), "city": s.w("city"),
                                        "postalCode": s.n_("postcode")}]},
            "customFields": {s.w("custom field"): s.w("custom value")},
            "tags": {"tagList": [s.w("tag")]}, "metadata": metadata(s)}
        out.update(more)
        return out

    whole = folio(s, {"new": user()}, "CREATED")
    for _ in range(3):
        new = user()
        folio(s, {"old": dict(new, username=s.w("old name"), barcode=s.n_("old barcode"),
                              personal={"email": s.mail("old e-mail")}), "new": new})
    folio(s, {"old": user()}, "DELETED")
    folio(s, {"new": user(id=None, barcode=None, personal=None)})
    folio(s, {"new": user(personal={"email": [s.mail("e-mail in a list")]})})
    folio(s, {"new": user()}, timestamp=f"{DAY}1T{s.w('no time')}")
    folio(s, {"new": user()}, "CREATED", tenant=s.w("tenant"))
    broken(s, whole)
    return s


def web(m):
    s = Messages(m, "web")

    def call(kind, path="/search", **more):
        s.next()
        url = f"https://{s.w('host')}.example{path}?q={s.w('search term')}#{s.w('fragment')}"
        page = {"path": path, "referrer": f"https://x.example/{s.w('referrer')}",
                "search": f"?q={s.w('query part')}", "title": s.w("page title"), "url": url}
        out = {
            "messageId": s.u("message"), "type": kind, "timestamp": f"{DAY}1T12:{s.n % 60:02}:00Z",
            "anonymousId": s.u("browser"), "userId": s.w("user"), "name": s.w("page name"),
            "channel": s.w("channel"), "sentAt": s.w("sent at"),
            "properties": dict(page, query=s.w("query"), results=3, isbn=s.n_("ISBN"),
                               products=[{"name": s.w("product"), "sku": s.n_("SKU")}]),
            "traits": {"email": s.mail("e-mail"), "name": s.w("name"), "phone": s.n_("phone")},
            "context": {
                "ip": f"10.1.2.3 {s.w('IP')}", "userAgent": f"Mozilla/5.0 ({s.w('user agent')})",
                "page": page, "traits": {"email": s.mail("context e-mail")},
                "locale": s.w("locale"), "campaign": {"name": s.w("campaign"), "term": s.w("term")},
                "device": {"id": s.u("device"), "type": "phone", "name": s.w("device name"),
                           "advertisingId": s.u("advertising"), "token": s.w("token")},
                "network": {"carrier": s.w("carrier")}, "sessionId": int(s.n_("session"))},
            "integrations": {s.w("integration"): True}}
        out.update(more)
        return out

    whole = call("page")
    s.add(whole)
    for path in ("/record/", "/account", "/faq", "/login", "/", "/x/"):
        s.add(call("page", f"{path}{m.word('web path ' + path)}"))
    for event in ("Search Performed", "search performed", "Signed In", "Signed Out",
                  "Search Without Result", "Record Viewed", "Hold Placed"):
        s.add(call("track", event=event))
    for _ in range(3):
        s.add(call("identify"))
    s.add(call("page", timestamp=s.w("no time"), originalTimestamp=s.w("no time 2"),
               receivedAt=s.w("no time 3")))
    s.add(call("page", userId=None, anonymousId=None))
    s.add(call("page", userId={s.w("user"): s.w("object")}, anonymousId=[s.w("list")]))
    s.add(call("page", messageId=None))
    s.add(call(s.w("type")))
    s.add(call("track", event={s.w("event"): 1}))
    s.add(call("page", context={"page": s.w("page"), "device": {"type": "(" + s.w("class")}}))
    s.next()
    for value in s.unlike_enumerations("event"):
        s.add(call("track", event=value))
    broken(s, whole)
    return s


def zammad(m):
    s = Messages(m, "zammad")

    def body(sender="Customer", **more):
        s.next()
        person = {"id": int(s.n_("customer")), "login": s.w("login"), "email": s.mail("e-mail"),
                  "firstname": s.w("first name"), "lastname": s.w("last name"),
                  "phone": s.n_("phone"), "note": s.w("note of a person")}
        ticket = {
            "id": int(s.n_("ticket")), "number": s.n_("ticket number"), "title": s.w("subject"),
            "note": s.w("note"), "state": {"name": "open", "note": s.w("state note")},
            "created_at": f"{DAY}1T13:00:00.000Z", "updated_at": f"{DAY}1T13:{s.n % 60:02}:00.000Z",
            "article_count": 2, "create_article_sender": "Customer", "customer": person,
            "owner": {"email": s.mail("owner"), "lastname": s.w("owner name")},
            "organization": {"name": s.w("organisation")}, "tags": s.w("tag"),
            "group": {"name": s.w("group"), "signature": s.w("signature")}}
        ticket.update(more)
        article = {
            "id": int(s.n_("article")), "from": f"{s.w('from')} <{s.mail('from')}>",
            "to": s.mail("to"), "cc": s.mail("cc"), "subject": s.w("article subject"),
            "body": f"<p>{s.w('text')} and {s.w('text 2')}</p>", "message_id": s.w("message id"),
            "internal": False, "sender": sender, "created_at": f"{DAY}1T13:{s.n % 60:02}:30.000Z",
            "attachments": [{"filename": s.w("file"), "url": f"https://x/{s.w('file address')}"}],
            "created_by": {"email": s.mail("created by")}}
        return {"ticket": ticket, "article": article, s.w("member"): s.w("member value")}

    whole = body(article_count=1)
    s.add(whole)
    s.add(body())
    s.add(body("Agent"))
    s.add(body("System"))
    s.add(body(state={"name": "closed"}, close_at=f"{DAY}2T13:00:00.000Z"))
    s.add(body(state="merged"))
    s.add(body(state={"name": "closed"}, close_at=s.w("no time")))
    s.add(body(state={"name": s.w("state")}))
    s.add(body(id={s.w("ticket as object"): 1}))
    s.add(body(id=s.w("ticket as text"), customer=s.w("customer as text")))
    internal = body()
    internal["article"]["internal"] = True
    s.add(internal)
    wrong = body()
    wrong["article"]["created_at"] = s.w("no time 2")
    s.add(wrong)
    s.next()
    for value in s.unlike_enumerations("sender"):
        s.add(body(value))
    broken(s, whole)
    return s


def koha_statistics(m):
    s = Messages(m, "koha-statistics")

    def change(kind, op="c", schema=False, **more):
        s.next()
        after = {
            "datetime": 1772359200000 + 1000 * s.n, "branch": "main", "value": 0.5, "type": kind,
            "other": s.w("other"), "itemnumber": int(s.n_("item")), "itemtype": "book",
            "location": s.w("location"), "borrowernumber": int(s.n_("borrower")),
            "categorycode": "student", "ccode": s.w("collection"), "interface": "intranet",
            s.w("column"): s.w("column value")}
        after.update(more)
        out = {
            "before": {"other": s.w("before"), "borrowernumber": int(s.n_("borrower before"))},
            "after": after, "op": op, "ts_ms": 1772359200000,
            "source": {"file": s.w("file"), "pos": int(s.n_("position")), "row": 0,
                       "snapshot": s.w("snapshot"), "db": s.w("database"), "table": s.w("table"),
                       "query": f"INSERT INTO statistics VALUES ('{s.w('query')}')"},
            "transaction": {"id": s.w("transaction")}}
        return {"schema": {"name": s.w("schema")}, "payload": out} if schema else out

    whole = change("issue")
    s.add(whole)
    for kind in ("issue", "renew", "return", "localuse", "onsite_checkout", "payment", "writeoff"):
        s.add(change(kind, schema=kind == "renew"))
    s.add(change("renew", interface="cron"))
    s.add(change("issue", interface="opac"))
    s.add(change("issue", op="r"))
    s.add(change("issue", op="u"))
    s.add(change("issue", op=s.w("operation")))
    s.add(change("issue", op={s.w("operation"): 1}))
    s.add(change("issue", borrowernumber=None))
    s.add(change("issue", borrowernumber={s.w("borrower"): 1}))
    s.add(change("issue", datetime=s.w("no time")))
    s.add(change("issue", datetime=f"{DAY}1T10:00:00Z", branch="(" + s.w("bracket")))
    s.add(change("issue", itemnumber={s.w("item"): 1}))
    s.next()
    s.add({"schema": s.w("no change"), "payload": {s.w("no change member"): 1}})
    s.add({"schema": s.w("tombstone"), "payload": None})
    for value in s.unlike_enumerations("type"):
        s.add(change(value))
    s.next()
    for value in s.unlike_enumerations("interface"):
        s.add(change("issue", interface=value))
    broken(s, whole)
    return s


def ezproxy(m):
    s = Messages(m, "ezproxy")

    def line(target=None, status=200, time="01/Mar/2026:10:{:02}:00 +0000", user=None):
        s.next()
        target = target or f"https://{s.w('host')}.example:443/{s.w('path')}?q={s.w('query')}"
        text = (f'{s.w("address")} {s.w("ident")} {user or s.w("user")} [{time.format(s.n)}] '
                f'"GET {target} HTTP/1.1" {status} {s.n_("bytes")}')
        return {"@timestamp": s.w("timestamp"), "host": s.w("shipper"), "message": text,
                s.w("member"): s.w("member value")}

    whole = line()
    s.add(whole)
    for status in (200, 304, 403, 401, 302, 404, 500):
        s.add(line(status=status))
    s.add(line(user="-"))
    s.add(line(user="auto"))
    s.add(line(target=f"/{m.word('ezproxy own page')}"))
    s.add(line(target=f"https://{m.word('ezproxy own host')}/login?url={m.word('ezproxy url')}"))
    s.add(line(target=f"https://x.example/{m.word('ezproxy style')}.css"))
    s.add(line(time=m.word("ezproxy no time")))
    s.add(line(time="01/Mar/2126:10:00:00 +0000"))
    s.add(line(status=m.word("ezproxy status")))
    s.next()
    s.add({"message": f"{s.w('another line')} {s.w('another line 2')}"})
    s.add({"message": {s.w("no line"): s.w("no line value")}})
    s.add({"message": f"{s.w('NUL in a line')}\n{s.w('second line')}"})
    s.add({s.w("no message"): 1})
    s.raw(whole["message"])
    broken(s, whole)
    return s


SNOWPLOW = {4: f"{DAY}1 14:00:00", 6: "page_view", 36: "/search", 102: "Computer",
            125: f"{DAY}1 14:00:00.123", 127: "page_view"}


def snowplow(m):
    s = Messages(m, "snowplow")

    def row(**more):
        s.next()
        given = SNOWPLOW | {int(column[1:]): value for column, value in more.items()}
        columns = [given.get(i, s.w(f"column {i}") if i % 3 else s.n_(f"column {i}"))
                   for i in range(1, 132)]
        m.note(columns)
        return "\t".join(columns)

    s.raw(row())
    for path in ("/record/", "/account", "/faq", "/", "/x/"):
        s.raw(row(c36=f"{path}{m.word('snowplow path ' + path)}"))
    s.raw(row(c6="struct", c55="search"))
    s.raw(row(c6="struct", c55="place hold"))
    s.raw(row(c6="struct", c55=m.word("snowplow action") + "ä"))
    s.raw(row(c127=m.word("snowplow event name")))
    s.raw(row(c13="", c16=""))
    s.raw(row(c125=m.word("snowplow no time"), c4=m.word("snowplow no time 2")))
    s.raw(row(c125="", c4=""))
    s.raw(row(c125="2126-01-01 00:00:00"))
    s.raw(row(c102=m.word("snowplow device") + "?"))
    s.raw(row().rsplit("\t", 1)[0])
    s.raw(row() + "\t" + m.word("snowplow a column too many"))
    s.raw(row().encode() + b"\xff")
    s.raw(row().replace("\t", "\0", 1))
    s.raw("\t".join([m.word("snowplow large") * 90_000] * 131)[:1_100_000])
    broken(s, {"id": m.word("snowplow JSON")})
    return s


TOPICS = {"plain": "plain.desk", "folio-loan": "folio.diku.circulation.loan",
          "folio-request": "folio.diku.circulation.request", "folio-users": "folio.diku.users.users",
          "web": "web", "zammad": "zammad.tickets", "ezproxy": "ezproxy.log",
          "koha-statistics": "koha.koha_library.statistics", "snowplow": "snowplow-enriched-good"}


def dump(m, all_sources):
    """The same as kcat -J prints it, with markers in keys, headers and around the envelopes."""
    lines = []
    for s in all_sources:
        for offset, line in enumerate(s.lines):
            try:
                payload = line.decode()
            except UnicodeDecodeError:
                continue
            at = f"dump {s.source} {offset}"
            lines.append({
                "topic": TOPICS[s.source], "partition": 0, "offset": offset, "tstype": "create",
                "ts": 1772380800000, "broker": 0,
                "headers": ["X-Okapi-Token", m.word(at + " header"), m.word(at + " name"), "x"],
                "key": m.word(at + " key"), "payload": payload})
    odd = [
        {"topic": "plain.desk", "partition": 0, "offset": 90000, "key": m.word("tombstone"),
         "payload": None},
        {"topic": "plain.desk", "partition": m.word("partition"), "payload": m.word("payload")},
        {"topic": "plain.desk", "partition": 1, "offset": 1, "ts": 1772380800000,
         "payload": {m.word("payload as object"): 1}},
        {"topic": "plain.desk", "partition": 1, "offset": 2, m.word("member"): 1,
         "payload": m.word("payload that is no JSON")},
        {"topic": "nobodys.topic", "partition": 0, "offset": 1, "ts": 1772380800000,
         "key": m.word("nobody's key"), "payload": m.word("nobody's payload")},
        {"topic": {m.word("topic"): 1}, "payload": "{}"},
    ]
    for line in odd:
        m.note(line)
    out = [json.dumps(line).encode() for line in lines + odd]
    return out + [f"{m.word('cut off line')} {{".encode(), f'"{m.word("line")}"'.encode()]


def make(folder):
    m = Markers()
    all_sources = [f(m) for f in (plain, folio_loan, folio_request, folio_users, web, zammad,
                                  koha_statistics, ezproxy, snowplow)]
    for s in all_sources:
        with open(os.path.join(folder, s.source + ".ndjson"), "wb") as out:
            out.write(b"\n".join(s.lines) + b"\n")
    with open(os.path.join(folder, "dump.ndjson"), "wb") as out:
        out.write(b"\n".join(dump(m, all_sources)) + b"\n")
    for name in ("secret", "password", "kiosk", "excluded", "blocked", "control"):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.write(m.word(name + " of the configuration"))
    with open(os.path.join(folder, "markers"), "w", encoding="utf-8") as out:
        json.dump({"markers": m.known, "values": sorted(m.values)}, out)
    print(len(m.known))


def base64_cores(data):
    """What is certain to stand in a base64 text of anything that holds these bytes."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + data).decode()
        first = (8 * before + 5) // 6  # characters that hold bits of what stands before
        last = (before + len(data)) * 8 // 6
        yield text[first:last]


def pieces(digest):
    """A digest as bytes: the first 8, also as numbers of either byte order."""
    eight = digest[:8]
    flipped = bytes([eight[0] ^ 0x80]) + eight[1:]
    for piece in (eight, eight[::-1], flipped, flipped[::-1], digest[8:16], digest[-8:]):
        if b"\n" not in piece:  # grep reads one needle a line
            yield piece


def needles(folder):
    """Needle: (what it says, where it is from), those of any letter case apart."""
    with open(os.path.join(folder, "markers"), encoding="utf-8") as file:
        read = json.load(file)
    any_case, exact = {}, {}
    for marker, where in read["markers"].items():
        data = marker.encode()
        any_case[data.lower()] = ("as it is", where)
        any_case[data.replace(b"-", b"").lower()] = ("as it is", where)
        for text in (marker, marker.lower(), marker.upper()):
            any_case[text.encode().hex().encode()] = ("in hexadecimal", where)
            for core in base64_cores(text.encode()):
                exact[core.encode()] = ("in base64", where)
                exact[core.replace("+", "-").replace("/", "_").encode()] = ("in base64", where)
        if marker.isdigit():
            for order in ("big", "little"):
                piece = int(marker).to_bytes(8, order).strip(b"\0")
                if b"\n" not in piece:
                    exact[piece] = ("as a number", where)
    whole = {value: "a whole value" for value in read["values"]}
    for value, where in list(read["markers"].items()) + list(whole.items()):
        where = where if where != "a whole value" else f"the value {value[:60]!r}"
        for text in {value, value.lower(), value.upper(), value.replace("-", "")}:
            digest = hashlib.sha256(text.encode()).digest()
            any_case[digest.hex()[:16].encode()] = ("SHA-256 in hexadecimal", where)
            any_case[digest.hex()[32:48].encode()] = ("SHA-256 in hexadecimal", where)
            for piece in pieces(digest):
                exact[piece] = ("SHA-256 as bytes", where)
            for core in base64_cores(digest[:12]):
                exact[core.encode()] = ("SHA-256 in base64", where)
    return any_case, exact


def grep(folder, which, paths, options):
    """Which of the needles stand in the files, by file; grep -F looks for all of them at once."""
    name = os.path.join(folder, "needles")
    with open(name, "wb") as out:
        out.write(b"\n".join(which) + b"\n")
    result = subprocess.run(
        ["grep", "-r", "-a", "-o", "-F", "-H", "-Z", *options, "-f", name, "--", *paths],
        stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"}, check=False)
    if result.returncode > 1:
        sys.exit("grep failed")
    for line in result.stdout.split(b"\n"):
        file, _, needle = line.partition(b"\0")
        if file:
            yield file.decode(), needle


def search(folder, paths):
    any_case, exact = needles(folder)
    found = set()
    for which, options in ((any_case, ["-i"]), (exact, [])):
        for file, needle in grep(folder, which, paths, options):
            said = which.get(needle.lower() if options else needle)
            # of needles that begin alike grep tells the longest
            said = said or next((s for n, s in which.items() if needle.startswith(n)), ("?", "?"))
            found.add((said[1], said[0], file))
    for where, how, file in sorted(found):
        print(f"{where}: {how} in {file}")
    return bool(found)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("make", "search"):
        sys.exit("usage: privacy.py make DIR | search DIR PATH...")
    if sys.argv[1] == "make":
        make(sys.argv[2])
    else:
        sys.exit(search(sys.argv[2], sys.argv[3:]))
