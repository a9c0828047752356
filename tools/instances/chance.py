"""Repeatable chance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Chance"]

Item = TypeVar("Item")


class Chance:
    """Choices that are the same for the same seed. Only ``random()`` is used: Python promises its sequence for ever."""

    def __init__(self, seed: str) -> None:
        self.source = random.Random(seed)  # noqa: S311 repeatable, not secret

    def yes(self, share: float) -> bool:
        """True in this share of the cases."""
        return self.source.random() < share

    def one(self, items: Sequence[Item]) -> Item:
        """One of the items; there must be some."""
        return items[int(self.source.random() * len(items))]

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.source.random() * (high - low + 1))

    def some(self, items: Sequence[Item], share: float) -> list[Item]:
        """Each item with this chance."""
        return [one for one in items if self.yes(share)]
