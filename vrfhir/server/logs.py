"""Structured logs on stderr: one JSON object a line, with ids and numbers, never with what a message or resource says."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

__all__ = ["FIELDS", "JsonLines", "configure"]

FIELDS = (
    "request",
    "interaction",
    "method",
    "status",
    "milliseconds",
    "error",
    "where",
    "door",
    "outcome",
    "rules",
    "bytes",
    "destination",
    "attempts",
    "url",
)
"""What a log line may carry beside time, level and event; anything else is not written."""


_TRUSTED = ("vrfhir.", "uvicorn.error")
"""Loggers whose text is known to hold no content; of others only that they spoke is written."""


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object of its fixed text and the allowed fields."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage() if record.name.startswith(_TRUSTED) else f"a message of {record.name}",
        }
        line |= {name: getattr(record, name) for name in FIELDS if getattr(record, name, "") != ""}
        return json.dumps(line, default=str)


def configure(level: int = logging.INFO) -> None:
    """Send all logs of this process to stderr: those of vrfhir from ``level`` on, those of others from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("vrfhir").setLevel(level)
