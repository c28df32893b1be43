"""Finds the sentences that the desk says, in Python and in templates, for Babel (see babel.cfg).

Babel's own readers overlook `words(language)("...")`, the two ends of `"..." if ... else "..."`, and
`t.count` in a template.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import IO, Any

from jinja2 import Environment, nodes

Found = tuple[int, str, Sequence[str | None], list[str]]
"""A line, gettext's name for what is called there, its arguments (None: not a text), and no comments."""

_SAYS = dict.fromkeys(("_", "sentence", "t", "rich", "say", "team"), "gettext") | {
    "count": "ngettext",
    "rich_count": "ngettext",
}


def in_python(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:  # noqa: ARG001
    """Yield what a Python file says."""
    for node in ast.walk(ast.parse(fileobj.read())):
        if isinstance(node, ast.Call) and (says := _SAYS.get(_called(node.func))):
            for arguments in _choices(node.args):
                yield node.lineno, says, [_text(argument) for argument in arguments], []


def _called(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Name(id="words")):
            return "t"
    return ""


def _choices(arguments: list[ast.expr]) -> Iterator[list[ast.expr]]:
    match arguments:
        case [ast.IfExp(body=one, orelse=other), *rest]:
            yield from _choices([one, *rest])
            yield from _choices([other, *rest])
        case _:
            yield arguments


def _text(argument: ast.expr) -> str | None:
    match argument:
        case ast.Constant(value=str(text)):
            return text
    return None


def in_template(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:  # noqa: ARG001
    """Yield what a Jinja template says."""
    template = Environment(autoescape=True).parse(fileobj.read().decode())
    for call in template.find_all(nodes.Call):
        name = call.node.attr if isinstance(call.node, nodes.Getattr) else getattr(call.node, "name", "")
        if says := _SAYS.get(name):
            texts = [getattr(argument, "value", None) for argument in call.args]
            yield call.lineno, says, [text if isinstance(text, str) else None for text in texts], []
