"""Rules that R4 4.0.1 publishes with an expression that does not say what its words say.

Mostly an element that may be absent is asked a question whose empty answer counts as failure. Each row gives the rule,
the published expression and the one that is evaluated; HL7's validator corrects the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["repaired"]


def _if_present(element: str, expression: str) -> str:
    return f"{element}.exists() implies ({expression})"


_NAME = "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')"
_LOCAL = "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))"
_HISTORY = "fullUrl.contains('/_history/').not()"
_PROBABILITY = "probability is decimal implies (probability as decimal) <= 100"
_VITAL_DATE = "($this as dateTime).toString().length() >= 8"

_BY_EXPRESSION: Mapping[str, str] = {
    _LOCAL: f"reference.empty() or reference = '#' or {_LOCAL}",
    _HISTORY: _if_present("fullUrl", _HISTORY),
    _NAME: _if_present("name", "name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')"),
    _PROBABILITY: f"probability.empty() or (probability is decimal).not() or {_PROBABILITY.partition(' implies ')[2]}",
    _VITAL_DATE: f"($this is dateTime).not() or {_VITAL_DATE}",
    "enableWhen.count() > 2 implies enableBehavior.exists()": "enableWhen.count() >= 2 implies enableBehavior.exists()",
    "generated='generated' implies source.empty()": "generation = 'generated' implies source.empty()",
    "offset.empty() or (when.exists() and ((when in ('C' | 'CM' | 'CD' | 'CV')).not()))": (
        "offset.empty() or (when.exists() and when.select($this in ('C' | 'CM' | 'CD' | 'CV')).allFalse())"
    ),
    (
        "clinicalStatus.exists() or verificationStatus.coding.where(system='http://terminology.hl7.org/CodeSystem/condition-ver-status'"
        " and code = 'entered-in-error').exists() or category.select($this='problem-list-item').empty()"
    ): (
        "clinicalStatus.exists() or category.coding.where(system = 'http://terminology.hl7.org/CodeSystem/condition-category'"
        " and code = 'problem-list-item').empty() or verificationStatus.coding.where("
        "system = 'http://terminology.hl7.org/CodeSystem/condition-ver-status' and code = 'entered-in-error').exists()"
    ),
}

_SEGMENT = r"""[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}"""
_BY_KEY: Mapping[str, str] = {
    "que-7": "operator = 'exists' implies (answer is boolean)",
    "eld-19": rf"path.matches('^{_SEGMENT}(\\.{_SEGMENT}(\\[x\\])?(\\:[^\\s\\.]+)?)*$')",
    "eld-20": r"path.matches('^[A-Za-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*(\\[x])?)*$')",
}


def repaired(key: str, expression: str) -> str:
    """The expression to evaluate for a rule."""
    return _BY_KEY.get(key) or _BY_EXPRESSION.get(expression, expression)
