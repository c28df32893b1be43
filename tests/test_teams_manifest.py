"""appPackage/ against Teams' rules and against what the code does.

https://learn.microsoft.com/microsoft-365/extensibility/schema holds the rules; the published schema
itself is held against the package in tests/e2e/test_teams_package.py.
"""

import json
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

import pytest

from bot.cli.teams_package import SOURCE, facts, write
from desk.typed import folded
from handlers import commands, router, support

COMMAND_TITLE, COMMAND_TEXT, MOST_COMMANDS = 32, 128, 10
FAMILIES = {**router.TEAM_COMMANDS, "support": support.COMMANDS}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("teams") / "app.zip"
    write(path, facts("1f0c8d0e-5b1a-4a55-9d4c-0d6a3f5f9b21", "desk.example.com"))
    with ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture(scope="module")
def manifest(files: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files["manifest.json"])
    return found


def texts(node: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a JSON value, with where it stands: "bots[0].commandLists[0]..."."""
    if isinstance(node, dict):
        for key, inner in node.items():
            yield from texts(inner, f"{at}.{key}" if at else key)
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from texts(inner, f"{at}[{number}]")
    elif isinstance(node, str):
        yield at, node


def test_every_command_of_the_menu_exists(manifest: dict[str, Any]) -> None:
    offered = {one["title"] for listed in manifest["bots"][0]["commandLists"] for one in listed["commands"]}
    assert offered == {*router.TEAM_COMMANDS, *router.COMMANDS}


def test_every_example_in_the_menu_can_be_typed(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    romanian = json.loads(files["ro.json"])
    lines = [*texts(manifest["bots"][0]["commandLists"]), *romanian.items()]
    examples = [
        found
        for at, line in lines
        if at.endswith(".description")
        for found in re.findall(rf"\b({'|'.join(FAMILIES)}) ([\w-]+)", line.partition(": ")[2])
    ]
    assert len(examples) >= 16
    for family, word in examples:
        assert commands.is_known(FAMILIES[family], folded(word)), f"{family} {word}"


def test_menus_have_teams_lengths_and_one_for_each_scope(
    files: dict[str, bytes], manifest: dict[str, Any]
) -> None:
    (bot,) = manifest["bots"]
    assert sorted(bot["scopes"]) == sorted(
        scope for listed in bot["commandLists"] for scope in listed["scopes"]
    )
    for listed in bot["commandLists"]:
        assert 0 < len(listed["commands"]) <= MOST_COMMANDS
        for one in listed["commands"]:
            assert len(one["title"]) <= COMMAND_TITLE
            assert len(one["description"]) <= COMMAND_TEXT
    romanian = json.loads(files["ro.json"])
    assert all(len(line) <= COMMAND_TEXT for at, line in romanian.items() if at.startswith("bots"))


def test_whatever_is_read_by_people_stands_in_romanian_too(
    files: dict[str, bytes], manifest: dict[str, Any]
) -> None:
    read = {
        at
        for at, _ in texts(manifest)
        if re.fullmatch(r"(name|description)\.\w+|(bots|composeExtensions)\[0\].*\.(title|description)", at)
    }
    # What is typed stays: the words of the menu are the commands themselves.
    read -= {at for at in read if at.startswith("bots") and at.endswith(".title")}
    romanian = json.loads(files["ro.json"])
    assert set(romanian) - {"$schema"} == read
    for names in (manifest["name"], {"short": romanian["name.short"], "full": romanian["name.full"]}):
        assert names["short"] != names["full"]


def test_the_bot_talks_everywhere_and_reads_only_what_it_needs(manifest: dict[str, Any]) -> None:
    (bot,) = manifest["bots"]
    assert bot["isNotificationOnly"] is False
    assert bot["supportsFiles"] is True
    wanted = manifest["authorization"]["permissions"]["resourceSpecific"]
    assert {one["type"] for one in wanted} == {"Application"}
    explained = (SOURCE.parent / "docs" / "teams.md").read_text(encoding="utf-8")
    for one in wanted:
        assert f"`{one['name']}`" in explained
    # From 1.25 on, Teams refuses an app for teams without the first, and any app with the second.
    assert manifest["supportsChannelFeatures"] == "tier1"
    assert "supportedChannelTypes" not in manifest


def test_a_ticket_is_opened_from_a_message_at_once(manifest: dict[str, Any]) -> None:
    (command,) = manifest["composeExtensions"][0]["commands"]
    assert (command["id"], command["type"], command["context"]) == ("openTicket", "action", ["message"])
    # Otherwise Teams would show a form of its own before it asks us.
    assert command["fetchTask"] is True


def pixels(png: bytes) -> tuple[int, list[tuple[int, ...]]]:
    """The width of a square PNG of 8 bits whose rows are not filtered, and its pixels."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colours = struct.unpack(">IIBB", png[16:26])
    assert (width, depth) == (height, 8)
    step = {2: 3, 6: 4}[colours]
    at = png.index(b"IDAT")
    (length,) = struct.unpack(">I", png[at - 4 : at])
    raw = zlib.decompress(png[at + 4 : at + 4 + length])
    found: list[tuple[int, ...]] = []
    for begin in range(0, len(raw), width * step + 1):
        row = raw[begin : begin + width * step + 1]
        assert row[0] == 0
        found += [tuple(row[x : x + step]) for x in range(1, len(row), step)]
    return width, found


def test_icons_have_teams_sizes_and_colours(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    width, colour = pixels(files[manifest["icons"]["color"]])
    assert (width, len(colour)) == (192, 192 * 192)
    assert "#{:02x}{:02x}{:02x}".format(*colour[0]) == manifest["accentColor"]
    width, outline = pixels(files[manifest["icons"]["outline"]])
    assert (width, len(outline)) == (32, 32 * 32)
    assert {pixel[:3] for pixel in outline} == {(255, 255, 255)}
    assert {pixel[3] for pixel in outline} >= {0, 255}
    assert outline[0][3] == 0
