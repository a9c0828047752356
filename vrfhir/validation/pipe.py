"""Validation as a service on a pipe: one JSON request a line, one JSON answer a line.

    {"id", "resource": path, "format": "json"|"xml", "supporting": [path], "profile": null | {"file"|"url"}, "options": {}}
    {"id", "issues": [{"severity", "code", "expression", "line", "col", "messageId", "text"}]}    or    {"id", "crash"}

For editors, for other languages, and for scoring against HL7's validator, which answers the same requests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from vrfhir.definitions import Definitions
from vrfhir.errors import UnreadableError, VrfhirError
from vrfhir.fhir import json as fhir_json
from vrfhir.issues import Issue
from vrfhir.validation.options import Options
from vrfhir.validation.validator import Validator

__all__ = ["answer_lines"]

Json = dict[str, Any]


def answer_lines(validator: Validator, lines: Iterable[str]) -> Iterator[str]:
    """The answer to each request; whatever goes wrong with one ends only that one."""
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(validator, line), ensure_ascii=False, default=str)


def _answer(validator: Validator, line: str) -> Json:
    identity: Any = None
    try:
        request = json.loads(line)
        if not isinstance(request, dict):
            return {"id": None, "crash": "the request is not a JSON object"}
        identity = request.get("id")
        return {"id": identity, "issues": [_row(each) for each in _validate(validator, request)]}
    except VrfhirError as problem:
        return {"id": identity, "crash": str(problem)}
    except (OSError, ValueError) as problem:
        return {"id": identity, "crash": f"{type(problem).__name__}: {problem}"}
    except Exception as problem:
        return {"id": identity, "crash": f"internal error: {type(problem).__name__}: {problem}"}


def _validate(validator: Validator, request: Json) -> list[Issue]:
    extra = [_definition(validator.definitions, Path(str(each))) for each in request.get("supporting") or ()]
    profiles: list[str] = []
    profile = request.get("profile")
    if isinstance(profile, dict) and "file" in profile:
        structure = _definition(validator.definitions, Path(str(profile["file"])))
        extra.append(structure)
        profiles.append(str(structure.get("url", "")))
    elif isinstance(profile, dict):
        profiles.append(str(profile.get("url", "")))
    if extra:
        validator = Validator(validator.definitions.with_resources(extra), options=validator.options)
    data = Path(str(request["resource"])).read_bytes()
    options = Options.from_request(request.get("options") or {})
    return validator.validate(data, profiles=profiles, options=options).issues


def _definition(definitions: Definitions, path: Path) -> Json:
    data = path.read_bytes()
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        from vrfhir.fhir import xml as fhir_xml

        return fhir_xml.parse(data, definitions.fields).resource
    try:
        return fhir_json.parse(data).resource
    except UnreadableError:
        return {}


def _row(issue: Issue) -> Json:
    return {
        "severity": issue.severity,
        "code": issue.code,
        "expression": issue.expression,
        "line": issue.line if issue.line is not None else -1,
        "col": issue.column if issue.column is not None else -1,
        "messageId": issue.id,
        "text": issue.text,
    }
