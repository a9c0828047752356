CodeSystem: VRIntervention
Id: vr-intervention
Title: "VR Intervention"
Description: "What a vocational rehabilitation prescription may ask for: the general and the cancer-specific interventions of seed 000 (appendix 1), and the services that GPs wished for in seed 004 (section 4.1). Careers advice appears in both lists and has one code."
* ^purpose = "The menu of a prescription: seed 000, appendix 1, and the services GPs wished for in seed 004, section 4.1."
* ^caseSensitive = true
* ^property[0].code = #group
* ^property[0].description = "general or cancer (seed 000), or service (seed 004)"
* ^property[0].type = #string
* #work-assessment "Assessment of work and capacity" "Detailed assessment of work skills and capacity, the demands of the job, the work environment and social support."
* insert Group(work-assessment, general)
* #goal-setting "Prioritising and goal setting" "Sorting out the key issues and agreeing short-term and long-term goals."
* insert Group(goal-setting, general)
* #work-readiness "Work preparation and readiness" "Activities that prepare for work and build confidence."
* insert Group(work-readiness, general)
* #condition-management "Managing the condition at work" "Teaching ways to manage particular health problems in the workplace."
* insert Group(condition-management, general)
* #phased-return "Negotiating a phased return" "Agreeing a gradual return to work: hours, tasks and responsibilities."
* insert Group(phased-return, general)
* #employer-liaison "Employer liaison" "Contact with the employer, with a visit to the work site where that helps."
* insert Group(employer-liaison, general)
* #workplace-modification "Workplace modification" "Changes to the work environment or equipment."
* insert Group(workplace-modification, general)
* #psychological-intervention "Psychological intervention" "Coaching, counselling, motivational interviewing or cognitive behavioural therapy that supports adjustment to illness or disability."
* insert Group(psychological-intervention, general)
* #supported-withdrawal "Supported withdrawal from work" "Help to leave work well, where that is right for the person."
* insert Group(supported-withdrawal, general)
* #information-advice "Information and advice" "For example on telling managers and colleagues about a condition, and on legal rights and duties."
* insert Group(information-advice, general)
* #referral-on "Referral to other support" "Referral to other services, such as Access to Work."
* insert Group(referral-on, general)
* #careers-advice "Careers advice" "Careers advice and guidance, inside or outside the present job."
* insert Group(careers-advice, general)
* #cancer-symptoms-at-work "Managing cancer symptoms at work" "Managing fatigue, functional difficulty, cognitive problems and pain of cancer or its treatment at work."
* insert Group(cancer-symptoms-at-work, cancer)
* #cancer-confidence "Confidence after cancer" "Rebuilding confidence after the diagnosis and a long absence."
* insert Group(cancer-confidence, cancer)
* #cancer-stigma "Handling reactions to cancer" "Handling how employers and colleagues react to cancer."
* insert Group(cancer-stigma, cancer)
* #cancer-late-effects "Understanding late effects" "Helping the patient and the employer to understand late effects of treatment."
* insert Group(cancer-late-effects, cancer)
* #counselling "Counselling" "Counselling for problems of health, work or home."
* insert Group(counselling, service)
* #psychological-therapy "Psychological therapy" "A structured psychological therapy, such as cognitive behavioural therapy."
* insert Group(psychological-therapy, service)
* #physiotherapy "Physiotherapy" "Physiotherapy aimed at function at work."
* insert Group(physiotherapy, service)
* #occupational-health "Occupational health" "Advice or a report by an occupational health professional."
* insert Group(occupational-health, service)
* #workplace-mediation "Workplace mediation" "Mediation between the patient and the manager, colleagues or employer."
* insert Group(workplace-mediation, service)
* #addiction-service "Addiction service" "Help with alcohol or drugs."
* insert Group(addiction-service, service)
* #general-advice "General advice" "Advice on money, debt, benefits, housing and rights, as citizens advice services give it."
* insert Group(general-advice, service)
* #occupational-therapy "Occupational therapy" "Occupational therapy aimed at function at work."
* insert Group(occupational-therapy, service)
* #lifestyle-advice "Lifestyle advice" "Advice on diet, exercise and sleep."
* insert Group(lifestyle-advice, service)
* #work-skills "Work skills" "Training in skills such as reading, writing, numbers and computers."
* insert Group(work-skills, service)
* #pain-management "Pain management" "A pain management programme or clinic."
* insert Group(pain-management, service)
* #acupuncture "Acupuncture" "Acupuncture."
* insert Group(acupuncture, service)
* #sports-massage "Deep sports massage" "Deep tissue or sports massage."
* insert Group(sports-massage, service)

RuleSet: Group(code, group)
* #{code} ^property[0].code = #group
* #{code} ^property[0].valueString = "{group}"

ValueSet: VRInterventionVS
Id: vr-intervention
Title: "VR Intervention"
Description: "All interventions and services of the VR Intervention code system."
* ^purpose = "For prescriptions, plans and the directory, so that what is asked for can be found (seeds 000 and 004)."
* include codes from system VRIntervention

ValueSet: VROrderDetailVS
Id: vr-order-detail
Title: "VR Order Detail"
Description: "What may stand in the detail of a prescription: VR interventions, and the disposition of an HL7 v2 referral (table 0282), which says what the sender expects back."
* ^purpose = "Lets a prescription hold the menu of seed 000 and what an HL7 v2 sender expects back."
* include codes from system VRIntervention
* include codes from system $v2-0282
