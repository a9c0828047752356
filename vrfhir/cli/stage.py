"""Where a story is shown: numbered steps in a terminal or a pipe, or JSON lines for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

__all__ = ["Stage"]

WIDTH = 118


class Stage:
    """Shows steps, messages, tables and checks. Colours only on a terminal; with ``as_json`` one object a line."""

    def __init__(self, *, as_json: bool = False) -> None:
        self._as_json = as_json
        self._number = 0
        self._console: Any = None
        if not as_json:
            from rich.console import Console

            narrow = {} if sys.stdout.isatty() else {"width": WIDTH}
            self._console = Console(highlight=False, soft_wrap=False, **narrow)  # type: ignore[arg-type]

    def step(self, title: str) -> None:
        """The heading of the next step."""
        self._number += 1
        if self._as_json:
            self._write({"step": self._number, "title": title})
            return
        from rich.text import Text

        self._console.print()
        self._console.print(Text(f"{self._number}  {title}", style="bold cyan"), soft_wrap=True)

    def say(self, text: str) -> None:
        """A remark."""
        if self._as_json:
            self._write({"step": self._number, "text": text})
            return
        from rich.padding import Padding
        from rich.text import Text

        self._console.print(Padding(Text(text), (0, 0, 0, 3)))

    def message(self, data: bytes) -> None:
        """An HL7 v2 message, one segment a line, long ones cut; whole in JSON."""
        text = data.decode("utf-8", "replace")
        if self._as_json:
            self._write({"step": self._number, "message": text})
            return
        from rich.text import Text

        room = self._console.width - 4
        for line in filter(None, text.replace("\n", "\r").split("\r")):
            shown = line if len(line) <= room else line[: room - 1] + "…"
            styled = Text(f"   {shown}", no_wrap=True)
            styled.stylize("yellow", 3, 6)
            self._console.print(styled)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table."""
        if self._as_json:
            self._write({"step": self._number, "rows": [dict(zip(headings, row, strict=True)) for row in rows]})
            return
        from rich.box import SIMPLE_HEAD
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        table = Table(*headings, box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print(Padding(table, (0, 0, 0, 3)))

    def check(self, holds: bool, what: str) -> None:
        """Something that had to come true."""
        if self._as_json:
            self._write({"step": self._number, "check": what, "ok": holds})
            return
        from rich.text import Text

        mark, style = ("✓", "green") if holds else ("✗", "bold red")
        self._console.print(Text(f"   {mark} {what}", style=style))

    def end(self, failed: int) -> None:
        """The last line."""
        if self._as_json:
            self._write({"failed": failed})
            return
        from rich.text import Text

        self._console.print()
        text = "One referral, both ways, nothing lost." if not failed else f"{failed} of the checks above did not hold."
        self._console.print(Text(text, style="bold green" if not failed else "bold red"))

    def _write(self, event: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
        sys.stdout.flush()
