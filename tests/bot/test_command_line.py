import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from bot.__main__ import app
from bot.cli import check
from bot.config import Settings
from desk import plan as plans

run = CliRunner()


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of the machine's own environment reaches these tests, and no log set up by them the others."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    yield
    structlog.reset_defaults()


def test_help_names_every_command() -> None:
    text = run.invoke(app, ["--help"]).output
    for word in ("serve", "check", "plan", "sla", "triage", "customers"):
        assert word in text


def test_check_on_a_new_machine_says_what_is_there_and_what_to_do_next() -> None:
    result = run.invoke(app, ["check"])
    assert result.exit_code == 0
    assert "ok    plan" in result.output
    assert "not configured" in result.output
    assert "manifest.json" in result.output


def test_check_can_speak_to_programs() -> None:
    found = json.loads(run.invoke(app, ["check", "--json"]).output)
    assert {one["what"] for one in found} == {"plan", "database", "slack", "teams", "try page"}


@pytest.mark.parametrize(
    ("team", "code", "said"),
    [
        ({}, 1, "nobody takes up what customers write"),
        ({"TEAMS_TRIAGE_CHANNEL": "19:a@thread.tacv2"}, 0, "the team works in Teams alone"),
        ({"SLACK_TRIAGE_CHANNEL": "T1/C1"}, 0, "installed at /slack/install"),
    ],
)
def test_check_fails_where_the_team_of_a_slack_desk_has_no_channel(
    team: dict[str, str], code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "shh", "SLACK_SIGNING_SECRET": "shh"}
    for name, value in (slack | team).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("bot.cli.check._LOOKS", (check._slack,))
    result = run.invoke(app, ["check"])
    assert (result.exit_code, said in result.output) == (code, True)
    assert ("Set SLACK_TRIAGE_CHANNEL" in result.output) is ("SLACK_TRIAGE_CHANNEL" not in team)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DESK_TRY", "false", "off, because DESK_TRY is false"),
        ("DESK_TEAMS_PLAYGROUND", "true", "off, because a chat platform is configured"),
        ("DESK_PORT", "8401", "http://127.0.0.1:8401/try"),
    ],
)
def test_check_tells_where_the_try_page_is_or_why_it_is_off(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("bot.cli.check._LOOKS", (check._pages,))
    assert said in run.invoke(app, ["check"]).output


@pytest.mark.parametrize(
    ("settings", "file"),
    [
        ({}, "try.db"),
        ({"DATABASE_URL": ""}, "try.db"),
        ({"DESK_TEAMS_PLAYGROUND": "true"}, "try.db"),
        ({"DESK_TRY": "true", "SLACK_BOT_TOKEN": "xoxb-1"}, "dispecer.db"),
        ({"SLACK_CLIENT_ID": "1.2"}, "dispecer.db"),
        ({"TEAMS_APP_ID": "1"}, "dispecer.db"),
        ({"DATABASE_URL": "sqlite:///var/ours.db"}, "ours.db"),
    ],
)
def test_what_is_tried_is_kept_apart_from_the_desk_that_is_connected_later(
    settings: dict[str, str], file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert Settings().database_url == f"sqlite:///var/{file}"
    monkeypatch.setattr("bot.cli.check._LOOKS", (check._database,))
    assert f"sqlite:///var/{file}" in run.invoke(app, ["check"]).output


def test_check_fails_for_a_plan_with_mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.toml").write_text('name = "x"\n', encoding="utf-8")
    monkeypatch.setenv("DESK_PLAN", "bad.toml")
    result = run.invoke(app, ["check"])
    assert result.exit_code == 1
    assert "desk plan check bad.toml" in result.output


@pytest.mark.parametrize(("text", "said"), [("x = [", "mine.toml:"), (None, "No such file")])
def test_a_desk_whose_plan_cannot_be_read_says_why_it_does_not_start(
    text: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_PLAN", str(tmp_path / "mine.toml"))
    if text is not None:
        (tmp_path / "mine.toml").write_text(text)
    result = run.invoke(app, ["serve"])
    assert result.exit_code == 1
    assert result.output.startswith("The desk cannot start.")
    assert said in result.output


def test_the_plan_in_force_is_the_one_that_the_settings_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = plans.SHIPPED.read_text(encoding="utf-8")
    mine = "\ufeff" + shipped.replace('name = "Transport SaaS"', 'name = "Ours"')
    (tmp_path / "mine.toml").write_text(mine, encoding="utf-8")
    monkeypatch.setenv("DESK_PLAN", "mine.toml")
    assert json.loads(run.invoke(app, ["plan", "show", "--json"]).output)["plan"]["name"] == "Ours"
    assert "Ours" in run.invoke(app, ["check"]).output


def test_check_tells_about_customers_of_a_tier_that_the_plan_does_not_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.csv").write_text(
        "name,tier\nTrans Carpați,premium\nAlba Trans,basic\n", encoding="utf-8"
    )
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    assert run.invoke(app, ["customers", "import", "list.csv"]).exit_code == 0
    assert "Trans Carpați" not in run.invoke(app, ["check"]).output
    text = plans.SHIPPED.read_text(encoding="utf-8").replace("[tiers.premium]", "[tiers.platinum]")
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("DESK_PLAN", "plan.toml")
    result = run.invoke(app, ["check"])
    assert result.exit_code == 0
    assert "Trans Carpați (premium)" in result.output
    assert "Alba" not in result.output


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://desk:hunter2@127.0.0.1:1/desk",
        "postgresql://127.0.0.1:1/desk?user=desk&password=hunter2",
    ],
)
def test_check_fails_for_a_database_that_is_not_there_and_hides_the_password(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    result = run.invoke(app, ["check"])
    assert result.exit_code == 1
    assert "127.0.0.1/desk does not answer" in result.output
    assert "hunter2" not in result.output


def test_a_setting_that_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_PORT", "many")
    result = run.invoke(app, ["check"])
    assert result.exit_code == 2
    assert "DESK_PORT" in result.output


def test_customers_are_imported_from_a_list(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("name,tier,language\nȘoimii Trans,premium,ro\n", encoding="utf-8")
    result = run.invoke(app, ["customers", "import", "list.csv"])
    assert (result.exit_code, result.output) == (0, "list.csv: 1 added, 0 changed.\n")


def test_a_list_with_mistakes_is_refused_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("name,tier\nȘoimii Trans,gold\n", encoding="utf-8")
    result = run.invoke(app, ["customers", "import", "list.csv"])
    assert result.exit_code == 1
    assert "line 2: tier" in result.output


@pytest.mark.parametrize(("name", "content"), [("none.csv", None), ("latin.csv", b"name,tier\n\xde\n")])
def test_a_list_that_cannot_be_read_is_a_clear_error(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = run.invoke(app, ["customers", "import", name])
    assert result.exit_code == 2
    assert name in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "garbage"),
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "postgresql://desk:hunter2@host:many/desk"),
        ("DATABASE_URL", "postgresql://desk:hunter2@hunter2@host/desk"),
        ("DATABASE_URL", "postgresql://desk:hunter2@[::1/desk"),
        ("SLACK_API_URL", "https://ana:hunter2@slack.com/api/"),
        ("SLACK_API_URL", "https://slack.com:hunter2/api/"),
        ("DESK_PORT", "99999"),
        ("DESK_LOG_LEVEL", "loud"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "check"])
