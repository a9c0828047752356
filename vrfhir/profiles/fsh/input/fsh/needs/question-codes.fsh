CodeSystem: VRQuestion
Id: vr-question
Title: "VR Question"
Description: "The questions and groups of the work-needs assessment. Each code is also the link id of its item, so that answers of other forms can be marked with it."
* ^purpose = "Each question has a code, so that answers to another service's form can be compared (seeds 002 and 003)."
* ^caseSensitive = true
* #person "About you" "About you."
* #person-name "Your name" "Your name."
* #person-birth-date "Your date of birth" "Your date of birth."
* #person-language "Do you need an interpreter or help to communicate? Which?" "The question: Do you need an interpreter or help to communicate? Which."
* #person-completed-by "Who fills in this form?" "The question: Who fills in this form."
* #contact "How to reach you" "How to reach you."
* #contact-mode "How would you like to be seen?" "The question: How would you like to be seen."
* #contact-telephone "On which telephone number can we call you?" "The question: On which telephone number can we call you."
* #contact-message "May we leave a message?" "The question: May we leave a message."
* #contact-time "When is the best time to call?" "The question: When is the best time to call."
* #job "Your job" "Your job."
* #job-status "What is your employment status?" "The question: What is your employment status."
* #job-title "What is your job?" "The question: What is your job."
* #job-employer "Who is your employer?" "The question: Who is your employer."
* #job-employer-size "How many people work there?" "The question: How many people work there."
* #job-occupational-health "Does your employer have an occupational health service?" "The question: Does your employer have an occupational health service."
* #job-contract "What kind of contract do you have?" "The question: What kind of contract do you have."
* #job-hours "How many hours a week do you work by contract?" "The question: How many hours a week do you work by contract."
* #job-pattern "Which days and times do you work?" "The question: Which days and times do you work."
* #job-since "Since when do you have this job?" "The question: Since when do you have this job."
* #job-demands "What does your job ask of you?" "The question: What does your job ask of you."
* #job-hardest "Which part of your job is hardest for you now?" "The question: Which part of your job is hardest for you now."
* #job-looking "What work would you like to do?" "The question: What work would you like to do."
* #absence "Being off work" "Being off work."
* #absence-now "Are you off work because of your health now?" "The question: Are you off work because of your health now."
* #absence-since "Since when?" "The question: Since when."
* #absence-fit-notes "How many fit notes have you had for this absence?" "The question: How many fit notes have you had for this absence."
* #absence-fit-note-end "When does your fit note end?" "The question: When does your fit note end."
* #absence-episodes "How often have you been off for this in the last twelve months?" "The question: How often have you been off for this in the last twelve months."
* #absence-sick-pay "What are you paid while you are off?" "The question: What are you paid while you are off."
* #absence-work-cause "Do you think that work has caused your problem or made it worse?" "The question: Do you think that work has caused your problem or made it worse."
* #health "Your health" "Your health."
* #health-conditions "Which health problems affect your work?" "The question: Which health problems affect your work."
* #health-groups "What are they about?" "The question: What are they about."
* #health-treatment "Which treatment do you have or wait for?" "The question: Which treatment do you have or wait for."
* #health-medicines "Do medicines affect you at work, for instance by making you drowsy?" "The question: Do medicines affect you at work, for instance by making you drowsy."
* #health-prognosis "How do you expect your health to be in three months?" "The question: How do you expect your health to be in three months."
* #health-sleep "How much does poor sleep trouble you?" "The question: How much does poor sleep trouble you."
* #health-pain "How much does pain trouble you?" "The question: How much does pain trouble you."
* #health-fatigue "How much does tiredness trouble you?" "The question: How much does tiredness trouble you."
* #function "What you can do" "What you can do."
* #function-sitting "Sitting for an hour" "Sitting for an hour."
* #function-standing "Standing for an hour" "Standing for an hour."
* #function-walking "Walking and stairs" "Walking and stairs."
* #function-lifting "Lifting and carrying" "Lifting and carrying."
* #function-hands "Using your hands" "Using your hands."
* #function-concentrating "Concentrating and remembering" "Concentrating and remembering."
* #function-people "Dealing with people" "Dealing with people."
* #function-travelling "Getting to work" "Getting to work."
* #function-note "Is there more that is hard for you at work?" "The question: Is there more that is hard for you at work."
* #barriers "What stands in the way" "What stands in the way."
* #barriers-list "What makes it hard to stay at work or to go back?" "The question: What makes it hard to stay at work or to go back."
* #barriers-main "Which of these matters most?" "The question: Which of these matters most."
* #barriers-detail "Would you like to say more about it?" "The question: Would you like to say more about it."
* #barriers-bullying-help "Would you like to talk to somebody about bullying or harassment?" "The question: Would you like to talk to somebody about bullying or harassment."
* #barriers-substance-help "Would you like help with alcohol or drugs?" "The question: Would you like help with alcohol or drugs."
* #barriers-debt-help "Would you like advice on money or debt?" "The question: Would you like advice on money or debt."
* #barriers-dispute "What is the dispute about, and how far has it come?" "The question: What is the dispute about, and how far has it come."
* #wish "What you want" "What you want."
* #wish-now "Do you want help to stay in, return to or find work?" "The question: Do you want help to stay in, return to or find work."
* #wish-review "When may we ask again?" "The question: When may we ask again."
* #wish-goal "What would you like to achieve?" "The question: What would you like to achieve."
* #wish-date "By when?" "The question: By when."
* #wish-work-ability "How well can you work now, if 10 is your best ever and 0 is not at all?" "The question: How well can you work now, if 10 is your best ever and 0 is not at all."
* #wish-confidence "How confident are you that you will be at work in three months, from 0 to 10?" "The question: How confident are you that you will be at work in three months, from 0 to 10."
* #wish-hna-concern "How much does work or education worry you, from 0 to 10?" "The question: How much does work or education worry you, from 0 to 10."
* #tried "What was tried" "What was tried."
* #tried-employer "Have you talked to your employer about what would help?" "The question: Have you talked to your employer about what would help."
* #tried-employer-answer "What did your employer say?" "The question: What did your employer say."
* #tried-adjustments "Which changes at work were tried?" "The question: Which changes at work were tried."
* #tried-adjustments-result "Did they help?" "The question: Did they help."
* #tried-interventions "Which help have you had?" "The question: Which help have you had."
* #tried-access-to-work "Do you have or have you asked for Access to Work?" "The question: Do you have or have you asked for Access to Work."
* #support "What would help" "What would help."
* #support-adjustments "Which changes at work would help?" "The question: Which changes at work would help."
* #support-interventions "Which help would you like?" "The question: Which help would you like."
* #support-other "Is there something else that would help?" "The question: Is there something else that would help."
* #sharing "Who may know" "Who may know."
* #sharing-employer "May we talk to your employer?" "The question: May we talk to your employer."
* #sharing-employer-contact "Whom may we talk to there?" "The question: Whom may we talk to there."
* #sharing-content "What may they hear?" "The question: What may they hear."
* #sharing-others "Who else may see the assessment?" "The question: Who else may see the assessment."
* #sharing-until "Until when?" "The question: Until when."
* #sharing-copy "Do you want a copy of the report?" "The question: Do you want a copy of the report."
* #scores "Scores" "Scores."
* #score-work-ability "Work ability (0 to 10)" "Work ability (0 to 10)."
* #score-hna-concern "Work concern (0 to 10)" "Work concern (0 to 10)."
* #score-barriers "Number of barriers" "Number of barriers."
* #score-function "Number of activities that are hard or impossible" "Number of activities that are hard or impossible."
* #cancer "Cancer and work" "Cancer and work."
* #cancer-stage "Where are you in your treatment?" "The question: Where are you in your treatment."
* #cancer-treatment-days "Which days does treatment take, and how are the days after it?" "The question: Which days does treatment take, and how are the days after it."
* #cancer-fatigue "How much does cancer-related tiredness affect what you do in a day?" "The question: How much does cancer-related tiredness affect what you do in a day."
* #cancer-thinking "How hard are thinking and remembering since treatment?" "The question: How hard are thinking and remembering since treatment."
* #cancer-arm-neuropathy "How much do swelling, numbness or a stiff arm trouble you at work?" "The question: How much do swelling, numbness or a stiff arm trouble you at work."
* #cancer-told-work "Have you told people at work?" "The question: Have you told people at work."
* #cancer-reactions "How did they react, or how do you think they would?" "The question: How did they react, or how do you think they would."
* #cancer-late-effects "Do you want to know more about effects that may come later?" "The question: Do you want to know more about effects that may come later."
* #cancer-infection "Were you told to avoid infections?" "The question: Were you told to avoid infections."
* #neurological "Nervous system and work" "Nervous system and work."
* #neuro-course "How does your condition go?" "The question: How does your condition go."
* #neuro-new-diagnosis "Were you told the diagnosis in the last twelve months?" "The question: Were you told the diagnosis in the last twelve months."
* #neuro-heat "Does heat make it worse?" "The question: Does heat make it worse."
* #neuro-bladder "Do you need to be near a toilet?" "The question: Do you need to be near a toilet."
* #neuro-vision "How hard is seeing, also at a screen?" "The question: How hard is seeing, also at a screen."
* #neuro-balance "How hard are balance and moving about?" "The question: How hard are balance and moving about."
* #neuro-speech "How hard are speaking and following talk?" "The question: How hard are speaking and following talk."
* #neuro-seizures "Have you had seizures or blackouts in the last twelve months?" "The question: Have you had seizures or blackouts in the last twelve months."
* #neuro-driving "Have you told the DVLA, if you had to?" "The question: Have you told the DVLA, if you had to."
* #neuro-disclosed "Does your employer know?" "The question: Does your employer know."
* #musculoskeletal "Muscles, bones and joints and work" "Muscles, bones and joints and work."
* #msk-place "Where is the pain or stiffness?" "The question: Where is the pain or stiffness."
* #msk-since "Since when?" "The question: Since when."
* #msk-bending "How hard are bending and twisting?" "The question: How hard are bending and twisting."
* #msk-reaching "How hard are reaching and working above your head?" "The question: How hard are reaching and working above your head."
* #msk-gripping "How hard are gripping and fine work?" "The question: How hard are gripping and fine work."
* #msk-driving "How hard is driving?" "The question: How hard is driving."
* #msk-morning "How many hours a day are you stiff?" "The question: How many hours a day are you stiff."
* #msk-surgery "When is or was your operation?" "The question: When is or was your operation."
* #msk-fear "Are you afraid that work will harm your back or joints?" "The question: Are you afraid that work will harm your back or joints."
* #msk-red-flags "Have you new weakness, numbness between the legs, or trouble with bladder or bowel?" "The question: Have you new weakness, numbness between the legs, or trouble with bladder or bowel."
* #mental-health "Mental health and work" "Mental health and work."
* #mental-mood "How much does low mood affect your work?" "The question: How much does low mood affect your work."
* #mental-anxiety "How much does worry or panic affect your work?" "The question: How much does worry or panic affect your work."
* #mental-energy "How hard is it to get going in the day?" "The question: How hard is it to get going in the day."
* #mental-deciding "How hard are decisions?" "The question: How hard are decisions."
* #mental-trigger "What at work makes it worse?" "The question: What at work makes it worse."
* #mental-manager "How well does your manager support you?" "The question: How well does your manager support you."
* #mental-therapy "Do you have or wait for a talking therapy?" "The question: Do you have or wait for a talking therapy."
* #mental-crisis "Do you feel unsafe, or have you thought of harming yourself?" "The question: Do you feel unsafe, or have you thought of harming yourself."
* #mental-return-steps "What would the first day back have to be like?" "The question: What would the first day back have to be like."

