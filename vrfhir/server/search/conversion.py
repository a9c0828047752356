"""Values as index rows: what a token, string, reference or date parameter keeps of each FHIR type.

https://hl7.org/fhir/R4/search.html, sections 3.1.1.4.7 to 3.1.1.4.14.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from vrfhir.fhir.references import parse_reference
from vrfhir.server.search.dates import EARLIEST, LATEST, interval

__all__ = ["CONVERSIONS", "fold", "reference_target"]

Values = Iterator[tuple[Any, ...]]

_NAME_PARTS = ("text", "family", "given", "prefix", "suffix")
_ADDRESS_PARTS = ("text", "line", "city", "district", "state", "postalCode", "country")
_SPACES = " \t\r\n"


def fold(text: str) -> str:
    """A string without case, accents and repeated spaces, as string search compares it."""
    if text.isascii():
        return " ".join(text.casefold().split())
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(plain.casefold().split())


def reference_target(reference: str, base: str = "") -> str:
    """``Type/id`` of a reference into this server (relative, or below ``base``), else the reference as it is."""
    parsed = parse_reference(reference)
    if parsed.type and (not parsed.base or parsed.base.rstrip("/") == base):
        return f"{parsed.type}/{parsed.id}"
    return parsed.unversioned


def _code(value: Any) -> Values:
    if isinstance(value, bool):
        yield "true" if value else "false", ""
    elif isinstance(value, str) and value:
        yield value, ""


def _coding(value: Any) -> Values:
    if isinstance(value, dict) and isinstance(value.get("code"), str):
        yield value["code"], _text(value.get("system"))


def _concept(value: Any) -> Values:
    codings = value.get("coding") if isinstance(value, dict) else None
    for coding in codings if isinstance(codings, list) else ():
        yield from _coding(coding)


def _identifier(value: Any) -> Values:
    if isinstance(value, dict) and isinstance(value.get("value"), str):
        yield value["value"], _text(value.get("system"))


def _contact(value: Any) -> Values:
    if isinstance(value, dict) and isinstance(value.get("value"), str):
        yield value["value"], ""


def _string(value: Any) -> Values:
    if isinstance(value, str) and (folded := fold(value)):
        yield folded, value


def _parts(names: tuple[str, ...]) -> Callable[[Any], Values]:
    def convert(value: Any) -> Values:
        if isinstance(value, dict):
            for name in names:
                part = value.get(name)
                for each in part if isinstance(part, list) else (part,):
                    yield from _string(each)

    return convert


def _reference(value: Any) -> Values:
    if isinstance(value, dict) and isinstance(value.get("reference"), str) and not value["reference"].startswith("#"):
        yield (_target(value["reference"]),)


@lru_cache(maxsize=1024)
def _target(reference: str) -> str:
    """That of a reference of a resource; most lead to the same patient, each in several parameters."""
    return reference_target(reference)


def _canonical(value: Any) -> Values:
    if isinstance(value, str) and value:
        yield (value.partition("|")[0],)


def _moment(value: Any) -> Values:
    found = interval(value) if isinstance(value, str) else None
    if found is not None:
        yield found


def _period(value: Any) -> Values:
    if isinstance(value, dict) and (value.get("start") or value.get("end")):
        start = interval(_text(value.get("start")))
        end = interval(_text(value.get("end")))
        yield start[0] if start else EARLIEST, end[1] if end else LATEST


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


CONVERSIONS: Mapping[tuple[str, str], Callable[[Any], Values]] = {
    **{("token", name): _code for name in ("code", "id", "string", "uri", "url", "boolean", "markdown", "canonical")},
    ("token", "Coding"): _coding,
    ("token", "CodeableConcept"): _concept,
    ("token", "Identifier"): _identifier,
    ("token", "ContactPoint"): _contact,
    **{("string", name): _string for name in ("string", "markdown", "code", "id")},
    ("string", "HumanName"): _parts(_NAME_PARTS),
    ("string", "Address"): _parts(_ADDRESS_PARTS),
    ("reference", "Reference"): _reference,
    ("reference", "canonical"): _canonical,
    ("reference", "uri"): _canonical,
    **{("date", name): _moment for name in ("date", "dateTime", "instant")},
    ("date", "Period"): _period,
    **{("uri", name): _code for name in ("uri", "url", "canonical", "oid", "uuid")},
}
"""(kind of parameter, FHIR type) → the values to index: (code, system), (folded, exact), (target), (low, high)."""
