"""What mutants are made from: the example stories in three guises, and seeds of other types."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from vrfhir.definitions import Definitions

__all__ = ["Seed", "seeds"]

ROOT = Path(__file__).resolve().parents[2]
CANONICAL = "https://vrfhir.org/fhir/"
BUNDLES = 6
PER_GUISE = 2
GUISED = 2
"""How many Bundles; how many examples of a profile are also used as UK Core and as base resources."""
LARGEST = 60_000


class Seed(NamedTuple):
    """A valid resource; ``share`` is how many mutants it is good for."""

    name: str
    resource: dict[str, Any]
    share: int


def seeds() -> Iterator[Seed]:
    """All seeds in a fixed order."""
    claims: Counter[str] = Counter()
    bundles = 0
    for path in sorted((ROOT / "examples").glob("*/fhir/*.json")):
        resource = json.loads(path.read_text(encoding="utf-8"))
        name = f"{path.parts[-3]}/{path.stem}"
        if resource["resourceType"] == "Bundle":
            bundles += path.stat().st_size < LARGEST
            if bundles <= BUNDLES and path.stat().st_size < LARGEST:
                yield Seed(name, resource, 30)
            continue
        claimed = "".join(resource.get("meta", {}).get("profile", [])[:1])
        claims[claimed] += 1
        yield Seed(name, resource, 55 if claims[claimed] <= PER_GUISE else 14)
        if claimed.startswith(CANONICAL) and claims[claimed] <= GUISED:
            if parent := _uk_core_parent(claimed):
                yield Seed(f"{name}@uk", _claiming(resource, [parent]), 12)
            yield Seed(f"{name}@r4", _claiming(resource, []), 12)
    for path in sorted((ROOT / "conformance" / "mutants" / "seeds").glob("*.json")):
        yield Seed(f"seed/{path.stem}", json.loads(path.read_text(encoding="utf-8")), 45)


def _uk_core_parent(canonical: str) -> str:
    """The nearest profile above that is not ours, when it is UK Core's."""
    definitions = Definitions.default()
    while canonical.startswith(CANONICAL):
        structure = definitions.structure(canonical)
        canonical = structure["baseDefinition"] if structure else ""
    return canonical if "/UKCore-" in canonical else ""


def _claiming(resource: dict[str, Any], profiles: list[str]) -> dict[str, Any]:
    changed = copy.deepcopy(resource)
    meta = {key: value for key, value in changed.get("meta", {}).items() if key != "profile"}
    if profiles:
        meta["profile"] = profiles
    changed.pop("meta", None)
    return {
        **{key: changed[key] for key in ("resourceType", "id") if key in changed},
        **({"meta": meta} if meta else {}),
        **changed,
    }
