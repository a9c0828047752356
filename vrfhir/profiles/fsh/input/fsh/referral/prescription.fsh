Profile: VRPrescription
Parent: $UKCore-ServiceRequest
Id: VR-Prescription
Title: "VR Prescription"
Description: "The vocational rehabilitation prescription: a referral that names who needs support, what is asked for, why, at which level, by whom and when. The intent is not fixed, because BaRS sends plan and e-RS sends order; a receiver keeps what the sender said."
* ^purpose = "Seed 000 proposes a prescription that describes the recovery plan and opens access to specialist vocational rehabilitation; seed 004 asks that referring be as simple as ticking a box and that the clinician may choose the level. UK Core requires almost nothing of a ServiceRequest, so a receiver could not act on one: this profile says what must be there."
* obeys vr-prescription-1 and vr-prescription-2 and vr-prescription-3 and vr-prescription-4 and vr-prescription-5 and vr-prescription-6
* identifier 1..* MS
* status MS
* intent MS
* category 1..* MS
* category contains vr 1..1 MS
* category[vr] ^short = "Marks the request as vocational rehabilitation; a SNOMED CT coding may stand beside ours"
* category[vr] from VRCategoryVS (required)
* category[vr].coding ^slicing.discriminator[0].type = #value
* category[vr].coding ^slicing.discriminator[0].path = "system"
* category[vr].coding ^slicing.rules = #open
* category[vr].coding contains vr 1..1
* category[vr].coding[vr].system 1..1
* category[vr].coding[vr].system = "https://vrfhir.org/fhir/CodeSystem/vr-category"
* priority MS
* priority.extension[priorityReason] MS
* code 1..1 MS
* code from VRServiceCodeVS (extensible)
* orderDetail MS
* orderDetail from VROrderDetailVS (extensible)
* orderDetail ^short = "The menu: which interventions are asked for"
* subject 1..1 MS
* subject only Reference(VRPatient)
* occurrence[x] MS
* authoredOn 1..1 MS
* requester 1..1 MS
* requester only Reference(VRPractitionerRole or VRPractitioner or VROrganization or VREmployer or VRPatient or RelatedPerson)
* performer MS
* performer only Reference(VRService or VROrganization or VRPractitionerRole or VRPractitioner or CareTeam)
* performerType MS
* reasonCode MS
* reasonReference MS
* insurance MS
* supportingInfo MS
* supportingInfo ^short = "Work-needs assessment, fit note, employment, absence, consent, HNA, Rehabilitation Prescription"
* insert SupportingInfoSlicing
* supportingInfo contains workNeedsAssessment 0..1 MS and fitNote 0..* MS and employment 0..* MS and absence 0..1 MS and consent 0..* MS and hna 0..1 MS and rehabilitationPrescription 0..1 MS
* insert SupportingInfo(workNeedsAssessment, #work-needs-assessment, [[Work-needs assessment]])
* supportingInfo[workNeedsAssessment] only Reference(VRWorkNeedsResponse)
* insert SupportingInfo(fitNote, #fit-note, [[Fit note: as data, as a form or as a document]])
* supportingInfo[fitNote] only Reference(VRFitnessForWork or VRFitNote or VRFitNoteResponse or DocumentReference)
* insert SupportingInfo(employment, #employment, [[The job; somebody may have two]])
* supportingInfo[employment] only Reference(VREmployment)
* insert SupportingInfo(absence, #absence, [[Sickness absence]])
* supportingInfo[absence] only Reference(VRWorkAbsence)
* insert SupportingInfo(consent, #consent, [[Consent to share information]])
* supportingInfo[consent] only Reference(VRInformationSharingConsent)
* insert SupportingInfo(hna, #holistic-needs-assessment, [[Holistic Needs Assessment]])
* supportingInfo[hna] only Reference(QuestionnaireResponse or Observation or DocumentReference)
* insert SupportingInfo(rehabilitationPrescription, #rehabilitation-prescription, [[Rehabilitation Prescription after trauma]])
* supportingInfo[rehabilitationPrescription] only Reference(DocumentReference or Composition or CarePlan)
* note MS
* extension contains
    ExtensionVRSupportLevel named supportLevel 0..1 MS and
    ExtensionVRPathwayPoint named pathwayPoint 0..1 MS and
    ExtensionVRRehabilitationPhase named rehabilitationPhase 0..1 MS and
    ExtensionVRReferralRoute named referralRoute 0..1 MS and
    ExtensionVRReferralTrigger named referralTrigger 0..* MS and
    ExtensionVRPatientWish named patientWish 0..1 MS and
    ExtensionVRFundingSource named fundingSource 0..1 MS and
    ExtensionVRContactModePreference named contactModePreference 0..1 MS and
    ExtensionVRV2Content named v2Content 0..* MS and
    $request-statusReason named statusReason 0..1 MS
* extension[sourceOfServiceRequest] MS
* extension[additionalContact] MS
* extension[coverage] MS

Invariant: vr-prescription-1
Description: "A priority other than routine says why."
Severity: #warning
Expression: "priority.exists() and priority != 'routine' implies priority.extension('https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-PriorityReason').exists()"

Invariant: vr-prescription-2
Description: "The prescription says why the person needs vocational rehabilitation: a reason as code, text or reference to a condition."
Severity: #error
Expression: "reasonCode.exists() or reasonReference.exists()"

Invariant: vr-prescription-3
Description: "An active prescription names who is to provide the service, or at least the kind of provider."
Severity: #warning
Expression: "status = 'active' implies (performer.exists() or performerType.exists())"

Invariant: vr-prescription-4
Description: "A prescription that was revoked or put on hold says why, in the status reason or a note."
Severity: #warning
Expression: "(status = 'revoked' or status = 'on-hold') implies (extension('http://hl7.org/fhir/StructureDefinition/request-statusReason').exists() or note.exists())"

Invariant: vr-prescription-5
Description: "The prescription was not written in the future."
Severity: #error
Expression: "authoredOn.where($this > now() + 1 day).empty()"

Invariant: vr-prescription-6
Description: "The support that is asked for does not begin before it was asked for."
Severity: #warning
Expression: "(occurrence.ofType(dateTime) | occurrence.ofType(Period).start).all(toString().substring(0, 10) >= %resource.authoredOn.toString().substring(0, 10))"
