"""A patient made up for these tests: every odd shape of FHIR JSON that a path can meet."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

__all__ = ["Evaluate", "patient"]

Evaluate = Callable[..., list[Any]]


def patient() -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "example",
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Fictional</div>'},
        "contained": [{"resourceType": "Organization", "id": "org", "name": "Practice of the example"}],
        "active": True,
        "name": [
            {"use": "official", "family": "Example", "given": ["Anna", "Bertha"]},
            {"use": "nickname", "given": ["Annie"], "_given": [{"extension": [{"url": "http://example.org/x"}]}]},
            {"use": "maiden", "_family": {"id": "f1", "extension": [{"url": "http://example.org/y", "valueString": "von"}]}},
        ],
        "telecom": [{"system": "phone", "value": "01632 960001", "rank": 1}, {"system": "email", "value": "a@example.org"}],
        "gender": "female",
        "birthDate": "1980-02-29",
        "_birthDate": {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
                    "valueDateTime": "1980-02-29T08:15:00+00:00",
                }
            ]
        },
        "multipleBirthInteger": 2,
        "contact": [{"name": {"family": "Example"}, "relationship": [{"text": "sister"}]}],
        "managingOrganization": {"reference": "#org"},
        "extension": [
            {"url": "http://example.org/weight", "valueQuantity": {"value": Decimal("70.5"), "system": "http://unitsofmeasure.org", "code": "kg"}},
            {"url": "http://example.org/age", "valueAge": {"value": Decimal(41), "system": "http://unitsofmeasure.org", "code": "a"}},
        ],
    }  # fmt: skip
