"""An R4 ``TestScript`` as typed values (https://hl7.org/fhir/R4/testscript.html). Reads shapes, judges nothing.

Elements that R5 added and that change how a run goes (``assert.stopTestOnFail``) are read where they stand, in plain
form or as the cross-version extension.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "OVERLAY",
    "Action",
    "Assertion",
    "Fixture",
    "Operation",
    "Phase",
    "Profile",
    "Script",
    "Variable",
    "read_script",
]

OVERLAY = "https://vrfhir.org/fhir/StructureDefinition/Extension-VR-TestScriptOverlay"
_STOP = "http://hl7.org/fhir/5.0/StructureDefinition/extension-TestScript.setup.action.assert.stopTestOnFail"


@dataclass(frozen=True, slots=True)
class Fixture:
    """``TestScript.fixture``: a static resource, by its reference."""

    id: str
    reference: str
    autocreate: bool
    autodelete: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """``TestScript.profile``: what ``assert.validateProfileId`` may name."""

    id: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Variable:
    """``TestScript.variable``: evaluated when an action that uses it runs, not when it is declared."""

    name: str
    default: str | None
    expression: str
    header_field: str
    path: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Operation:
    """``TestScript.setup.action.operation``.

    ``overlay_id`` is ours (``OVERLAY``, a modifier extension): a fixture whose elements replace those of the source, so
    that a script can send what it read with one thing changed, as a client does.
    """

    type: str
    resource: str
    label: str
    description: str
    accept: str
    content_type: str
    destination: int | None
    encode_request_url: bool
    method: str
    origin: int | None
    params: str
    request_headers: tuple[tuple[str, str], ...]
    request_id: str
    response_id: str
    source_id: str
    target_id: str
    url: str
    overlay_id: str = ""


@dataclass(frozen=True, slots=True)
class Assertion:
    """``TestScript.setup.action.assert``."""

    label: str
    description: str
    direction: str
    compare_to_source_id: str
    compare_to_source_expression: str
    compare_to_source_path: str
    content_type: str
    expression: str
    header_field: str
    minimum_id: str
    navigation_links: bool | None
    operator: str
    path: str
    request_method: str
    request_url: str
    resource: str
    response: str
    response_code: str
    source_id: str
    validate_profile_id: str
    value: str | None
    warning_only: bool
    stop_test_on_fail: bool


@dataclass(frozen=True, slots=True)
class Action:
    """One step; ``place`` is its FHIRPath location. Both None (or both set) is a fault the check reports."""

    place: str
    operation: Operation | None
    assertion: Assertion | None


@dataclass(frozen=True, slots=True)
class Phase:
    """``setup``, a ``test`` or ``teardown``."""

    kind: str
    name: str
    description: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A whole TestScript. ``key`` is its file name without extension; ``resource`` the JSON it was read from."""

    key: str
    url: str
    name: str
    title: str
    description: str
    fixtures: tuple[Fixture, ...]
    profiles: tuple[Profile, ...]
    variables: tuple[Variable, ...]
    phases: tuple[Phase, ...]
    origins: int
    destinations: int
    resource: Mapping[str, Any]


def read_script(resource: Mapping[str, Any], key: str) -> Script:
    """A TestScript from FHIR JSON. What has the wrong type counts as absent; the static check names it."""
    phases = [_phase(kind, resource[kind], kind) for kind in ("setup",) if isinstance(resource.get(kind), Mapping)]
    phases += [_phase("test", test, f"test[{n}]") for n, test in enumerate(_rows(resource, "test"))]
    phases += [_phase(kind, resource[kind], kind) for kind in ("teardown",) if isinstance(resource.get(kind), Mapping)]
    return Script(
        key=key,
        url=_text(resource, "url"),
        name=_text(resource, "name"),
        title=_text(resource, "title") or _text(resource, "name"),
        description=_text(resource, "description"),
        fixtures=tuple(_fixture(row) for row in _rows(resource, "fixture")),
        profiles=tuple(Profile(_text(row, "id"), _text(row, "reference")) for row in _rows(resource, "profile")),
        variables=tuple(_variable(row) for row in _rows(resource, "variable")),
        phases=tuple(phases),
        origins=len(_rows(resource, "origin")),
        destinations=len(_rows(resource, "destination")),
        resource=resource,
    )


