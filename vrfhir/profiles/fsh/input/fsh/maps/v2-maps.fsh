Instance: vr-referral-status-to-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(referral-status-to-v2, VRReferralStatusToV2)
* title = "VR Referral Status to HL7 v2 Table 0283"
* description = "From the stage of a referral to RF1-1. The exact stage goes along as the alternate triplet."
* purpose = "Table 0283 knows four states; a closed loop needs sixteen (seed 001). A reader that knows only the table still reads whether the referral was taken."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-referral-status", "http://terminology.hl7.org/CodeSystem/v2-0283")
* insert Map(received, wider, P)
* insert Map(triaged, wider, P)
* insert Map(more-information, wider, P)
* insert Map(accepted, wider, A)
* insert Map(waiting, wider, A)
* insert Map(assessment-booked, wider, A)
* insert Map(assessed, wider, A)
* insert Map(plan-agreed, wider, A)
* insert Map(returning, wider, A)
* insert Map(at-work, wider, A)
* insert Map(sustained-13w, wider, A)
* insert Map(sustained-26w, wider, A)
* insert Map(discharged, wider, A)
* insert Map(declined, wider, R)
* insert Map(withdrawn, wider, E)
* insert Map(not-reached, wider, R)

Instance: vr-referral-status-from-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(referral-status-from-v2, VRReferralStatusFromV2)
* title = "VR Referral Status from HL7 v2 Table 0283"
* description = "From RF1-1 to the stage of a referral, where the sender gives nothing finer."
* purpose = "Nothing is invented: an accepted referral is accepted, no more."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v2-0283", "https://vrfhir.org/fhir/CodeSystem/vr-referral-status")
* insert Map(A, equivalent, accepted)
* insert Map(P, equivalent, received)
* insert Map(R, equivalent, declined)
* insert Near(E, withdrawn, [[Expired: nobody took it back, but it is void.]])

Instance: vr-priority-from-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(priority-from-v2, VRPriorityFromV2)
* title = "VR Priority from HL7 v2 Table 0280"
* description = "From RF1-2 to the priority of the prescription."
* purpose = "The same map serves the way back, with urgent sent as ASAP."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v2-0280", "http://hl7.org/fhir/request-priority")
* insert Map(S, equivalent, stat)
* insert Map(A, equivalent, asap)
* insert Map(R, equivalent, routine)

Instance: vr-priority-to-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(priority-to-v2, VRPriorityToV2)
* title = "VR Priority to HL7 v2 Table 0280"
* description = "From the priority of the prescription to RF1-2."
* purpose = "Table 0280 has no urgent; ASAP is the next more urgent one."
* insert FromTo("http://hl7.org/fhir/request-priority", "http://terminology.hl7.org/CodeSystem/v2-0280")
* insert Map(stat, equivalent, S)
* insert Map(asap, equivalent, A)
* insert Near(urgent, A, [[Table 0280 has no urgent.]])
* insert Map(routine, equivalent, R)

Instance: vr-disposition-from-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(disposition-from-v2, VRDispositionFromV2)
* title = "VR Disposition from HL7 v2 Table 0282"
* description = "From RF1-4, what the sender expects back, to the outputs of the Task."
* purpose = "Only the written report has an output of its own; the others stay as codes in the order detail."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v2-0282", "https://vrfhir.org/fhir/CodeSystem/vr-task-output")
* insert Near(WR, report, [[The table speaks of a written report; the output may be a report of any kind.]])
* insert NoMap(RP, [[Kept as a code in the order detail.]])
* insert NoMap(AM, [[Kept as a code in the order detail.]])
* insert NoMap(SO, [[Kept as a code in the order detail.]])

Instance: vr-referral-type-from-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(referral-type-from-v2, VRReferralTypeFromV2)
* title = "VR Referral Type from HL7 v2 Table 0281"
* description = "From RF1-3 to the VR category."
* purpose = "Table 0281 has no vocational rehabilitation: a message says it by SNOMED CT or a VR code, and codes of the table stay as performer type."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v2-0281", "https://vrfhir.org/fhir/CodeSystem/vr-category")
* insert NoMap(HOM, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(LAB, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(MED, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(PSY, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(RAD, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(SKN, [[Kept as performer type; not vocational rehabilitation.]])

Instance: vr-patient-class-from-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(patient-class-from-v2, VRPatientClassFromV2)
* title = "VR Patient Class from HL7 v2 Table 0284"
* description = "From RF1-5 to the class of the encounter in which the referral was made."
* purpose = "The mapper carries the code; the class says where the patient was."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v2-0284", "http://terminology.hl7.org/CodeSystem/v3-ActCode")
* insert Map(I, equivalent, IMP)
* insert Map(O, equivalent, AMB)
* insert Map(A, equivalent, AMB)
* insert Map(E, equivalent, EMER)

Instance: vr-provider-role-from-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(provider-role-from-v2, VRProviderRoleFromV2)
* title = "VR Provider Role from HL7 v2 Table 0286"
* description = "From PRD-1 to what a person does in the referral."
* purpose = "Roles of table 0286 are kept as codes of the PractitionerRole; the map says which element they fill."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v2-0286", "http://terminology.hl7.org/CodeSystem/v3-ParticipationType")
* insert Map(RP, equivalent, REFB)
* insert Map(RT, equivalent, REFT)
* insert Map(CP, equivalent, CON)
* insert Near(PP, PPRF, [[Primary care provider against primary performer.]])

Instance: vr-referral-reason-from-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(referral-reason-from-v2, VRReferralReasonFromV2)
* title = "VR Referral Reason from HL7 v2 Table 0336"
* description = "From RF1-10 to the trigger of the referral."
* purpose = "Two of the four codes say who wanted the referral; the others have no counterpart."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v2-0336", "https://vrfhir.org/fhir/CodeSystem/vr-referral-trigger")
* insert Near(P, patient-request, [[The patient preferred this provider, or asked for the referral.]])
* insert NoMap(O, [[Kept as reason code; says only that a provider ordered it.]])
* insert NoMap(S, [[Kept as reason code.]])
* insert NoMap(W, [[Kept as reason code.]])
