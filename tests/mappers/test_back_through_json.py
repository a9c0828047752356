"""A Bundle that was JSON in between is written as the same message: what was a decimal may be an int by then."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from mapped_messages import ROOT, sample_paths

from vrfhir.fhir.json import parse as parse_json
from vrfhir.hl7v2 import parse
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.other import SUPPORTED

sys.path.insert(0, str(ROOT / "tools"))

from message_back import canonical


def supported() -> list[Path]:
    """Public samples of the types that are mapped."""
    found = [(path, path.stem.split("-")) for path in sample_paths("*.hl7")]
    return [path for path, (code, trigger, *_) in found if trigger in SUPPORTED.get(code, ())]


@pytest.mark.shared
@pytest.mark.parametrize("path", supported(), ids=lambda path: path.stem)
def test_every_sample_comes_back(path: Path) -> None:
    message = parse(path.read_bytes())
    data = to_fhir(message, exact=True).to_json()
    for bundle in (parse_json(data).resource, json.loads(data, parse_float=Decimal)):
        bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "Binary"]
        assert canonical(parse(to_hl7v2(bundle, version="", allow_loss=True).message)) == canonical(message)


def test_a_whole_number_is_written_the_same_before_and_after_json() -> None:
    path = ROOT / "examples" / "driver" / "hl7v2" / "ref-i12.hl7"
    bundle = to_fhir(path.read_bytes().replace(b"\n", b"\r")).bundle
    request = next(each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == "ServiceRequest")
    bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "Binary"]
    written = []
    for number in (Decimal(1), 1):
        request["quantityQuantity"] = {"value": number}
        written.append(to_hl7v2(bundle).message)
    assert b"quantityQuantity.value^integer^99VRE||1|" in written[0]
    assert canonical(parse(written[0])) == canonical(parse(written[1]))
