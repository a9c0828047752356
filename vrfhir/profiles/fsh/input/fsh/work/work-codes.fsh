CodeSystem: VRObservation
Id: vr-observation
Title: "VR Observation"
Description: "What VR observations and their components are about, where no fitting observable is at hand in SNOMED CT or LOINC."
* ^purpose = "Job, absence and fitness for work are what a service needs and no record holds as data (seeds 000 and 004)."
* ^caseSensitive = true
* #work-absence "Sickness absence" "Absence from work because of sickness."
* #work-related-cause "Work-related cause" "Whether work is thought to have caused or worsened the condition."
* #fit-note-count "Fit notes in the episode" "Number of fit notes in this episode of absence."
* #absence-episodes "Episodes in twelve months" "Number of episodes of absence for this condition in the last twelve months."
* #fitness-for-work "Fitness for work" "The advice of a statement of fitness for work."
* #assessment-date "Date of assessment" "The day on which the case was assessed."
* #assessment-method "Method of assessment" "How the case was assessed."
* #reassessment-needed "Reassessment needed" "Whether fitness for work will be assessed again at the end of the period."
* #condition-six-months "Condition for six months" "Whether the condition has already lasted six months or more."
* #work-pattern "Working pattern" "Days, times and shifts of work."
* #weekly-hours "Weekly hours" "Hours of work a week by contract."
* #contract "Contract" "The kind of employment contract."
* #job-demand "Job demand" "A demand that the job makes."
* #sick-pay "Sick pay" "The sick pay that the person gets now."
* #adjustment "Adjustment" "An adjustment at work that is recommended."
* #outcome "Outcome" "The work outcome at a point in time."
* #time-point "Point in time" "The point in time that an outcome is about."
* #same-job "Same job" "Whether the person works in the job that he or she had at referral."
* #worked-hours "Hours worked" "Hours worked a week now."
* #contract-hours "Contract hours" "Hours a week by the contract at referral."
* #days-lost "Days lost" "Working days lost to sickness since the last point in time."
* #goal-met "Goal met" "Whether the agreed work goal was met."

CodeSystem: VREmploymentStatus
Id: vr-employment-status
Title: "VR Employment Status"
Description: "Employment status with the code values that NHS data sets collect (NHS Data Dictionary, employment status), as a FHIR code system, for which the NHS publishes none."
* ^purpose = "Talking Therapies and other data sets already collect the status under these codes, so nobody is asked twice (seed 001 asks for joined-up data)."
* ^caseSensitive = true
* #01 "Employed" "In paid work, also while off sick."
* #02 "Unemployed and looking for work" "Without work and actively looking for it."
* #03 "Student" "In full-time education and not working or looking for work."
* #04 "Long-term sick or disabled" "Long-term sick or disabled, with sickness or disability benefit."
* #05 "Looking after home or family" "Homemaker, not working or looking for work."
* #06 "Not working, without sickness benefit" "Not on sickness benefit, not working or looking for work."
* #07 "Voluntary work" "Unpaid voluntary work."
* #08 "Retired" "Retired from paid work."
* #ZZ "Not stated" "Asked, but not stated."

ValueSet: VREmploymentStatusVS
Id: vr-employment-status
Title: "VR Employment Status"
Description: "All values of the employment status."
* ^purpose = "For the job now and the outcome later, with the codes that NHS data sets already collect (seed 001)."
* include codes from system VREmploymentStatus

CodeSystem: VRContract
Id: vr-contract
Title: "VR Contract"
Description: "Kinds of employment contract."
* ^purpose = "Who can change the work, and whom to talk to, depends on the contract (seed 004: advice has to fit the job and the employer)."
* ^caseSensitive = true
* #permanent "Permanent" "No end date."
* #fixed-term "Fixed term" "Ends at a date or with a task."
* #zero-hours "Zero hours" "No guaranteed hours."
* #agency "Agency" "Employed through an agency."
* #apprenticeship "Apprenticeship" "Work with training."
* #self-employed "Self-employed" "Works for himself or herself."

