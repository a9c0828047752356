"""What can be chosen about a validation. The defaults are those of HL7's validator with its best-practice rules off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["Options"]


class Options(NamedTuple):
    """Switches, named after those of HL7's validator.

    ``references``     how far references to outside the input are checked: ``ignore``, ``type`` or ``exists``.
    ``assume_rest``    take the type in a RESTful reference (``Patient/1``) for the type of its target: a wrong one is an error.
    ``examples``       allow URLs of example domains.
    ``security``       HTML tags in strings are errors.
    ``best_practice``  severity of best-practice rules: ``ignore``, ``hint``, ``warning`` or ``error``.
    ``extensions``     URL prefixes whose extensions may be unknown.
    ``markdown_html``  HTML in markdown is an error.
    ``bundle_rules``   ``(Type:index, profile)`` rows: entries of a Bundle to check against a profile.
    ``crumbs``         say which profiles were used.
    """

    references: str = "ignore"
    assume_rest: bool = False
    examples: bool = True
    security: bool = False
    best_practice: str = "ignore"
    extensions: tuple[str, ...] = ()
    markdown_html: bool = False
    bundle_rules: tuple[tuple[str, str], ...] = ()
    crumbs: bool = False

    @classmethod
    def from_request(cls, given: Mapping[str, Any]) -> Options:
        """The options of a request in the form of HL7's test cases. Unknown ones are left out of account."""
        references = str(given.get("validateReference", ""))
        rule = given.get("bundle-param")
        domain = given.get("allowed-extension-domain")
        return cls(
            references="exists" if references in ("CHECK_EXISTS", "CHECK_EXISTS_AND_TYPE", "CHECK_VALID") else "ignore",
            assume_rest=given.get("assumeValidRestReferences") is True,
            examples=given.get("examples") is not False,
            security=given.get("security-checks") is True,
            best_practice=str(given.get("best-practice", "ignore")).lower(),
            extensions=(str(domain),) if domain else (),
            markdown_html=given.get("noHtmlInMarkdown") is True,
            bundle_rules=((str(rule.get("rule")), str(rule.get("profile"))),) if isinstance(rule, dict) else (),
            crumbs=given.get("crumb-trail") is True,
        )
