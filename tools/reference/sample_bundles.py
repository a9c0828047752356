"""What HL7's validator says of the Bundles that the mapper makes of HL7 v2 messages: public samples and the stories' own.

The record (``conformance/messages/crosscheck.json``) holds for each message the SHA-256 of its Bundle and the errors; a test
compares the hashes with the Bundles as they are made now, so that a record that has fallen behind is seen where there is no
Java. The samples themselves are read from beside the project and never kept in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from reference.engine import BAD, ROOT, Finding, ReferenceEngine, findings
from vrfhir.fhir.json import serialize
from vrfhir.mappers import to_fhir
from vrfhir.mappers.other import SUPPORTED

__all__ = ["RECORD", "Told", "bundle_of", "load", "messages", "record", "samples", "stories", "written"]

RECORD = ROOT / "conformance" / "messages" / "crosscheck.json"
SAMPLES = ROOT.parent / "shared" / "data" / "hl7v2-samples"

Told = tuple[str, list[Finding]]
"""SHA-256 of a Bundle, and what the engine finds in it."""


def stories() -> dict[str, Path]:
    """The messages of the stories, by their path in the project; those that are wrong on purpose left out."""
    found = sorted((ROOT / "examples").glob("*/hl7v2/*.hl7"))
    return {path.relative_to(ROOT).as_posix(): path for path in found if not path.stem.endswith("-wrong")}


def samples() -> dict[str, Path]:
    """The public samples of the messages that are mapped, by file name; none where they are not beside the project."""
    return {path.name: path for path in sorted(SAMPLES.glob("*.hl7")) if _is_mapped(path)}


def _is_mapped(path: Path) -> bool:
    code, trigger, _ = path.stem.split("-", 2)
    return trigger in SUPPORTED.get(code, ())


def messages() -> dict[str, Path]:
    """Every message that the record speaks of."""
    return stories() | samples()


def bundle_of(path: Path) -> bytes:
    """The Bundle made of a message, as JSON."""
    return serialize(to_fhir(path.read_bytes()).bundle)


def record(engine: ReferenceEngine, known: dict[str, Told]) -> Iterator[tuple[str, Told]]:
    """Each message with what the engine says of its Bundle, asking only where ``known`` has no answer for the same Bundle."""
    for name, path in messages().items():
        bundle = bundle_of(path)
        digest = hashlib.sha256(bundle).hexdigest()
        before = known.get(name)
        same = before is not None and before[0] == digest
        yield name, before if before is not None and same else (digest, _errors(findings(engine.validate(bundle))))


def _errors(found: Iterable[Finding]) -> list[Finding]:
    return sorted({one for one in found if one.severity in (*BAD, "crash")})


def written(rows: dict[str, Told], package: str) -> bytes:
    """The record as text: one message a line."""
    lines = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(_row(told), ensure_ascii=False)}" for name, told in rows.items()
    )
    return f'{{\n "generator": "tools/crosscheck.py",\n "package": "{package}",\n "messages": {{\n{lines}\n }}\n}}\n'.encode()


def _row(told: Told) -> dict[str, Any]:
    return {"sha256": told[0], "found": [list(one) for one in told[1]]}


def load(package: str = "") -> dict[str, Told]:
    """The record; empty when there is none, or when ``package`` is given and the answers were given with another."""
    if not RECORD.is_file():
        return {}
    content = json.loads(RECORD.read_text(encoding="utf-8"))
    if package and content["package"] != package:
        return {}
    return {name: (row["sha256"], [Finding(*one) for one in row["found"]]) for name, row in content["messages"].items()}
