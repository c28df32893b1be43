"""On which line of a TOML file each value stands: `tomllib` reads the values and forgets the lines."""

import re
import tomllib
from bisect import bisect_left

Path = tuple[str | int, ...]
"""The way to a value: ("escalation", 1, "steps", 0, "after")."""

_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'", re.DOTALL
)
_BARE = re.compile(r"[^,\]}\n#]+")  # numbers, booleans, dates and times


class Lines:
    """The lines of the values in `text`, which must be good TOML."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [end.start() for end in re.finditer("\n", text)]
        self._at = 0
        self._lines: dict[Path, int] = {(): 1}
        self._last: dict[Path, int] = {}  # of each array of tables, the table that is being filled
        self._document()

    def of(self, path: Path) -> int:
        """Return the line of `path` (from 1), or of the nearest thing around it that is in the file."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def _document(self) -> None:
        table: Path = ()
        while self._gap():
            if self._skip("[["):
                table = self._header(of_array=True)
            elif self._skip("["):
                table = self._header(of_array=False)
            else:
                self._pair(table)

    def _header(self, *, of_array: bool) -> Path:
        path: Path = ()
        self._gap()
        start, keys = self._at, self._keys()
        for depth, key in enumerate(keys, 1):
            path = (*path, key)
            self._mark(path, start)
            if of_array and depth == len(keys):
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path = (*path, self._last[path])
                self._mark(path, start)
        self._gap()
        self._skip("]]" if of_array else "]")
        return path

    def _pair(self, table: Path) -> None:
        start, path = self._at, table
        for key in self._keys():
            path = (*path, key)
            self._mark(path, start)
        self._gap()
        self._skip("=")
        self._gap()
        self._value(path)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            raw = self._take(_KEY)
            keys.append(next(iter(tomllib.loads(f"{raw}=0"))) if raw[0] in "\"'" else raw)
            if not self._take(_DOT):
                return keys

    def _value(self, path: Path) -> None:
        if self._skip("["):
            index = 0
            while self._gap() and not self._skip("]"):
                self._mark((*path, index), self._at)
                self._value((*path, index))
                self._gap()
                self._skip(",")
                index += 1
        elif self._skip("{"):
            while self._gap() and not self._skip("}"):
                self._pair(path)
                self._gap()
                self._skip(",")
        else:
            self._take(_STRING) or self._take(_BARE)

    def _mark(self, path: Path, offset: int) -> None:
        self._lines.setdefault(path, bisect_left(self._ends, offset) + 1)

    def _gap(self) -> bool:
        """Pass over space, line ends and comments; say whether anything follows."""
        self._take(_GAP)
        return self._at < len(self._text)

    def _skip(self, mark: str) -> bool:
        found = self._text.startswith(mark, self._at)
        self._at += len(mark) * found
        return found

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]


def dotted(path: Path) -> str:
    """Write `path` as people would: escalation[1].steps[0].after, calendars."night shift".days."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        else:
            written += "." * bool(written) + (part if re.fullmatch("[A-Za-z0-9_-]+", part) else f'"{part}"')
    return written
