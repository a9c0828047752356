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
"""How many Bundles, of those that are not too large."""
LARGEST = 60_000
SHARES = (45, 45, 12, 12, 12)
"""How many mutants the first, second … example of a profile is good for; later ones show nothing new."""
GUISED, GUISED_SHARE = 2, 12
"""How many examples of a profile are also used as UK Core and as base resources, and for how many mutants."""


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
        if claims[claimed] > len(SHARES):
            continue
        yield Seed(name, resource, SHARES[claims[claimed] - 1])
        if claimed.startswith(CANONICAL) and claims[claimed] <= GUISED:
            if parent := _uk_core_parent(claimed):
                yield Seed(f"{name}@uk", _claiming(resource, [parent]), GUISED_SHARE)
            yield Seed(f"{name}@r4", _claiming(resource, []), GUISED_SHARE)
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
