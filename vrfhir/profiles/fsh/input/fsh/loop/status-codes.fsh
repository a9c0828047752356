CodeSystem: VRReferralStatus
Id: vr-referral-status
Title: "VR Referral Status"
Description: "The stage of a vocational rehabilitation referral, finer than the status of a Task. Stages move forward only."
* ^purpose = "A referrer is told where a case stands without asking (seeds 001 and 004); sustained return is a stage of its own (seed 002)."
* ^caseSensitive = true
* #received "Received" "The service has the referral and has stored it."
* #triaged "Triaged" "Somebody competent has read it and set its priority."
* #more-information "More information needed" "The service asked the referrer or the patient for more."
* #accepted "Accepted" "The service takes the referral on."
* #waiting "Waiting" "Accepted; the patient waits for a first appointment."
* #assessment-booked "Assessment booked" "The date of the assessment is agreed."
* #assessed "Assessed" "The work-needs assessment is done."
* #plan-agreed "Plan agreed" "A return-to-work plan is agreed with the patient."
* #returning "Returning to work" "A phased return is under way."
* #at-work "At work" "The patient is at work as the plan says."
* #sustained-13w "Sustained for 13 weeks" "The patient has been at work for 13 weeks."
* #sustained-26w "Sustained for 26 weeks" "The patient has been at work for 26 weeks."
* #discharged "Discharged" "The service has closed the case with an outcome."
* #declined "Declined" "The service does not take the referral on; the reason and what would serve better are given."
* #withdrawn "Withdrawn" "The requester or the patient took the referral back."
* #not-reached "Not reached" "The patient could not be reached."

ValueSet: VRReferralStatusVS
Id: vr-referral-status
Title: "VR Referral Status"
Description: "All stages of a referral."
* ^purpose = "For the stage of a referral in the Task (seed 001)."
* include codes from system VRReferralStatus

CodeSystem: VRDeclineReason
Id: vr-decline-reason
Title: "VR Decline Reason"
Description: "Why a service declines a referral, or a requester takes it back. The text of the reason always goes with the code."
* ^purpose = "Referrers who do not learn why a referral was declined stop referring (seed 001); criteria for referral and exclusion are known beforehand (seed 002)."
* ^caseSensitive = true
* #outside-criteria "Outside the criteria" "The person does not meet the inclusion criteria or meets an exclusion criterion."
* #outside-area "Outside the area" "The person lives, works or is registered outside the area of the service."
* #already-in-service "Already in a service" "The person is already with this or a similar service."
* #better-served "Better served elsewhere" "Another service fits better; the text names it."
* #capacity "No capacity" "The service has no capacity in a reasonable time."
* #patient-declined "Patient declined" "The patient does not want the service."
* #duplicate "Duplicate" "The same referral was received before."
* #insufficient-information "Insufficient information" "What is needed to decide was not given, even after asking."

ValueSet: VRDeclineReasonVS
Id: vr-decline-reason
Title: "VR Decline Reason"
Description: "All reasons for declining."
* ^purpose = "Preferred for the reason of a Task that was refused or stopped, beside the words (seed 001)."
* include codes from system VRDeclineReason

CodeSystem: VRTaskOutput
Id: vr-task-output
Title: "VR Task Output"
Description: "What a referral gives back to the referrer."
* ^purpose = "What a referral gave back is what referrers want to hear (seeds 001 and 004)."
* ^caseSensitive = true
* #plan "Return-to-work plan" "The agreed plan."
* #report "Report" "An assessment or discharge report."
* #fit-note "Fit note" "A statement of fitness for work."
* #outcome "Outcome" "The outcome at a point in time."
