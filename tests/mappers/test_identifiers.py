"""NHS numbers and other UK identifiers, read from wherever feeds put them."""

from __future__ import annotations

from typing import Any

import pytest
from mapped_messages import only, resources

from vrfhir.mappers import to_fhir

NHS = "https://fhir.nhs.uk/Id/nhs-number"
CHI = "https://fhir.scot.nhs.uk/Id/chi-number"


def identifiers(message: Any, pid: str) -> list[tuple[str, str]]:
    patient = only(to_fhir(message(PID=pid)).bundle, "Patient")
    return [(each.get("system", ""), each["value"]) for each in patient.get("identifier", ())]


@pytest.mark.parametrize(
    "pid",
    [
        "PID|1||9000004128^^^NHS^NH||A^B",
        "PID|1||9000004128^^^NHS||A^B",
        "PID|1||9000004128^^^^NH||A^B",
        "PID|1||9000004128^^^NHSNBR^NHSNMBR||A^B",
        "PID|1||9000004128^^^NHSNMBR||A^B",
        "PID|1||9000004128^^^&2.16.840.1.113883.2.1.4.1&ISO||A^B",
        "PID|1||900 000 4128^^^NHS^NH||A^B",
        "PID|1||900-000-4128^^^NHS^NH||A^B",
        "PID|1||9000004128||A^B",
        "PID|1|900 000 4128|^^^^MR||A^B",
        "PID|1|||9000004128|A^B",
        "PID|1||||A^B||||||||||||||9000004128",
    ],
)
def test_an_nhs_number_is_found(message: Any, pid: str) -> None:
    assert (NHS, "9000004128") in identifiers(message, pid)


def test_the_same_number_twice_is_one_identifier(message: Any) -> None:
    found = identifiers(message, "PID|1||9000004128^^^NHS^NH||A^B||||||||||||||9000004128")
    assert found.count((NHS, "9000004128")) == 1


def test_a_local_number_gets_the_system_of_its_sender(message: Any) -> None:
    found = identifiers(message, "PID|1||P-1^^^RMW00^MR~77^^^&1.2.3.4.5&ISO^PI||A^B")
    assert found == [("https://vrfhir.org/fhir/sid/v2/Y99901/RMW00", "P-1"), ("urn:oid:1.2.3.4.5", "77")]


@pytest.mark.parametrize(
    ("pid", "system", "rule"),
    [
        ("PID|1||9000004129^^^NHS^NH||A^B", NHS, "VR-V2-0510"),
        ("PID|1||90000041^^^NHS^NH||A^B", "https://vrfhir.org/fhir/sid/v2/Y99901/NHS", "VR-V2-0511"),
        ("PID|1||0101016019^^^NHS^NH||A^B", CHI, "VR-V2-0512"),
    ],
)
def test_a_doubtful_number_is_kept_and_reported(message: Any, pid: str, system: str, rule: str) -> None:
    mapping = to_fhir(message(PID=pid))
    found = only(mapping.bundle, "Patient")["identifier"]
    assert [each["system"] for each in found] == [system]
    assert rule in [issue.id for issue in mapping.issues]


def test_two_different_nhs_numbers_are_reported(message: Any) -> None:
    mapping = to_fhir(message(PID="PID|1||9000004128^^^NHS^NH~9000000009^^^NHS^NH||A^B"))
    assert "VR-V2-0513" in [issue.id for issue in mapping.issues]


def test_no_finding_shows_the_number(message: Any) -> None:
    mapping = to_fhir(message(PID="PID|1||9000004129^^^NHS^NH||A^B"))
    assert "9000004129" not in " ".join(issue.text + issue.hint for issue in mapping.issues)


def test_a_chi_number_is_never_called_an_nhs_number(message: Any) -> None:
    assert identifiers(message, "PID|1||0101016019^^^CHI^NH||A^B") == [(CHI, "0101016019")]


@pytest.mark.parametrize(("value", "code"), [("NSTS01", "01"), ("07", "07"), ("AL~NSTS03", "03")])
def test_the_tracing_status_stands_on_the_nhs_number(message: Any, value: str, code: str) -> None:
    pid = f"PID|1||P-1^^^X^MR~9000004128^^^NHS^NH||A^B{'|' * 27}{value}"
    local, nhs = only(to_fhir(message(PID=pid)).bundle, "Patient")["identifier"]
    assert "extension" not in local
    assert nhs["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == code


def test_no_status_means_no_extension(message: Any) -> None:
    nhs = only(to_fhir(message()).bundle, "Patient")["identifier"][0]
    assert "extension" not in nhs


@pytest.mark.parametrize(
    ("xcn", "system"),
    [
        ("1234567^Okafor^Amara^^^^^^GMC", "https://fhir.hl7.org.uk/Id/gmc-number"),
        ("G9900417^Okafor^Amara^^^^^^GMP", "https://fhir.hl7.org.uk/Id/gmp-number"),
        ("G9900417^Okafor^Amara", "https://fhir.hl7.org.uk/Id/gmp-number"),
        ("OT99041^Nair^Priya^^^^^^HCPC", "https://fhir.hl7.org.uk/Id/hcpc-number"),
        ("99I0001E^Nurse^Nell^^^^^^NMC", "https://fhir.hl7.org.uk/Id/nmc-number"),
        ("2099001^Pharma^Phil^^^^^^GPhC", "https://fhir.hl7.org.uk/Id/gphc-number"),
    ],
)
def test_registration_numbers_name_their_register(message: Any, xcn: str, system: str) -> None:
    bundle = to_fhir(message(f"PD1||||{xcn}")).bundle
    found = [each for each in resources(bundle, "Practitioner") if "identifier" in each]
    assert [each["identifier"][0]["system"] for each in found] == [system]


@pytest.mark.parametrize("pd1", ["PD1|||^^G81086", "PD1|||Surgery^^^^^^^^^G81086", "PD1|||^^RR8^^^ODS"])
def test_an_ods_code_is_found_in_either_component(message: Any, pd1: str) -> None:
    bundle = to_fhir(message(pd1)).bundle
    practice = only(bundle, "Patient")["generalPractitioner"][0]["reference"]
    resource = next(entry["resource"] for entry in bundle["entry"] if entry["fullUrl"] == practice)
    assert resource["identifier"][0]["system"] == "https://fhir.nhs.uk/Id/ods-organization-code"


def test_facilities_are_organisations_by_ods_code(message: Any) -> None:
    header = only(to_fhir(message()).bundle, "MessageHeader")
    assert header["sender"]["reference"] != header["destination"][0]["receiver"]["reference"]


def test_the_same_doctor_is_one_practitioner(message: Any) -> None:
    doctor = "1234567^Okafor^Amara^^^Dr^^^GMC"
    bundle = to_fhir(
        message(f"PD1||||{doctor}", f"DG1|1||M54.5^Pain^I10|||||||||||||{doctor}", PRD="PRD|RP|Other^One")
    ).bundle
    assert len([each for each in resources(bundle, "Practitioner") if "identifier" in each]) == 1


def test_a_us_number_is_no_social_security_number_here(message: Any) -> None:
    found = identifiers(message, "PID|1||9000004128^^^NHS^NH||A^B||||||||||||||220917255")
    assert ("https://vrfhir.org/fhir/sid/v2/Y99901", "220917255") in found
    assert "us-ssn" not in str(found)
