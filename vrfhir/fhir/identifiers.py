"""UK identifiers: their systems, their forms, and the NHS number's check digit and ranges.

Forms are those UK Core and the NHS Data Dictionary give. A value of the right form is not thereby a registered one.

>>> nhs_number_is_valid("9000000009"), nhs_number_region("9000000009")
(True, 'test')
>>> form_is_valid(SYSTEMS["hcpc"], "PH123456")
True
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

__all__ = [
    "SYSTEMS",
    "Region",
    "canonical_system",
    "form_is_valid",
    "gmc_is_valid",
    "gmp_is_valid",
    "gphc_is_valid",
    "hcpc_is_valid",
    "nhs_number_is_valid",
    "nhs_number_region",
    "nmc_is_valid",
    "ods_code_is_valid",
]

Region = Literal["england-wales-iom", "scotland", "northern-ireland", "ireland", "test", "unassigned"]

SYSTEMS: Mapping[str, str] = MappingProxyType(
    {
        # patients
        "nhs-number": "https://fhir.nhs.uk/Id/nhs-number",
        "chi": "https://fhir.scot.nhs.uk/Id/chi-number",
        "hc-number": "https://fhir.hscni.net/Id/hc-number",
        # organisations and services
        "ods": "https://fhir.nhs.uk/Id/ods-organization-code",
        "ods-site": "https://fhir.nhs.uk/Id/ods-site-code",
        "dos-service": "https://fhir.nhs.uk/Id/dos-service-id",
        # practitioners
        "gmc": "https://fhir.hl7.org.uk/Id/gmc-number",
        "gmp": "https://fhir.hl7.org.uk/Id/gmp-number",
        "gphc": "https://fhir.hl7.org.uk/Id/gphc-number",
        "nmc": "https://fhir.hl7.org.uk/Id/nmc-number",
        "hcpc": "https://fhir.hl7.org.uk/Id/hcpc-number",
        "gdc": "https://fhir.hl7.org.uk/Id/gdc-number",
        "goc": "https://fhir.hl7.org.uk/Id/goc-number",
        "ppa": "https://fhir.hl7.org.uk/Id/ppa-number",
        "sds-user-id": "https://fhir.nhs.uk/Id/sds-user-id",
        "sds-role-profile-id": "https://fhir.nhs.uk/Id/sds-role-profile-id",
        # referrals and messages
        "ubrn": "https://fhir.nhs.uk/Id/UBRN",
        "ers-request": "https://fhir.nhs.uk/Id/ers-request-id",
        "bars": "https://fhir.nhs.uk/Id/BaRS-Identifier",
        "product": "https://fhir.nhs.uk/Id/product-id",
        "asid": "https://fhir.nhs.uk/Id/accredited-system",
        "uuid": "https://tools.ietf.org/html/rfc4122",
    }
)
"""Short name → the system URI to write. Scotland and Northern Ireland have none that is registered UK-wide; these are in use."""

_ODS = re.compile(r"[A-Z0-9]{3,12}")
_FORMS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        SYSTEMS["ods"]: _ODS,
        SYSTEMS["ods-site"]: _ODS,
        SYSTEMS["gmc"]: re.compile(r"[0-9]{7}|L[0-9]{6}"),
        SYSTEMS["gmp"]: re.compile(r"[A-Z][0-9]{7}"),
        SYSTEMS["gphc"]: re.compile(r"2[0-9]{6}"),
        SYSTEMS["nmc"]: re.compile(r"[0-9A-Z]{8}"),
        SYSTEMS["hcpc"]: re.compile(r"[A-Z]{2}[0-9]{1,6}"),
        SYSTEMS["ubrn"]: re.compile(r"[0-9]{12}"),
        SYSTEMS["uuid"]: re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    }
)

_RANGES: tuple[tuple[int, int, Region], ...] = (
    (100_000_000, 3_112_999_999, "scotland"),
    (3_200_000_000, 3_999_999_999, "northern-ireland"),
    (4_000_000_000, 4_999_999_999, "england-wales-iom"),
    (6_000_000_000, 7_999_999_999, "england-wales-iom"),
    (8_000_000_000, 8_599_999_999, "ireland"),
    (9_000_000_000, 9_999_999_999, "test"),
)
_TEN_DIGITS = re.compile(r"[0-9]{10}")
_KNOWN = {re.sub(r"^https?:", "", each).casefold(): each for each in SYSTEMS.values()}


def nhs_number_is_valid(text: str) -> bool:
    """True for ten ASCII digits whose last is the modulus 11 check digit of the others (NHS Data Dictionary)."""
    if not _TEN_DIGITS.fullmatch(text):
        return False
    a, b, c, d, e, f, g, h, i, check = text.encode("ascii")  # each the digit and 48; the weights are 54 together
    total = 10 * a + 9 * b + 8 * c + 7 * d + 6 * e + 5 * f + 4 * g + 3 * h + 2 * i - 54 * 48
    return (11 - total % 11) % 11 == check - 48


def nhs_number_region(text: str) -> Region:
    """Who issues numbers like this. The check digit is the same everywhere: only the range tells them apart."""
    if not _TEN_DIGITS.fullmatch(text):
        return "unassigned"
    number = int(text)
    for first, last, region in _RANGES:
        if first <= number <= last:
            return "unassigned" if region == "scotland" and not _starts_with_date(text) else region
    return "unassigned"


def canonical_system(uri: str) -> str:
    """The system as it should be written. Input mixes http/https and the case of ``Id``; unknown systems stay as they are."""
    return _KNOWN.get(re.sub(r"^https?:", "", uri.strip(), flags=re.IGNORECASE).casefold(), uri)


def form_is_valid(system: str, value: str) -> bool | None:
    """Whether a value has the form its system asks for; None when nothing is known of that system's form."""
    system = canonical_system(system)
    if system == SYSTEMS["nhs-number"]:
        return nhs_number_is_valid(value)
    pattern = _FORMS.get(system)
    return None if pattern is None else pattern.fullmatch(value) is not None


def ods_code_is_valid(text: str) -> bool:
    """Three to twelve capital letters and digits: ``RR8``, ``RR813``, ``G81086``."""
    return _ODS.fullmatch(text) is not None


def gmc_is_valid(text: str) -> bool:
    """General Medical Council: seven digits, or ``L`` and six."""
    return form_is_valid(SYSTEMS["gmc"], text) is True


def gmp_is_valid(text: str) -> bool:
    """General Medical Practitioner code: a letter and seven digits."""
    return form_is_valid(SYSTEMS["gmp"], text) is True


def gphc_is_valid(text: str) -> bool:
    """General Pharmaceutical Council: seven digits, the first a 2."""
    return form_is_valid(SYSTEMS["gphc"], text) is True


def nmc_is_valid(text: str) -> bool:
    """Nursing and Midwifery Council: eight letters and digits."""
    return form_is_valid(SYSTEMS["nmc"], text) is True


def hcpc_is_valid(text: str) -> bool:
    """Health and Care Professions Council: two letters and up to six digits."""
    return form_is_valid(SYSTEMS["hcpc"], text) is True


def _starts_with_date(text: str) -> bool:
    day, month, year = int(text[:2]), int(text[2:4]), int(text[4:6])
    try:
        date(2000 if (day, month) == (29, 2) and year % 4 == 0 else 1900 + year, month, day)
    except ValueError:
        return False
    return True