ValueSet: VRQuestionVS
Id: vr-question
Title: "VR Question"
Description: "All questions of the work-needs assessment."
* ^purpose = "For forms and answers (seed 002)."
* include codes from system VRQuestion

CodeSystem: VRConditionGroup
Id: vr-condition-group
Title: "VR Condition Group"
Description: "Groups of conditions, for the modules of the assessment, the directory of services and the measures."
* ^purpose = "Services and modules differ by group of conditions: cancer (seed 000), multiple sclerosis (seed 003), back pain and depression (seed 004)."
* ^caseSensitive = true
* #cancer "Cancer" "Cancer, during or after treatment."
* #neurological "Nervous system" "Multiple sclerosis, epilepsy, stroke, brain injury and others."
* #musculoskeletal "Muscles, bones and joints" "Back pain, arthritis, after joint surgery and others."
* #mental-health "Mental health" "Depression, anxiety, stress and others."
* #trauma "Injury" "After an injury or major trauma."
* #heart-lungs "Heart, circulation or lungs" "Heart disease, asthma, long covid and others."
* #other "Other" "Any other condition."

ValueSet: VRConditionGroupVS
Id: vr-condition-group
Title: "VR Condition Group"
Description: "All groups of conditions."
* ^purpose = "Opens the modules of the assessment and tells whom a service is for (seeds 000, 003 and 004)."
* include codes from system VRConditionGroup

