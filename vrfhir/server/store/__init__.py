"""Where resources and messages are kept: the Protocol, the query values, and SQLite."""

from vrfhir.server.store.base import (
    AlreadySettledError,
    AuditRow,
    BatchPart,
    DuplicateMessageError,
    InboxRow,
    IndexRows,
    Match,
    MessageRead,
    OutboxRow,
    Reader,
    SearchTooCostlyError,
    Store,
    Stored,
    StoreError,
    Transaction,
    VersionConflictError,
)
from vrfhir.server.store.sqlite import SqliteStore, not_written

__all__ = [
    "AlreadySettledError",
    "AuditRow",
    "BatchPart",
    "DuplicateMessageError",
    "InboxRow",
    "IndexRows",
    "Match",
    "MessageRead",
    "OutboxRow",
    "Reader",
    "SearchTooCostlyError",
    "SqliteStore",
    "Store",
    "StoreError",
    "Stored",
    "Transaction",
    "VersionConflictError",
    "not_written",
]
