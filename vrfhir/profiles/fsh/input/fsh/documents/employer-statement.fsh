Profile: VREmployerStatement
Parent: $UKCore-Composition
Id: VR-EmployerStatement
Title: "VR Employer Statement"
Description: "What the employer is told: the job, the advice, arrangements and adjustments, dates, and who issued it. The sections are closed: a condition, a comment or a finding has no place in it."
* ^purpose = "GPs write vague fit notes because the employer reads them (seed 004). Norway and Germany give the employer a document of its own that has no place for a diagnosis; so does this profile: leaking is not filtered out at the end, it is invalid."
* obeys vr-statement-1
* text 0..0
* identifier MS
* status MS
* type = VRDocumentType#employer-statement
* category 0..0
* encounter 0..0
* event 0..0
* relatesTo 0..0
* attester 0..0
* subject 1..1 MS
* subject only Reference(VREmployee)
* author 1..1 MS
* author only Reference(VRPractitionerRole or VRPractitioner)
* custodian MS
* insert Sections
* section ^slicing.rules = #closed
* section.section 0..0
* section contains job 1..1 MS and advice 1..1 MS and arrangements 0..1 MS and adjustments 0..1 MS and period 1..1 MS and issuer 1..1 MS
* insert Section(job, job)
* section[job].entry 0..0
* insert Section(advice, advice)
* section[advice].entry 1..1
* section[advice].entry only Reference(VREmployerAdvice)
* insert Section(arrangements, arrangements)
* section[arrangements].entry 0..0
* insert Section(adjustments, adjustments)
* section[adjustments].entry 0..0
* insert Section(period, period)
* section[period].entry 0..0
* insert Section(issuer, issuer)
* section[issuer].entry 0..0
* section[issuer].text 1..1

Invariant: vr-statement-1
Description: "The statement is released under a consent that names this employer: the consent is referred to by its identifier."
Severity: #error
Expression: "extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-ReleasedUnder').value.identifier.exists()"

Extension: ExtensionVRReleasedUnder
Id: Extension-VR-ReleasedUnder
Title: "VR Released Under"
Description: "The consent under which a statement was released to an employer, by its identifier: the consent itself lists what else may be shared and with whom, so it does not travel."
Context: Composition
* ^purpose = "Disclosure to an employer rests on explicit consent (UK GDPR article 9; seed 004), and the proof is found by its number."
* value[x] 1..1
* value[x] only Reference(VRInformationSharingConsent)

Profile: VREmployee
Parent: $UKCore-Patient
Id: VR-Employee
Title: "VR Employee"
Description: "The patient as the employer knows him or her: a name and nothing else that comes from a health record. Only for the employer statement."
* ^purpose = "The paper form names the patient and carries neither NHS number nor date of birth; the employer needs no more. VR-Patient would carry the number into a document that leaves health care (seed 004; data minimisation, UK GDPR article 5)."
* text 0..0
* contained 0..0
* extension[birthPlace] 0..0
* extension[birthSex] 0..0
* extension[cadavericDonor] 0..0
* extension[contactPreference] 0..0
* extension[deathNotificationStatus] 0..0
* extension[ethnicCategory] 0..0
* extension[fetalStatus] 0..0
* extension[residentialStatus] 0..0
* extension[patientInterpreterRequired] 0..0
* extension[nhsNumberUnavailableReason] 0..0
* extension 0..0
* identifier[nhsNumber] 0..0
* identifier 0..0
* name 1..1 MS
* telecom 0..0
* gender 0..0
* birthDate 0..0
* deceased[x] 0..0
* address 0..0
* maritalStatus 0..0
* multipleBirth[x] 0..0
* photo 0..0
* contact 0..0
* communication 0..0
* generalPractitioner 0..0
* managingOrganization 0..0
* link 0..0