def test_a_setting_that_cannot_be_is_named_before_anything_starts(
    command: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    result = run.invoke(app, [command])
    assert result.exit_code == 2
    assert name in result.output
    assert "hunter2" not in result.output


@pytest.mark.parametrize(
    ("command", "url"),
    [
        (["serve"], "sqlite:///."),
        (["customers", "import", "list.csv"], "sqlite:///."),
        (["serve"], "postgresql://nobody@127.0.0.1:1/nowhere"),
        (["customers", "import", "list.csv"], "postgresql://nobody@127.0.0.1:1/nowhere"),
    ],
)
def test_a_database_that_cannot_be_opened_is_said_in_a_line(
    command: list[str], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.csv").write_text("name,tier\nA,basic\n", encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    result = run.invoke(app, command)
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name;tier\nA;basic\n", "line 1: the columns must be"),
        ("name,tier\n\n\nA,basic\n,basic\n", "line 5: name: there is no name"),
        ("name,tier\nA,basic\na,premium\n", "line 3: name: “a” stands in line 2 too"),
        ("name,tier\n" + "x" * 201 + ",basic\n", "at most 200 characters"),
        ("name,tier\n" + "x" * 140_000 + ",basic\n", "this is no CSV file"),
    ],
)
def test_what_is_wrong_with_a_list_of_customers_is_said_with_its_line(
    text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    result = run.invoke(app, ["customers", "import", "list.csv"])
    assert result.exit_code == 1
    assert said in result.output
