"""Expansions made when the facts are built: of every value set that a required binding names.

What is frozen is what the shipped facts together answer, so a value set and the code systems it draws on may come from
different sources; as in :class:`vrfhir.definitions.Definitions`, the last source is asked first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vrfhir.definitions.expansion import FROZEN, Expander
from vrfhir.definitions.layers import CORE_VERSION, version_fits
from vrfhir.definitions.rows import objects

__all__ = ["freeze_expansions"]

Json = dict[str, Any]

_MAX_VALUE_SET = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"
_MAX_FROZEN_CODES = 2_000


def freeze_expansions(sources: Sequence[Sequence[Json]]) -> None:
    """Give every value set a required binding names its expansion, as far as it is known whole. Changes them in place."""
    known: dict[tuple[str, str], list[Json]] = {}
    for resources in reversed(sources):
        for each in resources:
            known.setdefault((each["resourceType"], each["url"]), []).append(each)

    def lookup(canonical: str, resource_type: str) -> Json | None:
        url, _, version = canonical.partition("|")
        found = known.get((resource_type, canonical)) or known.get((resource_type, url), [])
        fitting = (each for each in found if version_fits(version, each.get("version", "")))
        return next(fitting, found[0] if found and version == CORE_VERSION else None)

    expander = Expander(lookup)
    required = {url for resources in sources for each in resources for url in _required_value_sets(each)}
    frozen = [(value_set, expander.codes(url)) for url in sorted(required) if (value_set := lookup(url, "ValueSet"))]
    for value_set, codes in frozen:
        if codes is not None and 0 < sum(map(len, codes.values())) <= _MAX_FROZEN_CODES:
            rows = [{"system": system, "code": code} for system, listed in codes.items() for code in listed]
            value_set["expansion"] = {"identifier": FROZEN, "contains": rows}


def _required_value_sets(definition: Json) -> Iterator[str]:
    for element in objects(definition.get("snapshot"), "element"):
        binding = element.get("binding", {})
        if binding.get("strength") == "required" and "valueSet" in binding:
            yield binding["valueSet"]
        for extension in objects(binding, "extension"):
            if extension["url"] == _MAX_VALUE_SET and "valueCanonical" in extension:
                yield extension["valueCanonical"]
