"""`desk teams package`: what it writes, and what it refuses.

tests/test_teams_manifest.py looks at what it says to Teams.
"""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.cli.teams_package import FILES, SOURCE

APP_ID = "1f0c8d0e-5b1a-4a55-9d4c-0d6a3f5f9b21"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEAMS_APP_ID", raising=False)
    monkeypatch.chdir(tmp_path)


def run(*options: str, app_id: str = APP_ID, domain: str = "desk.example.com") -> tuple[int, str, str]:
    """Return the exit code, and what was printed on both streams."""
    arguments = ["teams", "package", "--domain", domain, *options]
    result = CliRunner().invoke(app, [*arguments, "--app-id", app_id] if app_id else arguments)
    return result.exit_code, result.stdout, result.stderr


def packed(path: Path = Path("dispecer-teams.zip")) -> dict[str, bytes]:
    with ZipFile(path) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture
def manifest() -> dict[str, Any]:
    assert run()[0] == 0
    found: dict[str, Any] = json.loads(packed()["manifest.json"])
    return found


def test_the_package_has_the_manifest_the_words_and_two_icons_at_its_root() -> None:
    assert run()[0] == 0
    assert tuple(packed()) == FILES


def test_nothing_is_left_to_fill_in() -> None:
    assert run()[0] == 0
    for name in ("manifest.json", "ro.json"):
        assert b"${{" in (SOURCE / name).read_bytes()
        assert b"${{" not in packed()[name]


def test_what_was_said_stands_where_teams_looks_for_it() -> None:
    options = ["--name", "Transcom Suport", "--company", 'SC "Trans" \\ SRL', "--version", "1.2.0"]
    options += ["--website", "https://trans.example", "--privacy", "https://trans.example/date?a=1"]
    assert run(*options, app_id=APP_ID.upper(), domain="Desk.Example.COM")[0] == 0
    manifest, romanian = json.loads(packed()["manifest.json"]), json.loads(packed()["ro.json"])
    assert {manifest["id"], manifest["bots"][0]["botId"], manifest["composeExtensions"][0]["botId"]} == {
        APP_ID
    }
    assert manifest["webApplicationInfo"] == {"id": APP_ID, "resource": "https://desk.example.com"}
    assert manifest["validDomains"] == ["desk.example.com"]
    assert manifest["version"] == "1.2.0"
    assert manifest["developer"] == {
        "name": 'SC "Trans" \\ SRL',
        "websiteUrl": "https://trans.example",
        "privacyUrl": "https://trans.example/date?a=1",
        "termsOfUseUrl": "https://trans.example",
    }
    assert manifest["name"]["short"] == romanian["name.short"] == "Transcom Suport"
    assert "Transcom Suport" in manifest["description"]["full"]
    assert "Transcom Suport" in romanian["description.full"]


def test_without_more_the_links_lead_to_the_desks_own_domain(manifest: dict[str, Any]) -> None:
    developer = manifest["developer"]
    assert developer.pop("name") == "Dispecer"
    assert set(developer.values()) == {"https://desk.example.com"}


def test_a_placeholder_in_a_name_is_only_text() -> None:
    assert run("--company", "${{DESK_DOMAIN}}")[0] == 0
    assert json.loads(packed()["manifest.json"])["developer"]["name"] == "${{DESK_DOMAIN}}"


def test_the_same_facts_give_the_same_bytes() -> None:
    assert run("--output", "one.zip")[0] == run("--output", "two.zip")[0] == 0
    assert Path("one.zip").read_bytes() == Path("two.zip").read_bytes()
    assert run("--output", "two.zip", "--name", "Other")[0] == 0
    assert Path("one.zip").read_bytes() != Path("two.zip").read_bytes()


def test_it_says_what_was_written_and_what_is_next() -> None:
    code, told, _ = run()
    assert code == 0
    assert told.startswith("dispecer-teams.zip: Dispecer 1.0.0")
    for word in ("https://desk.example.com/api/messages", "Upload a custom app", "docs/teams.md"):
        assert word in told


def test_it_can_speak_to_programs() -> None:
    code, printed, _ = run("--json", "--output", "app.zip")
    assert code == 0
    assert json.loads(printed) == {
        "file": "app.zip",
        "app_id": APP_ID,
        "domain": "desk.example.com",
        "name": "Dispecer",
        "company": "Dispecer",
        "website": "https://desk.example.com",
        "privacy": "https://desk.example.com",
        "terms": "https://desk.example.com",
        "version": "1.0.0",
        "messaging_endpoint": "https://desk.example.com/api/messages",
    }


@pytest.mark.parametrize(
    "app_id", ["desk", "1f0c8d0e5b1a4a559d4c0d6a3f5f9b21", APP_ID + "0", "{" + APP_ID + "}"]
)
def test_an_app_id_that_is_none_is_refused(app_id: str) -> None:
    code, told, error = run(app_id=app_id)
    assert (code, told) == (2, "")
    assert error.startswith(f"--app-id: “{app_id}” is not an app id.")
    assert not Path("dispecer-teams.zip").exists()


def test_without_an_app_id_it_says_where_one_comes_from() -> None:
    code, _, error = run(app_id="")
    assert code == 2
    assert "TEAMS_APP_ID" in error
    assert "--app-id" in error


@pytest.mark.parametrize(
    "domain",
    [
        "https://desk.example.com",
        "desk.example.com:8400",
        "desk.example.com/api",
        "localhost",
        "127.0.0.1",
        "desk..example.com",
        "-desk.example.com",
        "desk_one.example.com",
        "desk example.com",
        "a" * 64 + ".com",
        "*.example.com",
        "",
    ],
)
def test_a_domain_that_is_none_is_refused_with_how_to_write_it(domain: str) -> None:
    code, _, error = run(domain=domain)
    assert code == 2
    assert error.startswith(f"--domain: “{domain}” is not a domain.")
    assert "desk.example.com" in error


def test_a_domain_with_diacritics_is_written_as_the_net_writes_it() -> None:
    assert run(domain="șoimii.example")[0] == 0
    assert json.loads(packed()["manifest.json"])["validDomains"] == ["xn--oimii-e9b.example"]


@pytest.mark.parametrize("option", ["--website", "--privacy", "--terms"])
@pytest.mark.parametrize(
    "url",
    ["http://a.example", "a.example", "https://", "https://a b", "https://[a", "https://a/" + "x" * 2048],
)
def test_an_address_that_teams_would_not_open_is_refused(option: str, url: str) -> None:
    code, _, error = run(option, url)
    assert code == 2
    assert error.startswith(f"{option}: ")


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--name", "x" * 31, "has 31 characters; Teams takes at most 30"),
        ("--name", "  ", "is not a name"),
        ("--name", "two\nlines", "is not a name"),
        ("--company", "x" * 33, "has 33 characters; Teams takes at most 32"),
        ("--version", "1.0", "three numbers"),
        ("--version", "v1.0.0", "three numbers"),
        ("--version", "01.0.0", "three numbers"),
    ],
)
def test_a_name_or_a_version_that_teams_would_not_take_is_refused(option: str, text: str, said: str) -> None:
    code, _, error = run(option, text)
    assert code == 2
    assert error.startswith(option)
    assert said in error


def test_a_file_that_cannot_be_written_is_said_in_a_line() -> None:
    code, told, error = run("--output", "nowhere/app.zip")
    assert (code, told) == (2, "")
    assert error == "nowhere/app.zip cannot be written: no such file or directory.\n"
