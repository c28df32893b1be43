"""Says what is wrong with the values of a plan, and what would be right, to people who edit the file."""

import re
from collections.abc import Iterable, Iterator
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from desk.nearest import nearest
from desk.plan_lines import Path

_SAYINGS = {
    "missing": "It is missing.",
    "string_type": "Write text, in quotes.",
    "string_too_short": "It cannot be empty.",
    "int_type": "Write a whole number, without quotes.",
    "bool_type": "Write true or false, without quotes.",
    "tuple_type": "Write a list, in square brackets.",
    "dict_type": "Write a table of keys and values.",
    "model_type": "Write a table of keys and values.",
    "too_short": "Name at least one.",
    "greater_than_equal": "{input} is too little. The least is {ge}.",
    "less_than_equal": "{input} is too much. The most is {le}.",
}


def mistaken_values(error: ValidationError, model: type[BaseModel]) -> Iterator[tuple[Path, str]]:
    """Return every mistake found in validating `model`: the way to it, and what would be right."""
    for details in error.errors():
        yield details["loc"], _words(details, model)


def instead(word: str, known: Iterable[str]) -> str:
    """Say what to write instead of `word`: the nearest of `known`, or all of them."""
    if meant := nearest(word, known := list(known)):
        return f"Did you mean “{meant}”?"
    return f"Choose from: {', '.join(known)}."


def shown(text: str) -> str:
    """Return what a terminal shows as it is, with anything that would steer it written out."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _words(details: ErrorDetails, model: type[BaseModel]) -> str:
    given, context = details["input"], details.get("ctx", {})
    if details["type"] == "extra_forbidden":
        *way, key = details["loc"]
        return f"Nothing is called “{key}” here. {instead(str(key), _keys(model, way))}"
    if details["type"] == "literal_error":
        choices = re.findall("'([^']*)'", context["expected"])
        return f"“{given}” is not one of the choices. {instead(str(given), choices)}"
    saying = _SAYINGS.get(details["type"])
    return saying.format(input=given, **context) if saying else details["msg"]


def _keys(model: type[BaseModel], way: Iterable[str | int]) -> list[str]:
    """Return the keys that the file may have in the table at `way`."""
    kind: Any = model
    for part in way:
        inside = get_args(kind)
        if inside:  # a table of tables, or a list of them: `part` is a free name or a position
            kind = next(
                option for option in inside if isinstance(option, type) and issubclass(option, BaseModel)
            )
        else:
            kind = next(f.annotation for name, f in kind.model_fields.items() if part in (name, f.alias))
            if NoneType in get_args(kind):
                kind = get_args(kind)[0]
    return [field.alias or name for name, field in kind.model_fields.items()]
