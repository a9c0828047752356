RuleSet: Capability(id, name, mode, title)
* url = "https://vrfhir.org/fhir/CapabilityStatement/vr-{id}"
* version = "0.1.0"
* name = "{name}"
* title = "{title}"
* status = #draft
* date = "2026-11-23"
* kind = #requirements
* fhirVersion = #4.0.1
* format[+] = #application/fhir+json
* format[+] = #application/fhir+xml
* rest.mode = #{mode}

RuleSet: Resource(type, profile)
* rest.resource[+].type = #{type}
* rest.resource[=].supportedProfile = Canonical({profile})
* rest.resource[=].interaction[+].code = #read
* rest.resource[=].interaction[+].code = #search-type

RuleSet: Writes
* rest.resource[=].interaction[+].code = #create
* rest.resource[=].interaction[+].code = #update

RuleSet: Search(name, type)
* rest.resource[=].searchParam[+].name = "{name}"
* rest.resource[=].searchParam[=].type = #{type}

RuleSet: OwnSearch(id, name, type)
* rest.resource[=].searchParam[+].name = "{name}"
* rest.resource[=].searchParam[=].type = #{type}
* rest.resource[=].searchParam[=].definition = "https://vrfhir.org/fhir/SearchParameter/vr-{id}"

RuleSet: Sends(event, mode)
* messaging.supportedMessage[+].mode = #{mode}
* messaging.supportedMessage[=].definition = "https://vrfhir.org/fhir/MessageDefinition/vr-{event}"

Instance: vr-sender
InstanceOf: CapabilityStatement
Usage: #definition
* insert Capability(sender, VRSender, client, [[VR Sender]])
* description = "What a system that refers must be able to do: an EHR or a practice system."
* purpose = "A vendor can tell what to build so that referring is as simple as ticking a box (seed 004) and the answer comes back (seed 001)."
* insert Resource(Patient, VRPatient)
* insert Search(identifier, token)
* insert Search(family, string)
* insert Search(birthdate, date)
* insert Resource(PractitionerRole, VRPractitionerRole)
* insert Search(practitioner, reference)
* insert Resource(Organization, VROrganization)
* insert Search(identifier, token)
* insert Search(name, string)
* insert Resource(HealthcareService, VRService)
* insert Search(name, string)
* insert OwnSearch(support-level-offered, vr-support-level, token)
* insert OwnSearch(intervention-offered, vr-intervention, token)
* insert OwnSearch(referral-route-accepted, vr-referral-route, token)
* insert Resource(ServiceRequest, VRPrescription)
* insert Search(patient, reference)
* insert Search(status, token)
* insert Search(identifier, token)
* insert Search(authored, date)
* insert OwnSearch(support-level, vr-support-level, token)
* insert OwnSearch(referral-route, vr-referral-route, token)
* insert OwnSearch(review-date, vr-review-date, date)
* insert Resource(Task, VRReferralTask)
* insert Search(patient, reference)
* insert Search(status, token)
* insert Search(business-status, token)
* insert Search(focus, reference)
* insert Search(owner, reference)
* insert Resource(Observation, VREmployment)
* insert Search(patient, reference)
* insert Search(code, token)
* insert Search(date, date)
* insert Resource(QuestionnaireResponse, VRWorkNeedsResponse)
* insert Search(patient, reference)
* insert Search(questionnaire, reference)
* insert Resource(CarePlan, VRPlan)
* insert Search(patient, reference)
* insert Search(status, token)
* insert Resource(Goal, VRGoal)
* insert Search(patient, reference)
* insert Resource(CareTeam, VRCareTeam)
* insert Search(patient, reference)
* insert Resource(Consent, VRInformationSharingConsent)
* insert Search(patient, reference)
* insert Search(status, token)
* insert Resource(Composition, VRFitNote)
* insert Search(patient, reference)
* insert Search(type, token)
* insert Sends(referral-request, sender)
* insert Sends(referral-update, sender)
* insert Sends(referral-cancel, sender)
* insert Sends(referral-response, receiver)
* insert Sends(status-update, receiver)
* insert Sends(fit-note, receiver)
* insert Sends(report, receiver)

