Profile: VRPatient
Parent: $UKCore-Patient
Id: VR-Patient
Title: "VR Patient"
Description: "The person a vocational rehabilitation referral is about. A receiver can rely on a name, a date of birth and either a national number or the reason why there is none; with these the person can be found and matched safely."
* ^purpose = "Referrals go astray, or reach the wrong record, when a person cannot be matched (seeds 001 and 002: one service, many referrers). UK Core leaves every element optional, so this profile says what must be there. Scottish and Northern Irish numbers have slices of their own, because the check digit alone cannot tell them from an English number."
* obeys vr-patient-3 and vr-patient-4 and vr-patient-5 and vr-patient-7 and vr-patient-10
* identifier MS
* identifier contains chi 0..1 MS and hcNumber 0..1 MS
* identifier[nhsNumber] MS
* identifier[nhsNumber] obeys vr-patient-1 and vr-patient-2 and vr-patient-6
* identifier[nhsNumber].extension[nhsNumberVerificationStatus] MS
* identifier[chi] ^short = "Community Health Index number (Scotland)"
* identifier[chi] ^comment = "No system is registered UK-wide for the CHI number; this is the one seen in use. Other identifiers (hospital or practice numbers) stand outside the slices."
* identifier[chi] obeys vr-patient-1 and vr-patient-2 and vr-patient-8
* identifier[chi].system 1..1
* identifier[chi].system = $chi-number
* identifier[chi].value 1..1
* identifier[hcNumber] ^short = "Health and Care number (Northern Ireland)"
* identifier[hcNumber] obeys vr-patient-1 and vr-patient-2 and vr-patient-9
* identifier[hcNumber].system 1..1
* identifier[hcNumber].system = $hc-number
* identifier[hcNumber].value 1..1
* extension[nhsNumberUnavailableReason] MS
* extension[contactPreference] MS
* name 1..* MS
* birthDate 1..1 MS
* telecom MS
* address MS
* generalPractitioner MS
* generalPractitioner ^short = "Registered GP practice, by ODS code"

Invariant: vr-patient-1
Description: "The last digit of an NHS, CHI or Health and Care number must be its modulus 11 check digit."
Severity: #warning
Expression: "value.where(matches('^[0-9]{10}$')).exists() implies ((value.substring(0, 1).toInteger() * 10 + value.substring(1, 1).toInteger() * 9 + value.substring(2, 1).toInteger() * 8 + value.substring(3, 1).toInteger() * 7 + value.substring(4, 1).toInteger() * 6 + value.substring(5, 1).toInteger() * 5 + value.substring(6, 1).toInteger() * 4 + value.substring(7, 1).toInteger() * 3 + value.substring(8, 1).toInteger() * 2 + value.substring(9, 1).toInteger()) mod 11 = 0)"

Invariant: vr-patient-2
Description: "An NHS, CHI or Health and Care number is exactly ten digits, without spaces or hyphens."
Severity: #error
Expression: "value.exists() implies value.matches('^[0-9]{10}$')"

Invariant: vr-patient-3
Description: "The patient has an NHS number, or the record says why it is not available."
Severity: #error
Expression: "identifier.where(system = 'https://fhir.nhs.uk/Id/nhs-number').exists() or extension('https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberUnavailableReason').exists()"

Invariant: vr-patient-4
Description: "Vocational rehabilitation is for people of working age: the patient should be between 16 and 100 years old."
Severity: #warning
Expression: "birthDate.where($this > today() - 16 years).empty() and birthDate.where($this < today() - 101 years).empty()"

Invariant: vr-patient-5
Description: "At least one name of the patient gives the family name."
Severity: #error
Expression: "name.exists() implies name.family.exists()"

Invariant: vr-patient-6
Description: "A number sent as an NHS number lies in a range of England, Wales and the Isle of Man, or in the test range; Scottish and Northern Irish numbers go in slices of their own."
Severity: #warning
Expression: "value.where(matches('^[0-9]{10}$')).exists() implies value.matches('^[4679][0-9]{9}$')"

Invariant: vr-patient-7
Description: "The service should be able to reach the patient: a telephone number, e-mail or postal address is needed."
Severity: #warning
Expression: "telecom.exists() or address.exists()"

Invariant: vr-patient-8
Description: "A CHI number begins with a date of birth, day first; a number that does not is no Scottish number."
Severity: #warning
Expression: "value.where(matches('^[0-9]{10}$')).exists() implies value.matches('^(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{6}$')"

Invariant: vr-patient-9
Description: "A Health and Care number lies in the range of Northern Ireland, 320 000 0000 to 399 999 9999."
Severity: #warning
Expression: "value.where(matches('^[0-9]{10}$')).exists() implies value.matches('^3[2-9][0-9]{8}$')"

Invariant: vr-patient-10
Description: "The GP practice can be found: it is referred to, or named by its ODS code."
Severity: #warning
Expression: "generalPractitioner.all(reference.exists() or identifier.where(system = 'https://fhir.nhs.uk/Id/ods-organization-code' and value.exists()).exists())"
