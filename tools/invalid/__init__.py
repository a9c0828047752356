"""The invalid corpus: which constraints our profiles add, where examples show them, how each can be broken."""
