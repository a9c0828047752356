RuleSet: SearchParameter(id, name, code, base, type)
* url = "https://vrfhir.org/fhir/SearchParameter/vr-{id}"
* version = "0.1.0"
* name = "{name}"
* status = #draft
* code = #{code}
* base = #{base}
* type = #{type}
* xpathUsage = #normal

Instance: vr-support-level
InstanceOf: SearchParameter
Usage: #definition
* insert SearchParameter(support-level, VRSupportLevel, vr-support-level, ServiceRequest, token)
* description = "The support level asked for (seed 000: levels 1 to 3 are searchable; seed 004: options A, B and C)."
* purpose = "Seed 004: a service sorts its referrals by level."
* expression = "ServiceRequest.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-SupportLevel').extension('level').value"

Instance: vr-pathway-point
InstanceOf: SearchParameter
Usage: #definition
* insert SearchParameter(pathway-point, VRPathwayPoint, vr-pathway-point, ServiceRequest, token)
* description = "The point of the clinical pathway at which the prescription was written (seed 000)."
* purpose = "Seed 000: whether prescriptions are written near diagnosis can be counted."
* expression = "ServiceRequest.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-PathwayPoint').value"

Instance: vr-referral-route
InstanceOf: SearchParameter
Usage: #definition
* insert SearchParameter(referral-route, VRReferralRoute, vr-referral-route, ServiceRequest, token)
* description = "The route by which the referral came, self-referral among them (seeds 001 and 003)."
* purpose = "Seed 001: whether self-referral is used can be counted."
* expression = "ServiceRequest.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-ReferralRoute').value"

Instance: vr-review-date
InstanceOf: SearchParameter
Usage: #definition
* insert SearchParameter(review-date, VRReviewDate, vr-review-date, ServiceRequest, date)
* description = "When to ask a patient again who said not now (seed 003)."
* purpose = "Seed 003: who said not now is asked again, and not forgotten."
* expression = "ServiceRequest.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-PatientWish').extension('reviewDate').value.ofType(date)"

Instance: vr-task-output
InstanceOf: SearchParameter
Usage: #definition
* insert SearchParameter(task-output, VRTaskOutput, vr-output, Task, reference)
* description = "What a referral gave back: plan, report, fit note or outcome. The stage itself is searched with the business-status of the standard."
* purpose = "Seed 004: a GP finds what came of a referral."
* expression = "Task.output.value.ofType(Reference)"
* target[+] = #CarePlan
* target[+] = #Composition
* target[+] = #Observation
* target[+] = #Bundle
* target[+] = #DocumentReference

Instance: vr-support-level-offered
InstanceOf: SearchParameter
Usage: #definition
* insert SearchParameter(support-level-offered, VRSupportLevelOffered, vr-support-level, HealthcareService, token)
* description = "A level of support that a service offers, for the directory (seed 001)."
* purpose = "Seed 001: a referrer finds a service that can help."
* expression = "HealthcareService.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-SupportLevelOffered').value"

Instance: vr-intervention-offered
InstanceOf: SearchParameter
Usage: #definition
* insert SearchParameter(intervention-offered, VRInterventionOffered, vr-intervention, HealthcareService, token)
* description = "An intervention that a service offers, for the directory (seed 001)."
* purpose = "Seed 001: a referrer finds who does what is needed."
* expression = "HealthcareService.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-InterventionOffered').value"

Instance: vr-referral-route-accepted
InstanceOf: SearchParameter
Usage: #definition
* insert SearchParameter(referral-route-accepted, VRReferralRouteAccepted, vr-referral-route, HealthcareService, token)
* description = "A route by which a service takes referrals, such as self-referral (seed 001)."
* purpose = "Seed 001: a patient finds a service that takes self-referrals."
* expression = "HealthcareService.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-ReferralRouteAccepted').value"
