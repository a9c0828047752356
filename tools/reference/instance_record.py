"""What HL7's validator said of grown instances, kept so that the comparison needs no Java.

``conformance/mutants/instances.json.gz`` holds seeds, and for each case its hash and the engine's errors and warnings as numbers into
a table. The cases themselves are grown again from their seed (``tools/instances``).
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from instances import Case, cases

from reference.engine import ROOT, UNDECIDED, findings

__all__ = ["RECORD", "load", "recorded", "written"]

Json = dict[str, Any]
RECORD = ROOT / "conformance" / "mutants" / "instances.json.gz"
_NOT_KEPT = ("Error_validating_code_running_without_terminology_services",)


def written(rows: Iterable[tuple[Case, list[Json]]]) -> bytes:
    """The record of cases and what the engine said of them, compressed the same way every time."""
    numbers: dict[tuple[str, ...], int] = {}
    told: dict[str, list[Any]] = {}
    counts: Counter[str] = Counter()
    for case, issues in rows:
        counts[case.identity.partition("/")[0]] += 1
        undecided = [
            each.severity == UNDECIDED
            for each in findings(each for each in issues if each["severity"] != "information")
        ]
        kept = [each for each in issues if each["severity"] != "information"]
        row = [
            (UNDECIDED if is_open else each["severity"], each.get("messageId") or "", each["expression"] or "")
            for each, is_open in zip(kept, undecided, strict=True)
            if (each.get("messageId") or "") not in _NOT_KEPT
        ]
        told[case.identity] = [case.digest, *(numbers.setdefault(each, len(numbers)) for each in row)]
    content = {"seeds": counts, "findings": [list(each) for each in numbers], "cases": told}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("],", "],\n")
    return gzip.compress(text.encode("utf-8", "surrogatepass"), 9, mtime=0)


def load() -> Json:
    """The record as it is kept."""
    content: Json = json.loads(gzip.decompress(RECORD.read_bytes()).decode("utf-8", "surrogatepass"))
    return content


def recorded() -> Iterator[tuple[Case, list[Json] | None]]:
    """Every case of the recorded seeds with the engine's issues; None when the case is no more what it was."""
    content = load()
    table = [
        {"severity": severity, "messageId": rule, "expression": where} for severity, rule, where in content["findings"]
    ]
    for seed, count in content["seeds"].items():
        for case in cases(seed, count):
            digest, *found = content["cases"].get(case.identity, [""])
            yield case, [table[number] for number in found] if digest == case.digest else None
