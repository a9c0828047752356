"""Build ``tables/v2-codes.json``: the codes of the HL7 v2 tables, from the published code systems.

``python -m vrfhir.mappers.build_tables --core hl7.fhir.r4.core-4.0.1.tgz --terminology hl7.terminology.r4-7.0.1.tgz``

A code stands in the file when both packages have it, so that a coding we write is known to every R4 receiver; its
display when both agree. A code of a v2 table that is not here is a local code and gets the sender's own system.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

__all__ = ["main", "tables"]

TARGET = Path(__file__).parent / "tables" / "v2-codes.json"
_MEMBER = re.compile(r"package/CodeSystem-v2-(\d{4})\.json")
_LARGEST = 120
_LONG_BUT_NEEDED = frozenset({"0003", "0076", "0203", "0354"})


def tables(package: Path) -> dict[str, dict[str, str]]:
    """Table number → code → display, for every v2 code system of a package."""
    found: dict[str, dict[str, str]] = {}
    with tarfile.open(package) as archive:
        for member in archive:
            match = _MEMBER.fullmatch(member.name)
            stream = archive.extractfile(member) if match else None
            if match and stream is not None:
                system = json.load(stream)
                found[match[1]] = {c["code"]: c.get("display", "") for c in _concepts(system.get("concept", []))}
    return found


def _concepts(concepts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for concept in concepts:
        yield concept
        yield from _concepts(concept.get("concept", []))


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file; with ``--check`` only compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--core", type=Path, required=True)
    parser.add_argument("--terminology", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args(argv)
    core, terminology = tables(arguments.core), tables(arguments.terminology)
    codes: dict[str, dict[str, str]] = {}
    for number in sorted(core.keys() & terminology.keys()):
        one, two = core[number], terminology[number]
        both = {code: one[code] if one[code] == two[code] else "" for code in one if code in two}
        if both and (len(both) <= _LARGEST or number in _LONG_BUT_NEEDED):
            codes[number] = both
    sources = [
        {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in (arguments.core, arguments.terminology)
    ]
    lines = [f'"{number}": {json.dumps(codes[number], ensure_ascii=False)}' for number in codes]
    head = json.dumps(
        {"generated": "python -m vrfhir.mappers.build_tables", "sources": sources}, ensure_ascii=False, indent=0
    ).replace("\n", "")
    text = '{"about": ' + head + ',\n"codes": {\n' + ",\n".join(lines) + "\n}}\n"
    if arguments.check:
        return 0 if TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
