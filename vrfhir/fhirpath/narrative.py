"""The rules for narrative XHTML behind ``htmlChecks()`` (https://hl7.org/fhir/R4/narrative.html#xhtml, invariants txt-1, txt-2)."""

from __future__ import annotations

from typing import Any

from vrfhir.fhir.xhtml import ELEMENTS, XHTML, is_allowed

__all__ = ["is_valid_narrative"]

_MAX_LENGTH = 2_000_000
_MAX_DEPTH = 200


class _RefusedError(Exception):
    """The narrative breaks a rule."""


def is_valid_narrative(text: str) -> bool:
    """True for one well-formed XHTML ``div`` with only basic formatting and some content."""
    from xml.parsers import expat  # only when narrative is looked at

    if len(text) > _MAX_LENGTH:
        return False
    depth, has_content = 0, False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, has_content
        depth += 1
        space, _, local = name.rpartition(" ")
        if space != XHTML or local not in ELEMENTS or depth > _MAX_DEPTH or (depth == 1 and local != "div"):
            raise _RefusedError
        for attribute in attributes:
            short = "xml:lang" if attribute.endswith(" lang") else attribute
            if not is_allowed(local, short):
                raise _RefusedError
        has_content = has_content or local == "img"

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def characters(data: str) -> None:
        nonlocal has_content
        has_content = has_content or not data.isspace()

    def refuse(*_: Any) -> None:
        raise _RefusedError

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except (expat.ExpatError, _RefusedError):
        return False
    return has_content