ValueSet: VRContractVS
Id: vr-contract
Title: "VR Contract"
Description: "All kinds of contract."
* ^purpose = "For the job the patient has (seed 004)."
* include codes from system VRContract

CodeSystem: VRJobDemand
Id: vr-job-demand
Title: "VR Job Demand"
Description: "Demands of a job that matter for advice about work."
* ^purpose = "Advice about work depends on what the job asks; the vignettes of seed 004 (supermarket, driver, call centre) turn on it."
* ^caseSensitive = true
* #lifting "Lifting and carrying" "Lifts or carries loads."
* #bending "Bending and twisting" "Bends or twists the trunk."
* #sitting "Sitting for long" "Sits for long periods."
* #standing "Standing for long" "Stands for long periods."
* #walking "Walking" "Walks much or climbs stairs."
* #driving "Driving" "Drives as part of the job."
* #travel "Travel" "Long commute or business travel."
* #screen-work "Screen work" "Works at a screen."
* #repetitive-movement "Repetitive movement" "Repeats the same movement."
* #shift-work "Shift work" "Changing shifts."
* #night-work "Night work" "Works at night."
* #customer-contact "Customer contact" "Works with customers or the public."
* #concentration "Concentration" "Needs sustained concentration or memory."
* #time-pressure "Time pressure" "Works to targets or tight deadlines."
* #lone-working "Lone working" "Works alone."
* #safety-critical "Safety-critical work" "A mistake could endanger others."

ValueSet: VRJobDemandVS
Id: vr-job-demand
Title: "VR Job Demand"
Description: "All job demands."
* ^purpose = "For the job the patient has and the assessment (seed 004)."
* include codes from system VRJobDemand

CodeSystem: VRSickPay
Id: vr-sick-pay
Title: "VR Sick Pay"
Description: "What a person is paid while off sick."
* ^purpose = "When sick pay ends decides how much time there is for a return (seed 004); Statutory Sick Pay rests on the evidence of SI 1985/1604."
* ^caseSensitive = true
* #full "Full contractual pay" "Full pay by contract."
* #part "Part contractual pay" "Part of the pay by contract."
* #statutory "Statutory Sick Pay" "Statutory Sick Pay only."
* #none "No pay" "No sick pay."
* #unknown "Not known" "Not known."

ValueSet: VRSickPayVS
Id: vr-sick-pay
Title: "VR Sick Pay"
Description: "All kinds of sick pay."
* ^purpose = "For the job and the assessment: what the patient is paid now says how urgent a return is (seed 004)."
* include codes from system VRSickPay

CodeSystem: VRAssessmentMethod
Id: vr-assessment-method
Title: "VR Assessment Method"
Description: "How a case may be assessed for a fit note."
* ^purpose = "The Medical Evidence Regulations (SI 1976/615, SI 1985/1604) say how a case may be assessed; the reader of a statement should know whether the patient was seen."
* ^caseSensitive = true
* #in-person "In person" "Consultation in person."
* #telephone "Telephone" "Consultation by telephone."
* #video "Video" "Consultation by video."
* #report "Written report" "Consideration of a written report by another professional."

ValueSet: VRAssessmentMethodVS
Id: vr-assessment-method
Title: "VR Assessment Method"
Description: "All methods of assessment."
* ^purpose = "Closed, because the law closes it (SI 1976/615, SI 1985/1604): any other way is no assessment."
* include codes from system VRAssessmentMethod

ValueSet: VRFitnessForWorkVS
Id: vr-fitness-for-work
Title: "VR Fitness for Work"
Description: "The two advices of a fit note, as SNOMED CT findings: not fit for work, and may be fit taking account of advice."
* ^purpose = "Closed, because the form gives two advices and no third (SI 1976/615, SI 1985/1604)."
* ^copyright = "Contains two concept identifiers of SNOMED CT, which is owned by SNOMED International; their use needs the user's own licence (in the UK through NHS England TRUD)."
* $sct#160910001
* $sct#225891002
