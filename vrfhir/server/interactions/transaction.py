"""transaction and batch: https://hl7.org/fhir/R4/http.html#transaction.

A transaction is stored whole or not at all, in the order the standard gives (delete, create, update, read), with
references between its entries turned into references between what is stored. The entries of a batch stand alone.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from vrfhir.fhir import json
from vrfhir.issues import Issue, to_operation_outcome
from vrfhir.server import loop
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response, etag, instant
from vrfhir.server.interactions.create import condition_of
from vrfhir.server.interactions.kept import require_changeable
from vrfhir.server.interactions.written import require_same_type
from vrfhir.server.messaging.message import Entry
from vrfhir.server.messaging.rewriting import names, require_resolved, rewritten
from vrfhir.server.referring import Change
from vrfhir.server.resource import ID, audit, load, put, read_body, require_type, require_valid, stamp
from vrfhir.server.search.page import searchset
from vrfhir.server.search.request import parse
from vrfhir.server.store import IndexRows, Stored, Transaction, VersionConflictError

__all__ = ["transaction"]

Json = dict[str, Any]

_ORDER = ("DELETE", "POST", "PUT", "GET")
_MOST_ENTRIES = 1000
_FULL_URL = frozenset({"Bundle_BUNDLE_Entry_NoFullUrl", "Bundle_BUNDLE_FullUrl_Missing"})
"""Rules of HL7's validator that R4 does not have for transactions: their entries need a fullUrl only to be referred to,
and a relative reference is then one to this server (https://hl7.org/fhir/R4/http.html#trules)."""
_LINK = "TYPE_SPECIFIC_CHECKS_DT_XHTML_LITERAL_HREF"
"""Said of a narrative that links to another entry: no place yet, but the server puts one there, as the same rules want."""


def _full_urls(entries: Any) -> list[str]:
    return [
        str(entry["fullUrl"])
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and entry.get("fullUrl")
    ]


def _is_settled_here(full_urls: list[str], issue: Issue) -> bool:
    return issue.id in _FULL_URL or (issue.id == _LINK and any(f"'{url}'" in issue.text for url in full_urls))


async def transaction(endpoint: Endpoint, request: Request) -> Response:
    """``POST [base]`` with a Bundle of type ``transaction`` or ``batch``."""
    parsed = read_body(endpoint, request)
    bundle = parsed.resource
    require_same_type(bundle, "Bundle")
    if bundle.get("type") not in ("transaction", "batch"):
        text = "The base takes a Bundle of type 'transaction' or 'batch'; messages go to $process-message."
        raise Refusal.of(422, "value", "VR-HTTP-0422", text, expression="Bundle.type")
    entries = bundle.get("entry")
    if isinstance(entries, list) and len(entries) > _MOST_ENTRIES:
        raise Refusal.of(413, "too-costly", "VR-HTTP-0413", f"A Bundle takes at most {_MOST_ENTRIES} entries.")
    if bundle["type"] == "batch":
        return await _batch(endpoint, request, bundle)
    await require_valid(endpoint, parsed, len(request.body), without=partial(_is_settled_here, _full_urls(entries)))
    try:
        change = Change(endpoint)
        rows = await change.write(lambda tx: _Transaction(change, request, tx).run(bundle))
    except VersionConflictError:
        text = "A resource of the transaction was changed in between; repeat it."
        raise Refusal.of(409, "conflict", "VR-HTTP-0409", text) from None
    endpoint.outgoing()
    return Response(200, json.serialize({"resourceType": "Bundle", "type": "transaction-response", "entry": rows}))


class _Transaction:
    def __init__(self, change: Change, request: Request, tx: Transaction) -> None:
        self._change = change
        self._endpoint = endpoint = change.endpoint
        self._request = request
        self._tx = tx
        self._now = endpoint.now()

    def run(self, bundle: Json) -> list[Json]:
        rows = bundle.get("entry") or []
        steps = [self._step(number, row) for number, row in enumerate(rows)]
        entries = [Entry(row.get("fullUrl", ""), row["resource"], n) for n, row in enumerate(rows) if "resource" in row]
        identities = {number: self._identity(rows[number], *steps[number]) for number in range(len(rows))}
        written = [entry for entry in entries if steps[entry.number][0] in ("POST", "PUT")]
        targets = {
            number: found.reference if isinstance(found, Stored) else found for number, found in identities.items()
        }
        self._require_distinct([targets[e.number] for e in written if not isinstance(identities[e.number], Stored)])
        renamed = names(written, targets)
        require_resolved(written, renamed)
        answers: dict[int, Json] = {}
        for number in sorted(identities, key=lambda each: _ORDER.index(steps[each][0])):
            method, path = steps[number][:2]
            found = identities[number]
            if isinstance(found, Stored):
                answers[number] = self._answer("200 OK", found)
            elif method in ("POST", "PUT"):
                answers[number] = self._write(method, found, rewritten(rows[number]["resource"], renamed), rows[number])
            elif method == "DELETE":
                answers[number] = self._delete(path)
            else:
                answers[number] = self._read(path, steps[number][2])
        changed = {targets[entry.number]: entry.number for entry in written}
        _, left_out = self._change.refer(self._tx, changed, now=self._now)
        if left_out:
            place = next(n for name, n in changed.items() if name.startswith(("Task/", "ServiceRequest/")))
            answers[place]["response"]["outcome"] = to_operation_outcome(left_out)
        return [answers[number] for number in range(len(rows))]

    def _step(self, number: int, row: Json) -> tuple[str, tuple[str, ...], str]:
        """Method, path and query of an entry."""
        request = row.get("request") or {}
        method, parts = str(request.get("method", "")), urlsplit(str(request.get("url", "")))
        path = tuple(segment for segment in parts.path.split("/") if segment)
        lengths = {"POST": (1,), "PUT": (2,), "DELETE": (2,), "GET": (1, 2)}.get(method, ())
        if (
            len(path) not in lengths
            or ("resource" in row) != (method in ("POST", "PUT"))
            or (parts.query and method != "GET")
        ):
            text = "A transaction takes POST Type, PUT Type/id (each with a resource), DELETE Type/id and GET."
            raise Refusal.of(422, "not-supported", "VR-HTTP-0422", text, expression=f"Bundle.entry[{number}].request")
        require_type(self._endpoint, path[0])
        if method in ("POST", "PUT"):
            require_same_type(row["resource"], path[0])
        if method in ("PUT", "DELETE"):
            require_changeable(path[0], "update" if method == "PUT" else "delete")
        return method, path, parts.query

    def _identity(self, row: Json, method: str, path: tuple[str, ...], query: str) -> Stored | str:
        """``Type/id`` of what an entry is about; the stored resource itself when a conditional create found it."""
        if method != "POST":
            return "/".join(path)
        condition = condition_of(self._endpoint, self._request, path[0], row["request"].get("ifNoneExist"))
        hits = self._tx.search(condition) if condition else []
        if len(hits) > 1:
            raise Refusal.of(412, "multiple-matches", "VR-HTTP-0412", "More than one resource matches ifNoneExist.")
        return hits[0].resource if hits else f"{path[0]}/{self._endpoint.new_id()}"

    def _require_distinct(self, references: list[str]) -> None:
        if len(set(references)) < len(references):
            text = "A transaction writes each resource once."
            raise Refusal.of(422, "duplicate", "VR-HTTP-0422", text, expression="Bundle.entry")

    def _write(self, method: str, reference: str, resource: Json, row: Json) -> Json:
        type_, _, id_ = reference.partition("/")
        current = self._tx.read(type_, id_)
        expected = row["request"].get("ifMatch")
        if not ID.fullmatch(id_) or (method == "PUT" and resource.get("id") != id_):
            text = "The resource's id is the one in the entry's request.url."
            raise Refusal.of(400, "invalid", "VR-HTTP-0400", text, expression=f"{type_}.id")
        if expected is not None and (current is None or etag(current.version) != expected):
            raise Refusal.of(
                412, "conflict", "VR-HTTP-0412", "Another version of the resource stands than ifMatch names."
            )
        if type_ == "Task":
            before = load(current) if current and not current.deleted else None
            loop.require_step(before, resource, self._request.caller.role)
            for outgoing in loop.answers(self._endpoint, self._tx, before, resource, self._now):
                self._tx.enqueue(outgoing)
        stored = stamp(resource, id_, current.version + 1 if current else 1, self._now)
        put(self._tx, self._endpoint, stored, resource)
        self._tx.record(audit(self._request, "transaction", stored, self._now))
        return self._answer("201 Created" if current is None or current.deleted else "200 OK", stored)

    def _delete(self, path: tuple[str, ...]) -> Json:
        current = self._tx.read(*path)
        if current is not None and not current.deleted:
            gone = Stored(current.type, current.id, current.version + 1, self._now, b"", deleted=True)
            self._tx.put(gone, IndexRows())
            self._tx.record(audit(self._request, "transaction", gone, self._now))
        return {"response": {"status": "204 No Content"}}

    def _read(self, path: tuple[str, ...], query: str) -> Json:
        if len(path) == 1:
            asked = parse(path[0], parse_qsl(query, keep_blank_values=True), self._endpoint.parameters)
            page = json.parse(searchset(asked, self._tx, self._request.base)).resource
            return {"resource": page, "response": {"status": "200 OK"}}
        stored = self._tx.read(*path)
        if stored is None or stored.deleted:
            raise Refusal.of(404, "not-found", "VR-HTTP-0404", "There is no resource with this type and id.")
        return self._answer("200 OK", stored)

    def _answer(self, status: str, stored: Stored) -> Json:
        location = f"{self._request.base}/{stored.reference}/_history/{stored.version}"
        response = {"status": status, "location": location, "etag": etag(stored.version)}
        return {
            "fullUrl": f"{self._request.base}/{stored.reference}",
            "resource": load(stored),
            "response": response | {"lastModified": instant(stored.updated)},
        }


async def _batch(endpoint: Endpoint, request: Request, bundle: Json) -> Response:
    """Each entry as a request of its own; one that is refused refuses no other."""
    rows = [await _batched(endpoint, request, row) for row in bundle.get("entry") or ()]
    return Response(200, json.serialize({"resourceType": "Bundle", "type": "batch-response", "entry": rows}))


async def _batched(endpoint: Endpoint, request: Request, row: Any) -> Json:
    from vrfhir.server.routes import route

    try:
        asked = row.get("request") if isinstance(row, dict) else None
        if not isinstance(asked, dict):
            raise Refusal.of(400, "required", "VR-HTTP-0400", "An entry of a batch needs a request.")
        parts = urlsplit(str(asked.get("url", "")))
        headers = {"content-type": "application/fhir+json"}
        for name, header in (
            ("ifMatch", "if-match"),
            ("ifNoneExist", "if-none-exist"),
            ("ifNoneMatch", "if-none-match"),
        ):
            if name in asked:
                headers[header] = str(asked[name])
        inner = Request(
            method=str(asked.get("method", "")),
            path=tuple(segment for segment in parts.path.split("/") if segment),
            query=parts.query,
            headers=headers,
            body=json.serialize(row["resource"]) if isinstance(row.get("resource"), dict) else b"",
            base=request.base,
            id=request.id,
            caller=request.caller,
        )
        if not inner.path:
            raise Refusal.of(400, "not-supported", "VR-HTTP-0400", "A batch holds no batches.")
        answer = await route(inner.method, inner.path).interaction(endpoint, inner)
    except Refusal as refusal:
        answer = refusal.response()
    headers = {name.lower(): value for name, value in answer.headers}
    response: Json = {"status": str(answer.status)}
    for name, header in (("location", "location"), ("etag", "etag")):
        if header in headers:
            response[name] = headers[header]
    resource = json.parse(answer.body).resource if answer.body else None
    if answer.status >= 400:
        return {"response": response | {"outcome": resource}}
    return {"resource": resource, "response": response} if resource else {"response": response}
