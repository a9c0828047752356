"""Validation of FHIR R4 resources: against their types, UK Core, VR and any other profiles.

>>> from vrfhir.validation import Validator
>>> report = Validator().validate(b'{"resourceType": "Patient", "birthDate": "1980-13-01"}')
>>> report.valid, report.issues[0].expression
(False, 'Patient.birthDate')
"""

from vrfhir.validation.options import Options
from vrfhir.validation.report import Report
from vrfhir.validation.validator import Validator

__all__ = ["Options", "Report", "Validator"]
