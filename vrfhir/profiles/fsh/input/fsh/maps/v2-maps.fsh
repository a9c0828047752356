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
* purpose = "Referrers are told where a case stands (seed 001), and nothing is invented: an accepted referral is accepted, no more."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v2-0283", "https://vrfhir.org/fhir/CodeSystem/vr-referral-status")
* insert Said(A, narrower, accepted, [[The table also says accepted of a case that has gone further.]])
* insert Said(P, narrower, received, [[The table also says pending of a referral that was triaged.]])
* insert Said(R, narrower, declined, [[The table also says rejected of a patient who could not be reached.]])
* insert Near(E, withdrawn, [[Expired: nobody took it back, but it is void.]])

Instance: vr-priority-from-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(priority-from-v2, VRPriorityFromV2)
* title = "VR Priority from HL7 v2 Table 0280"
* description = "From RF1-2 to the priority of the prescription."
* purpose = "An urgent referral stays urgent on its way from an older system (seed 001)."
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
* purpose = "An urgent referral stays urgent on its way to an older system (seed 001): table 0280 has no urgent; ASAP is the next more urgent one."
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
* purpose = "GPs want a report back (seed 004). Only the written report has an output of its own; the others stay as codes in the order detail."
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
* purpose = "Vocational rehabilitation is missing from the lists of older systems (seed 001): table 0281 does not have it, a message says it by SNOMED CT or a VR code, and codes of the table stay as performer type."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v2-0281", "https://vrfhir.org/fhir/CodeSystem/vr-category")
* insert NoMap(HOM, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(Hom, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(LAB, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(Lab, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(MED, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(Med, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(PSY, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(Psy, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(RAD, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(Rad, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(SKN, [[Kept as performer type; not vocational rehabilitation.]])
* insert NoMap(Skn, [[Kept as performer type; not vocational rehabilitation.]])

Instance: vr-patient-class-from-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(patient-class-from-v2, VRPatientClassFromV2)
* title = "VR Patient Class from HL7 v2 Table 0284"
* description = "From RF1-5 to the class of the encounter in which the referral was made."
* purpose = "Hospital and practice both refer (seeds 000 and 003); the class says where the patient was."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v2-0284", "http://terminology.hl7.org/CodeSystem/v3-ActCode")
* insert Map(I, equivalent, IMP)
* insert Map(O, wider, AMB)
* insert Map(A, wider, AMB)
* insert Map(E, equivalent, EMER)

Instance: vr-provider-role-from-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(provider-role-from-v2, VRProviderRoleFromV2)
* title = "VR Provider Role from HL7 v2 Table 0286"
* description = "From PRD-1 to what a person does in the referral."
* purpose = "Who referred and who is to act must not be swapped (seed 004). Roles of table 0286 are kept as codes of the PractitionerRole; the map says which element they fill."
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
* purpose = "What set off a referral is to be known (seeds 000 and 004); one of the four codes says that the patient wanted it, the others have no counterpart."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v2-0336", "https://vrfhir.org/fhir/CodeSystem/vr-referral-trigger")
* insert Near(P, patient-request, [[The patient preferred this provider, or asked for the referral.]])
* insert NoMap(O, [[Kept as reason code; says only that a provider ordered it.]])
* insert NoMap(S, [[Kept as reason code.]])
* insert NoMap(W, [[Kept as reason code.]])

Instance: vr-disposition-to-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(disposition-to-v2, VRDispositionToV2)
* title = "VR Task Output to HL7 v2 Table 0282"
* description = "From the outputs of the Task to RF1-4, what the sender expects back."
* purpose = "A GP who wants a report says so to an older system too (seed 004)."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-task-output", "http://terminology.hl7.org/CodeSystem/v2-0282")
* insert NoMap(plan, [[The table has no plan.]])
* insert Near(report, WR, [[The table speaks of a written report; the output may be a report of any kind.]])
* insert NoMap(fit-note, [[The table has no fit note.]])
* insert NoMap(outcome, [[The table has no outcome.]])

Instance: vr-referral-type-to-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(referral-type-to-v2, VRReferralTypeToV2)
* title = "VR Category to HL7 v2 Table 0281"
* description = "From the VR category to RF1-3."
* purpose = "Vocational rehabilitation is missing from the lists of older systems (seed 001); it is sent by its own code."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-category", "http://terminology.hl7.org/CodeSystem/v2-0281")
* insert NoMap(vocational-rehabilitation, [[Table 0281 has no such type; sent as a code of ours, with SNOMED CT as the alternate.]])

Instance: vr-patient-class-to-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(patient-class-to-v2, VRPatientClassToV2)
* title = "VR Patient Class to HL7 v2 Table 0284"
* description = "From the class of the encounter to RF1-5."
* purpose = "Hospital and practice both refer (seeds 000 and 003)."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v3-ActCode", "http://terminology.hl7.org/CodeSystem/v2-0284")
* insert Map(IMP, equivalent, I)
* insert Near(AMB, O, [[The class is ambulatory for both O and A of the table; O is what referrals carry.]])
* insert Map(EMER, equivalent, E)

Instance: vr-provider-role-to-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(provider-role-to-v2, VRProviderRoleToV2)
* title = "VR Provider Role to HL7 v2 Table 0286"
* description = "From what a person does in the referral to PRD-1."
* purpose = "Who referred and who is to act must not be swapped (seed 004)."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "http://terminology.hl7.org/CodeSystem/v2-0286")
* insert Map(REFB, equivalent, RP)
* insert Map(REFT, equivalent, RT)
* insert Map(CON, equivalent, CP)
* insert Near(PPRF, PP, [[Primary performer against primary care provider.]])

Instance: vr-referral-reason-to-v2
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(referral-reason-to-v2, VRReferralReasonToV2)
* title = "VR Referral Trigger to HL7 v2 Table 0336"
* description = "From what set off the referral to RF1-10."
* purpose = "What set off a referral is to be known (seeds 000 and 004); the table knows who wanted it and little more, so the VR code goes along."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-referral-trigger", "http://terminology.hl7.org/CodeSystem/v2-0336")
* insert NoMap(repeat-fit-note, [[The table has no counterpart; sent as a code of ours.]])
* insert NoMap(fit-note-request, [[The table has no counterpart; sent as a code of ours.]])
* insert NoMap(prolonged-absence, [[The table has no counterpart; sent as a code of ours.]])
* insert NoMap(recurrent-absence, [[The table has no counterpart; sent as a code of ours.]])
* insert NoMap(at-risk-at-work, [[The table has no counterpart; sent as a code of ours.]])
* insert NoMap(holistic-needs-assessment, [[The table has no counterpart; sent as a code of ours.]])
* insert NoMap(cancer-care-review, [[The table has no counterpart; sent as a code of ours.]])
* insert NoMap(rehabilitation-prescription, [[The table has no counterpart; sent as a code of ours.]])
* insert NoMap(new-diagnosis, [[The table has no counterpart; sent as a code of ours.]])
* insert NoMap(record-prompt, [[The table has no counterpart; sent as a code of ours.]])
* insert Near(patient-request, P, [[The table says that the patient preferred a provider.]])
* insert NoMap(employer-request, [[The table has no counterpart; sent as a code of ours.]])
