"""The operations, one per module: https://hl7.org/fhir/R4/operations.html."""
