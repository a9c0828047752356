"""Changes to single values: dates, numbers, strings, identifiers of the web."""

from __future__ import annotations

import re

from mutants.operators import Subject, operator
from mutants.sites import Site

__all__: list[str] = []

_DATES = ("date", "dateTime", "instant")
_LINKS = ("uri", "url", "canonical", "oid", "uuid")
_TEXTS = ("string", "markdown")


def _date(site: Site) -> bool:
    return site.type in _DATES and isinstance(site.value, str)


def _number(site: Site) -> bool:
    return isinstance(site.value, (int, float)) and not isinstance(site.value, bool)


def _text(site: Site) -> bool:
    return site.type in _TEXTS and isinstance(site.value, str)


def _replace(subject: Subject, site: Site | None, values: tuple[object, ...]) -> bool:
    if site is None:
        return False
    site.holder[site.key] = subject.pick(values)
    return True


BAD_DATES = (
    "2026-13-01", "2026-02-30", "2026-2-3", "02/03/2026", "20260302", "2026-03-02T10:15", "2026-03-02T10:15:00",
    "2026-03-02 10:15:00Z", "2026-03-02T25:00:00Z", "2026-03-02T10:15:00+0100", "2026-03-02T10:15:00z", "0026-03-02",
    "26-03-02", "2026-03-02T", "today", "2026-03-02T10:15:60Z", "2026-03-02T24:00:00Z", "1066-10-14", "2126-03-02",
    "2026-00-10", "2026-03-02T10:15:00.123456789Z", "2026-03-02T10:15:00+15:00",
)  # fmt: skip


@operator("bad-date", times=3)
def bad_date(subject: Subject) -> bool:
    """A date that is none, or one written wrongly, or one that cannot be meant."""
    return _replace(subject, subject.site(_date), BAD_DATES)


@operator("precision")
def precision(subject: Subject) -> bool:
    """A date with less or more precision."""
    return _replace(subject, subject.site(_date), ("2026", "2026-03", "2026-03-02", "2026-03-02T10:15:00Z"))


@operator("moved-date", times=3)
def moved_date(subject: Subject) -> bool:
    """A date some years earlier or later."""
    site = subject.site(_date)
    if site is None or not re.match(r"\d{4}", site.value):
        return False
    years = subject.pick((-30, -2, -1, 1, 2, 30)) or 1
    site.holder[site.key] = f"{int(site.value[:4]) + years:04}{site.value[4:]}".replace("-02-29", "-02-28")
    return True


@operator("period-reversed")
def period_reversed(subject: Subject) -> bool:
    """A period that ends before it starts."""
    site = subject.site(lambda one: isinstance(one.value, dict) and {"start", "end"} <= one.value.keys())
    if site is None:
        return False
    value = site.value
    value["start"], value["end"] = value["end"], value["start"]
    return True


@operator("number", times=2)
def number(subject: Subject) -> bool:
    """A number out of range, negative, with a fraction, or far too precise."""
    values = (-1, 0, 2147483648, 3.5, 1e30, 0.000000000000000000001, 99999, 1000000000000)
    return _replace(subject, subject.site(_number), values)


@operator("long-text")
def long_text(subject: Subject) -> bool:
    """A text that is far too long for what it is."""
    return _replace(subject, subject.site(lambda one: isinstance(one.value, str)), ("x" * 300, "word " * 400))


@operator("huge-text")
def huge_text(subject: Subject) -> bool:
    """A string longer than the megabyte that FHIR allows, in the shortest way to say so."""
    site = subject.site(_text)
    skipped = subject.pick((0, 1, 2, 3, 4, 5))  # a few are enough: each is a megabyte
    if site is None or skipped:
        return False
    site.holder[site.key] = "y" * (1024 * 1024 + 1)
    return True


@operator("odd-text", times=2)
def odd_text(subject: Subject) -> bool:
    """Leading and trailing space, tabs, line ends, control characters, markup, characters that turn the direction."""
    values = (" leading", "trailing ", "tab\there", "line\nend", "carriage\rreturn", "bell\u0007", "zero\u0000", "a <b>tag</b>",
              "<script>alert(1)</script>", "\u202etxt", "emoji \U0001f600", "nbsp\u00a0", "\ufeffmark", "a & b", "{{template}}")  # fmt: skip
    return _replace(subject, subject.site(lambda one: isinstance(one.value, str) and one.type != "xhtml"), values)


@operator("bad-id")
def bad_id(subject: Subject) -> bool:
    """An id with characters or a length that ids must not have."""
    bad = subject.pick(("with space", "under_score", "x" * 65, "slash/ed", "umlaut-ä", "", "a", "-", "1.2"))
    subject.resource["id"] = bad
    return True


@operator("bad-link", times=2)
def bad_link(subject: Subject) -> bool:
    """A URI that is none, or of a kind that is not allowed here."""
    values = ("with space", "relative/path", "http://", "urn:uuid:not-a-uuid", "urn:oid:9.9.9", "urn:oid:1.02.3", "http://example.org/x y",
              "HTTP://EXAMPLE.ORG/up", "urn:uuid:C757873D-EC9A-4326-A141-556F43239520", "oid:1.2.3", "#fragment", "mailto:a@b",
              "http://[bad", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "http://example.org/ok", "%zz", "::")  # fmt: skip
    return _replace(subject, subject.site(lambda one: one.type in _LINKS and isinstance(one.value, str)), values)


@operator("bad-base64")
def bad_base64(subject: Subject) -> bool:
    """Data that is not base64, or base64 with a slip."""
    values = ("not base64!", "QUJD=", "QUI", "QU JD", "====", "QUJDRA==\n")
    return _replace(subject, subject.site(lambda one: one.type == "base64Binary"), values)


@operator("bad-instant")
def bad_instant(subject: Subject) -> bool:
    """When the resource was changed, without a time zone or in other ways not an instant."""
    values = ("2026-03-02", "2026-03-02T10:15:00", "2026-03-02T10:15Z", "now", "2026-03-02T10:15:00+01:00", "2026")
    subject.resource.setdefault("meta", {})["lastUpdated"] = subject.pick(values)
    return True


@operator("language")
def language(subject: Subject) -> bool:
    """A language tag. Tags that are none are left out: HL7's engine gives up on every code of such a resource."""
    subject.resource["language"] = subject.pick(("en-GB", "en", "cy", "de-CH-1996", "fr-FR", "", " en"))
    return True
