"""Hand-written rules against the general engine, and the corrections of rules that R4 publishes with mistakes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from vrfhir.definitions import Definitions
from vrfhir.fhirpath import Environment
from vrfhir.validation.bundle_index import BundleIndex
from vrfhir.validation.invariants import Invariant
from vrfhir.validation.native_rules import NATIVE
from vrfhir.validation.repairs import repaired

Json = dict[str, Any]

DAYS = [None, "2020", "2020-01", "2020-02", "2020-01-15", "2021-01-15", "2020-01-15T10:00:00Z"]
EXTRA = {"extension": [{"url": "https://none.test/x", "valueCode": "y"}]}
PERIODS = [
    {key: value for key, value in (("start", start), ("end", end)) if value is not None}
    for start, end in product(DAYS, DAYS)
]
BUNDLES: list[Json] = [
    {"resourceType": "Bundle", "type": kind, "entry": entries}
    for kind, entries in product(
        ["message", "batch", "history", "transaction-response"],
        [
            [],
            [{"request": {"method": "GET", "url": "x"}}],
            [{"response": {"status": "200"}}],
            [{"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient"}}] * 2,
            [
                {
                    "fullUrl": "http://a/Patient/1",
                    "resource": {"resourceType": "Patient", "meta": {"versionId": version}},
                }
                for version in ("1", "2")
            ],
        ]
        + [
            [
                {
                    "fullUrl": "http://a/fhir/Patient/1",
                    "resource": {
                        "resourceType": "Patient",
                        "id": "1",
                        "managingOrganization": {"reference": reference},
                    },
                },
                {"fullUrl": "http://a/fhir/Organization/2", "resource": {"resourceType": "Organization", "id": "2"}},
            ]
            for reference in ("Organization/2", "http://a/fhir/Organization/2", "Organization/3", "#x")
        ],
    )
]
SAMPLES: dict[str, tuple[str, list[Json]]] = {
    "ext-1": (
        "Extension",
        [
            {"url": "x"},
            {"url": "x", "valueString": "a"},
            {"url": "x", "_valueString": EXTRA},
            {"url": "x", "extension": [{"url": "y"}]},
            {"url": "x", "extension": [{"url": "y"}], "valueBoolean": False},
        ],
    ),
    "dom-2": (
        "Patient",
        [{"resourceType": "Patient"}, {"resourceType": "Patient", "contained": [{"resourceType": "Patient"}]}],
    ),
    "dom-4": (
        "Patient",
        [{"resourceType": "Patient"}, {"resourceType": "Patient", "contained": [{"resourceType": "Patient"}]}],
    ),
    "dom-5": (
        "Patient",
        [{"resourceType": "Patient"}, {"resourceType": "Patient", "contained": [{"resourceType": "Patient"}]}],
    ),
    "ref-1": ("Reference", [{}, {"display": "x"}, {"reference": "#"}, {"reference": "#a"}, {"reference": "Patient/1"}]),
    "per-1": ("Period", [*PERIODS, {"_start": EXTRA, "end": "2020"}, {"_start": EXTRA, "_end": EXTRA}]),
    "qty-3": (
        "Quantity",
        [{"value": 1}, {"code": "d"}, {"code": "d", "system": "http://unitsofmeasure.org"}, {"system": "x"}],
    ),
    "cpt-2": (
        "ContactPoint",
        [{}, {"value": "1"}, {"value": "1", "system": "phone"}, {"system": "phone"}, {"_value": EXTRA}],
    ),
    "obs-6": (
        "Observation",
        [
            {"resourceType": "Observation"},
            {"resourceType": "Observation", "valueString": "x"},
            {"resourceType": "Observation", "dataAbsentReason": {"text": "x"}},
            {"resourceType": "Observation", "dataAbsentReason": {"text": "x"}, "valueString": "x"},
        ],
    ),
    "obs-7": (
        "Observation",
        [
            {"resourceType": "Observation", "code": {"coding": [{"code": "a"}]}, "valueString": "x"},
            {
                "resourceType": "Observation",
                "code": {"coding": [{"code": "a"}]},
                "component": [{"code": {"coding": [{"code": "a"}]}}],
            },
            {
                "resourceType": "Observation",
                "code": {"coding": [{"code": "a"}]},
                "component": [{"code": {"coding": [{"code": "a"}]}}],
                "valueString": "x",
            },
            {
                "resourceType": "Observation",
                "code": {"coding": [{"system": "s", "code": "a"}, {"code": "b"}]},
                "component": [{"code": {"coding": [{"code": "a"}]}}, {"code": {"text": "b"}}, {}],
                "valueString": "x",
            },
        ],
    ),
    "bdl-3": ("Bundle", BUNDLES),
    "bdl-4": ("Bundle", BUNDLES),
    "bdl-7": ("Bundle", BUNDLES),
    "bdl-8": ("Bundle.entry", [{"fullUrl": "a/b"}, {"fullUrl": "a/b/_history/1"}, {}]),
    "vr-message-3": ("Bundle", BUNDLES),
    "pat-1": ("Patient.contact", [{}, {"gender": "male"}, {"name": {"text": "x"}}, {"telecom": [{"system": "phone"}]}]),
}


def _within(bundle: Json) -> Callable[[str, Any], Json | None]:
    """References as BundleIndex resolves them."""
    index = BundleIndex(bundle, (None, "Bundle", "Bundle", -1))

    def resolve(reference: str, holder: Any) -> Json | None:
        found = index.find(index.entry_of(holder), reference)
        return found.resource if found is not None else None

    return resolve


@pytest.mark.parametrize("row", [row for row in NATIVE if row[0] in SAMPLES], ids=lambda row: row[0])
def test_a_native_rule_says_what_its_expression_says(row: tuple[str, str]) -> None:
    key, expression = row
    path, values = SAMPLES[key]
    invariant = Invariant(
        {"key": key, "severity": "error", "expression": expression}, "http://hl7.org/fhir/StructureDefinition/X"
    )
    assert invariant.native is NATIVE[row]
    answers = set()
    for value in values:
        native = NATIVE[row](value)
        answers.add(native)
        environment = Environment(fields=Definitions.default().fields, resource=value, resolve_from=_within(value))
        if native is not None:
            assert invariant.expression.test(environment.node(value, path), environment) is native, value
    assert True in answers, "the samples never reach the fast answer"


def test_every_native_rule_is_one_that_r4_has() -> None:
    definitions = Definitions.default()
    published = set()
    for name in ("Bundle", "Patient", "Observation", "Reference", "Period", "Quantity", "ContactPoint", "Extension"):
        definition = definitions.type(name)
        assert definition is not None
        for each in definition["snapshot"]["element"]:
            published |= {
                (rule["key"], rule["expression"]) for rule in each.get("constraint", ()) if "expression" in rule
            }
    assert {row for row in NATIVE if row not in published and not row[0].startswith("vr-")} == set()


def test_repairs_change_only_what_they_name() -> None:
    assert repaired("pat-1", "name.exists()") == "name.exists()"
    assert repaired("bdl-8", "fullUrl.contains('/_history/').not()").startswith("fullUrl.exists() implies")
    environment = Environment(fields=Definitions.default().fields)
    rule = Invariant({"key": "bdl-8", "severity": "error", "expression": "fullUrl.contains('/_history/').not()"}, "x")
    assert rule.expression.test(environment.node({}, "Bundle.entry"), environment)
    bad = {"fullUrl": "http://x.test/Patient/1/_history/2"}
    assert not rule.expression.test(environment.node(bad, "Bundle.entry"), environment)
