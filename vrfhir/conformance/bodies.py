"""Bodies of messages and fixtures: bytes to a resource in FHIR JSON shape and back, in JSON or XML."""

from __future__ import annotations

from functools import cache
from typing import Any

from vrfhir.definitions import Definitions
from vrfhir.errors import UnreadableError, VrfhirError
from vrfhir.fhir import json as fhir_json

__all__ = ["JSON", "XML", "definitions", "media_type", "read_resource", "write_resource"]

JSON = "application/fhir+json"
XML = "application/fhir+xml"

_SHORT = {"json": JSON, "xml": XML, "ttl": "text/turtle", "turtle": "text/turtle"}


@cache
def definitions() -> Definitions:
    """The base facts, loaded when the first expression, XML body or profile needs them."""
    return Definitions.default()


def media_type(code: str) -> str:
    """The MIME type behind TestScript's short codes ``json``, ``xml``, ``ttl``; others as they are."""
    return _SHORT.get(code.strip().lower(), code.strip())


def read_resource(body: bytes, content_type: str) -> tuple[dict[str, Any] | None, str]:
    """The resource in a body, or None and the reason in one sentence."""
    if not body:
        return None, "the body is empty"
    try:
        if "xml" in content_type.lower():
            from vrfhir.fhir import xml as fhir_xml

            resource = fhir_xml.parse(body, definitions().fields).resource
        else:
            resource = fhir_json.parse(body).resource
    except UnreadableError as error:
        kind = "XML" if "xml" in content_type.lower() else "JSON"
        return None, f"the body is not FHIR {kind}: {error}"
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        return None, "the body is JSON without a resourceType"
    return resource, ""


def write_resource(resource: dict[str, Any], content_type: str) -> bytes:
    """A resource as the bytes of a request body. Raises ValueError for content that the format cannot hold."""
    if "xml" not in content_type.lower():
        return bytes(fhir_json.serialize(resource))
    from vrfhir.fhir import xml as fhir_xml

    try:
        return bytes(fhir_xml.serialize(resource, definitions().fields))
    except (AttributeError, KeyError, TypeError, ValueError, VrfhirError) as error:
        raise ValueError(f"the resource has no XML form: {error}") from error
