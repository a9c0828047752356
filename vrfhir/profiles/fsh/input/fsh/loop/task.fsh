Profile: VRReferralTask
Parent: $UKCore-Task
Id: VR-ReferralTask
Title: "VR Referral Task"
Description: "The loop of a referral: one Task says where the prescription stands, from requested to completed, who owns it, and why it was refused or stopped. The prescription stays as its author wrote it; only the Task moves."
* ^purpose = "Referrers do not hear what became of their referrals (seed 001), and GPs want to be kept informed so that they do not repeat what has been tried (seed 004). The status follows the transition table of the VR loop; the business status tells the clinical stage."
* obeys vr-task-1 and vr-task-2 and vr-task-3 and vr-task-4 and vr-task-5
* identifier MS
* status MS
* statusReason MS
* statusReason from VRDeclineReasonVS (preferred)
* businessStatus MS
* businessStatus from VRReferralStatusVS (extensible)
* intent = #order
* priority MS
* code 1..1 MS
* code = $task-code#fulfill
* focus 1..1 MS
* focus only Reference(VRPrescription)
* for 1..1 MS
* for only Reference(VRPatient)
* authoredOn MS
* lastModified 1..1 MS
* requester MS
* requester only Reference(VRPractitionerRole or VRPractitioner or VROrganization or VREmployer or VRPatient or RelatedPerson)
* owner MS
* owner only Reference(VRPractitionerRole or VRPractitioner or VROrganization or VRService or CareTeam)
* note MS
* output MS
* output ^slicing.discriminator[0].type = #pattern
* output ^slicing.discriminator[0].path = "type"
* output ^slicing.rules = #open
* output contains plan 0..* MS and report 0..* MS and fitNote 0..* MS and outcome 0..* MS
* output[plan].type = VRTaskOutput#plan
* output[plan].value[x] only Reference
* output[report].type = VRTaskOutput#report
* output[report].value[x] only Reference
* output[fitNote].type = VRTaskOutput#fit-note
* output[fitNote].value[x] only Reference
* output[outcome].type = VRTaskOutput#outcome
* output[outcome].value[x] only Reference
* extension contains ExtensionVRV2Content named v2Content 0..* MS

Invariant: vr-task-1
Description: "A referral that is rejected, cancelled, failed, on hold or entered in error says why, in words."
Severity: #error
Expression: "(status = 'rejected' or status = 'cancelled' or status = 'failed' or status = 'on-hold' or status = 'entered-in-error') implies statusReason.text.exists()"

Invariant: vr-task-2
Description: "The business status agrees with the status, as the transition table of the VR loop says."
Severity: #error
Expression: "businessStatus.coding.where(system = 'https://vrfhir.org/fhir/CodeSystem/vr-referral-status').code.all((%resource.status & ' ' & $this) in ('received received' | 'received triaged' | 'received more-information' | 'accepted accepted' | 'in-progress accepted' | 'on-hold accepted' | 'accepted waiting' | 'in-progress waiting' | 'on-hold waiting' | 'accepted assessment-booked' | 'in-progress assessment-booked' | 'on-hold assessment-booked' | 'in-progress assessed' | 'on-hold assessed' | 'in-progress plan-agreed' | 'on-hold plan-agreed' | 'in-progress returning' | 'on-hold returning' | 'in-progress at-work' | 'on-hold at-work' | 'completed at-work' | 'in-progress sustained-13w' | 'on-hold sustained-13w' | 'completed sustained-13w' | 'in-progress sustained-26w' | 'on-hold sustained-26w' | 'completed sustained-26w' | 'completed discharged' | 'failed discharged' | 'rejected declined' | 'failed not-reached' | 'cancelled withdrawn')) or status = 'entered-in-error'"

Invariant: vr-task-3
Description: "Once a referral is accepted, somebody owns it."
Severity: #error
Expression: "(status = 'accepted' or status = 'in-progress' or status = 'on-hold' or status = 'completed') implies owner.exists()"

Invariant: vr-task-4
Description: "A completed referral gives back a plan, a report, a fit note or an outcome."
Severity: #warning
Expression: "status = 'completed' implies output.exists()"

Invariant: vr-task-5
Description: "The loop was not last changed before it began."
Severity: #error
Expression: "(authoredOn.exists() and lastModified.exists()) implies authoredOn.toString().substring(0, 10) <= lastModified.toString().substring(0, 10)"
