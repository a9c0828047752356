CodeSystem: VRSupportLevel
Id: vr-support-level
Title: "VR Support Level"
Description: "How much support is asked for: the options A, B and C and the staged model of seed 004, which correspond to levels 1 to 3 of the stepped model in seed 000."
* ^purpose = "Seed 004, table 4.1, and the stepped model of seed 000: the level is chosen by the clinician and may change."
* ^caseSensitive = true
* #A "Level A: advice" "Advice for the patient, the GP and the employer on simple adaptations (NCSI level 1). Non-complex condition; employer without occupational health. Can start at once."
* #B "Level B: expert assessment" "One assessment by a health and work expert with a report and detailed adaptations (NCSI level 2). Usually from four to six weeks of absence."
* #C "Level C: case management" "Case-managed support with access to therapies, mediation and the workplace (NCSI level 3). Complex, often psychological or workplace problems; the patient is willing to return."
* #staged "Staged" "The service decides: start at the lowest level that may help and step up when needed."

ValueSet: VRSupportLevelVS
Id: vr-support-level
Title: "VR Support Level"
Description: "All support levels."
* ^purpose = "Closed, so that suggestion, prescription and service speak of the same levels (seed 004, table 4.1)."
* include codes from system VRSupportLevel

CodeSystem: VRPathwayPoint
Id: vr-pathway-point
Title: "VR Pathway Point"
Description: "Points of a clinical pathway at which a VR prescription is written (seeds 000, 001 and 003)."
* ^purpose = "When a prescription is written tells whether support begins early; seeds 000, 001 and 003 each name the points."
* ^caseSensitive = true
* #diagnosis "At or near diagnosis" "At or soon after the diagnosis, often with a Holistic Needs Assessment."
* #treatment-plan "At the treatment plan" "When treatment is planned and its effects on work can be foreseen."
* #before-treatment "Before treatment" "Preparation for treatment or surgery (prehabilitation)."
* #during-treatment "During treatment" "While treatment is under way."
* #end-of-treatment "At the end of treatment" "When primary treatment ends or is about to end."
* #hospital-discharge "At hospital discharge" "On leaving hospital, for instance after major trauma."
* #cancer-care-review "At the Cancer Care Review" "At the review in general practice after a cancer diagnosis."
* #fit-note "At a fit note" "When a statement of fitness for work is asked for or renewed."
* #follow-up "At follow-up" "At a later clinical review of a long-term condition."
* #relapse "At relapse or progression" "When the condition comes back or gets worse."
* #after-return "After return to work" "When the person is back at work and struggles."

ValueSet: VRPathwayPointVS
Id: vr-pathway-point
Title: "VR Pathway Point"
Description: "All pathway points."
* ^purpose = "For prescriptions and the cancer module (seed 000)."
* include codes from system VRPathwayPoint

CodeSystem: VRRehabilitationPhase
Id: vr-rehabilitation-phase
Title: "VR Rehabilitation Phase"
Description: "The four aims of rehabilitation named in seed 001."
* ^purpose = "Seed 001 asks that rehabilitation be planned by its aim; the four aims are its own."
* ^caseSensitive = true
* #preventative "Preventative" "Lessens the impact of disability that is to be expected and improves coping."
* #restorative "Restorative" "Brings the person back to the level of function before the illness."
* #supportive "Supportive" "Lessens limitation and supports independence while disease or treatment persists."
* #palliative "Palliative" "Prevents further loss of function and keeps the best quality of life."

ValueSet: VRRehabilitationPhaseVS
Id: vr-rehabilitation-phase
Title: "VR Rehabilitation Phase"
Description: "All rehabilitation phases."
* ^purpose = "Closed to the four aims of seed 001."
* include codes from system VRRehabilitationPhase

CodeSystem: VRReferralTrigger
Id: vr-referral-trigger
Title: "VR Referral Trigger"
Description: "What sets off a vocational rehabilitation referral."
* ^purpose = "Seeds 000 and 004 propose what should set off a referral; recording it shows whether prompts and reviews work."
* ^caseSensitive = true
* #repeat-fit-note "Repeated fit note" "A further fit note in the same episode of absence, or several within twelve months."
* #fit-note-request "Fit note box ticked" "The referral was asked for on the fit note itself (seed 004)."
* #prolonged-absence "Prolonged absence" "The absence is longer than is typical for the condition."
* #recurrent-absence "Recurrent absence" "Repeated short absences for the same condition."
* #at-risk-at-work "At risk while at work" "Still at work, but health or job is at risk."
* #holistic-needs-assessment "Holistic Needs Assessment" "A work concern was raised in a Holistic Needs Assessment (seed 000)."
* #cancer-care-review "Cancer Care Review" "A work concern was raised in a Cancer Care Review (seed 000)."
* #rehabilitation-prescription "Rehabilitation Prescription" "A vocational need stands in the Rehabilitation Prescription after trauma (seed 000)."
* #new-diagnosis "New diagnosis" "A newly diagnosed long-term condition, such as multiple sclerosis (seed 003)."
* #record-prompt "Prompt on the record" "The electronic record prompted the clinician (seed 004)."
* #patient-request "Asked for by the patient" "The patient asked for help."
* #employer-request "Asked for by the employer" "The employer asked for help, with the patient's agreement."

