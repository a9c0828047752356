// Rule sets from which the maps are made.

RuleSet: ConceptMap(id, name)
* url = "https://vrfhir.org/fhir/ConceptMap/vr-{id}"
* version = "0.1.0"
* name = "{name}"
* status = #draft

RuleSet: FromTo(source, target)
* group[+].source = {source}
* group[=].target = {target}

RuleSet: Map(source, equivalence, target)
* group[=].element[+].code = #{source}
* group[=].element[=].target.equivalence = #{equivalence}
* group[=].element[=].target.code = #{target}

RuleSet: NoMap(source, comment)
* group[=].element[+].code = #{source}
* group[=].element[=].target.equivalence = #unmatched
* group[=].element[=].target.comment = "{comment}"

RuleSet: Near(source, target, comment)
* group[=].element[+].code = #{source}
* group[=].element[=].target.equivalence = #inexact
* group[=].element[=].target.code = #{target}
* group[=].element[=].target.comment = "{comment}"

RuleSet: Said(source, equivalence, target, comment)
* group[=].element[+].code = #{source}
* group[=].element[=].target.equivalence = #{equivalence}
* group[=].element[=].target.code = #{target}
* group[=].element[=].target.comment = "{comment}"
