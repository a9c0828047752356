Profile: VREmployment
Parent: $UKCore-Observation
Id: VR-Employment
Title: "VR Employment"
Description: "The job the patient has now: title in the patient's own words, employer, status, hours, contract, demands and sick pay. Shaped like the present job of the HL7 and IHE Occupational Data for Health profiles, with the NHS Data Dictionary code for the employment status."
* ^purpose = "No structured source in the NHS tells a rehabilitation service what job a person has and what it demands, yet every recommendation depends on it (seeds 000 and 004; the vignettes of seed 004 begin with the job)."
* obeys vr-employment-1 and vr-employment-2
* code = $loinc#11341-5
* subject 1..1 MS
* subject only Reference(VRPatient)
* effective[x] 1..1 MS
* effective[x] only dateTime or Period
* value[x] 1..1 MS
* value[x] only CodeableConcept
* valueCodeableConcept.text 1..1 MS
* valueCodeableConcept ^short = "Job title in words, with a SOC 2020 or ISCO-08 code when known"
* extension contains ExtensionVRJobEmployer named employer 0..1 MS
* insert ComponentSlicing
* component contains status 0..1 MS and weeklyHours 0..1 MS and pattern 0..1 MS and contract 0..1 MS and demand 0..* MS and sickPay 0..1 MS
* component[status].code = $loinc#74165-2
* component[status].value[x] 1..1
* component[status].value[x] only CodeableConcept
* component[status].valueCodeableConcept from VREmploymentStatusVS (extensible)
* component[weeklyHours].code = VRObservation#weekly-hours
* component[weeklyHours].value[x] 1..1
* component[weeklyHours].value[x] only Quantity
* component[weeklyHours].valueQuantity = $ucum#h/wk
* component[pattern].code = VRObservation#work-pattern
* component[pattern] ^short = "Days, times and shifts, in the patient's words"
* component[pattern].value[x] 1..1
* component[pattern].value[x] only string
* component[contract].code = VRObservation#contract
* component[contract].value[x] 1..1
* component[contract].value[x] only CodeableConcept
* component[contract].valueCodeableConcept from VRContractVS (extensible)
* component[demand].code = VRObservation#job-demand
* component[demand].value[x] 1..1
* component[demand].value[x] only CodeableConcept
* component[demand].valueCodeableConcept from VRJobDemandVS (extensible)
* component[sickPay].code = VRObservation#sick-pay
* component[sickPay].value[x] 1..1
* component[sickPay].value[x] only CodeableConcept
* component[sickPay].valueCodeableConcept from VRSickPayVS (extensible)

RuleSet: ComponentSlicing
* component MS
* component ^slicing.discriminator[0].type = #pattern
* component ^slicing.discriminator[0].path = "code"
* component ^slicing.rules = #open

Invariant: vr-employment-1
Description: "Somebody who is employed has an employer: as a reference, or by name."
Severity: #warning
Expression: "component.where(code.coding.where(code = '74165-2').exists()).value.coding.where(system = 'https://vrfhir.org/fhir/CodeSystem/vr-employment-status' and code = '01').exists() implies extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-JobEmployer').exists()"

Invariant: vr-employment-2
Description: "Weekly hours lie between 0 and 168."
Severity: #error
Expression: "component.where(code.coding.where(code = 'weekly-hours').exists()).value.ofType(Quantity).all(value >= 0 and value <= 168)"

Extension: ExtensionVRJobEmployer
Id: Extension-VR-JobEmployer
Title: "VR Job Employer"
Description: "The employer in the job that the observation describes."
Context: Observation
* ^purpose = "The employer decides on adjustments, so the job leads to the employer (seeds 003 and 004)."
* value[x] 1..1
* value[x] only Reference(VREmployer)

Profile: VRWorkAbsence
Parent: $UKCore-Observation
Id: VR-WorkAbsence
Title: "VR Work Absence"
Description: "A spell of sickness absence: since when, whether it goes on, whether work is thought to be a cause, and how many fit notes were issued in the episode. An episode joins fit notes with at most seven days between them."
* ^purpose = "How long somebody has been off, and how often, decides when and at which level to refer (seed 004, table 4.1), and it is what the prompt on the record counts."
* obeys vr-absence-1 and vr-absence-2 and vr-absence-3
* code = VRObservation#work-absence
* subject 1..1 MS
* subject only Reference(VRPatient)
* effective[x] 1..1 MS
* effective[x] only Period
* effectivePeriod.start 1..1 MS
* effectivePeriod.end MS
* value[x] 1..1 MS
* value[x] only CodeableConcept
* valueCodeableConcept from VRYesNoUnknownVS (required)
* valueCodeableConcept ^short = "Whether the person is absent from work because of sickness"
* insert ComponentSlicing
* component contains workRelated 0..1 MS and fitNotes 0..1 MS and episodes 0..1 MS
* component[workRelated].code = VRObservation#work-related-cause
* component[workRelated].value[x] 1..1
* component[workRelated].value[x] only CodeableConcept
* component[workRelated].valueCodeableConcept from VRYesNoUnknownVS (required)
* component[fitNotes].code = VRObservation#fit-note-count
* component[fitNotes].value[x] 1..1
* component[fitNotes].value[x] only integer
* component[episodes].code = VRObservation#absence-episodes
* component[episodes].value[x] 1..1
* component[episodes].value[x] only integer

Invariant: vr-absence-1
Description: "Numbers of fit notes and of episodes are not negative."
Severity: #error
Expression: "component.where(code.coding.where(code = 'fit-note-count').exists() or code.coding.where(code = 'absence-episodes').exists()).value.ofType(integer).all($this >= 0)"

Invariant: vr-absence-2
Description: "An absence of seven days or less is certified by the person alone; a fit note for it is unusual."
Severity: #warning
Expression: "(effective.start.exists() and effective.end.exists() and effective.end <= effective.start + 6 days) implies component.where(code.coding.where(code = 'fit-note-count').exists()).value.ofType(integer).all($this = 0)"

Invariant: vr-absence-3
Description: "Somebody who is no longer absent has a last day of absence."
Severity: #warning
Expression: "value.coding.where(code = 'N').exists() implies effective.end.exists()"
