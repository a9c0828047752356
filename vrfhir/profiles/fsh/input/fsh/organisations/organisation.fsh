Profile: VROrganization
Parent: $UKCore-Organization
Id: VR-Organization
Title: "VR Organization"
Description: "An organisation that refers, provides or pays: NHS bodies by their ODS code; charities, social enterprises and private providers, which often have none, by another identifier and their name."
* ^purpose = "A rehabilitation service may be a practice, a trust, a charity or a company (seeds 001 and 003). The profile must not shut out those without an ODS code, but a receiver must be able to tell which organisation is meant."
* obeys vr-organization-1
* identifier MS
* identifier[odsOrganisationCode] MS
* identifier[odsOrganisationCode] obeys vr-organization-2
* identifier[odsSiteCode] MS
* name MS
* telecom MS
* address MS

Invariant: vr-organization-1
Description: "The organisation can be recognised: it has a name, or an ODS code with which the name can be looked up."
Severity: #error
Expression: "name.exists() or identifier.where(system = 'https://fhir.nhs.uk/Id/ods-organization-code' or system = 'https://fhir.nhs.uk/Id/ods-site-code').exists()"

Invariant: vr-organization-2
Description: "An ODS organisation code is three to ten capital letters and digits."
Severity: #warning
Expression: "value.exists() implies value.matches('^[A-Z0-9]{3,10}$')"

Profile: VREmployer
Parent: $UKCore-Organization
Id: VR-Employer
Title: "VR Employer"
Description: "The patient's employer. A receiver can rely on the name, and on the record not being an NHS organisation: size and occupational health decide which level of support is needed, never where clinical data is sent."
* ^purpose = "Small employers without an occupational health service are the ones who need help (seed 004, table 4.1). An employer, even a trust that employs the patient, must never be addressed as a clinical recipient by mistake, so the employer record carries no NHS identifier."
* obeys vr-employer-1
* type 1..1 MS
* type = $organization-type#bus
* name 1..1 MS
* telecom MS
* address MS
* contact MS
* contact ^short = "Whom to speak to: line manager, human resources; only with the patient's consent"
* extension contains ExtensionVREmployerSize named employerSize 0..1 MS and ExtensionVREmployerHasOccupationalHealth named employerHasOccupationalHealth 0..1 MS

Invariant: vr-employer-1
Description: "An employer record carries no identifier of the NHS or of a professional register."
Severity: #error
Expression: "identifier.where(system.matches('^https?://(fhir[.]nhs[.]uk|fhir[.]nhs[.]net|fhir[.]nhs[.]wales|fhir[.]scot[.]nhs[.]uk|fhir[.]hscni[.]net|fhir[.]hl7[.]org[.]uk)/.*$')).empty()"

Extension: ExtensionVREmployerSize
Id: Extension-VR-EmployerSize
Title: "VR Employer Size"
Description: "How many people work for the employer, in bands. Below 250 employees it is a small or medium-sized enterprise, which rarely has an occupational health service (seed 004)."
Context: Organization
* ^purpose = "Seed 004: small and medium-sized employers are those without help of their own."
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from VREmployerSizeVS (required)

Extension: ExtensionVREmployerHasOccupationalHealth
Id: Extension-VR-EmployerHasOccupationalHealth
Title: "VR Employer Has Occupational Health"
Description: "Whether employees can use an occupational health service through the employer: yes, no, or not known. GPs would not refer to levels A and B where there is one (seed 004, table 4.1)."
Context: Organization
* ^purpose = "Seed 004, table 4.1: GPs would not use levels A and B where the employer has occupational health."
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from VRYesNoUnknownVS (required)

CodeSystem: VREmployerSize
Id: vr-employer-size
Title: "VR Employer Size"
Description: "Size bands of employers by number of employees, as used in UK business statistics."
* ^purpose = "Small and medium-sized employers without occupational health are those whose staff need the service (seed 004, table 4.1)."
* ^caseSensitive = true
* #micro "Micro, up to 9" "0 to 9 employees."
* #small "Small, 10 to 49" "10 to 49 employees."
* #medium "Medium, 50 to 249" "50 to 249 employees."
* #large "Large, 250 and more" "250 or more employees."
* #unknown "Not known" "The number of employees is not known."

ValueSet: VREmployerSizeVS
Id: vr-employer-size
Title: "VR Employer Size"
Description: "All size bands of employers."
* ^purpose = "For the employer's record and the assessment (seed 004, table 4.1)."
* include codes from system VREmployerSize

ValueSet: VRYesNoUnknownVS
Id: vr-yes-no-unknown
Title: "VR Yes, No or Unknown"
Description: "Yes, no or not known, from the HL7 v2 yes/no table and the null flavour for unknown."
* ^purpose = "Unknown is an answer: a clinician often does not know about the employer (seed 004), and nothing is guessed."
* http://terminology.hl7.org/CodeSystem/v2-0136#Y
* http://terminology.hl7.org/CodeSystem/v2-0136#N
* http://terminology.hl7.org/CodeSystem/v3-NullFlavor#UNK
