Profile: VRFitNote
Parent: $UKCore-Composition
Id: VR-FitNote
Title: "VR Fit Note"
Description: "The Statement of Fitness for Work as a document, with the boxes of the form Med3 04/22 as sections. The advice is data of its own (VR-FitnessForWork), to which the rules about advice, arrangements and dates apply. The condition is text; a code is neither required nor forbidden."
* ^purpose = "Fit notes in Great Britain follow the Social Security (Medical Evidence) Regulations 1976 and the Statutory Sick Pay (Medical Evidence) Regulations 1985, amended in 2022 so that five professions issue them and the ink signature gave way to name and profession. Rule 8 lets the condition be described less precisely where the truth would harm the patient: a receiver must not refuse a vague one."
* obeys vr-fitnote-1 and vr-fitnote-2 and vr-fitnote-3 and vr-fitnote-4 and vr-fitnote-5 and vr-fitnote-6
* identifier MS
* status MS
* type = $sct#772786005
* subject 1..1 MS
* subject only Reference(VRPatient)
* date MS
* date ^short = "Date of the statement"
* author 1..1 MS
* author only Reference(VRPractitionerRole or VRPractitioner)
* author ^short = "The issuer"
* title MS
* custodian MS
* extension contains ExtensionVRIssuerProfession named issuerProfession 1..1 MS and ExtensionVRDuplicateOf named duplicateOf 0..1 MS
* insert Sections
* section ^slicing.rules = #open
* section contains assessment 1..1 MS and condition 1..1 MS and advice 1..1 MS and arrangements 0..1 MS and comments 0..1 MS and period 1..1 MS and issuer 1..1 MS
* insert Section(assessment, assessment)
* insert Section(condition, condition)
* section[condition].text 1..1
* insert Section(advice, advice)
* section[advice].entry 1..1
* section[advice].entry only Reference(VRFitnessForWork)
* insert Section(arrangements, arrangements)
* insert Section(comments, comments)
* insert Section(period, period)
* insert Section(issuer, issuer)
* section[issuer].text 1..1

Invariant: vr-fitnote-1
Description: "The document bears the date of the statement that it contains."
Severity: #error
Expression: "section.where(code.coding.where(code = 'advice').exists()).entry.resolve().ofType(Observation).issued.all(toString().substring(0, 10) = %resource.date.toString().substring(0, 10))"

Invariant: vr-fitnote-2
Description: "A replacement for a lost statement is marked as a duplicate in its title."
Severity: #error
Expression: "extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-DuplicateOf').exists() implies title.lower().contains('duplicate')"

Invariant: vr-fitnote-3
Description: "Arrangements stand only in a note that says that the patient may be fit for work."
Severity: #error
Expression: "section.where(code.coding.where(code = 'arrangements').exists()).exists() implies section.where(code.coding.where(code = 'advice').exists()).entry.resolve().ofType(Observation).value.coding.where(code = '160910001').empty()"

Invariant: vr-fitnote-4
Description: "A fit note that is issued is final; a correction is a new statement or a duplicate, not an amendment."
Severity: #error
Expression: "status = 'final' or status = 'preliminary' or status = 'entered-in-error'"

Invariant: vr-fitnote-5
Description: "A final fit note contains final advice; the two statuses agree."
Severity: #error
Expression: "status = 'final' implies section.where(code.coding.where(code = 'advice').exists()).entry.resolve().ofType(Observation).all(status = 'final' or status = 'amended' or status = 'corrected')"

Invariant: vr-fitnote-6
Description: "The profession on the note is the profession in which the advice was given."
Severity: #error
Expression: "section.where(code.coding.where(code = 'advice').exists()).entry.resolve().ofType(Observation).extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-IssuerProfession').value.coding.code.all($this in %resource.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-IssuerProfession').value.coding.code)"
