"""``$validate-code`` on ValueSet and CodeSystem, from local terminology, in three values.

https://hl7.org/fhir/R4/valueset-operation-validate-code.html and
https://hl7.org/fhir/R4/codesystem-operation-validate-code.html. In the set: ``result`` true; not in it: ``result`` false.
What cannot be told here has no ``result``, because both would be guesses: it is refused with 422.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from vrfhir.definitions.expansion import Expander
from vrfhir.fhir import json
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response
from vrfhir.server.operations.inputs import inputs
from vrfhir.terminology import Membership
from vrfhir.terminology.grammars import judge

__all__ = ["validate_code"]

Json = dict[str, Any]

_CODE = (
    "code",
    "system",
    "systemVersion",
    "display",
    "coding",
    "codeableConcept",
    "date",
    "abstract",
    "displayLanguage",
)
_VALUE_SET = frozenset({*_CODE, "url", "valueSet", "valueSetVersion", "inferSystem"})
_CODE_SYSTEM = frozenset({*_CODE, "url", "version"})


async def validate_code(endpoint: Endpoint, request: Request) -> Response:
    """``GET`` or ``POST [base]/ValueSet/$validate-code`` and ``[base]/CodeSystem/$validate-code``."""
    if request.path[0] == "CodeSystem":
        given = inputs(endpoint, request, "$validate-code", _CODE_SYSTEM)
        answer = _in_system(endpoint, given)
    elif request.path[0] == "ValueSet":
        given = inputs(endpoint, request, "$validate-code", _VALUE_SET)
        answer = _in_value_set(endpoint, given)
    else:
        raise Refusal.of(404, "not-supported", "VR-HTTP-0404", "$validate-code is of ValueSet and CodeSystem.")
    return Response(200, json.serialize({"resourceType": "Parameters", "parameter": answer}))


class _Coding(NamedTuple):
    system: str | None
    code: str
    display: str | None


def _in_system(endpoint: Endpoint, given: Json) -> list[Json]:
    url = _text(given, "url") or _text(given, "system")
    for coding in _codings(given, url):
        system = url or coding.system
        if not system:
            raise _incomplete("A code system is needed: url, or system.")
        answer = endpoint.terminology.code_in_system(system, coding.code)
        if answer is Membership.UNKNOWN:
            known = endpoint.terminology.system_is_known(system)
            raise _cannot_tell(f"of the code system {system} only a part is known here") if known else _unknown(system)
        if answer is Membership.OUT:
            return _answer(False, f"The code '{coding.code}' is not in the code system {system}.")
        return _found(endpoint, _Coding(system, coding.code, coding.display))
    raise _incomplete("A code is needed: code, coding or codeableConcept.")


def _in_value_set(endpoint: Endpoint, given: Json) -> list[Json]:
    member, url = _member_of(endpoint, given)
    answers = []
    for coding in _codings(given, None):
        answer = member(url, coding.system, coding.code)
        if answer is Membership.IN:
            return _found(endpoint, coding)
        answers.append((answer, coding))
    if not answers:
        raise _incomplete("A code is needed: code, coding or codeableConcept.")
    if any(answer is Membership.UNKNOWN for answer, _ in answers):
        raise _cannot_tell(f"the value set {url} cannot be decided from the definitions here")
    said = ", ".join(f"'{coding.system or ''}#{coding.code}'" for _, coding in answers)
    return _answer(False, f"{said} is not in the value set {url}.")


def _member_of(endpoint: Endpoint, given: Json) -> tuple[Any, str]:
    """What answers about the value set, one sent along or one of the definitions, and its name."""
    sent = given.get("valueSet")
    if isinstance(sent, dict) and sent.get("resourceType") == "ValueSet":
        url = str(sent.get("url") or "urn:vrfhir:sent")

        def lookup(canonical: str, resource_type: str) -> Json | None:
            is_sent = resource_type == "ValueSet" and canonical == url
            return sent if is_sent else endpoint.definitions.resource(canonical, resource_type)

        return Expander(lookup, judge).member, url
    url = _text(given, "url") or ""
    if not url:
        raise _incomplete("A value set is needed: url, or valueSet.")
    version = _text(given, "valueSetVersion")
    if version and "|" not in url:
        url = f"{url}|{version}"
    if not endpoint.terminology.is_known(url):
        raise _unknown(url)
    return endpoint.terminology.member, url


def _found(endpoint: Endpoint, coding: _Coding) -> list[Json]:
    displays = endpoint.terminology.displays(coding.system, coding.code) if coding.system else ()
    display = [{"name": "display", "valueString": displays[0]}] if displays else []
    if coding.display and displays and _folded(coding.display) not in map(_folded, displays):
        return _answer(False, f"'{coding.display}' is not a display of this code.") + display
    return _answer(True) + display


def _codings(given: Json, system: str | None) -> Iterator[_Coding]:
    code = _text(given, "code")
    if code:
        yield _Coding(_text(given, "system") or system, code, _text(given, "display"))
    rows = [given["coding"]] if "coding" in given else []
    concept = given.get("codeableConcept")
    if isinstance(concept, dict) and isinstance(concept.get("coding"), list):
        rows += concept["coding"]
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("code"), str):
            raise _incomplete("A coding needs a code.")
        yield _Coding(_text(row, "system") or system, row["code"], _text(row, "display"))


def _text(given: Json, name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise _incomplete(f"'{name}' is a text.")
    return value


def _answer(result: bool, message: str = "") -> list[Json]:
    row: Json = {"name": "result", "valueBoolean": result}
    return [row] + ([{"name": "message", "valueString": message}] if message else [])


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _incomplete(text: str) -> Refusal:
    return Refusal.of(400, "required", "VR-TX-0004", text, expression="Parameters.parameter")


def _unknown(canonical: str) -> Refusal:
    return Refusal.of(404, "not-found", "VR-TX-0002", f"{canonical} is not known here.")


def _cannot_tell(reason: str) -> Refusal:
    return Refusal.of(422, "not-supported", "VR-TX-0003", f"It cannot be told: {reason}.")
