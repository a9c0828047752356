Profile: VRDocument
Parent: $UKCore-Bundle
Id: VR-Document
Title: "VR Document"
Description: "A clinical document as one Bundle: the Composition first, then everything it refers to. For the fit note and the reports; what an employer gets is a document of another kind."
* ^purpose = "A document must read the same in ten years and in another system: nothing it says may stand elsewhere. The NHS sends documents where it cannot send data (GP Connect Send Document, MESH), and a fit note is a document by law (SI 1976/615)."
* obeys vr-document-1
* identifier 1..1 MS
* identifier.system 1..1
* identifier.value 1..1
* type = #document
* timestamp 1..1 MS
* entry 2..* MS
* entry.fullUrl 1..1
* entry.resource 1..1

Invariant: vr-document-1
Description: "Every reference of the document leads to a resource inside it; what is not inside is named by its identifier instead."
Severity: #error
Expression: "entry.resource.descendants().ofType(Reference).where(reference.exists() and reference.startsWith('#').not()).all(resolve().exists())"
