RuleSet: Naming(name, url)
* name = "{name}"
* status = #draft
* kind = #identifier
* date = "2026-11-23"
* uniqueId.type = #uri
* uniqueId.value = "{url}"
* uniqueId.preferred = true

Instance: vr-referral-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(VRReferralNumber, https://vrfhir.org/fhir/sid/referral)
* description = "A referral, as the referrer numbers it, where the referrer has no system of its own for it."
* usage = "A system that has an identifier system of its own uses that; numbers of the NHS keep the systems of the NHS."

Instance: vr-document-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(VRDocumentNumber, https://vrfhir.org/fhir/sid/document)
* description = "A document: fit note, report, employer statement."
* usage = "A system that has an identifier system of its own uses that; numbers of the NHS keep the systems of the NHS."

Instance: vr-consent-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(VRConsentNumber, https://vrfhir.org/fhir/sid/consent)
* description = "A consent, so that an employer statement can name it without carrying it."
* usage = "A system that has an identifier system of its own uses that; numbers of the NHS keep the systems of the NHS."
