"""The messages of ``docs/provoking.toml``, one for each error id of HL7 v2: read by the tests and by ``build_docs.py``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vrfhir.errors import TransportError, UnreadableError
from vrfhir.hl7v2 import check_fields, check_header, match_structure, parse, parse_batch, read_answer
from vrfhir.issues import Issue
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.transport import Fault, FrameDecoder

__all__ = ["PROVOKING", "findings", "message_of"]

PROVOKING: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).resolve().parents[1] / "docs" / "provoking.toml").read_text(encoding="utf-8")
)
"""By error id; ``base`` is the message that the others change."""


def message_of(entry: Mapping[str, Any]) -> bytes:
    """The message of an entry: all of it as it stands there, or the base with the entry's changes."""
    encoding = entry.get("encoding", "utf-8")
    if "message" in entry:
        return str(entry["message"]).replace("\n", "\r").encode(encoding)
    segments = dict(PROVOKING["base"]) | dict(entry.get("segments", {}))
    header = segments["MSH"].split("|")
    for number, value in entry.get("msh", {}).items():
        header += [""] * (int(number) - len(header))
        header[int(number) - 1] = value
    lines = ["|".join(header), *(text for name, text in segments.items() if name != "MSH" and text)]
    end = entry.get("end", "\r")
    text = "".join(line.replace("\n", end) + end for line in (*lines, *entry.get("add", ())))
    return text.encode(encoding)


def findings(entry: Mapping[str, Any]) -> list[Issue]:
    """What is found about the message of an entry, done with it what the entry says; nothing where an endpoint is needed."""
    how, data = entry["how"], message_of(entry)
    try:
        if how == "read":
            return list(parse(data, **({"max_bytes": entry["limit"]} if "limit" in entry else {})).issues)
        if how == "batch":
            return list(parse_batch(data).issues)
        if how == "check":
            message = parse(data)
            return [*check_header(message), *match_structure(message).issues, *check_fields(message)]
        if how == "map":
            return list(to_fhir(data).issues)
        if how == "answer":
            return list(read_answer(data, "C1").issues)
        if how == "frames":
            decoder = FrameDecoder(entry.get("limit", 10_000))
            return [event.issue for event in [*decoder.feed(data), *decoder.close()] if isinstance(event, Fault)]
        return _written(entry) if how == "write" else []
    except (UnreadableError, TransportError) as error:
        return list(error.issues)


_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "to version 2.9": {"version": "2.9"},
    "as XYZ^Z01": {"message": "XYZ^Z01"},
    "as SIU^S12": {"message": "SIU^S12"},
    "a professional suffix after a name, to version 2.4": {"version": "2.4", "elements": False, "allow_loss": True},
    "a resource that no segment holds, without elements in OBX": {"elements": False},
}
"""What an entry says in words of how a Bundle is written."""


def _written(entry: Mapping[str, Any]) -> list[Issue]:
    what, bundle = entry["bundle"], to_fhir(message_of(entry)).bundle
    if what == "a Patient instead of a Bundle":
        bundle = {"resourceType": "Patient"}
    elif what == "a collection of one Patient":
        entries = [{"resource": {"resourceType": "Patient", "name": [{"family": "Millward"}]}}]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    elif what == "a resource that no segment holds, without elements in OBX":
        bundle["entry"].append({"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Basic", "code": {"text": "x"}}})
    return list(to_hl7v2(bundle, **_OPTIONS.get(what, {})).issues)
