"""vrfhir: vocational rehabilitation referrals between NHS systems, as FHIR R4 on UK Core and as HL7 v2."""

__version__ = "0.1.0"
