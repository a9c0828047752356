"""Search: R4's own SearchParameter definitions, compiled to index rows on write and to queries on read."""