Profile: VREmployerAdvice
Parent: $UKCore-Observation
Id: VR-EmployerAdvice
Title: "VR Employer Advice"
Description: "The advice about fitness for work as the employer gets it: not fit or may be fit, the period, the arrangements and adjustments, and the issuer. No comment, no method, no link to anything clinical; components are closed."
* ^purpose = "The employer has to act on the advice, so it comes as data. Functional comments stay with the clinical document (seed 004: GPs want to know who sees the report); adjustments come as codes with wording recommended for employers."
* text 0..0
* contained 0..0
* basedOn 0..0
* partOf 0..0
* category 0..0
* code = VRObservation#fitness-for-work
* subject 1..1 MS
* subject only Reference(VREmployee)
* focus 0..0
* encounter 0..0
* effective[x] 1..1 MS
* effective[x] only Period
* effectivePeriod.start 1..1
* issued 1..1 MS
* performer 1..1 MS
* performer only Reference(VRPractitionerRole or VRPractitioner)
* value[x] 1..1 MS
* value[x] only CodeableConcept
* valueCodeableConcept from VRFitnessForWorkVS (required)
* valueCodeableConcept.text 0..0
* interpretation 0..0
* note 0..0
* bodySite 0..0
* method 0..0
* specimen 0..0
* device 0..0
* referenceRange 0..0
* hasMember 0..0
* derivedFrom 0..0
* component MS
* component ^slicing.discriminator[0].type = #pattern
* component ^slicing.discriminator[0].path = "code"
* component ^slicing.rules = #closed
* component contains phasedReturn 0..1 MS and alteredHours 0..1 MS and amendedDuties 0..1 MS and workplaceAdaptations 0..1 MS and adjustment 0..* MS
* insert Tick(phasedReturn, $sct#775281000000100)
* insert Tick(alteredHours, $sct#775301000000104)
* insert Tick(amendedDuties, $sct#775321000000108)
* insert Tick(workplaceAdaptations, $sct#775351000000103)
* component[adjustment].code = VRObservation#adjustment
* component[adjustment].value[x] 1..1
* component[adjustment].value[x] only CodeableConcept
* component[adjustment].valueCodeableConcept from VRAdjustmentVS (required)

Profile: VREmployerDocument
Parent: $UKCore-Bundle
Id: VR-EmployerDocument
Title: "VR Employer Document"
Description: "The document that an employer gets, as one Bundle. The kinds of resource in it are closed: the statement, the employee by name, the advice, the issuer with his or her organisation, and the employer."
* ^purpose = "What is not on the list cannot be in the document: no condition, no questionnaire, no clinical report, no coverage. Leaking is invalid, and a validator at the door of either side sees it (seed 004; UK GDPR articles 5 and 9)."
* obeys vr-document-1 and vr-statement-2
* identifier 1..1 MS
* identifier.system 1..1
* identifier.value 1..1
* type = #document
* timestamp 1..1 MS
* entry 3..* MS
* entry.fullUrl 1..1
* entry.resource 1..1
* entry ^slicing.discriminator[0].type = #type
* entry ^slicing.discriminator[0].path = "resource"
* entry ^slicing.rules = #closed
* entry contains statement 1..1 MS and employee 1..1 MS and advice 1..1 MS and practitioner 0..1 MS and role 0..1 MS and organization 0..* MS
* entry[statement].resource only VREmployerStatement
* entry[employee].resource only VREmployee
* entry[advice].resource only VREmployerAdvice
* entry[practitioner].resource only VRPractitioner
* entry[role].resource only VRPractitionerRole
* entry[organization].resource only Organization

Invariant: vr-statement-2
Description: "No NHS, CHI or Health and Care number stands anywhere in a document for an employer."
Severity: #error
Expression: "entry.resource.descendants().where($this is Identifier).where(system = 'https://fhir.nhs.uk/Id/nhs-number' or system = 'https://fhir.scot.nhs.uk/Id/chi-number' or system = 'https://fhir.hscni.net/Id/hc-number').empty()"