CodeSystem: VRDifficulty
Id: vr-difficulty
Title: "VR Difficulty"
Description: "How hard something is, in five grades."
* ^purpose = "One scale for all questions about function, so that the modules can be read side by side and counted (seed 004, table 4.1, weighs how complex a case is)."
* ^caseSensitive = true
* #none "Not at all" "No difficulty, or no trouble."
* #mild "A little" "Some difficulty, manageable."
* #moderate "Fairly" "Clear difficulty; needs effort or breaks."
* #severe "Very" "Hardly possible."
* #cannot "Cannot" "Not possible, or troubles all the time."

ValueSet: VRDifficultyVS
Id: vr-difficulty
Title: "VR Difficulty"
Description: "All grades of difficulty."
* ^purpose = "For every question that asks how hard something is (seed 004)."
* include codes from system VRDifficulty

CodeSystem: VRAnswer
Id: vr-answer
Title: "VR Answer"
Description: "Answers of the work-needs assessment that are used in one question only."
* ^purpose = "Answers of the assessment that no other part of the guide needs; coded, so that the level of support can be suggested from them (seed 004, table 4.1)."
* ^caseSensitive = true
* #myself "I myself" "The patient fills in the form."
* #with-help "I, with help" "The patient, with somebody's help."
* #relative "A relative or carer" "A relative or carer for the patient."
* #professional "A professional" "A professional in conversation with the patient."
* #better "Better" "Health is expected to improve."
* #same "The same" "Health is expected to stay as it is."
* #worse "Worse" "Health is expected to get worse."
* #unsure "I do not know" "Nothing can be said."
* #stable "Stable" "Mostly the same."
* #relapsing "With relapses" "Times of relapse and times without."
* #progressive "Getting worse" "Getting worse slowly."
* #recovering "Getting better" "Getting better after an event such as a stroke."
* #well-supported "Well" "The manager supports the person well."
* #partly-supported "Partly" "The manager supports the person in part."
* #not-supported "Not at all" "The manager does not support the person."

