// The end of the work-needs assessment: who may know, and the scores.

RuleSet: WorkNeedsClosing
* item[+] insert QuestionGroup(sharing, [[Who may know]])
* item[=] insert ExtractTo(VR-InformationSharingConsent)
* item[=] insert ExtractCode(VR-InformationSharingConsent#Consent.status, proposed)
* item[=] insert ExtractFrom(VR-InformationSharingConsent#Consent.patient, %resource.subject)
* item[=] insert ExtractFrom(VR-InformationSharingConsent#Consent.dateTime, %resource.authored)
* item[=].item[+] insert Question(sharing-employer, #boolean, [[May we talk to your employer?]])
* item[=].item[=].required = true
* item[=].item[=] insert Help(sharing-employer, [[You decide what they hear, and you can change your mind at any time.]])
* item[=].item[+] insert Question(sharing-employer-contact, #string, [[Whom may we talk to there?]])
* item[=].item[=].required = true
* item[=].item[=] insert WhenTrue(sharing-employer, =, true)
* item[=].item[=] insert Help(sharing-employer-contact, [[Name and telephone number or e-mail.]])
* item[=].item[+] insert Question(sharing-content, #choice, [[What may they hear?]])
* item[=].item[=].required = true
* item[=].item[=].repeats = true
* item[=].item[=].answerValueSet = Canonical(VRContentClassVS)
* item[=].item[=] insert WhenTrue(sharing-employer, =, true)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-InformationSharingConsent#Consent.provision.class"
* item[=].item[=] insert Help(sharing-content, [[Without your yes, they do not learn your diagnosis.]])
* item[=].item[+] insert Question(sharing-others, #choice, [[Who else may see the assessment?]])
* item[=].item[=].repeats = true
* item[=].item[=].answerValueSet = Canonical(VRRecipientClassVS)
* item[=].item[+] insert Question(sharing-until, #date, [[Until when?]])
* item[=].item[=] insert WhenTrue(sharing-employer, =, true)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-InformationSharingConsent#Consent.provision.period.end"
* item[=].item[+] insert Question(sharing-copy, #boolean, [[Do you want a copy of the report?]])
* item[+] insert QuestionGroup(scores, [[Scores]])
* item[=].item[+] insert Question(score-work-ability, #integer, [[Work ability (0 to 10)]])
* item[=].item[=] insert Calculate([[%resource.item.where(linkId = 'wish').item.where(linkId = 'wish-work-ability').answer.value]])
* item[=].item[+] insert Question(score-hna-concern, #integer, [[Work concern (0 to 10)]])
* item[=].item[=] insert Calculate([[%resource.item.where(linkId = 'wish').item.where(linkId = 'wish-hna-concern').answer.value]])
* item[=].item[+] insert Question(score-barriers, #integer, [[Number of barriers]])
* item[=].item[=] insert Calculate([[%resource.item.where(linkId = 'barriers').item.where(linkId = 'barriers-list').answer.count()]])
* item[=].item[+] insert Question(score-function, #integer, [[Number of activities that are hard or impossible]])
* item[=].item[=] insert Calculate([[%resource.item.where(linkId = 'function').item.answer.value.where(code = 'severe' or code = 'cannot').count()]])
