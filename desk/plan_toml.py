"""Reads the text of a plan as TOML, or says where it stops being one."""

import re
import tomllib
from collections.abc import Iterable
from typing import Any

_LONGEST = 200_000  # characters
_DEEPEST = 20  # tables and lists, one within the other
# `tomllib` takes time that grows with the square of a key's parts.
_DEEP_KEY = re.compile(
    rf"""(?<![\w"'-])(?:(?:"[^"\n]*+"|'[^'\n]*+'|[\w-]++)[ \t]*+\.[ \t]*+){{{_DEEPEST}}}""", re.ASCII
)
_TOO_DEEP = "This is nested too deeply to be a plan."


class NoToml(Exception):
    """The text is no TOML, or none of a plan's size: the message says why, `line` where (from 1)."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def read(text: str) -> dict[str, Any]:
    """Return what `text` holds. Raises `NoToml`."""
    if len(text) > _LONGEST:
        raise NoToml(1, f"This is too long to be a plan: over {_LONGEST} characters.")
    if key := _DEEP_KEY.search(text):
        raise NoToml(_line(text, key), _TOO_DEEP)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _mistaken(text, str(error)) from None
    except ValueError:  # Python reads no whole number of so many digits
        raise NoToml(_line(text, re.search(r"[0-9_]{4000,}", text)), "This number is too long.") from None
    except RecursionError:
        raise NoToml(1, _TOO_DEEP) from None
    if _is_too_deep(data):
        raise NoToml(1, _TOO_DEEP)
    return data


def _line(text: str, found: re.Match[str] | None) -> int:
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _mistaken(text: str, words: str) -> NoToml:
    """Say where the file stops being TOML; `tomllib` names the place in its message only."""
    place = re.search(r" \((?:at line (\d+), column \d+|at end of document)\)$", words)
    if place is None:
        return NoToml(1, f"This is not TOML. {words}.")
    line = int(place[1] or text.count("\n") + 1)
    return NoToml(line, f"This is not TOML. {words[: place.start()]}.")


def _is_too_deep(data: object) -> bool:
    level = [data]
    for _depth in range(_DEEPEST):
        level = [inner for each in level for inner in _inside(each)]
    return bool(level)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
