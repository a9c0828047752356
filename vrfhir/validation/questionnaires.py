"""Questionnaires: what enableWhen conditions point to (https://hl7.org/fhir/R4/questionnaire.html, rules on enableWhen)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_questionnaire"]

Json = dict[str, Any]


def check_questionnaire(scope: Scope, resource: Json, location: Location) -> None:
    """Every condition names another question, and none inside its own item."""
    known = {each.get("linkId") for each, _ in _items(resource, location)}
    for item, place in _items(resource, location):
        inner = {each.get("linkId") for each, _ in _items(item, place)}
        for condition in item.get("enableWhen", ()):
            wanted = condition.get("question") if isinstance(condition, dict) else None
            if not isinstance(wanted, str) or not wanted:
                scope.report("Questionnaire_Q_EnableWhen_NoLink", place)
            elif wanted == item.get("linkId"):
                scope.report("Questionnaire_Q_EnableWhen_Self", place)
            elif wanted in inner:
                scope.report("Questionnaire_Q_EnableWhen_IsInner", place)
            elif wanted not in known:
                scope.report("Questionnaire_Q_EnableWhen_NoTarget", place, found=wanted)


def _items(holder: Json, location: Location) -> Iterator[tuple[Json, Location]]:
    listed = holder.get("item")
    for at, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            place = (location, "item", "item", at)
            yield item, place
            yield from _items(item, place)
