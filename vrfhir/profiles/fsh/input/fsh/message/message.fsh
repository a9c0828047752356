Profile: VRReferralMessage
Parent: $UKCore-Bundle
Id: VR-ReferralMessage
Title: "VR Referral Message"
Description: "One message of the referral loop: header first, the person, what the message is about, and whatever belongs to it. Other resources may come along (documents, observations, conditions, coverage), so that the content of an HL7 v2 message finds its place."
* ^purpose = "A referral that arrives in part is dangerous. A receiver can rely on one patient, one subject of the message, a time stamp, an identifier by which a repeated message is recognised, and on every reference leading to a resource in the same Bundle."
* obeys vr-message-3
* identifier 1..1 MS
* type = #message
* timestamp 1..1 MS
* entry 2..* MS
* entry.fullUrl 1..1
* entry.resource 1..1
* entry ^slicing.discriminator[0].type = #type
* entry ^slicing.discriminator[0].path = "resource"
* entry ^slicing.rules = #open
* entry contains messageHeader 1..1 MS and patient 1..1 MS
* entry[messageHeader].resource only VRMessageHeader
* entry[patient].resource only VRPatient

Invariant: vr-message-3
Description: "Every reference of the message leads to a resource inside it; what is not inside is named by its identifier instead."
Severity: #error
Expression: "entry.resource.descendants().ofType(Reference).where(reference.exists() and reference.startsWith('#').not()).all(resolve().exists())"

Profile: VRMessageHeader
Parent: $UKCore-MessageHeader
Id: VR-MessageHeader
Title: "VR Message Header"
Description: "Says what happened, to which resource, from whom and to whom. Requests are about the prescription, answers and status updates about the Task of the loop."
* ^purpose = "Sender and receiver must agree on what a message asks for before either acts on it. The event code decides which resource stands in the focus; an answer names the message it answers."
* obeys vr-message-1 and vr-message-2 and vr-message-4
* event[x] only Coding
* eventCoding from VRMessageEventVS (required)
* eventCoding.system 1..1
* eventCoding.code 1..1
* destination MS
* sender MS
* sender only Reference(VROrganization or VRPractitionerRole or VRPractitioner or VREmployer)
* source MS
* response MS
* reason MS
* focus 1..1 MS
* focus only Reference(VRPrescription or VRReferralTask or Composition or DocumentReference)
* extension contains ExtensionVRV2Content named v2Content 0..* MS

Invariant: vr-message-1
Description: "An answer to a referral names the message that it answers."
Severity: #error
Expression: "event.where(code = 'referral-response').exists() implies response.exists()"

Invariant: vr-message-2
Description: "A request, its update or cancellation has the prescription (ServiceRequest) in its focus."
Severity: #error
Expression: "event.where(code in ('referral-request' | 'referral-update' | 'referral-cancel')).exists() implies focus.resolve().all($this is ServiceRequest)"

Invariant: vr-message-4
Description: "An answer or a status update has the Task of the loop in its focus."
Severity: #error
Expression: "event.where(code in ('referral-response' | 'status-update')).exists() implies focus.resolve().all($this is Task)"

CodeSystem: VRMessageEvent
Id: vr-message-event
Title: "VR Message Event"
Description: "The events of the vocational rehabilitation referral loop, the code of a message header."
* ^caseSensitive = true
* #referral-request "Referral request" "A new referral. Focus: the prescription. HL7 v2: REF^I12."
* #referral-update "Referral update" "The requester changes a referral. Focus: the prescription. HL7 v2: REF^I13."
* #referral-cancel "Referral cancellation" "The requester takes a referral back. Focus: the prescription. HL7 v2: REF^I14."
* #referral-response "Referral response" "The service answers: accepted, declined or asking for more. Focus: the Task. HL7 v2: RRI^I12."
* #status-update "Status update" "The service tells how the case goes on. Focus: the Task. HL7 v2: RRI^I13."
* #fit-note "Fit note" "A statement of fitness for work is sent. Focus: its document."
* #report "Report" "An assessment or discharge report is sent. Focus: its document."

ValueSet: VRMessageEventVS
Id: vr-message-event
Title: "VR Message Event"
Description: "All message events."
* include codes from system VRMessageEvent
