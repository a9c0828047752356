"""Extract the HL7 v2 reference tables the project ships from hl7apy (MIT): structures, segments, data types by version.

    python tools/extract_hl7v2_tables.py [--check]

Writes ``vrfhir/hl7v2/data/<version>.json``, one line per structure, segment and data type, so that a new hl7apy release
shows as a readable difference. hl7apy is needed here and in tests, never by the product. A structure is written as a
pattern: ``PROVIDER_CONTACT(PRD CTD*)+`` is a group, ``?`` 0..1, ``*`` 0..n, ``+`` 1..n, ``|(A B)`` one of them. A field
or component is ``TYPE cardinality table name``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "vrfhir" / "hl7v2" / "data"
VERSIONS = ("2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8", "2.8.1", "2.8.2")
STRUCTURES = (
    *("ACK", "ADT_A01", "ADT_A05", "ADT_A39", "MDM_T01", "MDM_T02", "OMG_O19", "ORM_O01", "ORU_R01"),
    *("REF_I12", "RRI_I12", "SIU_S12"),
)
ALWAYS = ("ADD", "BHS", "BTS", "DSC", "FHS", "FTS")
CARDINALITY = {(1, 1): "1", (0, 1): "?", (0, -1): "*", (1, -1): "+"}
TYPE_NAMES = {"DR_SIMPLE": "DR", "CQ_SIMPLE": "CQ", "CN_SIMPLE": "CN", "CM_RANGE_SIMPLE": "CM_RANGE"}
SIMPLE_BY_FULL = {full: simple for simple, full in TYPE_NAMES.items()}


def main() -> int:
    """Write the files, or with ``--check`` say which differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    check = parser.parse_args().check
    FOLDER.mkdir(parents=True, exist_ok=True)
    differing = []
    for version in VERSIONS:
        path = FOLDER / f"{version}.json"
        text = rendered(version)
        if check:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                differing.append(path.name)
        else:
            path.write_text(text, encoding="utf-8")
    if differing:
        sys.stdout.write(f"differ from what hl7apy {installed('hl7apy')} gives: {', '.join(differing)}\n")
    return 1 if differing else 0


def rendered(version: str) -> str:
    """The file of one version."""
    package = "hl7apy.v" + version.replace(".", "_")
    messages = importlib.import_module(package + ".messages").MESSAGES
    segments = importlib.import_module(package + ".segments").SEGMENTS
    types = importlib.import_module(package + ".datatypes").DATATYPES_STRUCTS
    names = set(ALWAYS) & segments.keys()
    structures = {name: pattern(messages[name][1], name, names) for name in STRUCTURES if name in messages}
    used_types: set[str] = set()
    segment_rows = {name: rows(segments[name][1], used_types) for name in sorted(names)}
    type_rows: dict[str, list[str]] = {}
    while pending := sorted(used_types - type_rows.keys()):
        for name in pending:
            source = types.get(name) or types.get(SIMPLE_BY_FULL.get(name, ""))
            type_rows[name] = rows(source, used_types) if source else []
    facts = {
        "generated": "by tools/extract_hl7v2_tables.py, do not edit",
        "source": f"hl7apy {installed('hl7apy')}",
        "version": version,
        "structures": structures,
        "segments": segment_rows,
        "types": {name: type_rows[name] for name in sorted(type_rows) if type_rows[name]},
    }
    return lines(facts)


def pattern(children: Any, structure: str, names: set[str]) -> str:
    """A structure or group as a pattern; the segments met are added to ``names``."""
    parts = []
    for name, reference, cardinality, kind in children:
        mark = CARDINALITY[tuple(cardinality)].replace("1", "")
        if kind == "SEG":
            names.add(name)
            parts.append(name + mark)
        else:
            group = "|" if reference[0] == "choice" else name.removeprefix(structure + "_")
            parts.append(f"{group}({pattern(reference[1], structure, names)}){mark}")
    return " ".join(parts)


def rows(children: Any, used_types: set[str]) -> list[str]:
    """Fields of a segment or components of a type, in order; a number that is not defined becomes ``- 0..0 - -``."""
    found: dict[int, str] = {}
    for name, reference, (minimum, maximum), _ in children:
        datatype, long_name, table = reference[2:5]
        datatype = TYPE_NAMES.get(datatype, datatype)
        if datatype:
            used_types.add(datatype)
        cardinality = CARDINALITY.get((minimum, maximum), f"{minimum}..{maximum}")
        code = table.removeprefix("HL7") if table else "-"
        words = re.sub(r"_+", " ", str(long_name or "")).strip().lower() or "-"
        found[int(name.rsplit("_", 1)[1])] = f"{datatype or '-'} {cardinality} {code} {words}"
    return [found.get(number, "- 0..0 - -") for number in range(1, max(found, default=0) + 1)]


def lines(facts: dict[str, Any]) -> str:
    """JSON with one line per entry of a table."""
    parts = []
    for key, value in facts.items():
        if isinstance(value, dict):
            entries = ",\n".join(f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in value.items())
            parts.append(f"{json.dumps(key)}: {{\n{entries}\n }}")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n " + ",\n ".join(parts) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