Instance: vr-receiver
InstanceOf: CapabilityStatement
Usage: #definition
* insert Capability(receiver, VRReceiver, server, [[VR Receiver]])
* description = "What a system that takes referrals must be able to do: a vocational rehabilitation service."
* purpose = "A vendor can tell what to build so that every referral is answered (seed 001) and outcomes can be counted (seed 002)."
* insert Resource(Patient, VRPatient)
* insert Search(identifier, token)
* insert Search(family, string)
* insert Search(birthdate, date)
* insert Resource(PractitionerRole, VRPractitionerRole)
* insert Search(practitioner, reference)
* insert Resource(Organization, VROrganization)
* insert Search(identifier, token)
* insert Search(name, string)
* insert Resource(HealthcareService, VRService)
* insert Search(name, string)
* insert OwnSearch(support-level-offered, vr-support-level, token)
* insert OwnSearch(intervention-offered, vr-intervention, token)
* insert OwnSearch(referral-route-accepted, vr-referral-route, token)
* insert Resource(ServiceRequest, VRPrescription)
* insert Writes
* insert Search(patient, reference)
* insert Search(status, token)
* insert Search(identifier, token)
* insert Search(authored, date)
* insert OwnSearch(support-level, vr-support-level, token)
* insert OwnSearch(referral-route, vr-referral-route, token)
* insert OwnSearch(review-date, vr-review-date, date)
* insert Resource(Task, VRReferralTask)
* insert Writes
* insert Search(patient, reference)
* insert Search(status, token)
* insert Search(business-status, token)
* insert Search(focus, reference)
* insert Search(owner, reference)
* insert Resource(Observation, VREmployment)
* insert Search(patient, reference)
* insert Search(code, token)
* insert Search(date, date)
* insert Resource(QuestionnaireResponse, VRWorkNeedsResponse)
* insert Search(patient, reference)
* insert Search(questionnaire, reference)
* insert Resource(CarePlan, VRPlan)
* insert Search(patient, reference)
* insert Search(status, token)
* insert Resource(Goal, VRGoal)
* insert Search(patient, reference)
* insert Resource(CareTeam, VRCareTeam)
* insert Search(patient, reference)
* insert Resource(Consent, VRInformationSharingConsent)
* insert Search(patient, reference)
* insert Search(status, token)
* insert Resource(Composition, VRFitNote)
* insert Search(patient, reference)
* insert Search(type, token)
* insert Sends(referral-response, sender)
* insert Sends(status-update, sender)
* insert Sends(fit-note, sender)
* insert Sends(report, sender)
* insert Sends(referral-request, receiver)
* insert Sends(referral-update, receiver)
* insert Sends(referral-cancel, receiver)

Instance: vr-hub
InstanceOf: CapabilityStatement
Usage: #definition
* insert Capability(hub, VRHub, server, [[VR Sender and Receiver]])
* description = "What a system that does both must be able to do, such as an endpoint between a practice and several services."
* purpose = "Within a primary care network one system is both (seed 002)."
* insert Resource(Patient, VRPatient)
* insert Search(identifier, token)
* insert Search(family, string)
* insert Search(birthdate, date)
* insert Resource(PractitionerRole, VRPractitionerRole)
* insert Search(practitioner, reference)
* insert Resource(Organization, VROrganization)
* insert Search(identifier, token)
* insert Search(name, string)
* insert Resource(HealthcareService, VRService)
* insert Search(name, string)
* insert OwnSearch(support-level-offered, vr-support-level, token)
* insert OwnSearch(intervention-offered, vr-intervention, token)
* insert OwnSearch(referral-route-accepted, vr-referral-route, token)
* insert Resource(ServiceRequest, VRPrescription)
* insert Writes
* insert Search(patient, reference)
* insert Search(status, token)
* insert Search(identifier, token)
* insert Search(authored, date)
* insert OwnSearch(support-level, vr-support-level, token)
* insert OwnSearch(referral-route, vr-referral-route, token)
* insert OwnSearch(review-date, vr-review-date, date)
* insert Resource(Task, VRReferralTask)
* insert Writes
* insert Search(patient, reference)
* insert Search(status, token)
* insert Search(business-status, token)
* insert Search(focus, reference)
* insert Search(owner, reference)
* insert Resource(Observation, VREmployment)
* insert Search(patient, reference)
* insert Search(code, token)
* insert Search(date, date)
* insert Resource(QuestionnaireResponse, VRWorkNeedsResponse)
* insert Writes
* insert Search(patient, reference)
* insert Search(questionnaire, reference)
* insert Resource(CarePlan, VRPlan)
* insert Writes
* insert Search(patient, reference)
* insert Search(status, token)
* insert Resource(Goal, VRGoal)
* insert Search(patient, reference)
* insert Resource(CareTeam, VRCareTeam)
* insert Search(patient, reference)
* insert Resource(Consent, VRInformationSharingConsent)
* insert Writes
* insert Search(patient, reference)
* insert Search(status, token)
* insert Resource(Composition, VRFitNote)
* insert Search(patient, reference)
* insert Search(type, token)
* insert Sends(referral-request, sender)
* insert Sends(referral-update, sender)
* insert Sends(referral-cancel, sender)
* insert Sends(referral-response, sender)
* insert Sends(status-update, sender)
* insert Sends(fit-note, sender)
* insert Sends(report, sender)
* insert Sends(referral-request, receiver)
* insert Sends(referral-update, receiver)
* insert Sends(referral-cancel, receiver)
* insert Sends(referral-response, receiver)
* insert Sends(status-update, receiver)
* insert Sends(fit-note, receiver)
* insert Sends(report, receiver)
