"""The character set of a message that is written: the one it declares, as long as that has every character; else UTF-8."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vrfhir.hl7v2 import MessageBuilder
from vrfhir.hl7v2.charset import codec_for

if TYPE_CHECKING:
    from vrfhir.mappers.writing.draft import Draft
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["begun", "encoded"]

_UTF_8 = "UNICODE UTF-8"


def begun(drafts: list[Draft], writing: Writing) -> MessageBuilder:
    """The message of the segments so far; one that had no character set in MSH-18 has none again."""
    builder = MessageBuilder(writing.version)
    for draft in drafts:
        draft.write(builder)
    if writing.as_it_was and not any(draft.name == "MSH" and 18 in draft.fields for draft in drafts):
        builder.segments[0].set(18, None)
    return builder


def encoded(builder: MessageBuilder) -> bytes:
    """The bytes, in the character set that MSH-18 names."""
    codec = codec_for(builder.segments[0].at(18)) or "utf-8"
    try:
        builder.codec = codec
        return builder.encode()
    except UnicodeEncodeError:
        builder.codec = "utf-8"
        builder.segments[0].set(18, _UTF_8)
        return builder.encode(errors="replace")
