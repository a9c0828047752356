Profile: VRPlan
Parent: $UKCore-CarePlan
Id: VR-Plan
Title: "VR Return-to-Work Plan"
Description: "The return-to-work plan: goals, interventions, adjustments, the steps of a phased return, reviews and what the employer does, with who acts and when. R4 lets a CarePlan be based on other care plans only, so the prescription stands in the supporting information, marked as such."
* ^purpose = "Seed 000 asks that the prescription describe the recovery plan; the Fit for Work pilots (seed 004) wrote a plan that an employer could accept instead of a fit note; the reviews are what makes the Rosebank service work (seed 002). Nothing in the NHS records a phased return as data: in the United Kingdom it is a tick on a form."
* obeys vr-plan-1 and vr-plan-2 and vr-plan-3 and vr-plan-4 and vr-plan-6 and vr-plan-7
* identifier MS
* status MS
* intent = #plan
* category 1..* MS
* category ^slicing.discriminator[0].type = #pattern
* category ^slicing.discriminator[0].path = "$this"
* category ^slicing.rules = #open
* category contains vr 1..1
* category[vr] = VRCategory#vocational-rehabilitation
* subject only Reference(VRPatient)
* period 1..1 MS
* period.start 1..1 MS
* created MS
* author MS
* author only Reference(VRPatient or VRPractitionerRole or VRPractitioner or VROrganization or VRCareTeam)
* careTeam MS
* careTeam only Reference(VRCareTeam)
* addresses MS
* supportingInfo MS
* insert SupportingInfoSlicing
* supportingInfo contains prescription 0..1 MS
* insert SupportingInfo(prescription, #prescription, [[The prescription that this plan carries out]])
* goal 1..* MS
* goal only Reference(VRGoal)
* activity MS
* activity ^slicing.discriminator[0].type = #value
* activity ^slicing.discriminator[0].path = "extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-ActivityKind').value"
* activity ^slicing.rules = #open
* activity contains intervention 0..* MS and adjustment 0..* MS and phasedStep 0..* MS and review 0..* MS and employerAction 0..* MS
* insert Activity(intervention, #intervention, [[A treatment or service]])
* activity[intervention].detail.code from VRInterventionVS (extensible)
* insert Activity(adjustment, #adjustment, [[A change at work]])
* activity[adjustment].detail.code from VRAdjustmentVS (extensible)
* insert Activity(phasedStep, #phased-step, [[One step of a phased return]])
* activity[phasedStep].detail.extension contains ExtensionVRPhasedStep named phasedStep 1..1 MS
* activity[phasedStep].detail obeys vr-plan-5
* activity[phasedStep].detail.scheduled[x] 1..1
* activity[phasedStep].detail.scheduled[x] only Period
* insert Activity(review, #review, [[A review of the plan]])
* activity[review].detail.scheduled[x] 1..1
* insert Activity(employerAction, #employer-action, [[Something the employer does]])
* activity[employerAction].detail.description 1..1
* note MS
* extension contains
    ExtensionVRSupportLevel named supportLevel 0..1 MS and
    ExtensionVRRehabilitationPhase named rehabilitationPhase 0..1 MS and
    ExtensionVRPlanPhase named planPhase 0..1 MS

RuleSet: Activity(slice, code, short)
* activity[{slice}] ^short = "{short}"
* activity[{slice}].extension contains ExtensionVRActivityKind named kind 1..1
* activity[{slice}].extension[kind].valueCode = {code}
* activity[{slice}].detail 1..1

Invariant: vr-plan-1
Description: "At support level C, case management, the plan names the care team."
Severity: #error
Expression: "extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-SupportLevel').extension('level').value.coding.where(code = 'C').exists() implies careTeam.exists()"

Invariant: vr-plan-2
Description: "An active plan says when it is reviewed."
Severity: #warning
Expression: "status = 'active' implies activity.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-ActivityKind').value.where($this = 'review').exists()"

Invariant: vr-plan-3
Description: "No step of a phased return begins before the plan."
Severity: #error
Expression: "activity.detail.where(extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-PhasedStep').exists()).scheduled.ofType(Period).all(start.toString().substring(0, 10) >= %resource.period.start.toString().substring(0, 10))"

Invariant: vr-plan-4
Description: "An active plan does something: it has at least one activity."
Severity: #error
Expression: "status = 'active' implies activity.exists()"

Invariant: vr-plan-5
Description: "A step of a phased return says when it begins and when it ends, in this order."
Severity: #error
Expression: "scheduled.ofType(Period).all(start.exists() and end.exists() and start <= end)"

Invariant: vr-plan-6
Description: "At support level C the care team that the plan names has a case manager."
Severity: #error
Expression: "extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-SupportLevel').extension('level').value.coding.where(code = 'C').exists() implies careTeam.resolve().ofType(CareTeam).all(participant.role.coding.where(system = 'https://vrfhir.org/fhir/CodeSystem/vr-profession' and code = 'case-manager').exists())"

Invariant: vr-plan-7
Description: "No step of a phased return ends after the plan."
Severity: #error
Expression: "period.end.exists() implies activity.detail.where(extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-PhasedStep').exists()).scheduled.ofType(Period).all(end.toString().substring(0, 10) <= %resource.period.end.toString().substring(0, 10))"

Extension: ExtensionVRActivityKind
Id: Extension-VR-ActivityKind
Title: "VR Activity Kind"
Description: "What an activity of a return-to-work plan is: an intervention, an adjustment at work, a step of a phased return, a review, or something the employer does. R4 took the category of an activity away; a receiver needs it to draw the schedule and the list of adjustments."
Context: CarePlan.activity
* ^purpose = "Nothing in the NHS records a phased return as data (seed 004 has it as a tick on a form); the kind makes the schedule readable."
* value[x] 1..1
* value[x] only code
* value[x] from VRActivityKindVS (required)

Extension: ExtensionVRPhasedStep
Id: Extension-VR-PhasedStep
Title: "VR Phased Step"
Description: "How much is worked in one step of a phased return, and what: hours a day, days a week, duties. When the step begins and ends stands in the schedule of the activity. As in the graduated return of Norway and Germany, the degree is a number, not a tick."
Context: CarePlan.activity.detail
* ^purpose = "A phased return is advised by a tick (SI 1976/615) and agreed in weeks, hours and duties (seed 004); the employer needs the numbers."
* obeys vr-step-1
* extension contains hoursPerDay 1..1 and daysPerWeek 1..1 and duties 0..1
* extension[hoursPerDay] ^short = "Hours of work a day"
* extension[hoursPerDay].value[x] 1..1
* extension[hoursPerDay].value[x] only decimal
* extension[daysPerWeek] ^short = "Days of work a week"
* extension[daysPerWeek].value[x] 1..1
* extension[daysPerWeek].value[x] only decimal
* extension[duties] ^short = "What is done, and what is left out"
* extension[duties].value[x] 1..1
* extension[duties].value[x] only string

Invariant: vr-step-1
Description: "A step has between 0 and 24 hours a day and between 0 and 7 days a week."
Severity: #error
Expression: "extension('hoursPerDay').value.all($this >= 0 and $this <= 24) and extension('daysPerWeek').value.all($this >= 0 and $this <= 7)"

Extension: ExtensionVRPlanPhase
Id: Extension-VR-PlanPhase
Title: "VR Plan Phase"
Description: "Where the plan stands. BaRS sends a plan with the status completed when it is agreed, so the status cannot say it."
Context: CarePlan
* ^purpose = "A plan that the employer agreed to may stand in for a fit note (seed 004), so the agreement is data."
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from VRPlanPhaseVS (required)

CodeSystem: VRPlanPhase
Id: vr-plan-phase
Title: "VR Plan Phase"
Description: "Where a return-to-work plan stands."
* ^purpose = "Whether the patient, and then the employer, agreed to a plan is what makes it carry (seed 004)."
* ^caseSensitive = true
* #proposed "Proposed" "Written, but not agreed with the patient."
* #agreed "Agreed" "Agreed with the patient."
* #employer-agreed "Agreed with the employer" "Agreed with the patient and the employer."
* #under-way "Under way" "The phased return or the interventions have begun."
* #maintained "Maintained" "Back at work; adjustments and reviews go on."
* #ended "Ended" "Nothing more to do."

ValueSet: VRPlanPhaseVS
Id: vr-plan-phase
Title: "VR Plan Phase"
Description: "All phases of a plan."
* ^purpose = "Closed, so that every reader knows whether a plan is agreed (seed 004)."
* include codes from system VRPlanPhase

CodeSystem: VRActivityKind
Id: vr-activity-kind
Title: "VR Activity Kind"
Description: "Kinds of activity in a return-to-work plan."
* ^purpose = "A return-to-work plan mixes treatment, changes at work and what the employer does (seed 004); one word says which of them an activity is."
* ^caseSensitive = true
* #intervention "Intervention" "A treatment or service for the patient."
* #adjustment "Adjustment" "A change to work that helps the patient."
* #phased-step "Step of a phased return" "A time with set hours, days and duties."
* #review "Review" "A look at how it goes, with the patient and, with consent, the employer."
* #employer-action "Employer action" "Something the employer does, such as a risk assessment."

ValueSet: VRActivityKindVS
Id: vr-activity-kind
Title: "VR Activity Kind"
Description: "All kinds of activity."
* ^purpose = "Lets a receiver draw the schedule and list the adjustments of any plan (seed 004)."
* include codes from system VRActivityKind
