"""Tokens to syntax tree, by precedence climbing (http://hl7.org/fhirpath/N1/#operator-precedence)."""

from __future__ import annotations

from decimal import Decimal

from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.lexer import Token, tokenize
from vrfhir.fhirpath.syntax import (
    Binary,
    Call,
    Empty,
    Index,
    Invocation,
    Literal,
    Member,
    QuantityLiteral,
    Sort,
    Special,
    Syntax,
    TypeName,
    TypeOperation,
    Unary,
    Variable,
)

__all__ = ["CALENDAR_KEYWORDS", "MAX_CHAIN", "MAX_NESTING", "PRECEDENCE", "TYPE_FUNCTIONS", "UNARY_PRECEDENCE", "parse"]

MAX_NESTING = 48
"""Deepest nesting of parentheses, arguments and right operands."""

MAX_CHAIN = 100
"""Most operators in a row that cannot be evaluated in one loop; ``and``, ``or``, ``|`` and paths have no such bound."""

UNARY_PRECEDENCE = 11

PRECEDENCE = {
    **dict.fromkeys(("*", "/", "div", "mod"), 10),
    **dict.fromkeys(("+", "-", "&"), 9),
    **dict.fromkeys(("is", "as"), 8),
    "|": 7,
    **dict.fromkeys((">", "<", ">=", "<="), 6),
    **dict.fromkeys(("=", "~", "!=", "!~"), 5),
    **dict.fromkeys(("in", "contains"), 4),
    "and": 3,
    **dict.fromkeys(("or", "xor"), 2),
    "implies": 1,
}
"""How tightly an operator binds; all are left-associative."""

CALENDAR_KEYWORDS = frozenset(
    name + plural
    for name in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
    for plural in ("", "s")
)

TYPE_FUNCTIONS = frozenset(("is", "as", "ofType"))
"""Functions whose argument is the name of a type."""

_NAMES_THAT_ARE_OPERATORS = frozenset(("as", "contains", "in", "is"))
_RESERVED = (frozenset(PRECEDENCE) - _NAMES_THAT_ARE_OPERATORS) | {"true", "false"}
_LOOPED = frozenset(("and", "or", "|"))
_SPECIALS = frozenset(("this", "index", "total"))


