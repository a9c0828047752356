"""Values of the primitive types, and words for them."""

from __future__ import annotations

from typing import Any

from instances.chance import Chance

__all__ = ["narrative", "primitive"]

WORDS = (
    "water",
    "stone",
    "early",
    "seven",
    "garden",
    "north",
    "paper",
    "quiet",
    "letter",
    "harbour",
    "bridge",
    "window",
)
START = '<div xmlns="http://www.w3.org/1999/xhtml">'
BLOCKS = (
    "<p>{}</p>", "<p><b>{}</b> and <i>{}</i></p>", "<ul><li>{}</li><li>{}</li></ul>", "<table><tr><td>{}</td></tr></table>",
    '<table class="grid"><thead><tr><th>{}</th></tr></thead><tbody><tr><td>{}</td></tr></tbody></table>', "<h2>{}</h2>", "<br/>", "<hr/>",
    '<a name="{}"/>', '<p id="{}">{}</p>', '<a href="http://example.org/{}">{}</a>', "<pre>{}\n {}</pre>", "<blockquote>{}</blockquote>",
    '<p style="color: red">{}</p>', '<img src="http://example.org/{}.png" alt="{}"/>', "<dl><dt>{}</dt><dd>{}</dd></dl>", "{}", "<p>&#160;{} &amp; {}</p>",
    '<div class="c"><span title="{}">{}</span></div>', "<p xml:lang=\"en\" lang=\"en\">{}</p>", "<!-- {} -->", "<p>{}<sub>2</sub><sup>{}</sup></p>",
    '<col width="1"/>', "<caption>{}</caption>", "<code>{}</code>", "<em>{}</em><strong>{}</strong>", "<small>{}</small><tt>{}</tt>", "<q>{}</q><cite>{}</cite>",
)  # fmt: skip


def words(chance: Chance, most: int = 4) -> str:
    """A few words."""
    return " ".join(chance.one(WORDS) for _ in range(chance.number(1, most)))


def narrative(chance: Chance) -> str:
    """A div that is well-formed and, mostly, allowed."""
    parts = []
    for _ in range(chance.number(1, 4)):
        block = chance.one(BLOCKS)
        parts.append(block.format(*(chance.one(WORDS) for _ in range(block.count("{}")))))
    return START + "".join(parts) + "</div>"


def date(chance: Chance) -> str:
    """A day, month or year of this century or the last."""
    year, month, day = chance.number(1950, 2026), chance.number(1, 12), chance.number(1, 28)
    return chance.one((f"{year}", f"{year}-{month:02}", *[f"{year}-{month:02}-{day:02}"] * 4))


def time(chance: Chance) -> str:
    """A time of day."""
    return f"{chance.number(0, 23):02}:{chance.number(0, 59):02}:{chance.number(0, 59):02}"


def instant(chance: Chance) -> str:
    """A moment with its zone."""
    day = f"{chance.number(1990, 2026)}-{chance.number(1, 12):02}-{chance.number(1, 28):02}"
    return f"{day}T{time(chance)}{chance.one(('', '', '.5', '.123'))}{chance.one(('Z', '+00:00', '+01:00', '-05:30'))}"


def _digits(chance: Chance, length: int) -> str:
    return "".join(chance.one("0123456789abcdef") for _ in range(length))


def uuid(chance: Chance) -> str:
    """A UUID as a URI."""
    return "urn:uuid:" + "-".join(
        (
            _digits(chance, 8),
            _digits(chance, 4),
            "4" + _digits(chance, 3),
            "a" + _digits(chance, 3),
            _digits(chance, 12),
        )
    )


def primitive(type_name: str, chance: Chance) -> Any:
    """A value of a primitive type."""
    match type_name:
        case "boolean":
            return chance.yes(0.5)
        case "integer":
            return chance.number(-20, 900)
        case "positiveInt":
            return chance.number(1, 900)
        case "unsignedInt":
            return chance.number(0, 900)
        case "decimal":
            return chance.one((0, 1.5, 2.50, 100, -3.25, 0.001, 37.2, chance.number(1, 400)))
        case "date":
            return date(chance)
        case "dateTime":
            return instant(chance) if chance.yes(0.4) else date(chance)
        case "instant":
            return instant(chance)
        case "time":
            return time(chance)
        case "id":
            return f"{chance.one(WORDS)}-{chance.number(1, 99)}"
        case "code":
            return chance.one(("alpha", "beta-2", "c"))
        case "uri":
            return chance.one(
                (
                    f"http://example.org/{chance.one(WORDS)}",
                    uuid(chance),
                    "urn:oid:1.2.3.4.5",
                    f"http://test.example.com/{chance.one(WORDS)}",
                )
            )
        case "url":
            return f"http://example.org/{chance.one(WORDS)}"
        case "canonical":
            return f"http://example.org/{chance.one(WORDS)}" + chance.one(("", "|1.0", "#part"))
        case "oid":
            return "urn:oid:1.2.36." + str(chance.number(1, 999))
        case "uuid":
            return uuid(chance)
        case "base64Binary":
            return chance.one(("QUJD", "QUI=", "QQ==", "SGVsbG8gd29ybGQ="))
        case "markdown":
            return chance.one(("*{}* words", "# {}\n\n* item", "{}", "plain {} <b>bold</b>")).format(words(chance))
        case "xhtml":
            return narrative(chance)
        case _:
            return words(chance)
