"""Reading the CSV files of HL7's v2-to-FHIR guide: conditions, targets, rows, and how they stand to our map."""
