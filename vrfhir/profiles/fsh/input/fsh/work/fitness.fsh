Profile: VRFitnessForWork
Parent: $UKCore-Observation
Id: VR-FitnessForWork
Title: "VR Fitness for Work"
Description: "The advice of a fit note (Statement of Fitness for Work) as data: not fit, or may be fit taking account of advice; the period; the four arrangements; the dates of assessment and statement; the issuer and his or her profession. The condition and comments of the form stay with the document."
* ^purpose = "The Social Security and the Statutory Sick Pay (Medical Evidence) Regulations (SI 1976/615, SI 1985/1604) set what a statement must say and how long it may run; the rules here are those that can be computed. The observable is coded locally, because UK Core binds the code of an Observation to observables while fitness for work is a finding, which stands in the value."
* obeys vr-fitness-1 and vr-fitness-2 and vr-fitness-3 and vr-fitness-4 and vr-fitness-5 and vr-fitness-6
* status MS
* code = VRObservation#fitness-for-work
* subject 1..1 MS
* subject only Reference(VRPatient)
* effective[x] 1..1 MS
* effective[x] only Period
* effectivePeriod.start 1..1 MS
* effectivePeriod.end MS
* issued 1..1 MS
* issued ^short = "Date of the statement"
* performer 1..1 MS
* performer only Reference(VRPractitionerRole or VRPractitioner)
* value[x] 1..1 MS
* value[x] only CodeableConcept
* valueCodeableConcept from VRFitnessForWorkVS (required)
* note MS
* note ^short = "Comments, including functional effects"
* extension contains ExtensionVRIssuerProfession named issuerProfession 1..1 MS and ExtensionVRDuplicateOf named duplicateOf 0..1 MS and ExtensionVRStatedDuration named statedDuration 0..1 MS
* insert ComponentSlicing
* component contains assessmentDate 1..1 MS and assessmentMethod 0..1 MS and reassess 0..1 MS and sixMonths 0..1 MS
    and phasedReturn 0..1 MS and alteredHours 0..1 MS and amendedDuties 0..1 MS and workplaceAdaptations 0..1 MS
* component[assessmentDate].code = VRObservation#assessment-date
* component[assessmentDate].value[x] 1..1
* component[assessmentDate].value[x] only dateTime
* component[assessmentMethod].code = VRObservation#assessment-method
* component[assessmentMethod].value[x] 1..1
* component[assessmentMethod].value[x] only CodeableConcept
* component[assessmentMethod].valueCodeableConcept from VRAssessmentMethodVS (required)
* insert Tick(reassess, VRObservation#reassessment-needed)
* insert Tick(sixMonths, VRObservation#condition-six-months)
* insert Tick(phasedReturn, $sct#775281000000100)
* insert Tick(alteredHours, $sct#775301000000104)
* insert Tick(amendedDuties, $sct#775321000000108)
* insert Tick(workplaceAdaptations, $sct#775351000000103)

RuleSet: Tick(slice, code)
* component[{slice}].code = {code}
* component[{slice}].value[x] 1..1
* component[{slice}].value[x] only boolean

Invariant: vr-fitness-1
Description: "Arrangements (phased return, altered hours, amended duties, workplace adaptations) are advised only to somebody who may be fit for work."
Severity: #error
Expression: "value.coding.where(code = '160910001').exists() implies component.where(code.coding.where(code in ('775281000000100' | '775301000000104' | '775321000000108' | '775351000000103')).exists() and value = true).empty()"

Invariant: vr-fitness-2
Description: "The statement is not dated before the assessment."
Severity: #error
Expression: "issued.exists() implies component.where(code.coding.where(code = 'assessment-date').exists()).value.all(toString().substring(0, 10) <= %resource.issued.toString().substring(0, 10))"

Invariant: vr-fitness-3
Description: "Unless the condition has lasted six months, the period ends, and lasts no longer than three months."
Severity: #error
Expression: "effective.start.empty() or component.where(code.coding.where(code = 'condition-six-months').exists() and value = true).exists() or (effective.end.exists() and effective.end <= effective.start + 3 months)"

Invariant: vr-fitness-4
Description: "The period begins on the day of the assessment; GP systems back-date, so another day is allowed, but unusual."
Severity: #warning
Expression: "effective.start.exists() implies component.where(code.coding.where(code = 'assessment-date').exists()).value.all(toString().substring(0, 10) = %resource.effective.start.toString().substring(0, 10) or (toString().substring(0, 10) < %resource.effective.start.toString().substring(0, 10) and %resource.issued.toString().substring(0, 10) < %resource.effective.start.toString().substring(0, 10)))"

Invariant: vr-fitness-5
Description: "Advice that the patient may be fit for work comes with an arrangement or a comment that says what would help."
Severity: #error
Expression: "value.coding.where(code = '225891002').exists() implies (note.exists() or component.where(code.coding.where(code in ('775281000000100' | '775301000000104' | '775321000000108' | '775351000000103')).exists() and value = true).exists())"

Invariant: vr-fitness-6
Description: "The period does not begin in the future: after both the day of the assessment and the day of the statement."
Severity: #error
Expression: "(effective.start.exists() and issued.exists()) implies effective.start.all(toString().substring(0, 10) <= %resource.issued.toString().substring(0, 10) or toString().substring(0, 10) <= %resource.component.where(code.coding.where(code = 'assessment-date').exists()).value.toString().substring(0, 10))"

Extension: ExtensionVRIssuerProfession
Id: Extension-VR-IssuerProfession
Title: "VR Issuer Profession"
Description: "The profession in which the issuer of a fit note signs; printed on the form since 2022 and one of five by law."
Context: Observation, Composition
* ^purpose = "Since 2022 the statement names the profession of its issuer, one of five (SI 1976/615 and SI 1985/1604 as amended)."
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from VRFitNoteIssuerVS (required)

Extension: ExtensionVRDuplicateOf
Id: Extension-VR-DuplicateOf
Title: "VR Duplicate Of"
Description: "The statement that this one replaces, because it was lost. Only one statement may be issued for an assessment; a replacement is marked as a duplicate."
Context: Observation, Composition
* ^purpose = "SI 1976/615 and SI 1985/1604 allow one statement for an assessment, and a copy for a lost one if it is marked as such."
* value[x] 1..1
* value[x] only Reference(Observation or Composition)

Extension: ExtensionVRStatedDuration
Id: Extension-VR-StatedDuration
Title: "VR Stated Duration"
Description: "How long the advice holds, where the issuer wrote a duration instead of two dates (box 7a of the form). The period is computed from it; this keeps what was written."
Context: Observation, Composition
* ^purpose = "The form in SI 1976/615 and SI 1985/1604 lets the issuer give a duration or two dates. Two weeks and fourteen days may be read differently, so what was written is kept."
* value[x] 1..1
* value[x] only Duration
* valueDuration obeys vr-duration-1
* valueDuration.value 1..1
* valueDuration.system 1..1
* valueDuration.code 1..1

Invariant: vr-duration-1
Description: "A fit note is issued for a whole number of days, weeks or months, at least one."
Severity: #error
Expression: "value >= 1 and value.toString().matches('^[0-9]+([.]0+)?$') and (code = 'd' or code = 'wk' or code = 'mo')"
