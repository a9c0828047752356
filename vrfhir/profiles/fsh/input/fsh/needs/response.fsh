Profile: VRForm
Parent: $UKCore-Questionnaire
Id: VR-Form
Title: "VR Form"
Description: "What the questionnaires of this guide have in common: a canonical URL with a version, a title, and a question text for every item. The work-needs assessment and the fit-note form are made to it, and a service's own form can be."
* ^purpose = "A service that adds its own questions (seed 003: MS teams, seed 002: primary care) must stay readable for others: whoever gets an answer can find the question."
* obeys vr-form-1 and vr-form-2
* url 1..1 MS
* version 1..1 MS
* title 1..1 MS
* subjectType 1..1
* subjectType = #Patient
* item 1..* MS
* item.text MS

Invariant: vr-form-1
Description: "Every item that is shown has a text."
Severity: #error
Expression: "repeat(item).all(text.exists() or extension('http://hl7.org/fhir/StructureDefinition/questionnaire-hidden').value.where($this = true).exists())"

Invariant: vr-form-2
Description: "A condition names an item of the same form."
Severity: #error
Expression: "repeat(item).enableWhen.question.all($this in %resource.repeat(item).linkId)"

Profile: VRWorkNeedsResponse
Parent: $UKCore-QuestionnaireResponse
Id: VR-WorkNeedsResponse
Title: "VR Work-Needs Response"
Description: "A completed work-needs assessment. A receiver can rely on knowing which form with which version it answers, whose it is, when it was filled in and who did it: the patient, a relative or a professional."
* ^purpose = "What the assessment finds decides the plan and the level of support (seed 004), and it is read months later by somebody else: an answer without its question, date or author misleads."
* obeys vr-needs-1 and vr-needs-2
* identifier MS
* questionnaire 1..1 MS
* status MS
* subject 1..1 MS
* subject only Reference(VRPatient)
* authored 1..1 MS
* author MS
* author only Reference(VRPractitionerRole or VRPractitioner or VRPatient or RelatedPerson or VROrganization)
* source MS
* source only Reference(VRPatient or VRPractitionerRole or VRPractitioner or RelatedPerson)
* basedOn MS
* item 1..* MS

Invariant: vr-needs-1
Description: "The assessment says who gave the answers or who wrote them down."
Severity: #error
Expression: "author.exists() or source.exists()"

Invariant: vr-needs-2
Description: "The form is named with its version, so that the questions can be found later."
Severity: #error
Expression: "questionnaire.matches('^[^|]+[|][0-9].*$')"

Profile: VRFitNoteResponse
Parent: $UKCore-QuestionnaireResponse
Id: VR-FitNoteResponse
Title: "VR Fit-Note Response"
Description: "The fit note as a completed form, with the boxes of the Med3 04/22 in printed order: the carrier where documents are not allowed, as in BaRS. Box 4 has one advice, boxes 5 belong to may be fit, box 7 has a duration or two dates."
* ^purpose = "The message definition of BaRS admits questionnaire responses and no compositions. The rules are those of the form and the Medical Evidence Regulations, written against the printed boxes, so that a clerk can check them against the paper."
* obeys vr-boxes-1 and vr-boxes-2 and vr-boxes-3 and vr-boxes-4 and vr-boxes-5 and vr-boxes-6 and vr-boxes-7 and vr-boxes-8 and vr-boxes-9 and vr-boxes-10
* questionnaire 1..1 MS
* questionnaire = "https://vrfhir.org/fhir/Questionnaire/VR-FitNoteForm|0.1.0"
* status MS
* subject 1..1 MS
* subject only Reference(VRPatient)
* authored 1..1 MS
* author 1..1 MS
* author only Reference(VRPractitionerRole or VRPractitioner)
* item 1..* MS

Invariant: vr-boxes-1
Description: "The form gives exactly one advice: not fit for work, or may be fit (box 4)."
Severity: #error
Expression: "item.where(linkId = '4').answer.count() = 1"

Invariant: vr-boxes-2
Description: "Arrangements (box 5) are ticked only when the advice is may be fit."
Severity: #error
Expression: "item.where(linkId = '4').answer.value.where(code = '160910001').exists() implies item.where(linkId = '5').item.answer.value.where($this = true).empty()"

Invariant: vr-boxes-3
Description: "The advice holds for a duration (box 7a) or from one day to another (box 7b), not both and not neither."
Severity: #error
Expression: "item.where(linkId = '7').item.where(linkId = '7a').exists() xor item.where(linkId = '7').item.where(linkId = '7b.from' or linkId = '7b.to').exists()"

Invariant: vr-boxes-4
Description: "The first day is not after the last day (box 7b)."
Severity: #error
Expression: "item.where(linkId = '7').item.where(linkId = '7b.to').answer.value.all($this >= %resource.item.where(linkId = '7').item.where(linkId = '7b.from').answer.value)"

Invariant: vr-boxes-5
Description: "The date of the statement (box 11) is not before the date of assessment (box 2)."
Severity: #error
Expression: "item.where(linkId = '11').answer.value.all($this >= %resource.item.where(linkId = '2').answer.value)"

Invariant: vr-boxes-6
Description: "Advice that the patient may be fit comes with an arrangement (box 5) or a comment (box 6)."
Severity: #error
Expression: "item.where(linkId = '4').answer.value.where(code = '225891002').exists() implies (item.where(linkId = '5').item.answer.value.where($this = true).exists() or item.where(linkId = '6').answer.exists())"

Invariant: vr-boxes-7
Description: "The particulars that the law asks for are there: name, assessment, condition, advice, reassessment, issuer, profession, date and address (boxes 1 to 4 and 8 to 12)."
Severity: #error
Expression: "status = 'completed' implies ('1' | '2' | '3' | '4' | '8' | '9' | '10' | '11' | '12').all($this in %resource.item.where(answer.exists()).linkId)"

Invariant: vr-boxes-8
Description: "The advice holds for three months at most (box 7), unless the condition has lasted six months; the form does not say which."
Severity: #warning
Expression: "item.where(linkId = '7').item.where(linkId = '7b.to').answer.value.all($this <= %resource.item.where(linkId = '7').item.where(linkId = '7b.from').answer.value + 3 months) and item.where(linkId = '7').item.where(linkId = '7a').answer.value.all((code = 'd' and value <= 92) or (code = 'wk' and value <= 13) or (code = 'mo' and value <= 3))"

Invariant: vr-boxes-9
Description: "The first day (box 7b) is not in the future: not after both the assessment (box 2) and the statement (box 11)."
Severity: #error
Expression: "item.where(linkId = '7').item.where(linkId = '7b.from').answer.value.all($this <= %resource.item.where(linkId = '11').answer.value or $this <= %resource.item.where(linkId = '2').answer.value)"

Invariant: vr-boxes-10
Description: "The first day (box 7b) is the day of the assessment (box 2); back-dating is allowed, but unusual."
Severity: #warning
Expression: "item.where(linkId = '7').item.where(linkId = '7b.from').answer.value.all($this = %resource.item.where(linkId = '2').answer.value or ($this > %resource.item.where(linkId = '2').answer.value and $this > %resource.item.where(linkId = '11').answer.value))"
