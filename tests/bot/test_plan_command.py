import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.plan import app, facts
from bot.cli.plan_tables import draw
from desk.plan import default, load, parse

SHIPPED = (Path(__file__).parents[2] / "desk/plan.toml").read_text("utf-8")
NOW = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)


def desk(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "100"})


def written(tmp_path: Path, *edits: tuple[str, str]) -> Path:
    """A plan file: the shipped one, edited."""
    text = SHIPPED
    for old, new in edits:
        text = text.replace(old, new)
    file = tmp_path / "ours.toml"
    file.write_text(text, "utf-8")
    return file


def drawn(text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("COLUMNS", "100")
    draw(parse(text), NOW)
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_show_prints_the_shipped_plan() -> None:
    shown = desk("show")
    assert shown.exit_code == 0
    for words in ["Transport SaaS", "EUR 300 / month", "P1 Critical", "Mon-Fri 09:00-18:00", "Crăciunul"]:
        assert words in shown.stdout


def test_the_tables_fit_a_terminal_of_a_hundred_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = drawn(SHIPPED, capsys, monkeypatch)
    assert max(len(line) for line in lines) <= 100
    assert not any("…" in line for line in lines)


@pytest.mark.parametrize(
    "line",
    [
        "Premium     1 h / 4 h  4 h / 24 h    4 h / 24 h    4 h / 24 h",
        "Enterprise  1 h / 4 h  1 h / 8 h     1 h / 8 h     1 h / 8 h",
        "working-days  Mon-Fri 00:00-24:00  closed",
        "video  Video call                         by appointment",
        "lead  Tech Lead  nobody yet",
        "warning  P1, P2, P3, P4  all     assignee at once",
    ],
)
def test_the_tables_say_what_holds(
    line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert line in drawn(SHIPPED, capsys, monkeypatch)


def test_holidays_of_this_and_the_next_year_stand_side_by_side(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = drawn(SHIPPED, capsys, monkeypatch)
    (easter,) = [line for line in lines if line.startswith("Paștele")]
    assert easter.split(maxsplit=1)[1] == "Sun 12 Apr, Mon 13 Apr  Sun 2 May, Mon 3 May"


def test_who_is_on_call_is_shown_until_when(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = drawn(SHIPPED.replace("people = []", 'people = ["ana", "ion"]', 1), capsys, monkeypatch)
    assert "l1    L1         ana         Mon 30 Nov, 09:00  ana, ion" in lines


def test_names_in_the_plan_are_text_to_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SHIPPED.replace('name = "Premium"', 'name = "[red]Gold[/] :fire:"')
    assert any("[red]Gold[/] :fire:" in line for line in drawn(text, capsys, monkeypatch))


def test_breaks_and_nights_are_shown_as_they_are_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    days = '{ mon-thu = ["09:00-13:00", "14:00-18:00"], fri = ["22:00-06:00"] }'
    lines = drawn(SHIPPED.replace('{ mon-fri = ["09:00-18:00"] }', days), capsys, monkeypatch)
    assert "staffed       Mon-Thu 09:00-13:00, 14:00-18:00  closed" in lines
    assert "              Fri 22:00-06:00" in lines


def test_facts_carry_the_plan_and_what_follows_from_it() -> None:
    found = facts(default(), NOW)
    assert found["plan"]["tiers"]["premium"]["first_response"] == "PT4H"
    assert found["targets"]["premium"]["P1"]["resolution"] == "PT4H"
    assert found["targets"]["premium"]["P1"]["calendar"] == "always"
    assert found["days_off"]["2026-12-01"] == found["days_off"]["2027-12-01"] == "Ziua Națională a României"
    assert found["on_call"] == {"l1": None, "l2": None, "lead": None}


def test_show_prints_facts_for_programs(tmp_path: Path) -> None:
    file = written(tmp_path, ("people = []", 'people = ["ana"]'))
    shown = desk("show", "--file", file, "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["on_call"]["lead"]["person"] == "ana"


def test_check_says_that_a_good_plan_has_no_mistakes(tmp_path: Path) -> None:
    file = written(tmp_path)
    checked = desk("check", file)
    assert checked.exit_code == 0
    assert checked.stdout == (
        f"{file}: no mistakes. Transport SaaS: tiers 4, priorities 4, calendars 3, channels 5, "
        "on-call levels 3, escalation rules 5.\n"
    )
    assert load(file) == default()


def test_check_prints_one_line_for_each_mistake(tmp_path: Path) -> None:
    file = written(tmp_path, ("warn_at = 75", "warn_at = 0"), ('"Europe/Bucharest"', '"Mars"'))
    checked = desk("check", file)
    line = SHIPPED[: SHIPPED.index("warn_at")].count("\n") + 1
    assert checked.exit_code == 1
    first, second = checked.stdout.splitlines()
    assert first.startswith(f"{file}:6: zone: “Mars” is not a time zone.")
    assert second == f"{file}:{line}: sla.warn_at: 0 is too little. The least is 1."


def test_check_prints_mistakes_for_programs(tmp_path: Path) -> None:
    checked = desk("check", written(tmp_path, ("warn_at = 75", "warn_at = 0")), "--json")
    assert checked.exit_code == 1
    (mistake,) = json.loads(checked.stdout)["mistakes"]
    assert mistake["key"] == "sla.warn_at"
    good = desk("check", written(tmp_path), "--json")
    assert good.exit_code == 0
    assert json.loads(good.stdout)["mistakes"] == []


def test_show_of_a_bad_plan_prints_its_mistakes(tmp_path: Path) -> None:
    shown = desk("show", "--file", written(tmp_path, ("warn_at = 75", "warn_at = 0")))
    assert shown.exit_code == 1
    assert "sla.warn_at" in shown.stdout


@pytest.mark.parametrize(
    ("name", "words"), [("none.toml", "no such file or directory"), (".", "is a directory")]
)
def test_a_file_that_cannot_be_read_is_a_clear_error(tmp_path: Path, name: str, words: str) -> None:
    checked = desk("check", tmp_path / name)
    assert checked.exit_code == 2
    assert checked.stderr == f"{tmp_path / name} cannot be read: {words}.\n"
