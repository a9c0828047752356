Profile: VRReferralMessage
Parent: $UKCore-Bundle
Id: VR-ReferralMessage
Title: "VR Referral Message"
Description: "One message of the referral loop: header first, the person, what the message is about, and whatever belongs to it. Other resources may come along (documents, observations, conditions, coverage), so that the content of an HL7 v2 message finds its place."
* ^purpose = "A referral that arrives in part is dangerous (seed 001: people fall between services). A receiver can rely on one patient, one subject of the message, a time stamp, an identifier by which a repeated message is recognised, and on every reference leading to a resource in the same Bundle."
* obeys vr-message-3 and vr-message-5
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

Invariant: vr-message-5
Description: "One assessment has one statement of fitness for work: two in a message, of which neither is marked as a duplicate, differ in the day of the assessment."
Severity: #warning
Expression: "entry.resource.ofType(Observation).where(code.coding.where(system = 'https://vrfhir.org/fhir/CodeSystem/vr-observation' and code = 'fitness-for-work').exists() and meta.profile.where($this.startsWith('https://vrfhir.org/fhir/StructureDefinition/VR-EmployerAdvice')).empty() and status != 'entered-in-error' and extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-DuplicateOf').empty()).component.where(code.coding.where(code = 'assessment-date').exists()).select(value.toString().substring(0, 10)).isDistinct()"

Profile: VRMessageHeader
Parent: $UKCore-MessageHeader
Id: VR-MessageHeader
Title: "VR Message Header"
Description: "Says what happened, to which resource, from whom and to whom. Requests are about the prescription, answers and status updates about the Task of the loop."
* ^purpose = "Sender and receiver must agree on what a message asks for before either acts on it (seed 001: services that do not connect). The event code decides which resource stands in the focus; an answer names the message it answers."
* obeys vr-message-1 and vr-message-2 and vr-message-4 and vr-message-6 and vr-message-7
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

Invariant: vr-message-6
Description: "A cancellation carries a prescription that is revoked or was entered in error; the status and the event agree."
Severity: #error
Expression: "event.where(code = 'referral-cancel').exists() implies focus.resolve().ofType(ServiceRequest).all(status = 'revoked' or status = 'entered-in-error')"

Invariant: vr-message-7
Description: "A new referral carries a prescription that is not revoked or entered in error; the status and the event agree."
Severity: #error
Expression: "event.where(code = 'referral-request').exists() implies focus.resolve().ofType(ServiceRequest).all(status != 'revoked' and status != 'entered-in-error')"

CodeSystem: VRMessageEvent
Id: vr-message-event
Title: "VR Message Event"
Description: "The events of the vocational rehabilitation referral loop, the code of a message header."
* ^purpose = "Referral, change, withdrawal and answer must not be mistaken for each other; the answer is what referrers miss (seed 001)."
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
* ^purpose = "Closed, so that a receiver can act on every message it may get (seed 001)."
* include codes from system VRMessageEvent
