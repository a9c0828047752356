Profile: VRMeasureReport
Parent: MeasureReport
Id: VR-MeasureReport
Title: "VR Measure Report"
Description: "One of the commissioner's measures for one period: how many were referred, seen in time, at work, still at work. Counts only, no person."
* ^purpose = "Commissioners could not see whether rehabilitation works (seed 001 asks for data and metrics); Rosebank could show 325 referrals in ten months and needs the same for its outcomes (seed 002). A report that goes outside the service names nobody, and small numbers are not told."
* obeys vr-measure-1 and vr-measure-2 and vr-measure-3
* type = #summary
* date MS
* reporter 1..1 MS
* reporter only Reference(VROrganization)
* period MS
* group 1..* MS
* group.population MS
* group.measureScore MS
* group.stratifier MS

Invariant: vr-measure-1
Description: "A summary points to no person and to no record."
Severity: #error
Expression: "subject.empty() and evaluatedResource.empty() and group.population.subjectResults.empty()"

Invariant: vr-measure-2
Description: "The numerator is not larger than the denominator."
Severity: #error
Expression: "group.all(population.where(code.coding.where(code = 'numerator').exists()).count.empty() or population.where(code.coding.where(code = 'denominator').exists()).count.empty() or population.where(code.coding.where(code = 'numerator').exists()).count <= population.where(code.coding.where(code = 'denominator').exists()).count)"

Invariant: vr-measure-3
Description: "Numbers from one to four could tell who it is; leave them out or join groups."
Severity: #warning
Expression: "group.stratifier.stratum.population.count.all($this = 0 or $this >= 5)"
