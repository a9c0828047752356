// Module of the work-needs assessment: cancer.

RuleSet: WorkNeedsCancer
* item[+] insert QuestionGroup(cancer, [[Cancer and work]])
* item[=] insert WhenCode(health-groups, =, VRConditionGroup#cancer)
* item[=].item[+] insert Question(cancer-stage, #choice, [[Where are you in your treatment?]])
* item[=].item[=].answerValueSet = Canonical(VRPathwayPointVS)
* item[=].item[+] insert Question(cancer-treatment-days, #text, [[Which days does treatment take, and how are the days after it?]])
* item[=].item[+] insert Question(cancer-fatigue, #choice, [[How much does cancer-related tiredness affect what you do in a day?]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(cancer-thinking, #choice, [[How hard are thinking and remembering since treatment?]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(cancer-arm-neuropathy, #choice, [[How much do swelling, numbness or a stiff arm trouble you at work?]])
* item[=].item[=].answerValueSet = Canonical(VRDifficultyVS)
* item[=].item[+] insert Question(cancer-told-work, #boolean, [[Have you told people at work?]])
* item[=].item[=] insert Help(cancer-told-work, [[Whom you tell is for you to decide.]])
* item[=].item[+] insert Question(cancer-reactions, #text, [[How did they react, or how do you think they would?]])
* item[=].item[+] insert Question(cancer-late-effects, #boolean, [[Do you want to know more about effects that may come later?]])
* item[=].item[+] insert Question(cancer-infection, #boolean, [[Were you told to avoid infections?]])
