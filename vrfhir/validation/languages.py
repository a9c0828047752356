"""The language of a resource against that of its narrative (https://hl7.org/fhir/R4/narrative.html#lang)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.terminology import Membership
from vrfhir.validation.narrative import parse_narrative
from vrfhir.validation.paths import Location

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_language"]

Json = dict[str, Any]

_TAGS = "urn:ietf:bcp:47"


def check_language(scope: Scope, resource: Json, location: Location) -> None:
    """``Resource.language`` and ``lang``/``xml:lang`` of the narrative say the same."""
    language, text = resource.get("language"), resource.get("text")
    div = text.get("div") if isinstance(text, dict) else None
    if (
        isinstance(language, str)
        and language.strip()
        and scope.engine.terminology.code_in_system(_TAGS, language.strip()) is Membership.OUT
    ):
        scope.report("INVALID_DISPLAY_NAME", (location, "language", "language", -1), found=language)
    if not isinstance(language, str) or not isinstance(div, str):
        return
    element, _ = parse_narrative(div)
    if element is None:
        return
    plain, xml = element.attributes.get("lang"), element.attributes.get("xml:lang")
    if plain is None and xml is None:
        children = element.children
        if children and all(each.name == "div" and "xml:lang" in each.attributes for each in children):
            plain, xml = children[0].attributes.get("lang"), children[0].attributes.get("xml:lang")
    if plain is None and xml is None:
        scope.report("Language_XHTML_Lang_Missing1", location)
        return
    if plain is None:
        scope.report("Language_XHTML_Lang_Missing2", location)
    elif plain != language:
        scope.report("Language_XHTML_Lang_Different1", location, expected=language, found=plain)
    if xml is None:
        scope.report("Language_XHTML_Lang_Missing3", location)
    elif xml not in (language, plain):
        scope.report("Language_XHTML_Lang_Different2", location, expected=language, found=xml)