def parse(expression: str) -> Syntax:
    """The tree of an expression; :class:`FhirPathError` of kind ``syntax`` or ``limit`` otherwise."""
    return _Parser(tokenize(expression)).whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Syntax:
        tree = self._expression(0)
        if self._token.kind != "end":
            raise self._unexpected()
        return tree

    # tokens

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _advance(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _is_symbol(self, sign: str) -> bool:
        token = self._token
        return token.kind == "symbol" and token.value == sign

    def _accept(self, sign: str) -> bool:
        if self._is_symbol(sign):
            self._at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._accept(sign):
            raise self._unexpected(f"'{sign}' expected")

    def _unexpected(self, wanted: str = "") -> FhirPathError:
        token = self._token
        found = "the end of the expression" if token.kind == "end" else repr(token.value)
        text = f"Unexpected {found}" + (f", {wanted}." if wanted else ".")
        return FhirPathError(text, kind="syntax", position=token.position)

    # expressions

    def _expression(self, minimum: int) -> Syntax:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise FhirPathError("The expression is nested too deeply.", kind="limit", position=self._token.position)
        left = self._operand()
        chain = 0
        while (precedence := self._operator_precedence()) is not None and precedence > minimum:
            token = self._advance()
            if not (isinstance(left, Binary) and left.operator == token.value and token.value in _LOOPED):
                chain += 1
            if chain > MAX_CHAIN:
                raise FhirPathError("Too many operators in a row.", kind="limit", position=token.position)
            if token.value in ("is", "as"):
                left = TypeOperation(token.value, left, self._type_name(), position=token.position)
            else:
                left = Binary(token.value, left, self._expression(precedence), position=token.position)
        self._depth -= 1
        return left

    def _operator_precedence(self) -> int | None:
        token = self._token
        return PRECEDENCE.get(token.value) if token.kind in ("symbol", "name") else None

    def _operand(self) -> Syntax:
        signs = []
        while self._is_symbol("-") or self._is_symbol("+"):
            signs.append(self._advance())
            if len(signs) > MAX_NESTING:
                raise FhirPathError("Too many signs in a row.", kind="limit", position=signs[0].position)
        operand = self._path()
        for sign in reversed(signs):
            operand = Unary(sign.value, operand, position=sign.position)
        return operand

    def _path(self) -> Syntax:
        path = self._term()
        while True:
            position = self._token.position
            if self._accept("."):
                path = Invocation(path, self._step(after_dot=True), position=position)
            elif self._accept("["):
                path = Index(path, self._expression(0), position=position)
                self._expect("]")
            else:
                return path

    def _term(self) -> Syntax:
        token = self._token
        position = token.position
        if token.kind == "symbol":
            if self._accept("("):
                inner = self._expression(0)
                self._expect(")")
                return inner
            if self._accept("{"):
                self._expect("}")
                return Empty(position=position)
            raise self._unexpected()
        if token.kind == "number":
            return self._number()
        if token.kind in ("string", "date", "dateTime", "time"):
            self._advance()
            return Literal(token.kind, token.value, position=position)
        if token.kind == "variable":
            self._advance()
            return Variable(token.value, position=position)
        if token.kind == "name" and token.value in ("true", "false"):
            self._advance()
            return Literal("boolean", token.value, position=position)
        return self._step()

    def _number(self) -> Syntax:
        token = self._advance()
        follower = self._token
        if follower.kind == "string" or (follower.kind == "name" and follower.value in CALENDAR_KEYWORDS):
            self._advance()
            calendar = follower.kind == "name"
            return QuantityLiteral(Decimal(token.value), follower.value, calendar, position=token.position)
        kind = "decimal" if "." in token.value else "integer"
        return Literal(kind, token.value, position=token.position)

    def _step(self, *, after_dot: bool = False) -> Syntax:
        """What may follow a dot: a member, a function or one of ``$this``, ``$index``, ``$total``."""
        token = self._token
        if token.kind == "special" and token.value in _SPECIALS:
            self._advance()
            return Special(token.value, position=token.position)
        name = self._name(any_word=after_dot)
        if self._accept("("):
            return Call(name, self._arguments(name), position=token.position)
        return Member(name, position=token.position)

    def _name(self, *, any_word: bool = False) -> str:
        """A name; after a dot an operator's name too (``text.div``), where no operator can stand."""
        token = self._token
        if token.kind == "delimited" or (token.kind == "name" and (any_word or token.value not in _RESERVED)):
            return self._advance().value
        raise self._unexpected("a name expected")

    def _arguments(self, function: str) -> tuple[Syntax, ...]:
        if self._accept(")"):
            return ()
        arguments: list[Syntax] = []
        while True:
            if function in TYPE_FUNCTIONS and not arguments:
                arguments.append(self._type_name())
            elif function == "sort":
                arguments.append(self._sort_criterion())
            else:
                arguments.append(self._expression(0))
            if self._accept(")"):
                return tuple(arguments)
            self._expect(",")

    def _sort_criterion(self) -> Syntax:
        """``-family`` or ``family desc``: the sign is the direction, so that it also serves for text."""
        position = self._token.position
        criterion = self._expression(0)
        descending = isinstance(criterion, Unary) and criterion.operator == "-"
        if isinstance(criterion, Unary) and descending:
            criterion = criterion.operand
        if self._token.kind == "name" and self._token.value in ("asc", "desc"):
            descending ^= self._advance().value == "desc"
        return Sort(criterion, descending, position=position)

    def _type_name(self) -> TypeName:
        position = self._token.position
        name = self._name()
        if self._accept("."):
            return TypeName(name, self._name(), position=position)
        return TypeName("", name, position=position)
