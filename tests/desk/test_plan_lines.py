import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.plan_lines import Lines, Path, dotted

FILE = """\
# A comment with [brackets] and key = 1
name = "a # b"   # not = here
"quoted.key".inner = 'x = "y"'
text = \"\"\"
[not.a.table]
not = "a key" \\\"\"\" \"\"\"\"\"
after = '''
# no comment
'''
day = 1979-05-27 07:32:00
list = [ 1, [
  2, 3 ],  # ] no end
  { a = 1, b = [
    "}", ']' ] },
]

[ table . "sub table" ]
x = 1
y.z = 2

[[many]]
[many.inner]
x = 1
[[many]]
  [[many.steps]]
  x = 1
  [[many.steps]]
  x = 1
[last]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("name",), 2),
        (("quoted.key",), 3),
        (("quoted.key", "inner"), 3),
        (("text",), 4),
        (("after",), 7),
        (("day",), 10),
        (("list", 0), 11),
        (("list", 1), 11),
        (("list", 1, 0), 12),
        (("list", 2), 13),
        (("list", 2, "b", 1), 14),
        (("table",), 17),
        (("table", "sub table", "x"), 18),
        (("table", "sub table", "y", "z"), 19),
        (("many",), 21),
        (("many", 0, "inner", "x"), 23),
        (("many", 1), 24),
        (("many", 1, "steps", 0, "x"), 26),
        (("many", 1, "steps", 1, "x"), 28),
        (("last",), 29),
        (("last", "what is missing"), 29),
        (("list", 2, "c"), 13),
        (("nothing", "at", "all"), 1),
    ],
)
def test_every_value_is_found_on_its_line(path: Path, line: int) -> None:
    tomllib.loads(FILE)
    assert Lines(FILE).of(path) == line


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ((), ""),
        (("tiers", "premium", "first_response"), "tiers.premium.first_response"),
        (("escalation", 1, "steps", 0, "after"), "escalation[1].steps[0].after"),
        (("calendars", "night shift", "days"), 'calendars."night shift".days'),
    ],
)
def test_the_way_to_a_value_is_written_as_people_would(path: Path, written: str) -> None:
    assert dotted(path) == written


_NOISE = st.sampled_from(["", " # ]", " } , ", " = 1 ", " [[x]] ", " '' "])
_KEYS = st.sampled_from(["a", "b-c", "D_1", "1", "true", '"a.b"', '"# ]"', "'q\"'", '"\\u00e9\\""'])
_GAPS = st.sampled_from(["", " ", "\t", "\n", "\n\n  ", " # ] } \" '\n"])
_TREES = st.recursive(
    _NOISE,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(_KEYS, inside, max_size=4),
    max_leaves=20,
)


@settings(max_examples=50)
@given(st.dictionaries(_KEYS, _TREES, max_size=5), st.data())
def test_every_value_of_any_file_is_found_on_its_line(tree: dict[str, object], data: st.DataObject) -> None:
    text = "".join(_tables(tree, "", _Leaves(), data))
    lines = Lines(text)
    for path, leaf in _values(tomllib.loads(text)):
        number = leaf.partition(";")[0]
        assert f"{number};" in text.split("\n")[lines.of(path) - 1]


class _Leaves:
    """Numbers the values, so that each is known by its own text."""

    def __init__(self) -> None:
        self.count = 0

    def next(self) -> str:
        self.count += 1
        return f"v{self.count};"


def _tables(tree: dict[str, object], header: str, leaves: _Leaves, data: st.DataObject) -> Iterator[str]:
    """Write `tree` as tables and arrays of tables where it can be, the rest as pairs before them."""
    later: list[tuple[str, object]] = []
    for key, value in tree.items():
        items = value if isinstance(value, list) and value else [value]
        tables = all(isinstance(item, dict) for item in items)
        in_headers: bool = data.draw(st.booleans())
        if tables and in_headers:
            later.append((key, value))
        else:
            yield f"{key} ={_pad(data)}{_value(value, leaves, data)}{_end(data)}"
    for key, value in later:
        name = f"{header}.{key}" if header else key
        if isinstance(value, dict):
            yield f"[{name}]{_end(data)}"
            yield from _tables(value, name, leaves, data)
        elif isinstance(value, list):
            for item in value:
                yield f"[[ {name} ]]{_end(data)}"
                yield from _tables(item, name, leaves, data)


def _value(value: object, leaves: _Leaves, data: st.DataObject) -> str:
    if isinstance(value, list):
        gap = data.draw(_GAPS)
        items = (f"{gap}{_value(item, leaves, data)}{gap}" for item in value)
        comma = data.draw(st.sampled_from(["", ","])) if value else ""
        return f"[{','.join(items)}{comma}{gap}]"
    if isinstance(value, dict):
        pairs = (f"{key}{_pad(data)}= {_value(item, leaves, data)}" for key, item in value.items())
        return f"{{{_pad(data)}{', '.join(pairs)} }}"
    quoted = data.draw(st.sampled_from(['"{}"', "'{}'", '"""{}\n # ]\n"""', "'''{}\n}} = \"\n'''"]))
    text = f"{leaves.next()}{value}".replace("'", "" if quoted[0] == "'" else "'")
    return quoted.format(text)


def _pad(data: st.DataObject) -> str:
    return data.draw(st.sampled_from(["", " ", "\t "]))


def _end(data: st.DataObject) -> str:
    return data.draw(st.sampled_from(["\n", "\n\n", ' # "[ {\n', "\n# '''\n"]))


def _values(tree: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(tree, str):
        yield path, tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _values(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _values(value, (*path, index))
