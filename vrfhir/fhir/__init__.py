"""The FHIR kernel: JSON and XML with positions, references, UK identifiers. Pure: no definitions, no I/O."""
