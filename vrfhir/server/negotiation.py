"""JSON or XML: what is sent (``Content-Type``) and what is wanted (``Accept``, ``_format``).

https://hl7.org/fhir/R4/http.html#mime-type. Between formats asked for with the same weight JSON is answered, because
that is what is stored.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from vrfhir.server.http import Refusal

__all__ = ["CONTENT_TYPES", "Format", "content_format", "wanted_format"]

Format = Literal["json", "xml"]

CONTENT_TYPES: dict[Format, str] = {
    "json": "application/fhir+json; charset=utf-8",
    "xml": "application/fhir+xml; charset=utf-8",
}

_MEDIA: dict[str, Format] = {
    "json": "json",
    "application/json": "json",
    "application/fhir+json": "json",
    "application/json+fhir": "json",
    "text/json": "json",
    "xml": "xml",
    "application/xml": "xml",
    "application/fhir+xml": "xml",
    "application/xml+fhir": "xml",
    "text/xml": "xml",
}
_ANY = {"*/*", "application/*", "text/html", "*"}
_RELEASES = ("4.0", "4.0.1")


@lru_cache(maxsize=256)
def wanted_format(accept: str, asked: str | None) -> Format:
    """The format to answer in; raises :class:`Refusal` 406 when none of the wanted ones is ours."""
    if asked is not None:
        found = _MEDIA.get(asked.split(";")[0].strip().replace(" ", "+").lower())
        if found is None:
            raise _not_acceptable()
        return found
    if not accept.strip():
        return "json"
    best: dict[Format, float] = {}
    for item in accept.split(","):
        media, weight = _weighted(item)
        if weight <= 0:
            continue
        for each in ("json", "xml") if media in _ANY else (_MEDIA.get(media),):
            if each is not None:
                best[each] = max(best.get(each, 0.0), weight - (0.0001 if media in _ANY else 0))
    if not best:
        raise _not_acceptable()
    return "xml" if best.get("xml", 0) > best.get("json", 0) else "json"


@lru_cache(maxsize=256)
def content_format(content_type: str) -> Format:
    """The format of a request body; raises :class:`Refusal` 415."""
    media, *parameters = [part.strip().lower() for part in content_type.split(";")]
    found = _MEDIA.get(media)
    values = dict(part.partition("=")[::2] for part in parameters)
    charset = values.get("charset", "utf-8").strip('"')
    release = values.get("fhirversion", "4.0").strip('"')
    if found is None or charset not in ("utf-8", "utf8") or release not in _RELEASES:
        text = "A body must be application/fhir+json or application/fhir+xml, in UTF-8, of FHIR release 4.0."
        raise Refusal.of(415, "not-supported", "VR-HTTP-0415", text)
    return found


def _weighted(item: str) -> tuple[str, float]:
    media, *parameters = [part.strip().lower() for part in item.split(";")]
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "q":
            try:
                weight = float(value)
            except ValueError:
                weight = 0.0
        elif name == "fhirversion" and value.strip('"') not in _RELEASES:
            return "", 0.0
    return media, weight


def _not_acceptable() -> Refusal:
    text = "Answers are application/fhir+json or application/fhir+xml, of FHIR release 4.0."
    return Refusal.of(406, "not-supported", "VR-HTTP-0406", text)
