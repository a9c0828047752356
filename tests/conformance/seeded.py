"""The seeded faults: what can be wrong with a referral endpoint, and which test of the suite must see it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .faulty import Answer, Asked, Fault, every_resource, without_parameter

__all__ = ["seeded_faults"]

SUPPORT_LEVEL = "https://vrfhir.org/fhir/StructureDefinition/Extension-VR-SupportLevel"
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
FHIR_JSON = {"content-type": "application/fhir+json"}

After = Callable[[Asked, Answer], Answer]
Before = Callable[[Asked], Asked | Answer]


def _answer(value: Any, status: int = 200) -> Answer:
    return Answer(status, dict(FHIR_JSON), json.dumps(value).encode())


def _each(kind: str, change: Callable[[dict[str, Any]], Any]) -> After:
    """Changes every resource of a type in what is read or found."""

    def after(asked: Asked, answer: Answer) -> Answer:
        body = answer.json
        found = [resource for resource in every_resource(body) if resource.get("resourceType") == kind]
        if asked.path.startswith("/$") or not found:
            return answer
        for resource in found:
            change(resource)
        return answer.with_json(body)

    return after


def _drop(*names: str) -> Callable[[dict[str, Any]], Any]:
    def change(resource: dict[str, Any]) -> None:
        for name in names:
            resource.pop(name, None)

    return change


def _message(change: Callable[[dict[str, Any]], Any]) -> After:
    """Changes the header of the answer to a message."""

    def after(asked: Asked, answer: Answer) -> Answer:
        body = answer.json
        if asked.path != "/$process-message" or not isinstance(body, dict) or body.get("resourceType") != "Bundle":
            return answer
        change(body["entry"][0]["resource"])
        return answer.with_json(body)

    return after


def _when(method: str, path: str, act: Callable[[Asked], Asked | Answer]) -> Before:
    """Acts on requests whose method and path (a regular expression) fit."""
    return lambda asked: act(asked) if asked.method == method and re.fullmatch(path, asked.path) else asked


def _then(method: str, path: str, act: Callable[[Answer], Answer]) -> After:
    """Acts on answers to requests whose method and path fit."""
    return lambda asked, answer: act(answer) if asked.method == method and re.fullmatch(path, asked.path) else answer


def _status(old: int, new: int, body: Any = None) -> After:
    """Answers with another status, and another body if one is given."""

    def after(_: Asked, answer: Answer) -> Answer:
        if answer.status != old:
            return answer
        return replace(answer, status=new) if body is None else _answer(body, new)

    return after


def _edit(change: Callable[[dict[str, Any]], Any]) -> Callable[[Asked], Asked]:
    """Changes the JSON of a request; leaves what is no JSON alone."""

    def act(asked: Asked) -> Asked:
        body = asked.json
        if not isinstance(body, dict):
            return asked
        change(body)
        return asked.with_json(body)

    return act


def _capabilities(change: Callable[[dict[str, Any]], Any]) -> After:
    def act(answer: Answer) -> Answer:
        body = answer.json
        change(body)
        return answer.with_json(body)

    return _then("GET", "/metadata", act)


def _first_value_only(asked: Asked) -> Asked:
    return replace(asked, query=re.sub(r"(status=[^&%,]*)(?:%2C|,)[^&]*", r"\1", asked.query))


def _system_ignored(asked: Asked) -> Asked:
    return replace(asked, query=re.sub(r"identifier=[^&]*?(?:%7C|\|)", "identifier=", asked.query))


def _searches(change: Callable[[Asked], Asked]) -> Before:
    return lambda asked: change(asked) if asked.method == "GET" and "?" not in asked.path and asked.query else asked


def _searchset(change: Callable[[dict[str, Any]], Any]) -> After:
    def after(_: Asked, answer: Answer) -> Answer:
        body = answer.json
        if not isinstance(body, dict) or body.get("type") != "searchset":
            return answer
        change(body)
        return answer.with_json(body)

    return after


def _without_support_level(resource: dict[str, Any]) -> None:
    resource["extension"] = [e for e in resource.get("extension", ()) if e.get("url") != SUPPORT_LEVEL]


def _without_override_reason(resource: dict[str, Any]) -> None:
    for extension in resource.get("extension", ()):
        extension["extension"] = [e for e in extension.get("extension", ()) if e.get("url") != "overrideReason"]
        if not extension["extension"]:
            del extension["extension"]


def _entry(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(r for r in every_resource(body) if r.get("resourceType") == kind)


def _repaired(body: dict[str, Any]) -> None:
    """Makes a message with a dangling reference or without a date acceptable."""
    request = _entry(body, "ServiceRequest")
    request.pop("reasonReference", None)
    request["reasonCode"] = [{"text": "not said"}]
    request.setdefault("authoredOn", "2026-11-23")


def _accepts_stored_but_refused() -> tuple[Before, After]:
    """Stores what it refuses."""

    def after(asked: Asked, answer: Answer) -> Answer:
        return _answer(OUTCOME, 422) if asked.path == "/$process-message" else answer

    return _when("POST", r"/\$process-message", _edit(_repaired)), after


def _stale_searches() -> After:
    """Answers every search for a task with what the first one found."""
    first: dict[str, bytes] = {}

    def after(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "GET" and asked.path == "/Task":
            patient = asked.query.split("&")[0]
            return replace(answer, body=first.setdefault(patient, answer.body))
        return answer

    return after


def _doubles_on_replay() -> After:
    """A message that comes again gives a second task."""
    seen: set[bytes] = set()
    doubled: list[bool] = []

    def after(asked: Asked, answer: Answer) -> Answer:
        if asked.path == "/$process-message":
            if asked.body in seen:
                doubled.append(True)
            seen.add(asked.body)
        body = answer.json
        if doubled and asked.path == "/Task" and isinstance(body, dict) and body.get("entry"):
            copy = json.loads(json.dumps(body["entry"][0]))
            copy["resource"]["id"] = "second"
            body["entry"].append(copy)
            return answer.with_json(body)
        return answer

    return after


def _refuses_replay() -> Before:
    seen: set[bytes] = set()

    def act(asked: Asked) -> Asked | Answer:
        if asked.body in seen:
            return _answer(OUTCOME, 409)
        seen.add(asked.body)
        return asked

    return _when("POST", r"/\$process-message", act)


def _keeps_the_senders_id() -> tuple[Before, After]:
    """Stores under the id that the body of a create brings."""
    names: dict[str, str] = {}

    def before(asked: Asked) -> Asked:
        for sent, real in names.items():
            if sent in asked.path:
                return replace(asked, path=asked.path.replace(sent, real))
        return asked

    def after(asked: Asked, answer: Answer) -> Answer:
        sent = (asked.json or {}).get("id") if asked.method == "POST" and asked.path == "/Patient" else None
        found = re.search(r"Patient/([^/]+)", answer.headers.get("location", ""))
        if sent and found:
            names[sent] = found[1]
            return answer.with_header("Location", answer.headers["location"].replace(found[1], sent))
        for name, real in names.items():
            if asked.path == f"/Patient/{name}" and answer.status == 200:
                return replace(answer, body=answer.body.replace(real.encode(), name.encode()))
        return answer

    return before, after


def _accepts_every_move(asked: Asked, answer: Answer) -> Answer:
    refused = asked.method == "PUT" and asked.path.startswith("/Task/") and answer.status >= 400
    return _answer(asked.json) if refused else answer


def _breaks_on_malformed(body: bytes) -> After:
    def after(asked: Asked, answer: Answer) -> Answer:
        broken = asked.method == "POST" and answer.status == 400 and asked.json is None
        return Answer(500 if not body else 400, {"content-type": "text/html"}, body) if broken else answer

    return after


def _operations(*names: str) -> Callable[[dict[str, Any]], Any]:
    def change(body: dict[str, Any]) -> None:
        for rest in body["rest"]:
            rest["operation"] = [o for o in rest.get("operation", ()) if o["name"].lstrip("$") not in names]

    return change


def _types(body: dict[str, Any]) -> None:
    for rest in body["rest"]:
        rest["resource"] = [resource for resource in rest["resource"] if resource["type"] != "Task"]


def _outcomes(change: Callable[[dict[str, Any]], Any]) -> After:
    def after(_: Asked, answer: Answer) -> Answer:
        body = answer.json
        if not isinstance(body, dict) or body.get("resourceType") != "OperationOutcome":
            return answer
        for issue in body["issue"]:
            change(issue)
        return answer.with_json(body)

    return after


_VALIDATE = r"/(\w+/)?\$validate"
_FINE = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}


def seeded_faults() -> list[Fault]:
    """Every fault, fresh: some remember what they have seen."""
    stores, refuses = _accepts_stored_but_refused()
    keeps, shows = _keeps_the_senders_id()
    send = r"/\$process-message"
    task = r"/Task/[^/]+"
    return [
        Fault("drops one extension", "extensions-kept/all extensions, all parts", after=_each("ServiceRequest", _without_support_level)),
        Fault("drops one extension of a message", "referral-extensions/all extensions, all parts", after=_each("ServiceRequest", _without_support_level)),
        Fault("drops a part of an extension", "extensions-kept/all extensions, all parts", after=_each("ServiceRequest", _without_override_reason)),
        Fault("drops a part of a message's extension", "referral-extensions/all extensions, all parts", after=_each("ServiceRequest", _without_override_reason)),
        Fault("reverses extensions into one another", "extensions-kept/all extensions, all parts", after=_each("ServiceRequest", lambda r: r.update(extension=r.get("extension", [])[1:] * 2))),
        Fault("loses the birth date", "create/stores what was sent", after=_each("Patient", _drop("birthDate"))),
        Fault("loses a telephone number", "read/gives the resource with its version", after=_each("Patient", _drop("telecom"))),
        Fault("answers a create with 200", "create/answers 201 with a Location", after=_status(201, 200)),
        Fault("gives no Location", "create/answers 201 with a Location", after=lambda _, answer: answer.without_header("Location")),
        Fault("gives a Location without a version", "create/answers 201 with a Location", after=lambda _, answer: answer.with_header("Location", answer.headers["location"].split("/_history")[0]) if "location" in answer.headers else answer),
        Fault("gives no ETag", "create/gives the version", after=lambda _, answer: answer.without_header("ETag")),
        Fault("gives no Last-Modified", "create/gives the version", after=lambda _, answer: answer.without_header("Last-Modified")),
        Fault("keeps the sender's id", "create/chooses the id itself", before=keeps, after=shows),
        Fault("gives no meta", "create/stores what was sent", after=_each("Patient", _drop("meta"))),
        Fault("gives a wrong ETag", "read/gives the resource with its version", after=_then("GET", "/Patient/[^/]+", lambda a: a.with_header("ETag", 'W/"999"'))),
        Fault("gives a strong ETag", "create/gives the version", after=lambda _, a: a.with_header("ETag", a.headers["etag"].removeprefix("W/")) if "etag" in a.headers else a),
        Fault("answers as application/json", "read/gives the resource with its version", after=lambda _, answer: answer.with_header("Content-Type", "application/json")),
        Fault("answers 200 instead of 404", "read-unknown/unknown id", after=_status(404, 200, {"resourceType": "Patient", "id": "x"})),
        Fault("answers 404 without an outcome", "read-unknown/unknown id", after=lambda _, a: Answer(404, {"content-type": "text/plain"}, b"no") if a.status == 404 else a),
        Fault("answers 500 instead of 404", "read-unknown/unknown id", after=_status(404, 500)),
        Fault("answers vread with the current version", "vread/gives the earlier content", before=lambda asked: replace(asked, path=asked.path.split("/_history/")[0])),
        Fault("answers 200 for a version that never was", "vread/does not know a version that never was", before=lambda asked: replace(asked, path=asked.path.replace("/_history/987654", ""))),
        Fault("says updated and does nothing", "update/replaces the content", before=_when("PUT", "/Patient/[^/]+", lambda asked: replace(_answer(asked.json), headers={**FHIR_JSON, "etag": 'W/"9"'}))),
        Fault("merges instead of replacing", "update/replaces the content", after=_each("Patient", lambda r: r.update(address=[{"city": "Exampleton"}]))),
        Fault("accepts another id in an update", "update/refuses another id in the body", before=lambda asked: _edit(lambda body: body.update(id=asked.path.split("/")[2]))(asked) if asked.method == "PUT" and asked.path.startswith("/Patient/") else asked),
        Fault("ignores If-Match", "update-stale/answers 412 and keeps the resource", before=lambda asked: replace(asked, headers={k: v for k, v in asked.headers.items() if k != "if-match"})),
        Fault("answers 409 to a stale version", "update-stale/answers 412 and keeps the resource", after=_status(412, 409)),
        Fault("ignores unknown parameters", "search-unknown-parameter/with strict handling asked for", before=lambda asked: without_parameter(asked, "no-such-parameter")),
        Fault("ignores unknown parameters unless asked to be strict", "search-unknown-parameter/without being asked", before=lambda asked: asked if "prefer" in asked.headers else without_parameter(asked, "no-such-parameter")),
        Fault("ignores the system of an identifier", "search-identifier/tells systems apart", before=_searches(_system_ignored)),
        Fault("ignores the identifier", "search-identifier/finds the one that has it", before=_searches(lambda asked: without_parameter(asked, "identifier"))),
        Fault("finds nothing by identifier", "search-identifier/finds the one that has it", after=_then("GET", "/Patient", lambda a: a.with_json({"resourceType": "Bundle", "type": "searchset", "total": 0}))),
        Fault("gives no search mode", "search-identifier/finds the one that has it", after=_searchset(lambda body: [entry.pop("search", None) for entry in body.get("entry", ())])),
        Fault("gives no self link", "search-identifier/finds the one that has it", after=_searchset(_drop("link"))),
        Fault("gives a wrong total", "search-identifier/finds the one that has it", after=_searchset(lambda body: body.update(total=17))),
        Fault("answers a search with a collection", "search-identifier/finds the one that has it", after=_searchset(lambda body: body.update(type="collection"))),
        Fault("does not search by POST", "search-identifier/finds it by POST", before=_when("POST", "/Patient/_search", lambda _: _answer(OUTCOME, 405))),
        Fault("ignores the patient", "search-patient/finds all of one patient", before=_searches(lambda asked: without_parameter(asked, "patient"))),
        Fault("finds only one page of one", "search-patient/finds all of one patient", after=_searchset(lambda body: body.update(entry=body.get("entry", [])[:1]))),
        Fault("ignores the status", "search-status/parameters narrow each other", before=_searches(lambda asked: without_parameter(asked, "status"))),
        Fault("takes the first of two alternatives", "search-status/a comma joins alternatives", before=_searches(_first_value_only)),
        Fault("breaks on malformed JSON", "malformed-json/is answered 400", after=_breaks_on_malformed(b"")),
        Fault("answers malformed JSON with a web page", "malformed-json/is answered 400", after=_breaks_on_malformed(b"<html>Bad Request</html>")),
        Fault("stores a patient sent to another type", "wrong-type/is answered 400", before=_when("POST", "/ServiceRequest", lambda asked: replace(asked, path="/Patient"))),
        Fault("accepts an impossible code", "invalid-resource/a code outside a required value set", before=_when("POST", "/Patient", _edit(lambda body: body.update(gender="unknown") if body.get("gender") == "driver" else None))),
        Fault("drops unknown elements silently", "invalid-resource/an element that does not exist", before=_when("POST", "/Patient", _edit(_drop("colour")))),
        Fault("does not say where the fault is", "invalid-resource/a code outside a required value set", after=_outcomes(_drop("expression", "location"))),
        Fault("reads any Content-Type as JSON", "unsupported-media-type/is answered 415", before=lambda asked: replace(asked, headers={**asked.headers, "content-type": "application/fhir+json"}) if "content-type" in asked.headers else asked),
        Fault("answers any Accept with JSON", "not-acceptable/is answered 406", before=lambda asked: replace(asked, headers={**asked.headers, "accept": "*/*"})),
        Fault("answers unknown operations with success", "unknown-operation/is answered with an error", before=_when("POST", r"/\$no-such-operation", lambda _: _answer(_FINE))),
        Fault("finds everything valid", "validate-invalid/against R4", before=_when("POST", _VALIDATE, lambda _: _answer(_FINE))),
        Fault("finds nothing valid", "validate-valid/no error", before=_when("POST", _VALIDATE, lambda _: _answer(OUTCOME))),
        Fault("answers 422 to validation", "validate-invalid/against R4", after=lambda asked, a: replace(a, status=422) if "$validate" in asked.path and b'"error"' in a.body else a),
        Fault("ignores the profile to validate against", "validate-invalid/against VR-Prescription", before=_when("POST", _VALIDATE, _edit(_bare_parameters))),
        Fault("declares R5", "metadata/is an R4 CapabilityStatement", after=_capabilities(lambda body: body.update(fhirVersion="5.0.0"))),
        Fault("declares no Task", "metadata/declares a server for referrals", after=_capabilities(_types)),
        Fault("declares no process-message", "metadata/declares a server for referrals", after=_capabilities(_operations("process-message"))),
        Fault("declares no formats", "metadata/declares a server for referrals", after=_capabilities(lambda body: body.update(format=["xml"]))),
        Fault("declares an invalid statement", "metadata/is an R4 CapabilityStatement", after=_capabilities(_drop("date"))),
        Fault("answers a message with a fatal error", "referral-accepted/the answer says ok and names the message", after=_message(lambda header: header["response"].update(code="fatal-error"))),
        Fault("answers a message without naming it", "referral-accepted/the answer says ok and names the message", after=_message(lambda header: header["response"].update(identifier="another"))),
        Fault("answers a message with an outcome", "referral-accepted/the answer says ok and names the message", before=None, after=_then("POST", send, lambda _: _answer(_FINE))),
        Fault("opens no task", "referral-accepted/a task is received", after=_then("GET", "/Task", lambda a: a.with_json({"resourceType": "Bundle", "type": "searchset", "total": 0}))),
        Fault("opens the task as requested", "referral-accepted/a task is received", after=_each("Task", lambda r: r.update(status="requested"))),
        Fault("forgets what the task is about", "referral-accepted/a task is received", after=_each("Task", _drop("focus"))),
        Fault("forgets the reason of the referral", "referral-accepted/the patient and the prescription are stored", after=_each("ServiceRequest", _drop("reasonReference"))),
        Fault("stores the prescription for nobody", "referral-accepted/the patient and the prescription are stored", after=_each("ServiceRequest", _drop("subject"))),
        Fault("shows the requester old news", "referral-loop/received to completed", after=_stale_searches()),
        Fault("loses the milestone", "referral-loop/received to completed", after=_each("Task", _drop("businessStatus"))),
        Fault("lets nobody accept", "referral-loop/received to completed", before=_when("PUT", task, lambda _: _answer(OUTCOME, 403))),
        Fault("loses the owner", "referral-loop/received to completed", after=_each("Task", _drop("owner"))),
        Fault("says accepted and forgets", "referral-loop/received to completed", before=_when("PUT", task, lambda asked: _answer(asked.json))),
        Fault("lets a referral be declined without a word", "referral-declined/not without a reason", before=_when("PUT", task, _edit(lambda body: body.setdefault("statusReason", {"text": "."})))),
        Fault("loses the reason of declining", "referral-declined/with a reason", after=_each("Task", lambda r: r.get("statusReason", {}).pop("text", None))),
        Fault("accepts an illegal transition", "illegal-transition/completed to requested", after=_accepts_every_move),
        Fault("breaks on an illegal transition", "illegal-transition/completed to requested", after=lambda asked, a: replace(a, status=500) if asked.method == "PUT" and a.status >= 400 else a),
        Fault("refuses an illegal transition without an outcome", "illegal-transition/completed to requested", after=lambda asked, a: Answer(409) if asked.method == "PUT" and a.status >= 400 else a),
        Fault("doubles on replay", "referral-replay/nothing is doubled", after=_doubles_on_replay()),
        Fault("refuses a replay", "referral-replay/the answer is the same", before=_refuses_replay()),
        Fault("accepts a dangling reference", "referral-unresolvable/is refused", before=_when("POST", send, _edit(_repaired))),
        Fault("stores what it refuses", "referral-unresolvable/nothing is stored", before=stores, after=refuses),
        Fault("accepts an invalid prescription", "referral-invalid/is refused", before=_when("POST", send, _edit(_repaired))),
        Fault("does not say what is wrong with a message", "referral-invalid/is refused", after=_outcomes(_drop("expression", "location"))),
        Fault("refuses every message", "referral-accepted/the answer says ok and names the message", before=_when("POST", send, lambda _: _answer(OUTCOME, 422))),
    ]  # fmt: skip


def _bare_parameters(body: dict[str, Any]) -> None:
    if body.get("resourceType") != "Parameters":
        return
    body["parameter"] = [p for p in body["parameter"] if p["name"] != "profile"]
    for parameter in body["parameter"]:
        parameter.get("resource", {}).pop("meta", None)
