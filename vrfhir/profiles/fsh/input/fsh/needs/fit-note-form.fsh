Instance: VR-FitNoteForm
InstanceOf: VRForm
Usage: #definition
* insert Form(FitNoteForm, VRFitNoteForm)
* title = "VR Fit-Note Form"
* description = "The Statement of Fitness for Work, form Med3 04/22, as a questionnaire. The link ids are the numbers of the boxes in printed order; box 13, the data matrix, is made by the printing system, and the patient's own details (box 14) are no part of the statement."
* purpose = "The carrier of a fit note where documents are not allowed, as in BaRS, and the form for systems that have none. SI 1976/615 and SI 1985/1604, Schedule 1, Part 2A, say what must be stated."
* insert ExtractTo(VR-FitnessForWork)
* insert ExtractCode(VR-FitnessForWork#Observation.status, final)
* insert ExtractFrom(VR-FitnessForWork#Observation.subject, %resource.subject)
* insert ExtractFrom(VR-FitnessForWork#Observation.performer, %resource.author)
* item[+] insert Box(1, #string, [[Patient's name]])
* item[=].required = true
* item[=] insert Populate([[%patient.name.first().select(given.join(' ') & ' ' & family)]])
* item[+] insert Box(2, #date, [[I assessed your case on]])
* item[=].required = true
* item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.component:assessmentDate.value[x]"
* item[+] insert Box(3, #text, [[and, because of the following condition(s)]])
* item[=].required = true
* item[=] insert Help(3, [[May be put less precisely where the truth would harm the patient's well-being or position with the employer (rule 8).]])
* item[+] insert Box(4, #choice, [[I advise you that]])
* item[=].required = true
* item[=].answerOption[+].valueCoding = $sct#160910001 "you are not fit for work"
* item[=].answerOption[+].valueCoding = $sct#225891002 "you may be fit for work taking account of the following advice"
* item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.value[x]"
* item[+] insert Box(5, #group, [[If available, and with your employer's agreement, you may benefit from]])
* item[=].enableWhen.question = "4"
* item[=].enableWhen.operator = #=
* item[=].enableWhen.answerCoding = $sct#225891002
* item[=].item[+] insert Box(5.1, #boolean, [[a phased return to work]])
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.component:phasedReturn.value[x]"
* item[=].item[+] insert Box(5.2, #boolean, [[altered hours]])
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.component:alteredHours.value[x]"
* item[=].item[+] insert Box(5.3, #boolean, [[amended duties]])
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.component:amendedDuties.value[x]"
* item[=].item[+] insert Box(5.4, #boolean, [[workplace adaptations]])
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.component:workplaceAdaptations.value[x]"
* item[+] insert Box(6, #text, [[Comments, including functional effects of your condition(s)]])
* item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.note.text"
* item[+] insert Box(7, #group, [[This will be the case]])
* item[=].required = true
* item[=].item[+] insert Box(7a, #quantity, [[for]])
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.extension:statedDuration.value[x]"
* item[=].item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
* item[=].item[=].extension[=].valueCoding = $ucum#d "days"
* item[=].item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
* item[=].item[=].extension[=].valueCoding = $ucum#wk "weeks"
* item[=].item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
* item[=].item[=].extension[=].valueCoding = $ucum#mo "months"
* item[=].item[+] insert Box(7b.from, #date, [[or from]])
* item[=].item[=].prefix = "7b"
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.effective[x].start"
* item[=].item[+] insert Box(7b.to, #date, [[to]])
* item[=].item[=].prefix = "7b"
* item[=].item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.effective[x].end"
* item[+] insert Box(8, #boolean, [[I will need to assess your fitness for work again at the end of this period]])
* item[=].required = true
* item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.component:reassess.value[x]"
* item[+] insert Box(9, #string, [[Issuer's name]])
* item[=].required = true
* item[+] insert Box(10, #choice, [[Issuer's profession]])
* item[=].required = true
* item[=].answerValueSet = Canonical(VRFitNoteIssuerVS)
* item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.extension:issuerProfession.value[x]"
* item[+] insert Box(11, #date, [[Date of statement]])
* item[=].required = true
* item[=].definition = "https://vrfhir.org/fhir/StructureDefinition/VR-FitnessForWork#Observation.issued"
* item[+] insert Box(12, #text, [[Issuer's address]])
* item[=].required = true

RuleSet: Box(number, type, text)
* linkId = "{number}"
* type = {type}
* text = "{text}"
* prefix = "{number}"
