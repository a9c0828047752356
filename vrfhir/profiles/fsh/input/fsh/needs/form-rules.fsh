// Rule sets from which the forms are made.

RuleSet: Form(id, name)
* url = "https://vrfhir.org/fhir/Questionnaire/VR-{id}"
* version = "0.1.0"
* name = "{name}"
* status = #draft
* subjectType = #Patient

RuleSet: QuestionGroup(id, text)
* linkId = "{id}"
* type = #group
* text = "{text}"
* code[+] = VRQuestion#{id}

RuleSet: Question(id, type, text)
* linkId = "{id}"
* type = {type}
* text = "{text}"
* code[+] = VRQuestion#{id}

RuleSet: WhenCode(question, operator, code)
* enableWhen[+].question = "{question}"
* enableWhen[=].operator = #{operator}
* enableWhen[=].answerCoding = {code}
* enableBehavior = #any

RuleSet: WhenTrue(question, operator, value)
* enableWhen[+].question = "{question}"
* enableWhen[=].operator = #{operator}
* enableWhen[=].answerBoolean = {value}
* enableBehavior = #any

RuleSet: Range(type, low, high)
* extension[+].url = "http://hl7.org/fhir/StructureDefinition/minValue"
* extension[=].value{type} = {low}
* extension[+].url = "http://hl7.org/fhir/StructureDefinition/maxValue"
* extension[=].value{type} = {high}

RuleSet: RangeFrom(type, low)
* extension[+].url = "http://hl7.org/fhir/StructureDefinition/minValue"
* extension[=].value{type} = {low}

RuleSet: Help(id, text)
* item[+].linkId = "{id}-help"
* item[=].type = #display
* item[=].text = "{text}"
* item[=].extension.url = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
* item[=].extension.valueCodeableConcept = http://hl7.org/fhir/questionnaire-item-control#help

RuleSet: Populate(expression)
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-initialExpression"
* extension[=].valueExpression.language = #text/fhirpath
* extension[=].valueExpression.expression = "{expression}"

RuleSet: Calculate(expression)
* readOnly = true
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
* extension[=].valueExpression.language = #text/fhirpath
* extension[=].valueExpression.expression = "{expression}"

RuleSet: ExtractObservation
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract"
* extension[=].valueBoolean = true

// What the answers below become by definition-based extraction: one resource after this profile.
RuleSet: ExtractTo(profile)
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-definitionExtract"
* extension[=].extension.url = "definition"
* extension[=].extension.valueCanonical = "https://vrfhir.org/fhir/StructureDefinition/{profile}"

RuleSet: ExtractCode(element, code)
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-definitionExtractValue"
* extension[=].extension[+].url = "definition"
* extension[=].extension[=].valueUri = "https://vrfhir.org/fhir/StructureDefinition/{element}"
* extension[=].extension[+].url = "fixed-value"
* extension[=].extension[=].valueCode = #{code}

RuleSet: ExtractFrom(element, expression)
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-definitionExtractValue"
* extension[=].extension[+].url = "definition"
* extension[=].extension[=].valueUri = "https://vrfhir.org/fhir/StructureDefinition/{element}"
* extension[=].extension[+].url = "expression"
* extension[=].extension[=].valueExpression.language = #text/fhirpath
* extension[=].extension[=].valueExpression.expression = "{expression}"

RuleSet: LaunchPatient
* extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-launchContext"
* extension[=].extension[+].url = "name"
* extension[=].extension[=].valueCoding = http://hl7.org/fhir/uv/sdc/CodeSystem/launchContext#patient "Patient"
* extension[=].extension[+].url = "type"
* extension[=].extension[=].valueCode = #Patient

RuleSet: Variable(name, query)
* extension[+].url = "http://hl7.org/fhir/StructureDefinition/variable"
* extension[=].valueExpression.name = "{name}"
* extension[=].valueExpression.language = #application/x-fhir-query
* extension[=].valueExpression.expression = "{query}"
