"""``assert.validateProfileId``: the answer against a profile, by vrfhir's own validator."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from vrfhir.conformance.bodies import definitions
from vrfhir.conformance.verdicts import UntestableError

if TYPE_CHECKING:
    from vrfhir.validation import Validator

__all__ = ["profile_errors"]


@cache
def _validator() -> Validator:
    from vrfhir.validation import Validator  # only a script that validates pays for the validator

    return Validator(definitions())


def profile_errors(resource: dict[str, Any], canonical: str) -> list[str]:
    """What makes a resource invalid against a profile, one sentence with its place each."""
    if definitions().structure(canonical) is None:
        raise UntestableError(f"the profile {canonical} is not known here")
    report = _validator().validate(resource, profiles=[canonical])
    return [
        f"{issue.expression}: {issue.text}" if issue.expression else issue.text
        for issue in report.issues
        if issue.is_error
    ]
