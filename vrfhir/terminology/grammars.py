"""Code systems that are rules, not lists: languages, MIME types, units, countries, currencies, URIs.

Each answers IN or OUT only where that is certain. A well-formed language tag with a subtag we do not list is UNKNOWN, not
OUT; a code that breaks the grammar is OUT.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from vrfhir.definitions.membership import Membership
from vrfhir.terminology.registries import COUNTRIES_2, COUNTRIES_3, CURRENCIES, LANGUAGES

__all__ = ["judge"]

IN, OUT, UNKNOWN = Membership.IN, Membership.OUT, Membership.UNKNOWN

_TAG = (
    r"(?P<language>[a-z]{2,3})(-[a-z]{3}){0,3}(-(?P<script>[a-z]{4}))?(-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<rest>(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-[0-9a-wy-z](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?)"
)
_PRIVATE_TAG = r"x(-[a-z0-9]{1,8})+|i-[a-z0-9]{2,8}"
_MIME_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_MIME = rf"(?P<kind>[A-Za-z]+)/{_MIME_NAME}(\s*;\s*{_MIME_NAME}=(\"[^\"]*\"|[^\s;\"]+))*"
_MIME_KINDS_TEXT = "application audio font haptics image message model multipart text video example chemical"
_MIME_KINDS = frozenset(_MIME_KINDS_TEXT.split())
_URI = r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]*"


def judge(system: str, code: str) -> Membership:
    """Whether a code belongs to a code system that is known by its grammar; UNKNOWN for all other systems."""
    rule = _RULES.get(system)
    return UNKNOWN if rule is None else rule(code)


def _language(code: str) -> Membership:
    if re.fullmatch(_PRIVATE_TAG, code, re.IGNORECASE):
        return UNKNOWN
    tag = re.fullmatch(_TAG, code, re.IGNORECASE)
    if tag is None:
        return OUT
    language, region = tag["language"].lower(), tag["region"]
    if len(language) == 2 and language not in LANGUAGES:
        return OUT
    if len(language) == 3 or tag["script"] or tag["rest"]:
        return UNKNOWN
    if region is None:
        return IN
    return Membership.of(region.upper() in COUNTRIES_2) if len(region) == 2 else UNKNOWN


def _mime(code: str) -> Membership:
    found = re.fullmatch(_MIME, code)
    if found is None:
        # A bare FHIR format ("json", "xml") is not a MIME type, but R4 allows it where a MIME type is bound.
        # Nor do the parameters of some that are published keep to the grammar: their type counts.
        bare = re.fullmatch(r"[a-z]+", code) or re.match(_MIME, code.partition(";")[0])
        return UNKNOWN if bare else OUT
    return IN if found["kind"].lower() in _MIME_KINDS else UNKNOWN


def _country(code: str) -> Membership:
    if code in COUNTRIES_2 or code in COUNTRIES_3:
        return IN
    return UNKNOWN if re.fullmatch(r"[0-9]{3}", code) else OUT


def _subdivision(code: str) -> Membership:
    found = re.fullmatch(r"([A-Z]{2})-[A-Z0-9]{1,3}", code)
    return UNKNOWN if found and found.group(1) in COUNTRIES_2 else OUT


def _area(code: str) -> Membership:
    return UNKNOWN if re.fullmatch(r"[0-9]{3}", code) else OUT


def _currency(code: str) -> Membership:
    if code in CURRENCIES:
        return IN
    return UNKNOWN if re.fullmatch(r"[A-Z]{3}|[0-9]{3}", code) else OUT


def _uri(code: str) -> Membership:
    return Membership.of(re.fullmatch(_URI, code) is not None)


def _unit(code: str) -> Membership:
    from vrfhir.terminology.ucum import unit  # its tables only where units are

    return Membership.of(unit(code))


_RULES: Mapping[str, Callable[[str], Membership]] = {
    "urn:ietf:bcp:47": _language,
    "urn:ietf:bcp:13": _mime,
    "urn:iso:std:iso:3166": _country,
    "urn:iso:std:iso:3166:-2": _subdivision,
    "http://unstats.un.org/unsd/methods/m49/m49.htm": _area,
    "urn:iso:std:iso:4217": _currency,
    "urn:ietf:rfc:3986": _uri,
    "http://unitsofmeasure.org": _unit,
}
