"""What HL7's validator says of every example, every invalid example and every artefact of the package.

The record (``conformance/crosscheck.json``) holds for each file the SHA-256 of its content and the errors and warnings;
for each valid example also those against the UK Core profiles its own derive from. A test compares the hashes with the
files that are there, so that a record that has fallen behind is seen where there is no Java.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reference.engine import PACKAGE, ROOT, ReferenceEngine, findings
from vrfhir.definitions import Definitions
from vrfhir.profiles import CANONICAL

__all__ = ["RECORD", "digest", "examples", "invalid_examples", "parents", "record", "sources", "written"]

RECORD = ROOT / "conformance" / "crosscheck.json"


def examples() -> list[Path]:
    """The resources of the stories."""
    return sorted((ROOT / "examples").glob("*/fhir/*.json"))


def invalid_examples() -> list[Path]:
    """The resources that break one rule each."""
    return sorted(one for one in (ROOT / "conformance" / "invalid").glob("*.json") if one.name != "index.json")


def artefacts() -> list[Path]:
    """The conformance resources of the package."""
    return sorted(one for one in PACKAGE.glob("*.json") if one.name not in ("package.json", ".index.json"))


def sources() -> list[Path]:
    """Every file that the record speaks of."""
    return [*examples(), *invalid_examples(), *artefacts()]


def digest(path: Path) -> str:
    """SHA-256 of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def parents(resource: dict[str, Any]) -> list[str]:
    """The UK Core profiles that the profiles a resource claims derive from, nearest first."""
    definitions = Definitions.default()
    found: list[str] = []
    for claimed in resource.get("meta", {}).get("profile", []):
        structure = definitions.structure(claimed) if claimed.startswith(CANONICAL) else None
        while structure is not None and structure.get("derivation") == "constraint":
            base = structure["baseDefinition"]
            if "/UKCore-" in base and base not in found:
                found.append(base)
            structure = definitions.structure(base)
    return found


def record(start: Callable[[], ReferenceEngine]) -> dict[str, Any]:
    """Ask about everything. The artefacts come last, with an engine of their own: they fill its memory."""
    hashes = {path.relative_to(ROOT).as_posix(): digest(path) for path in sources()}
    with start() as engine:
        told = dict(_answers(engine, [*examples(), *invalid_examples()]))
        above = dict(_against_parents(engine))
    with start() as engine:
        told |= dict(_answers(engine, artefacts()))
    return {
        "engine": "HL7 validator, offline, without terminology server",
        "sha256": hashes,
        "examples": told,
        "parents": above,
    }


def _answers(engine: ReferenceEngine, paths: list[Path]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    for path in paths:
        yield path.relative_to(ROOT).as_posix(), _rows(engine.validate(path))


def _against_parents(engine: ReferenceEngine) -> Iterator[tuple[str, dict[str, list[dict[str, str]]]]]:
    for path in examples():
        chain = parents(json.loads(path.read_text(encoding="utf-8")))
        if chain:
            yield path.relative_to(ROOT).as_posix(), {one: _rows(engine.validate(path, profile=one)) for one in chain}


def _rows(issues: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [one._asdict() for one in findings(issues)]


def written(content: dict[str, Any]) -> bytes:
    """The record as text: one file a line."""
    parts = []
    for section, value in content.items():
        if isinstance(value, dict):
            rows = ",\n".join(f"  {_dump(name)}: {_dump(one)}" for name, one in value.items())
            parts.append(f" {_dump(section)}: {{\n{rows}\n }}")
        else:
            parts.append(f" {_dump(section)}: {_dump(value)}")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
