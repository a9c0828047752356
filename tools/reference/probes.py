"""Questions about single rules with what HL7's validator answered, as the tests keep them.

A file under ``tests/validation/probes`` holds definitions once, by name, and probes that name them::

    {"definitions": {name: resource},
     "probes": [{"name", "resource", "supporting": [name], "profile": url | "", "options": {},
                 "told": [[severity, rule, place]], "differs": reason | ""}]}

``told`` are the errors and warnings of HL7's engine, sorted. ``differs`` says why ours are others; then that is what the
test sees. :func:`packed` makes such a file of probes that name their definitions in full.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

__all__ = ["packed", "place", "rule"]

Json = dict[str, Any]


def place(expression: str) -> str:
    """A location without the engine's comments."""
    return re.sub(r"/\*.*?\*/", "", expression or "")


def rule(identity: str) -> str:
    """A message id; of an invariant the type and key."""
    return identity.rpartition("/")[2] if "#" in identity else identity


def packed(probes: Iterable[Json]) -> str:
    """Probes as JSON, each definition once."""
    definitions: dict[str, Json] = {}
    rows = []
    for probe in probes:
        names = []
        for resource in probe.get("supporting", ()):
            text = json.dumps(resource, sort_keys=True)
            name = f"{resource.get('id', 'x')}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
            definitions[name] = resource
            names.append(name)
        rows.append(probe | {"supporting": names})
    kept = sorted(definitions.items())
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(each, ensure_ascii=False)}" for name, each in kept)
    asked = ",\n".join(json.dumps(each, ensure_ascii=False) for each in rows)
    return f'{{"definitions": {{\n{lines}}},\n"probes": [\n{asked}]}}\n'
