"""What HL7's validator says of every mutant, and how far ours says the same.

The record (``conformance/mutants/crosscheck.json.gz``) is keyed by the mutant's id and the hash of its content; the findings
are numbers into a table, because most mutants share theirs.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from typing import Any

from mutants import Mutant, mutants

from reference.agreement import Agreement
from reference.engine import ROOT, Finding, ReferenceEngine, findings, place
from vrfhir import Validator

__all__ = ["RECORD", "agreement", "load", "our_findings", "record", "written"]

RECORD = ROOT / "conformance" / "mutants" / "crosscheck.json.gz"
_SAME_FOR_ALL = ("Error_validating_code_running_without_terminology_services",)
"""Warnings that are not worth a place in the record."""


def record(
    engine: ReferenceEngine, known: dict[str, tuple[str, list[Finding]]]
) -> Iterator[tuple[str, str, list[Finding]]]:
    """(id, hash, findings) of every mutant, asking only where ``known`` has none for the same content."""
    for mutant in mutants():
        digest, before = known.get(mutant.identity, ("", []))
        yield (
            mutant.identity,
            mutant.digest,
            before if digest == mutant.digest else _kept(findings(engine.validate(mutant.content))),
        )


def _kept(found: list[Finding]) -> list[Finding]:
    return sorted({one for one in found if one.rule not in _SAME_FOR_ALL})


def written(rows: Iterable[tuple[str, str, list[Finding]]]) -> bytes:
    """The record, compressed the same way every time."""
    numbers: dict[Finding, int] = {}
    told = {}
    for identity, digest, found in rows:
        told[identity] = [digest, *(numbers.setdefault(one, len(numbers)) for one in found)]
    content = {"findings": [list(one) for one in numbers], "mutants": told}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("],", "],\n")
    return gzip.compress(text.encode("utf-8", "surrogatepass"), 9, mtime=0)


def load() -> dict[str, tuple[str, list[Finding]]]:
    """Mutant id → hash of its content, findings."""
    if not RECORD.is_file():
        return {}
    content = json.loads(gzip.decompress(RECORD.read_bytes()).decode("utf-8", "surrogatepass"))
    table = [Finding(*one) for one in content["findings"]]
    return {name: (row[0], [table[number] for number in row[1:]]) for name, row in content["mutants"].items()}


def our_findings(validator: Validator, content: bytes, profiles: tuple[str, ...] = ()) -> list[Finding]:
    """Our errors and warnings."""
    return [
        Finding(one.severity, one.id.rsplit("#", 1)[-1], place(one.expression))
        for one in validator.validate(content, profiles=profiles).issues
        if one.severity != "information"
    ]


def agreement(known: dict[str, tuple[str, list[Finding]]], made: Iterable[Mutant]) -> tuple[Agreement, list[str]]:
    """How far we agree, and the ids of mutants that the record does not have as they are now.

    Mutants that the engine itself fell over are not counted.
    """
    validator = Validator()
    total, stale = Agreement(), []
    for one in made:
        digest, theirs = known.get(one.identity, ("", []))
        if digest != one.digest:
            stale.append(one.identity)
        elif not any(each.severity == "crash" for each in theirs):
            total.add(one.identity, theirs, our_findings(validator, one.content))
    return total, stale


def table(total: Agreement, explained: dict[str, Any]) -> str:
    """The kinds of disagreement, most frequent first."""
    lines = []
    for kind, cases in sorted(total.kinds.items(), key=lambda pair: -len(pair[1])):
        reason = explained.get(kind, {}).get("reason", "NOT EXPLAINED")
        lines.append(f"{len(cases):6}  {kind:70} {reason}  e.g. {min(cases, key=len)}")
    return "\n".join(lines)
