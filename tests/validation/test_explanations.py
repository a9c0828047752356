"""Every example says the truth: the wrong one breaks its rule, the right one breaks none."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import vrfhir.validation.reports.explanations as module
from vrfhir.definitions import Definitions
from vrfhir.validation import Validator
from vrfhir.validation.reports.explanations import explanation, known_rules, nearest
from vrfhir.validation.rules import RULES

EXAMPLES = tomllib.loads(Path(module.__file__).with_name("examples.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


@pytest.mark.parametrize("rule", EXAMPLES)
def test_examples(validator: Validator, rule: str) -> None:
    wrong = validator.validate(EXAMPLES[rule]["wrong"])
    right = validator.validate(EXAMPLES[rule]["right"])
    assert rule in {issue.id for issue in wrong.issues}
    assert rule not in {issue.id for issue in right.issues}
    assert right.valid


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_of_the_code_is_explained_with_its_clause(validator: Validator, rule: str) -> None:
    found = explanation(rule, validator.definitions)
    assert found is not None
    assert found.clause.startswith("https://hl7.org/fhir/R4/"), rule
    assert "{" not in found.text + found.remedy
    assert re.search(r"\w", found.remedy)


def test_constraints_by_key_and_by_profile(validator: Validator) -> None:
    by_key = explanation("vr-prescription-5", validator.definitions)
    assert by_key is not None
    assert by_key.id == "https://vrfhir.org/fhir/StructureDefinition/VR-Prescription#vr-prescription-5"
    assert by_key.where == "ServiceRequest"
    assert explanation(by_key.id, validator.definitions) == by_key
    assert explanation("https://nobody.example/x#vr-prescription-5", validator.definitions) is None


def test_what_may_have_been_meant() -> None:
    known = list(known_rules(Definitions.default()))
    assert nearest("vr-perscription-5", known)[0] == "vr-prescription-5"
    assert nearest("terminology_tx_novalid_16", known)[0] == "Terminology_TX_NoValid_16"
    assert nearest("qqqqqqqqqqqq", known) == []
