"""capabilities: https://hl7.org/fhir/R4/http.html#capabilities. Written from the tables the endpoint runs on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from vrfhir import __version__
from vrfhir.fhir import json
from vrfhir.profiles import registry
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response
from vrfhir.server.interactions.kept import is_allowed
from vrfhir.server.messaging.events import EVENTS
from vrfhir.server.search.parameters import SearchParameters

__all__ = ["capabilities", "statement"]

Json = dict[str, Any]

_INTERACTIONS = ("read", "vread", "update", "delete", "history-instance", "create", "search-type")
_OWN_PARAMETERS = (
    ("_id", "token", "http://hl7.org/fhir/SearchParameter/Resource-id"),
    ("_lastUpdated", "date", "http://hl7.org/fhir/SearchParameter/Resource-lastUpdated"),
)
_CODE_OPERATIONS: dict[str, tuple[Json, ...]] = {
    name: ({"name": "validate-code", "definition": f"http://hl7.org/fhir/OperationDefinition/{name}-validate-code"},)
    for name in ("CodeSystem", "ValueSet")
}
_ANY_BASE = "urn:vrfhir:base"
_DATE = "2026-11-23"


async def capabilities(endpoint: Endpoint, request: Request) -> Response:
    """``GET [base]/metadata``; the only request that needs no token."""
    mode = dict(request.parameters()).get("mode", "full")
    if mode != "full":
        raise Refusal.of(400, "not-supported", "VR-HTTP-0400", "metadata has the mode 'full' only.")
    body = _serialized(endpoint.parameters, endpoint.types, bool(endpoint.settings.tokens))
    return Response(200, body.replace(_ANY_BASE.encode(), request.base.encode()))


@lru_cache(maxsize=8)
def _serialized(parameters: SearchParameters, types: frozenset[str], secured: bool) -> bytes:
    """The statement with a mark where the base goes, so that it is written once whatever name the endpoint is called by."""
    return json.serialize(statement(parameters, types, _ANY_BASE, secured=secured))


def statement(parameters: SearchParameters, types: frozenset[str], base: str, *, secured: bool) -> Json:
    """The CapabilityStatement of an endpoint at ``base``."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "software": {"name": "vrfhir", "version": __version__},
        "implementation": {"description": "Vocational rehabilitation referrals, closed loop", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
        "rest": [
            {
                "mode": "server",
                "documentation": "Strict: an unknown search parameter or modifier is refused with 400, unless"
                " 'Prefer: handling=lenient' is sent. Task follows the transition table of the VR loop.",
                "security": {"description": _security(secured)},
                "resource": [_resource(name, parameters) for name in sorted(types)],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
                "operation": [
                    {
                        "name": "process-message",
                        "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
                    },
                    {"name": "validate", "definition": "http://hl7.org/fhir/OperationDefinition/Resource-validate"},
                ],
            }
        ],
        "messaging": [
            {
                "endpoint": [
                    {
                        "protocol": {
                            "system": "http://terminology.hl7.org/CodeSystem/message-transport",
                            "code": "http",
                        },
                        "address": f"{base}/$process-message",
                    }
                ],
                "documentation": "Events: " + ", ".join(sorted({code for _, code in EVENTS})) + ".",
            }
        ],
    }


def _security(secured: bool) -> str:
    if secured:
        return "A bearer token is needed for everything but /metadata; it says which side of a referral the caller is."
    return "No tokens are configured: the endpoint answers this machine only."


def _resource(name: str, parameters: SearchParameters) -> Json:
    known = parameters.of(name)
    profiles = [each.url for each in registry.profiles() if each.type == name]
    references = [each.name for each in known.values() if each.kind == "reference"]
    row: Json = {
        "type": name,
        "profile": f"http://hl7.org/fhir/StructureDefinition/{name}",
        "supportedProfile": profiles,
        "interaction": [{"code": code} for code in _INTERACTIONS if is_allowed(name, code)],
        "versioning": "versioned-update" if is_allowed(name, "update") else "versioned",
        "readHistory": True,
        "updateCreate": is_allowed(name, "update"),
        "conditionalCreate": True,
        "conditionalRead": "not-match",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "searchInclude": [f"{name}:{each}" for each in references],
        "searchParam": [
            *({"name": code, "definition": url, "type": kind} for code, kind, url in _OWN_PARAMETERS),
            *({"name": each.name, "definition": each.url, "type": each.kind} for each in known.values()),
        ],
        "operation": [
            {"name": "validate", "definition": "http://hl7.org/fhir/OperationDefinition/Resource-validate"},
            *_CODE_OPERATIONS.get(name, ()),
        ],
    }
    return {key: value for key, value in row.items() if value != []}