ValueSet: VRReferralTriggerVS
Id: vr-referral-trigger
Title: "VR Referral Trigger"
Description: "All referral triggers."
* ^purpose = "For the prescription (seeds 000 and 004)."
* include codes from system VRReferralTrigger

CodeSystem: VRReferralRoute
Id: vr-referral-route
Title: "VR Referral Route"
Description: "The way by which a referral reaches the vocational rehabilitation service."
* ^purpose = "Self-referral, hospital, practice, employer: seeds 001 to 004 each open another route, and a service must see which one works."
* ^caseSensitive = true
* #within-practice "Within the practice or network" "Referrer and service belong to the same practice or primary care network (seed 002)."
* #primary-care "From primary care" "From general practice or community care to another organisation."
* #secondary-care "From hospital care" "From a hospital team, such as a clinical nurse specialist (seeds 000 and 003)."
* #self "Self-referral" "By the patient (seeds 001 and 003)."
* #carer "By a carer or relative" "By a carer or relative, with the patient's agreement."
* #employer "By the employer" "By the employer, with the patient's agreement (seed 004)."
* #occupational-health "By occupational health" "By an occupational health service."
* #third-sector "By a third-sector organisation" "By a charity or support organisation (seed 003)."
* #employment-service "By an employment service" "By a Jobcentre or employment support provider."
* #insurer "By an insurer" "By an income protection or liability insurer (seed 000)."
* #step-up "Stepped up" "By the service itself, from a lower to a higher level of support (seed 004)."

ValueSet: VRReferralRouteVS
Id: vr-referral-route
Title: "VR Referral Route"
Description: "All referral routes."
* ^purpose = "For the prescription and the directory, so that the two can be matched (seed 001)."
* include codes from system VRReferralRoute

CodeSystem: VRPatientWish
Id: vr-patient-wish
Title: "VR Patient Wish"
Description: "What the patient says about working towards staying in or returning to work."
* ^purpose = "Support without the person's wish fails, and wishes change: people newly diagnosed may say not now (seed 003); help with motivation counts (seed 004)."
* ^caseSensitive = true
* #wants-to "Wants to" "Wants support to stay in or return to work."
* #unsure "Unsure" "Is not sure; help with motivation and confidence counts as support."
* #not-now "Not now" "Does not want support now and may be asked again later."

ValueSet: VRPatientWishVS
Id: vr-patient-wish
Title: "VR Patient Wish"
Description: "All answers about the patient's wish."
* ^purpose = "Closed to three answers, each of which has a consequence for the service (seeds 003 and 004)."
* include codes from system VRPatientWish

CodeSystem: VRFundingSource
Id: vr-funding-source
Title: "VR Funding Source"
Description: "Who pays for vocational rehabilitation (seed 000 names the purchase routes)."
* ^purpose = "Who pays decides whether a service can start: seed 000 names the routes by which rehabilitation is bought."
* ^caseSensitive = true
* #nhs-commissioned "NHS commissioned" "A commissioned NHS service or service level agreement."
* #practice "Practice or network budget" "Paid by a general practice or primary care network."
* #personal-health-budget "Personal health budget" "The patient's personal health budget."
* #joint-local-authority "Joint with the local authority" "Health and local authority together."
* #employment-programme "Employment programme" "A public employment programme or grant."
* #employer "Employer" "The employer pays, in full or in part."
* #insurer "Insurer" "Income protection or liability insurance."
* #charity "Charity" "A charity or third-sector fund."
* #self "Patient" "The patient pays."
* #undecided "Not decided" "Not yet known who pays."

ValueSet: VRFundingSourceVS
Id: vr-funding-source
Title: "VR Funding Source"
Description: "All funding sources."
* ^purpose = "For the prescription and the directory (seed 000)."
* include codes from system VRFundingSource

CodeSystem: VRContactMode
Id: vr-contact-mode
Title: "VR Contact Mode"
Description: "How patient and service meet."
* ^purpose = "Remote delivery widens who can be reached (seed 003); some want to be seen in person, some at the workplace (seed 004)."
* ^caseSensitive = true
* #in-person "In person" "Face to face at the service."
* #telephone "Telephone" "By telephone."
* #video "Video" "By video call."
* #work-site "At the workplace" "A visit to the work site."
* #home "At home" "A visit to the patient's home."
* #group "In a group" "In a group session."

ValueSet: VRContactModeVS
Id: vr-contact-mode
Title: "VR Contact Mode"
Description: "All contact modes."
* ^purpose = "The same list for what patients prefer and what services offer, so that the two can be matched (seeds 003 and 004)."
* include codes from system VRContactMode
