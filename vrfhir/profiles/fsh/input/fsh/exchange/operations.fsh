RuleSet: Operation(id, name, code, kind)
* url = "https://vrfhir.org/fhir/OperationDefinition/vr-{id}"
* version = "0.1.0"
* name = "{name}"
* status = #draft
* kind = #operation
* code = #{code}
* affectsState = {kind}

RuleSet: Parameter(name, use, min, max, type, text)
* parameter[+].name = #{name}
* parameter[=].use = #{use}
* parameter[=].min = {min}
* parameter[=].max = "{max}"
* parameter[=].type = #{type}
* parameter[=].documentation = "{text}"

Instance: vr-employer-statement
InstanceOf: OperationDefinition
Usage: #definition
* insert Operation(employer-statement, VREmployerStatementOperation, employer-statement, true)
* title = "VR Employer Statement"
* description = "Make the document for an employer from a fitness statement: from an allow-list, under an active consent that names this employer, with an identifier of its own, and audited. Refused when there is no such consent."
* purpose = "What the employer sees is built, not filtered (seed 004); asking for it is the only way out of the clinical record."
* resource = #Observation
* system = false
* type = false
* instance = true
* insert Parameter(employer, in, 1, 1, Reference, [[The employer who is to get the document]])
* insert Parameter(consent, in, 1, 1, Reference, [[The consent under which it is released]])
* insert Parameter(return, out, 1, 1, Bundle, [[A document after VR-EmployerDocument]])

Instance: vr-suggest-level
InstanceOf: OperationDefinition
Usage: #definition
* insert Operation(suggest-level, VRSuggestLevel, suggest-level, false)
* title = "VR Suggest Support Level"
* description = "Suggest a support level from what is known of job, absence, health and barriers, and say why. Never refuses and never blocks: the clinician may ask for any level."
* purpose = "Seed 004, table 4.1: GPs want guidance on the level and want to be free to override it."
* resource = #Patient
* system = false
* type = false
* instance = true
* insert Parameter(assessment, in, 0, 1, Reference, [[The work-needs assessment, when there is one]])
* insert Parameter(level, out, 1, 1, CodeableConcept, [[The suggested level]])
* insert Parameter(reason, out, 1, *, string, [[Why, one sentence for each rule that applied]])
* insert Parameter(warning, out, 0, *, string, [[What speaks against a referral now, such as a tribunal]])
