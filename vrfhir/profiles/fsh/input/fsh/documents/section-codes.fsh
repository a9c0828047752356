CodeSystem: VRDocumentType
Id: vr-document-type
Title: "VR Document Type"
Description: "Documents of vocational rehabilitation."
* ^purpose = "Reports to the GP and statements to the employer differ in who may read them (seed 004), so they differ in type."
* ^caseSensitive = true
* #employer-statement "Employer statement" "What the employer is told, with the patient's consent: advice, adjustments and dates, without clinical content."
* #assessment-report "Assessment report" "What the assessment found and what is recommended, for the referrer, the GP and the patient."
* #discharge-report "Discharge report" "What was done and what came of it, for the referrer, the GP and the patient."

ValueSet: VRReportTypeVS
Id: vr-report-type
Title: "VR Report Type"
Description: "Types of report."
* ^purpose = "A report is about an assessment or a discharge; each has sections it must have (seed 004)."
* VRDocumentType#assessment-report
* VRDocumentType#discharge-report

CodeSystem: VRSection
Id: vr-section
Title: "VR Section"
Description: "Sections of the documents, in the order in which they are shown. UK Core binds section codes to the headings of the Professional Record Standards Body, which has none for the parts of a fit note."
* ^purpose = "The parts of a fit note are those of the form in the schedules of SI 1976/615 and SI 1985/1604; the parts of a report answer what GPs asked to be told (seed 004)."
* ^caseSensitive = true
* #assessment "Assessment" "When and how the case was assessed."
* #condition "Condition" "The condition, as precise as the patient's interest allows."
* #advice "Advice" "Not fit for work, or may be fit taking account of the advice."
* #arrangements "Arrangements" "What could help, with the employer's agreement."
* #comments "Comments" "Comments, including functional effects of the condition."
* #period "Period" "From when to when the advice holds, and whether fitness is assessed again."
* #issuer "Issuer" "Name, profession and address of the issuer, and the date."
* #job "Job" "The job that the document is about."
* #adjustments "Adjustments" "Adjustments recommended or agreed."
* #referral "Referral" "Who referred, when and why."
* #findings "Findings" "What the assessment found: health, function, work and barriers."
* #goals "Goals" "What the patient works towards."
* #plan "Plan" "The return-to-work plan."
* #recommendations "Recommendations" "What the service recommends, and to whom."
* #interventions "Interventions" "What was done."
* #outcome "Outcome" "What came of it."
* #next-steps "Next steps" "What happens next, and who does it."

ValueSet: VRSectionVS
Id: vr-section
Title: "VR Section"
Description: "All sections of VR documents."
* ^purpose = "For all documents, so that a heading means the same in each (SI 1976/615 for the fit note, seed 004 for reports)."
* include codes from system VRSection

RuleSet: Sections
* section MS
* section.code from VRSectionVS (extensible)
* section ^slicing.discriminator[0].type = #pattern
* section ^slicing.discriminator[0].path = "code"

RuleSet: Section(slice, code)
* section[{slice}].code 1..1
* section[{slice}].code = VRSection#{code}
* section[{slice}].title MS
* section[{slice}].text MS
