"""What HL7's validator says of every mutant, and how far ours says the same.

The record (``conformance/mutants/crosscheck.json.gz``) is keyed by the mutant's id and the hash of its content; the findings
are numbers into a table, because most mutants share theirs.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from mutants import Mutant, mutants

from reference.agreement import Agreement
from reference.engine import PACKAGE, ROOT, Finding, ReferenceEngine, findings, place
from vrfhir import Validator

__all__ = [
    "RECORD",
    "agreement",
    "counted",
    "explanation",
    "load",
    "our_findings",
    "package_digest",
    "record",
    "written",
]

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


def package_digest() -> str:
    """What the package is that the answers were given with: other profiles, other answers."""
    sha = hashlib.sha256()
    for path in sorted(PACKAGE.glob("*.json")):
        sha.update(path.name.encode() + path.read_bytes())
    return sha.hexdigest()[:16]


def written(rows: Iterable[tuple[str, str, list[Finding]]]) -> bytes:
    """The record, compressed the same way every time."""
    numbers: dict[Finding, int] = {}
    told = {}
    for identity, digest, found in rows:
        told[identity] = [digest, *(numbers.setdefault(one, len(numbers)) for one in found)]
    content = {"package": package_digest(), "findings": [list(one) for one in numbers], "mutants": told}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("],", "],\n")
    return gzip.compress(text.encode("utf-8", "surrogatepass"), 9, mtime=0)


def load(package: str = "") -> dict[str, tuple[str, list[Finding]]]:
    """Mutant id → hash of its content, findings; nothing when ``package`` is given and the answers are of another."""
    if not RECORD.is_file():
        return {}
    content = json.loads(gzip.decompress(RECORD.read_bytes()).decode("utf-8", "surrogatepass"))
    if package and content.get("package") != package:
        return {}
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


def table(total: Agreement, explained: list[dict[str, Any]]) -> str:
    """The kinds of disagreement, most frequent first, with an example and the reason."""
    lines = []
    for kind, cases in sorted(total.kinds.items(), key=lambda pair: -len(pair[1])):
        row = explanation(kind, explained)
        reason = row["reason"] if row else "NOT EXPLAINED"
        lines.append(f"{len(cases):6}  {kind:70} {min(cases, key=len)}  {reason}")
    return "\n".join(lines)


def explanation(kind: str, explained: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first row whose patterns fit a kind of disagreement."""
    return next((row for row in explained if any(fnmatchcase(kind, one) for one in row["kinds"])), None)


def counted(total: Agreement, explained: list[dict[str, Any]]) -> list[int]:
    """How often each row of the explanations occurs; the last number is what none explains."""
    counts = [0] * (len(explained) + 1)
    for kind, cases in total.kinds.items():
        row = explanation(kind, explained)
        counts[explained.index(row) if row else -1] += len(cases)
    return counts
