"""The RESTful interactions, one per module: https://hl7.org/fhir/R4/http.html."""
