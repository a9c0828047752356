"""When to acknowledge, and with which code: original and enhanced mode as tables (HL7 v2 chapter 2, message processing).

MSH-15 and MSH-16 both empty is original mode: one application acknowledgement. Otherwise enhanced mode: an accept
acknowledgement when MSH-15 asks for it, and the application answer as an exchange of its own when MSH-16 asks. Most
engines answer AA, AE or AR at once whatever MSH-15/16 say, so following them is a choice per partner. An ACK is never
acknowledged, nor is a response (a message with MSA) in original mode.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from vrfhir.hl7v2.catalogue import CATALOGUE, Catalogue
from vrfhir.hl7v2.message import Message
from vrfhir.issues import Issue

__all__ = ["Level", "Outcome", "Plan", "acknowledgement_code", "outcome_of", "plan"]

Outcome = Literal["accepted", "error", "refused"]
Level = Literal["application", "accept"]
Mode = Literal["original", "enhanced", "as asked"]

_CODES: Mapping[tuple[Level, Outcome], str] = {
    ("application", "accepted"): "AA",
    ("application", "error"): "AE",
    ("application", "refused"): "AR",
    ("accept", "accepted"): "CA",
    ("accept", "error"): "CE",
    ("accept", "refused"): "CR",
}
"""HL7 table 0008."""

_DUE: Mapping[str, frozenset[Outcome]] = {
    "AL": frozenset({"accepted", "error", "refused"}),
    "SU": frozenset({"accepted"}),
    "ER": frozenset({"error", "refused"}),
    "NE": frozenset(),
    "": frozenset(),
}
"""HL7 table 0155: on which outcomes an acknowledgement is due."""

_REFUSALS = frozenset({"200", "201", "202", "203", "206", "207"})
"""Table 0357 codes that refuse a message for reasons other than its content."""


class Plan(NamedTuple):
    """Which acknowledgements to send: an accept one at once, an application one (at once in original mode)."""

    mode: Literal["original", "enhanced", "none"]
    accept: bool
    application: bool


def plan(message: Message, outcome: Outcome, mode: Mode = "as asked") -> Plan:
    """What is due for a message with this outcome; ``mode`` fixed per partner, or as MSH-15/16 ask."""
    is_response = message.segment("MSA") is not None
    if message.type.code.upper() == "ACK":
        return Plan("none", False, False)
    accept, application = (_condition(message, 15), _condition(message, 16))
    asked = bool(accept or application)
    if mode == "original" or (mode == "as asked" and not asked):
        return Plan("none", False, False) if is_response else Plan("original", False, True)
    due_accept = outcome in _DUE.get(accept, _DUE["AL"])
    due_application = not is_response and outcome in _DUE.get(application, _DUE["AL"])
    return Plan("enhanced", due_accept, due_application)


def acknowledgement_code(outcome: Outcome, level: Level = "application") -> str:
    """AA, AE, AR, or CA, CE, CR."""
    return _CODES[level, outcome]


def outcome_of(issues: Iterable[Issue], catalogue: Catalogue = CATALOGUE) -> Outcome:
    """Accepted without errors; refused when an error has to do with type, version or this system; else an error."""
    errors = [issue for issue in issues if issue.is_error]
    if not errors:
        return "accepted"
    if any(issue.severity == "fatal" or catalogue.code_0357(issue) in _REFUSALS for issue in errors):
        return "refused"
    return "error"


def _condition(message: Message, field: int) -> str:
    return (message.header.value(field) or "").strip().upper()
