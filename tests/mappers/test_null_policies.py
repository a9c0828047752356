"""What ``""`` means by the partner file: delete, keep, empty; read, carried, written again, and the policy that is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mapped_messages import DRIVER, only

from vrfhir.errors import DefinitionError
from vrfhir.hl7v2 import parse
from vrfhir.mappers import Partner, to_fhir, to_hl7v2

NULLED = 'PID|1||9000004128^^^NHS^NH||Millward^John||""|1|||12 Canal Row^""^Testford'
POLICIES = ("delete", "keep", "empty")


@pytest.fixture
def partner(tmp_path: Path) -> Any:
    def load(policy: str) -> Partner:
        path = tmp_path / f"{policy}.toml"
        path.write_text(f'id = "somebody"\n[message]\nnull = "{policy}"\n', encoding="utf-8")
        return Partner.load(path)

    return load


def kept(bundle: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Path → (value, type) of what the patient carries."""
    found = {}
    for extension in only(bundle, "Patient").get("extension", ()):
        parts = {each["url"]: each for each in extension.get("extension", ())}
        if "path" in parts:
            kind = parts.get("type", {}).get("valueCode", "")
            found[parts["path"]["valueString"]] = (parts["value"]["valueString"], kind)
    return found


def outcomes(mapping: Any) -> dict[str, str]:
    return {entry.path: entry.outcome for entry in mapping.ledger if entry.raw == '""'}


BIRTH, STREET = "PID[1]-7[1].1.1", "PID[1]-11[1].2.1"


@pytest.mark.parametrize(
    ("policy", "outcome", "carried"),
    [
        ("delete", "deleted", {BIRTH: ("delete", "null"), STREET: ("delete", "null")}),
        ("keep", "carried", {BIRTH: ('""', ""), STREET: ('""', "")}),
        ("empty", "ignored", {}),
    ],
)
def test_each_policy_has_its_outcome_and_never_a_value(
    message: Any, partner: Any, policy: str, outcome: str, carried: dict[str, tuple[str, str]]
) -> None:
    mapping = to_fhir(message(PID=NULLED), partner=partner(policy))
    patient = only(mapping.bundle, "Patient")
    assert outcomes(mapping) == {BIRTH: outcome, STREET: outcome}
    assert kept(mapping.bundle) == carried
    assert "birthDate" not in patient
    assert patient["address"][0]["line"] == ["12 Canal Row"]
    assert mapping.ledger.unaccounted == []


@pytest.mark.parametrize("version", ["2.4", "2.5.1"])
@pytest.mark.parametrize("policy", POLICIES)
def test_it_is_written_for_who_reads_it(message: Any, partner: Any, policy: str, version: str) -> None:
    somebody = partner(policy)
    bundle = to_fhir(message(PID=NULLED), partner=somebody).bundle
    written = to_hl7v2(bundle, partner=somebody, version=version)
    segment = parse(written.message).segment("PID")
    assert segment is not None
    nulls = [leaf.path for leaf in segment.leaves() if leaf.is_null]
    assert nulls == ([] if policy == "empty" else [BIRTH, STREET])
    assert written.loss == []
    assert kept(to_fhir(written.message, partner=somebody).bundle) == kept(bundle)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_same_message_comes_back_exactly(message: Any, partner: Any, policy: str) -> None:
    somebody = partner(policy)
    bundle = to_fhir(message(PID=NULLED), partner=somebody, exact=True).bundle
    again = parse(to_hl7v2(bundle, partner=somebody, version="").message).segment("PID")
    assert again is not None
    assert [leaf.path for leaf in again.leaves() if leaf.is_null] == [BIRTH, STREET]


def test_a_value_set_since_wins_over_the_deletion(message: Any) -> None:
    bundle = to_fhir(message(PID=NULLED)).bundle
    only(bundle, "Patient")["birthDate"] = "1979-03-14"
    written = parse(to_hl7v2(bundle, version="2.4").message)
    assert written.value("PID-7") == "19790314"


def test_a_deletion_is_told_to_another_partner_only_where_he_reads_it(message: Any, partner: Any) -> None:
    bundle = to_fhir(message(PID=NULLED)).bundle
    told = to_hl7v2(bundle, partner=partner("delete")).message
    untold = to_hl7v2(bundle, partner=partner("empty")).message
    assert b'||""|' in told
    assert b'""' not in untold


def test_credentials_are_not_carried_even_as_deletions(message: Any, partner: Any) -> None:
    data = message('UAC|KERB^Kerberos|""')
    for policy in POLICIES:
        mapping = to_fhir(data, partner=partner(policy))
        assert {entry.outcome for entry in mapping.ledger if entry.segment == "UAC[1]"} == {"ignored"}


def test_a_policy_that_is_none_is_refused(partner: Any) -> None:
    with pytest.raises(DefinitionError):
        partner("forget")


def test_a_message_without_any_is_the_same_for_every_policy(partner: Any) -> None:
    data = DRIVER.read_bytes()
    assert b'""' not in data
    bundles = [to_fhir(data, partner=partner(policy)).bundle for policy in POLICIES]
    assert bundles[0] == bundles[1] == bundles[2]
