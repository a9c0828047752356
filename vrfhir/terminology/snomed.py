"""The form of SNOMED CT identifiers and expression constraints. None of its content is here.

Identifiers: 6 to 18 digits, the last by Verhoeff's method, the partition in the two before it
(https://confluence.ihtsdotools.org/display/DOCRELFMT/6.2+SCTID+Data+Type). Constraints: the operators and brackets of the
Expression Constraint Language, short syntax (https://confluence.ihtsdotools.org/display/DOCECL).
"""

from __future__ import annotations

import re

__all__ = ["is_expression_constraint", "is_identifier"]

_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_PARTITIONS = frozenset({"00", "10", "01", "11", "02", "12"})
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<hierarchy><<!|>>!|<<|>>|<!|>!|<|>|!!>|!!<)
    |(?P<member>\^)
    |(?P<junction>(?:AND|OR|MINUS|and|or|minus)\b|,)
    |(?P<colon>:)|(?P<dot>\.)
    |(?P<compare>!=|>=|<=|=)
    |(?P<cardinality>\[[0-9]+\.\.(?:[0-9]+|\*)\])
    |(?P<open>[({])|(?P<close>[)}])
    |(?P<filter>\{\{.*?\}\})
    |(?P<reverse>R\b|reverseOf\b)
    |(?P<value>\#[+-]?[0-9.]+|"(?:[^"\\]|\\.)*")
    |(?P<focus>[0-9]{6,18}|\*)(?P<term>\s*\|[^|]*\|)?
    )""",
    re.VERBOSE | re.DOTALL,
)
_MAX_LENGTH = 10_000


def is_identifier(code: str) -> bool:
    """True when digits, partition and check digit are those of an SCTID."""
    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 18) or code[0] == "0":
        return False
    return code[-3:-1] in _PARTITIONS and _verhoeff(code) == 0


def _verhoeff(digits: str) -> int:
    """Verhoeff's check over the dihedral group of the pentagon; 0 when it holds."""
    check = 0
    for position, character in enumerate(reversed(digits)):
        digit = int(character)
        for _ in range(position % 8):
            digit = _PERMUTATION[digit]
        check = _product(check, digit)
    return check


def _product(one: int, other: int) -> int:
    """Composition in the dihedral group of order ten: 0 to 4 turn, 5 to 9 turn and reflect."""
    if one < 5:
        return (one + other) % 5 if other < 5 else (one + other) % 5 + 5
    return (one - other) % 5 + 5 if other < 5 else (one - other) % 5


def is_expression_constraint(text: str) -> bool:
    """False for what breaks the grammar of expression constraints: a gap between operands, an operator without one."""
    if len(text) > _MAX_LENGTH:
        return True
    at, depth, wants_operand = 0, 0, True
    plain = re.sub(r"\{\{.*?\}\}", " ", re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL), flags=re.DOTALL).strip()
    while at < len(plain):
        found = _TOKEN.match(plain, at)
        if found is None:
            return False
        at = found.end()
        kind = found.lastgroup if found.lastgroup != "term" else "focus"
        if kind in ("hierarchy", "member", "cardinality", "reverse"):
            if not wants_operand:
                return False
        elif kind == "open":
            if not wants_operand:
                return False
            depth += 1
        elif kind in ("focus", "value"):
            if not wants_operand:
                return False
            wants_operand = False
        elif kind == "close":
            depth -= 1
            if wants_operand or depth < 0:
                return False
        else:
            if wants_operand:
                return False
            wants_operand = True
        while at < len(plain) and plain[at].isspace():
            at += 1
    return depth == 0 and not wants_operand
