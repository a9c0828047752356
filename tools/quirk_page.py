"""The page of quirks, made of the table that the tests run (``tests/mappers/quirks.py``)."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUTCOMES = {
    "AA": "taken",
    "AA+": "taken, with a warning",
    "AE": "taken, with an error of content",
    "AR": "refused",
    "CR": "refused: no message",
    "CE": "refused: no message",
}


def quirks() -> str:
    """Every quirk with its declared outcome and the findings it has."""
    sys.path.insert(0, str(ROOT / "tests" / "mappers"))
    from quirks import BATCHES, FRAMES, QUIRKS

    parts = [
        "# What senders do\n",
        f"What real senders of HL7 v2 are seen to do beside the standard, and what becomes of it here: {len(QUIRKS)} quirks of messages,"
        f" {len(BATCHES)} of batches, {len(FRAMES)} of connections.",
        "Each is a test; whatever the outcome, no value of a message that is taken is lost. The findings: [errors.md](errors.md).\n",
        "## Messages\n",
        "| Quirk | Outcome | Acknowledged | Findings |",
        "|---|---|---|---|",
        *(f"| {q.name} | {OUTCOMES[q.outcome]} | {q.outcome.rstrip('+')} | {_links(q.ids)} |" for q in QUIRKS),
        "",
        "## Batches and files\n",
        "| Quirk | Messages read | Findings |",
        "|---|---|---|",
        *(f"| {q.name} | {q.messages} | {_links(q.ids)} |" for q in BATCHES),
        "",
        "## Connections (MLLP)\n",
        "| Quirk | What comes out |",
        "|---|---|",
        *(f"| {q.name} | {', '.join(_event(each) for each in q.found)} |" for q in FRAMES),
    ]
    return "\n".join(parts)


def _links(ids: Iterable[str]) -> str:
    return ", ".join(f"[{each}](errors.md#{each.lower()})" for each in ids)


def _event(found: str | bytes) -> str:
    if isinstance(found, str):
        return _links([found])
    return "the message" if found else "an empty message"
