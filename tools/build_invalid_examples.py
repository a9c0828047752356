"""Write the invalid examples: each is a valid example with one change that breaks one named rule.

    python tools/build_invalid_examples.py [--check]

``conformance/invalid/index.json`` lists them: ``file``, the ``rule`` it breaks (an invariant key, or the message id
that HL7's validator gives to a structural rule), its ``severity``, the ``element`` where, the ``profile`` it violates,
the example it is made ``from`` and the ``change`` as JSON Patch operations (RFC 6902: add, remove, replace). With
``--check`` nothing is written; the exit code is 1 when a file differs from what the index says.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
INVALID = ROOT / "conformance" / "invalid"
EXAMPLES = ROOT / "examples"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when a file differs")
    check = parser.parse_args().check
    files = invalid_examples()
    there = {path.name: path.read_bytes() for path in INVALID.glob("*.json") if path.name != "index.json"}
    different = sorted(name for name in files.keys() | there.keys() if files.get(name) != there.get(name))
    for name in different:
        if check:
            sys.stdout.write(f"differs: conformance/invalid/{name}\n")
        elif name in files:
            (INVALID / name).write_bytes(files[name])
        else:
            (INVALID / name).unlink()
    sys.stdout.write(f"{len(files)} invalid examples, {len(different)} {'differ' if check else 'written'}\n")
    return 1 if check and different else 0


def invalid_examples() -> dict[str, bytes]:
    """Every invalid example by file name, made as the index says."""
    made = {}
    for row in json.loads((INVALID / "index.json").read_text(encoding="utf-8"))["examples"]:
        resource = json.loads((EXAMPLES / row["from"]).read_text(encoding="utf-8"))
        made[row["file"]] = (json.dumps(patched(resource, row["change"]), ensure_ascii=False, indent=2) + "\n").encode()
    return made


def patched(resource: dict[str, Any], change: list[dict[str, Any]]) -> dict[str, Any]:
    """The resource after the JSON Patch operations; a path that is not there is a mistake in the index."""
    changed = copy.deepcopy(resource)
    for operation in change:
        *parents, last = operation["path"].removeprefix("/").split("/")
        holder: Any = changed
        for step in parents:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        if operation["op"] == "remove":
            del holder[int(last) if isinstance(holder, list) else last]
        elif isinstance(holder, list) and operation["op"] == "add":
            holder.insert(len(holder) if last == "-" else int(last), operation["value"])
        else:
            holder[int(last) if isinstance(holder, list) else last] = operation["value"]
    return changed


if __name__ == "__main__":
    sys.exit(main())