def _fixture(row: Mapping[str, Any]) -> Fixture:
    reference = row.get("resource")
    text = _text(reference, "reference") if isinstance(reference, Mapping) else ""
    return Fixture(_text(row, "id"), text, row.get("autocreate") is True, row.get("autodelete") is True)


def _variable(row: Mapping[str, Any]) -> Variable:
    default = row.get("defaultValue")
    return Variable(
        name=_text(row, "name"),
        default=default if isinstance(default, str) else None,
        expression=_text(row, "expression"),
        header_field=_text(row, "headerField"),
        path=_text(row, "path"),
        source_id=_text(row, "sourceId"),
    )


def _phase(kind: str, row: Mapping[str, Any], place: str) -> Phase:
    actions = []
    for number, action in enumerate(_rows(row, "action")):
        operation, assertion = action.get("operation"), action.get("assert")
        actions.append(
            Action(
                f"TestScript.{place}.action[{number}]",
                _operation(operation) if isinstance(operation, Mapping) else None,
                _assertion(assertion) if isinstance(assertion, Mapping) else None,
            )
        )
    name = _text(row, "name") or (place if kind == "test" else kind)
    return Phase(kind, name, _text(row, "description"), tuple(actions))


def _operation(row: Mapping[str, Any]) -> Operation:
    coding = row.get("type")
    headers = tuple((_text(header, "field"), _text(header, "value")) for header in _rows(row, "requestHeader"))
    return Operation(
        type=_text(coding, "code") if isinstance(coding, Mapping) else "",
        resource=_text(row, "resource"),
        label=_text(row, "label"),
        description=_text(row, "description"),
        accept=_text(row, "accept"),
        content_type=_text(row, "contentType"),
        destination=_integer(row, "destination"),
        encode_request_url=row.get("encodeRequestUrl") is not False,
        method=_text(row, "method"),
        origin=_integer(row, "origin"),
        params=_text(row, "params"),
        request_headers=headers,
        request_id=_text(row, "requestId"),
        response_id=_text(row, "responseId"),
        source_id=_text(row, "sourceId"),
        target_id=_text(row, "targetId"),
        url=_text(row, "url"),
        overlay_id=next((_text(e, "valueId") for e in _rows(row, "modifierExtension") if e.get("url") == OVERLAY), ""),
    )


def _assertion(row: Mapping[str, Any]) -> Assertion:
    links, value = row.get("navigationLinks"), row.get("value")
    return Assertion(
        label=_text(row, "label"),
        description=_text(row, "description"),
        direction=_text(row, "direction") or "response",
        compare_to_source_id=_text(row, "compareToSourceId"),
        compare_to_source_expression=_text(row, "compareToSourceExpression"),
        compare_to_source_path=_text(row, "compareToSourcePath"),
        content_type=_text(row, "contentType"),
        expression=_text(row, "expression"),
        header_field=_text(row, "headerField"),
        minimum_id=_text(row, "minimumId"),
        navigation_links=links if isinstance(links, bool) else None,
        operator=_text(row, "operator"),
        path=_text(row, "path"),
        request_method=_text(row, "requestMethod"),
        request_url=_text(row, "requestURL"),
        resource=_text(row, "resource"),
        response=_text(row, "response"),
        response_code=_text(row, "responseCode"),
        source_id=_text(row, "sourceId"),
        validate_profile_id=_text(row, "validateProfileId"),
        value=value if isinstance(value, str) else None,
        warning_only=row.get("warningOnly") is True,
        stop_test_on_fail=_stops(row),
    )


def _stops(row: Mapping[str, Any]) -> bool:
    """R4 has no such element, and a failed assertion ends its test; R5's ``stopTestOnFail`` may say otherwise."""
    if isinstance(row.get("stopTestOnFail"), bool):
        return bool(row["stopTestOnFail"])
    stops = [e.get("valueBoolean") for e in _rows(row, "extension") if e.get("url") == _STOP]
    return False not in stops


def _rows(row: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    value = row.get(key)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _integer(row: Mapping[str, Any], key: str) -> int | None:
    value = row.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
