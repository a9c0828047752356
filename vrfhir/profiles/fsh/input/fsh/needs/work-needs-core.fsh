// The core of the work-needs assessment: person, job, absence, health, function, barriers, wish, what was tried.

RuleSet: WorkNeedsCore
* item[+] insert QuestionGroup(person, [[About you]])
* item[=].item[+] insert Question(person-name, #string, [[Your name]])
* item[=].item[=].required = true
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-Patient#Patient.name.text"
* item[=].item[=] insert Populate([[%patient.name.where(use = 'official').first().select(given.join(' ') & ' ' & family)]])
* item[=].item[+] insert Question(person-birth-date, #date, [[Your date of birth]])
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-Patient#Patient.birthDate"
* item[=].item[=] insert Populate([[%patient.birthDate]])
* item[=].item[+] insert Question(person-language, #string, [[Do you need an interpreter or help to communicate? Which?]])
* item[=].item[=] insert Help(person-language, [[Leave empty if not.]])
* item[=].item[+] insert Question(person-completed-by, #choice, [[Who fills in this form?]])
* item[=].item[=].required = true
* item[=].item[=].answerValueSet = Canonical(VRRespondentVS)
* item[+] insert QuestionGroup(contact, [[How to reach you]])
* item[=].item[+] insert Question(contact-mode, #choice, [[How would you like to be seen?]])
* item[=].item[=].answerValueSet = Canonical(VRContactModeVS)
* item[=].item[+] insert Question(contact-telephone, #string, [[On which telephone number can we call you?]])
* item[=].item[=] insert Populate([[%patient.telecom.where(system = 'phone').first().value]])
* item[=].item[+] insert Question(contact-message, #boolean, [[May we leave a message?]])
* item[=].item[=] insert Help(contact-message, [[Choose no if others might hear it who should not.]])
* item[=].item[+] insert Question(contact-time, #string, [[When is the best time to call?]])
* item[+] insert QuestionGroup(job, [[Your job]])
* item[=].item[+] insert Question(job-status, #choice, [[What is your employment status?]])
* item[=].item[=].required = true
* item[=].item[=].answerValueSet = Canonical(VREmploymentStatusVS)
* item[=].item[=] insert ExtractObservation
* item[=].item[=] insert Help(job-status, [[Employed also means employed and off sick.]])
* item[=].item[+] insert Question(job-title, #string, [[What is your job?]])
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-Employment#Observation.value[x].text"
* item[=].item[=] insert Populate([[%employment.entry.resource.value.text]])
* item[=].item[=] insert Help(job-title, [[In your own words, for instance lorry driver.]])
* item[=].item[+] insert Question(job-employer, #string, [[Who is your employer?]])
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[=] insert Populate([[%employment.entry.resource.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-JobEmployer').value.display]])
* item[=].item[+] insert Question(job-employer-size, #choice, [[How many people work there?]])
* item[=].item[=].answerValueSet = Canonical(VREmployerSizeVS)
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[+] insert Question(job-occupational-health, #choice, [[Does your employer have an occupational health service?]])
* item[=].item[=].answerValueSet = Canonical(VRYesNoUnknownVS)
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[+] insert Question(job-contract, #choice, [[What kind of contract do you have?]])
* item[=].item[=].answerValueSet = Canonical(VRContractVS)
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-Employment#Observation.component:contract.value[x]"
* item[=].item[+] insert Question(job-hours, #decimal, [[How many hours a week do you work by contract?]])
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[=] insert Range(Decimal, 0, 168)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-Employment#Observation.component:weeklyHours.value[x].value"
* item[=].item[=] insert Populate([[%employment.entry.resource.component.where(code.coding.code = 'weekly-hours').value.value]])
* item[=].item[+] insert Question(job-pattern, #string, [[Which days and times do you work?]])
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[=] insert Help(job-pattern, [[For instance shifts, nights, weekends.]])
* item[=].item[+] insert Question(job-since, #date, [[Since when do you have this job?]])
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[+] insert Question(job-demands, #choice, [[What does your job ask of you?]])
* item[=].item[=].repeats = true
* item[=].item[=].answerValueSet = Canonical(VRJobDemandVS)
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-Employment#Observation.component:demand.value[x]"
* item[=].item[=] insert Help(job-demands, [[Choose all that are a regular part of it.]])
* item[=].item[+] insert Question(job-hardest, #text, [[Which part of your job is hardest for you now?]])
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[+] insert Question(job-looking, #text, [[What work would you like to do?]])
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#02)
* item[+] insert QuestionGroup(absence, [[Being off work]])
* item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[+] insert Question(absence-now, #boolean, [[Are you off work because of your health now?]])
* item[=].item[=].required = true
* item[=].item[=] insert Populate([[%absence.entry.resource.value.coding.where(code = 'Y').exists()]])
* item[=].item[=] insert ExtractObservation
* item[=].item[+] insert Question(absence-since, #date, [[Since when?]])
* item[=].item[=].required = true
* item[=].item[=] insert WhenTrue(absence-now, =, true)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-WorkAbsence#Observation.effective[x].start"
* item[=].item[=] insert Populate([[%absence.entry.resource.effective.start]])
* item[=].item[+] insert Question(absence-fit-notes, #integer, [[How many fit notes have you had for this absence?]])
* item[=].item[=] insert WhenTrue(absence-now, =, true)
* item[=].item[=] insert RangeFrom(Integer, 0)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-WorkAbsence#Observation.component:fitNotes.value[x]"
* item[=].item[=] insert Populate([[%absence.entry.resource.component.where(code.coding.code = 'fit-note-count').value]])
* item[=].item[+] insert Question(absence-fit-note-end, #date, [[When does your fit note end?]])
* item[=].item[=] insert WhenTrue(absence-now, =, true)
* item[=].item[+] insert Question(absence-episodes, #integer, [[How often have you been off for this in the last twelve months?]])
* item[=].item[=] insert RangeFrom(Integer, 0)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-WorkAbsence#Observation.component:episodes.value[x]"
* item[=].item[=] insert Help(absence-episodes, [[Count this absence too.]])
* item[=].item[+] insert Question(absence-sick-pay, #choice, [[What are you paid while you are off?]])
* item[=].item[=].answerValueSet = Canonical(VRSickPayVS)
* item[=].item[=] insert WhenTrue(absence-now, =, true)
* item[=].item[+] insert Question(absence-work-cause, #choice, [[Do you think that work has caused your problem or made it worse?]])
* item[=].item[=].answerValueSet = Canonical(VRYesNoUnknownVS)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-WorkAbsence#Observation.component:workRelated.value[x]"
* item[+] insert QuestionGroup(health, [[Your health]])
* item[=].item[+] insert Question(health-conditions, #text, [[Which health problems affect your work?]])
* item[=].item[=].required = true
* item[=].item[=] insert Populate([[%conditions.entry.resource.code.text.join('; ')]])
* item[=].item[=] insert Help(health-conditions, [[In your own words. You need not name a diagnosis.]])
* item[=].item[+] insert Question(health-groups, #choice, [[What are they about?]])
* item[=].item[=].required = true
* item[=].item[=].repeats = true
* item[=].item[=].answerValueSet = Canonical(VRConditionGroupVS)
* item[=].item[=] insert Help(health-groups, [[This opens the questions that fit. Choose all that apply.]])
* item[=].item[+] insert Question(health-treatment, #text, [[Which treatment do you have or wait for?]])
* item[=].item[=] insert Help(health-treatment, [[With dates, if you know them.]])
* item[=].item[+] insert Question(health-medicines, #text, [[Do medicines affect you at work, for instance by making you drowsy?]])
* item[=].item[+] insert Question(health-prognosis, #choice, [[How do you expect your health to be in three months?]])
* item[=].item[=].answerValueSet = Canonical(VRExpectationVS)
* item[=].item[+] insert Question(health-sleep, #choice, [[How much does poor sleep trouble you?]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(health-pain, #choice, [[How much does pain trouble you?]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(health-fatigue, #choice, [[How much does tiredness trouble you?]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[+] insert QuestionGroup(function, [[What you can do]])
* item[=].item[+] insert Question(function-sitting, #choice, [[Sitting for an hour]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(function-standing, #choice, [[Standing for an hour]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(function-walking, #choice, [[Walking and stairs]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(function-lifting, #choice, [[Lifting and carrying]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(function-hands, #choice, [[Using your hands]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(function-concentrating, #choice, [[Concentrating and remembering]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(function-people, #choice, [[Dealing with people]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(function-travelling, #choice, [[Getting to work]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(function-note, #text, [[Is there more that is hard for you at work?]])
* item[+] insert QuestionGroup(barriers, [[What stands in the way]])
* item[=].item[+] insert Question(barriers-list, #choice, [[What makes it hard to stay at work or to go back?]])
* item[=].item[=].repeats = true
* item[=].item[=].answerValueSet = Canonical(VRBarrierVS)
* item[=].item[=] insert ExtractObservation
* item[=].item[=] insert Help(barriers-list, [[Choose all that apply, at work and outside it. Only those you agree to will learn of it.]])
* item[=].item[+] insert Question(barriers-main, #choice, [[Which of these matters most?]])
* item[=].item[=].answerValueSet = Canonical(VRBarrierVS)
* item[=].item[+] insert Question(barriers-detail, #text, [[Would you like to say more about it?]])
* item[=].item[+] insert Question(barriers-bullying-help, #boolean, [[Would you like to talk to somebody about bullying or harassment?]])
* item[=].item[=] insert WhenCode(barriers-list, =, VRBarrier#bullying)
* item[=].item[+] insert Question(barriers-substance-help, #boolean, [[Would you like help with alcohol or drugs?]])
* item[=].item[=] insert WhenCode(barriers-list, =, VRBarrier#substance-use)
* item[=].item[+] insert Question(barriers-debt-help, #boolean, [[Would you like advice on money or debt?]])
* item[=].item[=] insert WhenCode(barriers-list, =, VRBarrier#debt)
* item[=].item[+] insert Question(barriers-dispute, #text, [[What is the dispute about, and how far has it come?]])
* item[=].item[=] insert WhenCode(barriers-list, =, VRBarrier#legal-dispute)
* item[=].item[=] insert Help(barriers-dispute, [[A dispute does not shut you out; the service may have to plan around it.]])
* item[+] insert QuestionGroup(wish, [[What you want]])
* item[=].item[+] insert Question(wish-now, #choice, [[Do you want help to stay in, return to or find work?]])
* item[=].item[=].required = true
* item[=].item[=].answerValueSet = Canonical(VRPatientWishVS)
* item[=].item[=] insert Help(wish-now, [[Not now is an answer: we ask again when you say.]])
* item[=].item[+] insert Question(wish-review, #date, [[When may we ask again?]])
* item[=].item[=].required = true
* item[=].item[=] insert WhenCode(wish-now, =, VRPatientWish#not-now)
* item[=].item[+] insert Question(wish-goal, #choice, [[What would you like to achieve?]])
* item[=].item[=].answerValueSet = Canonical(VRWorkGoalVS)
* item[=].item[=] insert WhenCode(wish-now, !=, VRPatientWish#not-now)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-Goal#Goal.description"
* item[=].item[+] insert Question(wish-date, #date, [[By when?]])
* item[=].item[=] insert WhenTrue(wish-goal, exists, true)
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-Goal#Goal.target.due[x]"
* item[=].item[+] insert Question(wish-work-ability, #integer, [[How well can you work now, if 10 is your best ever and 0 is not at all?]])
* item[=].item[=].code[+] = VRScoreCodes#work-ability
* item[=].item[=].required = true
* item[=].item[=] insert Range(Integer, 0, 10)
* item[=].item[=] insert ExtractObservation
* item[=].item[+] insert Question(wish-confidence, #integer, [[How confident are you that you will be at work in three months, from 0 to 10?]])
* item[=].item[=].code[+] = VRScoreCodes#return-confidence
* item[=].item[=] insert Range(Integer, 0, 10)
* item[=].item[=] insert ExtractObservation
* item[=].item[+] insert Question(wish-hna-concern, #integer, [[How much does work or education worry you, from 0 to 10?]])
* item[=].item[=].code[+] = VRScoreCodes#hna-work-concern
* item[=].item[=] insert Range(Integer, 0, 10)
* item[=].item[=] insert Populate([[%hna.entry.resource.value.value]])
* item[=].item[=] insert ExtractObservation
* item[=].item[=] insert Help(wish-hna-concern, [[The same question as in a Holistic Needs Assessment; it is filled in from there where one was done.]])
* item[+] insert QuestionGroup(tried, [[What was tried]])
* item[=].item[+] insert Question(tried-employer, #boolean, [[Have you talked to your employer about what would help?]])
* item[=].item[=] insert WhenCode(job-status, =, VREmploymentStatus#01)
* item[=].item[+] insert Question(tried-employer-answer, #text, [[What did your employer say?]])
* item[=].item[=] insert WhenTrue(tried-employer, =, true)
* item[=].item[+] insert Question(tried-adjustments, #choice, [[Which changes at work were tried?]])
* item[=].item[=].repeats = true
* item[=].item[=].answerValueSet = Canonical(VRAdjustmentVS)
* item[=].item[+] insert Question(tried-adjustments-result, #text, [[Did they help?]])
* item[=].item[=] insert WhenTrue(tried-adjustments, exists, true)
* item[=].item[+] insert Question(tried-interventions, #choice, [[Which help have you had?]])
* item[=].item[=].repeats = true
* item[=].item[=].answerValueSet = Canonical(VRInterventionVS)
* item[=].item[+] insert Question(tried-access-to-work, #boolean, [[Do you have or have you asked for Access to Work?]])
* item[+] insert QuestionGroup(support, [[What would help]])
* item[=] insert WhenCode(wish-now, !=, VRPatientWish#not-now)
* item[=].item[+] insert Question(support-adjustments, #choice, [[Which changes at work would help?]])
* item[=].item[=].repeats = true
* item[=].item[=].answerValueSet = Canonical(VRAdjustmentVS)
* item[=].item[+] insert Question(support-interventions, #choice, [[Which help would you like?]])
* item[=].item[=].repeats = true
* item[=].item[=].answerValueSet = Canonical(VRInterventionVS)
* item[=].item[+] insert Question(support-other, #text, [[Is there something else that would help?]])
