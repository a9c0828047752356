"""Single rules, each as HL7's validator answered when it was asked about them (recorded; no Java here).

How the files under ``probes`` are made: ``tools/reference/probes.py``. Where ours answers otherwise the probe says why.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from vrfhir.validation import Validator
from vrfhir.validation.options import Options

Json = dict[str, Any]

FOLDER = Path(__file__).parent / "probes"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
PROBES = [(stem, probe) for stem, content in FILES.items() for probe in content["probes"]]


@pytest.fixture(scope="module")
def plain() -> Validator:
    return Validator()


@pytest.mark.parametrize(("stem", "probe"), PROBES, ids=[f"{stem}: {probe['name']}" for stem, probe in PROBES])
def test_what_is_said_of_a_probe(plain: Validator, stem: str, probe: Json) -> None:
    resource, validator = probe["resource"], plain
    if probe["supporting"]:
        definitions = [FILES[stem]["definitions"][name] for name in probe["supporting"]]
        validator = Validator(plain.definitions.with_resources(definitions))
    text = resource if isinstance(resource, str) else json.dumps(resource, indent=1)
    profiles = (probe["profile"],) if probe.get("profile") else ()
    options = Options.from_request(probe.get("options") or {})
    report = validator.validate(text, profiles=profiles, options=options)
    found = sorted({(each.severity, _rule(each.id), _place(each.expression)) for each in report.issues})
    found = [each for each in found if each[0] != "information" and each[1] != "UNABLE_TO_INFER_CODESYSTEM"]
    told = [tuple(each) for each in probe["told"]]
    if probe["differs"]:
        assert found != told, "agrees now: take the reason out"
    else:
        assert found == told


def test_every_difference_has_its_reason() -> None:
    assert PROBES
    assert all(re.search(r"\w+ \w+", probe["differs"]) for _, probe in PROBES if probe["differs"])


def _rule(identity: str) -> str:
    return identity.rpartition("/")[2] if "#" in identity else identity


def _place(expression: str) -> str:
    return re.sub(r"/\*.*?\*/", "", expression or "")
