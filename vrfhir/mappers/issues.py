"""What the mapper has to say about messages: the rows it adds to the HL7 v2 error catalogue (``VR-V2-05nn``)."""

from __future__ import annotations

from vrfhir.hl7v2.catalogue import CATALOGUE as WIRE_CATALOGUE
from vrfhir.hl7v2.catalogue import CatalogueEntry

__all__ = ["CATALOGUE", "ROWS"]

ROWS: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        "VR-V2-0501",
        "error",
        "200",
        "not-supported",
        "The message type {type} is not supported.",
        "Send REF^I12 to I15 or RRI^I12 to I15.",
    ),
    CatalogueEntry(
        "VR-V2-0502",
        "error",
        "201",
        "not-supported",
        "The trigger event {event} is not supported for {type}.",
        "Send REF or RRI with I12, I13, I14 or I15.",
    ),
    CatalogueEntry(
        "VR-V2-0503",
        "warning",
        "201",
        "not-supported",
        "The event {event} is read as I12: HL7's own chapter 11 prints its referral examples under I11.",
        "Send I12 for a new referral.",
    ),
    CatalogueEntry(
        "VR-V2-0504",
        "error",
        "101",
        "required",
        "The segment {segment}, which a referral needs, is missing.",
        "Check that the message was not cut off.",
    ),
    CatalogueEntry(
        "VR-V2-0505",
        "error",
        "101",
        "required",
        "The referral has no identifier: RF1-6 is empty.",
        "Send the originating referral identifier in RF1-6.",
    ),
    CatalogueEntry(
        "VR-V2-0506",
        "warning",
        "101",
        "required",
        "No PRD segment says who refers or who is asked.",
        "Send a PRD with role RP for the referrer and one with RT for the service.",
    ),
    CatalogueEntry(
        "VR-V2-0507",
        "error",
        "203",
        "not-supported",
        "The HL7 version {version} is not one that this partner may send.",
        "Send one of the versions listed in the partner file.",
    ),
    CatalogueEntry(
        "VR-V2-0510",
        "warning",
        "102",
        "value",
        "The NHS number fails its modulus 11 check digit.",
        "Check the number with the patient or by a PDS trace; it is kept as sent and not marked as verified.",
    ),
    CatalogueEntry(
        "VR-V2-0511",
        "warning",
        "102",
        "value",
        "The value marked as an NHS number does not have ten digits; it is kept as an identifier without that system.",
        "Send the ten digits of the NHS number.",
    ),
    CatalogueEntry(
        "VR-V2-0512",
        "warning",
        "103",
        "code-invalid",
        "The NHS number is in the range of {region}; it is not sent on as an NHS number of England and Wales.",
        "Name the assigning authority of the number.",
    ),
    CatalogueEntry(
        "VR-V2-0513",
        "warning",
        "102",
        "value",
        "More than one NHS number is given for the patient and they differ.",
        "Send the present NHS number in the first repetition of PID-3.",
    ),
    CatalogueEntry(
        "VR-V2-0520",
        "warning",
        "103",
        "code-invalid",
        "The code {code} of table {table} has no meaning in FHIR's {element}: it is kept, the element is left out.",
        "Add the code to the partner's code maps, or send a code of the table.",
    ),
    CatalogueEntry(
        "VR-V2-0521",
        "warning",
        "102",
        "value",
        "The value is not a date or time of HL7 v2 and is carried as sent.",
        "Send YYYYMMDD or YYYYMMDDHHMM[SS][+/-ZZZZ].",
    ),
    CatalogueEntry(
        "VR-V2-0522",
        "warning",
        "102",
        "value",
        "The value does not fit the data type {type} and is kept as text.",
        "Check OBX-2 and OBX-5.",
    ),
    CatalogueEntry(
        "VR-V2-0523",
        "warning",
        "102",
        "value",
        "The embedded document is not base64; it is carried as sent.",
        "Send ED data with encoding Base64.",
    ),
    CatalogueEntry(
        "VR-V2-0530",
        "warning",
        "100",
        "structure",
        "An OBX stands outside any OBR; it is read as a single observation.",
        "Send an OBR before the OBX.",
    ),
    CatalogueEntry(
        "VR-V2-0531",
        "information",
        "100",
        "structure",
        "The segment {segment} has no map; its content is carried.",
        "",
    ),
    CatalogueEntry(
        "VR-V2-0532",
        "warning",
        "103",
        "code-invalid",
        "The provider role {code} is not in table 0286; the provider is kept without being referrer or receiver.",
        "Send RP, RT, PP or CP in PRD-1.",
    ),
    CatalogueEntry(
        "VR-V2-0533",
        "information",
        "103",
        "code-invalid",
        "The referral status {code} is a local one: it is kept as business status.",
        "",
    ),
    CatalogueEntry(
        "VR-V2-0534",
        "warning",
        "100",
        "structure",
        "The segment {segment} stands where no segment it could belong to came before; its content is carried.",
        "Check the order of the segments.",
    ),
)

CATALOGUE = WIRE_CATALOGUE.extended(ROWS)
"""The whole HL7 v2 catalogue: reading, structure and mapping."""
