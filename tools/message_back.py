"""How much of an HL7 v2 message stands where it stood after FHIR and back, without the stored original."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vrfhir.hl7v2 import Message

__all__ = ["canonical", "returned"]


def canonical(message: Message) -> dict[str, str]:
    """Every leaf by its path: how it was delimited and escaped does not count."""
    return {
        leaf.path: leaf.raw if leaf.is_null else leaf.value
        for segment in message.segments
        for leaf in segment.leaves()
        if not (leaf.segment == "MSH" and leaf.field <= 2)
    }


def returned(message: Message, *, exact: bool) -> tuple[int, int, int]:
    """(leaves of the message, those that are back at their place, those that it did not have).

    The Bundle is made and written with the defaults, in the version of the message; ``exact`` with the notes beside the
    elements.
    """
    from vrfhir.hl7v2 import parse
    from vrfhir.mappers import to_fhir, to_hl7v2

    bundle: dict[str, Any] = to_fhir(message, exact=exact).bundle
    bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "Binary"]
    wanted = canonical(message)
    found = canonical(parse(to_hl7v2(bundle, version="", allow_loss=True).message))
    same = sum(1 for path, text in wanted.items() if found.get(path) == text)
    return len(wanted), same, sum(1 for path in found if path not in wanted)
