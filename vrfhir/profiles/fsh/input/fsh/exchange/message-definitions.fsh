RuleSet: Message(event, name, category)
* url = "https://vrfhir.org/fhir/MessageDefinition/vr-{event}"
* version = "0.1.0"
* name = "{name}"
* status = #draft
* date = "2026-11-23"
* eventCoding = VRMessageEvent#{event}
* category = #{category}

RuleSet: Focus(resource, profile, min, max)
* focus[+].code = #{resource}
* focus[=].profile = Canonical({profile})
* focus[=].min = {min}
* focus[=].max = "{max}"

Instance: vr-referral-request
InstanceOf: MessageDefinition
Usage: #definition
* insert Message(referral-request, VRReferralRequestMessage, consequence)
* title = "VR Referral Request"
* description = "A new referral."
* purpose = "Seed 004: referring must be as simple as ticking a box; the box sends this message."
* insert Focus(ServiceRequest, VRPrescription, 1, 1)
* insert Focus(Patient, VRPatient, 1, 1)
* insert Focus(Task, VRReferralTask, 0, 1)
* responseRequired = #always
* allowedResponse.message = "https://vrfhir.org/fhir/MessageDefinition/vr-referral-response"

Instance: vr-referral-update
InstanceOf: MessageDefinition
Usage: #definition
* insert Message(referral-update, VRReferralUpdateMessage, consequence)
* title = "VR Referral Update"
* description = "The requester changes a referral."
* purpose = "A referral is corrected without being sent twice, so that it is not lost between two copies (seed 001)."
* insert Focus(ServiceRequest, VRPrescription, 1, 1)
* insert Focus(Patient, VRPatient, 1, 1)
* insert Focus(Task, VRReferralTask, 0, 1)
* responseRequired = #always
* allowedResponse.message = "https://vrfhir.org/fhir/MessageDefinition/vr-referral-response"

Instance: vr-referral-cancel
InstanceOf: MessageDefinition
Usage: #definition
* insert Message(referral-cancel, VRReferralCancelMessage, consequence)
* title = "VR Referral Cancellation"
* description = "The requester takes a referral back."
* purpose = "A referral that was taken back is not worked on (seed 001), and a patient who is back at work is not called."
* insert Focus(ServiceRequest, VRPrescription, 1, 1)
* insert Focus(Patient, VRPatient, 1, 1)
* insert Focus(Task, VRReferralTask, 0, 1)
* responseRequired = #always
* allowedResponse.message = "https://vrfhir.org/fhir/MessageDefinition/vr-referral-response"

Instance: vr-referral-response
InstanceOf: MessageDefinition
Usage: #definition
* insert Message(referral-response, VRReferralResponseMessage, consequence)
* title = "VR Referral Response"
* description = "The service answers: accepted, declined or asking for more."
* purpose = "Referrers do not hear what became of their referrals (seed 001)."
* insert Focus(Task, VRReferralTask, 1, 1)
* insert Focus(Patient, VRPatient, 1, 1)
* insert Focus(ServiceRequest, VRPrescription, 1, 1)
* responseRequired = #never

Instance: vr-status-update
InstanceOf: MessageDefinition
Usage: #definition
* insert Message(status-update, VRStatusUpdateMessage, notification)
* title = "VR Status Update"
* description = "The service tells how the case goes on, with plan or outcome."
* purpose = "GPs want to be kept informed (seed 004)."
* insert Focus(Task, VRReferralTask, 1, 1)
* insert Focus(Patient, VRPatient, 1, 1)
* insert Focus(ServiceRequest, VRPrescription, 1, 1)
* responseRequired = #never

Instance: vr-fit-note
InstanceOf: MessageDefinition
Usage: #definition
* insert Message(fit-note, VRFitNoteMessage, notification)
* title = "VR Fit-Note Message"
* description = "A statement of fitness for work is sent."
* purpose = "A service whose therapists issue fit notes, as SI 1976/615 allows since 2022, tells the GP (seed 004)."
* insert Focus(Composition, VRFitNote, 1, 1)
* insert Focus(Patient, VRPatient, 1, 1)
* insert Focus(Observation, VRFitnessForWork, 1, *)
* responseRequired = #never

Instance: vr-report
InstanceOf: MessageDefinition
Usage: #definition
* insert Message(report, VRReportMessage, notification)
* title = "VR Report Message"
* description = "An assessment or discharge report is sent."
* purpose = "The report closes the loop for the GP record (seeds 001 and 004)."
* insert Focus(Composition, VRReport, 1, 1)
* insert Focus(Patient, VRPatient, 1, 1)
* responseRequired = #never
