"""The parts of a field: repetitions, components, subcomponents, and what ``""`` means.

A part keeps its ER7 text as it stands (``text``); values are decoded on access. ``""`` – the explicit delete – is
:data:`NULL`, an empty value is ``None``; the two quote characters never come out as a value.
"""

from __future__ import annotations

from typing import Final, NamedTuple, final

from vrfhir.hl7v2 import escapes
from vrfhir.hl7v2.delimiters import Delimiters

__all__ = ["NULL", "Coding", "Component", "Repetition", "part_at", "split"]


@final
class _Null(str):
    __slots__ = ()

    def __repr__(self) -> str:
        return "NULL"


NULL: Final[str] = _Null()
"""The value of ``""``: delete what is stored. Compare with ``is``; as text it is empty, so it can never leak."""


class Coding(NamedTuple):
    """How the text of one message becomes bytes and values: its delimiters and its codec."""

    delimiters: Delimiters
    codec: str = "utf-8"


class _Part:
    """A stretch of ER7 text with the coding it is read by."""

    __slots__ = ("_coding", "text")

    def __init__(self, text: str, coding: Coding) -> None:
        self.text: Final = text
        self._coding: Final = coding

    def __bool__(self) -> bool:
        return bool(self.text)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.text)} characters>"

    @property
    def is_null(self) -> bool:
        """True for ``""``: an explicit delete."""
        return self.text == '""'

    @property
    def plain(self) -> str:
        """The whole decoded text with inner delimiters as they stand, for text fields with an unescaped ``&`` or ``^``."""
        if self.text == '""':
            return NULL
        return escapes.decode(self.text, self._coding.delimiters, codec=self._coding.codec)

    def _decoded(self, raw: str) -> str | None:
        if not raw:
            return None
        if raw == '""':
            return NULL
        return escapes.decode(raw, self._coding.delimiters, codec=self._coding.codec)


@final
class Component(_Part):
    """One component; ``text`` is its ER7 text."""

    __slots__ = ()

    @property
    def subcomponents(self) -> list[str]:
        """ER7 texts of the subcomponents, at least one."""
        return split(self.text, self._coding.delimiters.subcomponent)

    def value(self, subcomponent: int = 1) -> str | None:
        """Decoded text of a subcomponent; None when empty, :data:`NULL` for ``""``."""
        return self._decoded(part_at(self.subcomponents, subcomponent))


@final
class Repetition(_Part):
    """One repetition of a field; ``text`` is its ER7 text."""

    __slots__ = ("_components", "_whole")

    def __init__(self, text: str, coding: Coding, *, whole: bool = False) -> None:
        super().__init__(text, coding)
        self._whole: Final = whole
        self._components: list[str] | None = [text] if whole else None

    @property
    def component_texts(self) -> list[str]:
        """ER7 texts of the components, at least one."""
        if self._components is None:
            self._components = split(self.text, self._coding.delimiters.component)
        return self._components

    @property
    def components(self) -> list[Component]:
        """The components, at least one."""
        return [Component(text, self._coding) for text in self.component_texts]

    def component(self, number: int) -> Component:
        """A component by number, empty when it is not there."""
        return Component(part_at(self.component_texts, number), self._coding)

    def value(self, component: int = 1, subcomponent: int = 1) -> str | None:
        """Decoded text of a component's subcomponent; None when empty, :data:`NULL` for ``""``."""
        raw = part_at(self.component_texts, component)
        delimiter = self._coding.delimiters.subcomponent
        if delimiter and delimiter in raw and not self._whole:
            raw = part_at(raw.split(delimiter), subcomponent)
        elif subcomponent != 1:
            return None
        return self._decoded(raw)


def split(text: str, mark: str) -> list[str]:
    return text.split(mark) if mark else [text]


def part_at(parts: list[str], number: int) -> str:
    return parts[number - 1] if 0 < number <= len(parts) else ""
