"""FHIR to HL7 v2 for every Bundle that conforms to the VR profiles (G3): what a record may say comes back from a message."""

from __future__ import annotations

import json
import os
from random import Random

import pytest
from profile_bundles import STORIES, grown, stories
from same_content import content, missing

from vrfhir import Validator
from vrfhir.issues import has_errors
from vrfhir.mappers import to_fhir, to_hl7v2

GENERATED = int(os.environ.get("VRFHIR_GENERATED_BUNDLES", "60"))
SEEDS = range(max(GENERATED // 4, 24))


def generated(seed: int) -> dict[str, object]:
    random = Random(seed)
    return grown(stories()[seed % len(STORIES)], random, random.randint(1, 12))


@pytest.mark.parametrize("version", ["2.4", "2.5.1"])
def test_a_bundle_of_the_profiles_comes_back_from_a_message(version: str) -> None:
    for seed in SEEDS:
        bundle = generated(seed)
        written = to_hl7v2(bundle, version=version)
        assert written.loss == [], seed
        assert missing(bundle, to_fhir(written.message).bundle) == [], seed


def test_the_bundles_say_more_than_the_stories_and_mostly_conform() -> None:
    seeds = SEEDS[:24]
    assert sum(bool(missing(generated(seed), stories()[seed % len(STORIES)])) for seed in seeds) > 20
    conforming = [not has_errors(Validator().validate(json.dumps(generated(seed)).encode()).issues) for seed in seeds]
    assert sum(conforming) > len(seeds) // 2


def test_a_value_changed_on_the_way_would_be_seen() -> None:
    bundle = generated(1)
    text = json.dumps(bundle)
    for resource in (entry["resource"] for entry in bundle["entry"]):  # type: ignore[attr-defined]
        if resource["resourceType"] == "Patient":
            resource["birthDate"] = "1901-01-01"
    assert len(missing(json.loads(text), bundle)) >= 1
    assert len(content(bundle)) > 5