ValueSet: VRRespondentVS
Id: vr-respondent
Title: "VR Respondent"
Description: "Who may fill in the assessment."
* ^purpose = "Who answered matters to who reads: patients speak for themselves (seed 003)."
* VRAnswer#myself
* VRAnswer#with-help
* VRAnswer#relative
* VRAnswer#professional

ValueSet: VRExpectationVS
Id: vr-expectation
Title: "VR Expectation"
Description: "What is expected of health."
* ^purpose = "How the patient sees the next months weighs on the level of support (seed 004, table 4.1)."
* VRAnswer#better
* VRAnswer#same
* VRAnswer#worse
* VRAnswer#unsure

ValueSet: VRCourseVS
Id: vr-course
Title: "VR Course"
Description: "The course of a condition."
* ^purpose = "For the neurological module: what can be planned depends on the course (seed 003)."
* VRAnswer#stable
* VRAnswer#relapsing
* VRAnswer#progressive
* VRAnswer#recovering
* VRAnswer#unsure

ValueSet: VRSupportVS
Id: vr-manager-support
Title: "VR Manager Support"
Description: "How well a manager supports the person."
* ^purpose = "For the mental-health module: support by the manager decides between levels B and C (seed 004, table 4.1)."
* VRAnswer#well-supported
* VRAnswer#partly-supported
* VRAnswer#not-supported
