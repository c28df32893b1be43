import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli.sla import app

OPENED = "2026-11-27T16:40+02:00"
PLAN = Path(__file__).parents[2] / "desk" / "plan.toml"


def due(*arguments: str, tier: str = "premium", priority: str = "P2", opened: str = OPENED) -> Result:
    line = ["due", "--tier", tier, "--priority", priority, "--opened", opened, *arguments]
    return CliRunner().invoke(app, line, env={"COLUMNS": "100"})


def facts(*arguments: str, **options: str) -> dict[str, Any]:
    result = due("--json", *arguments, **options)
    assert result.exit_code == 0, result.output
    read: dict[str, Any] = json.loads(result.stdout)
    return read


def test_it_prints_when_a_ticket_is_due_and_why() -> None:
    result = due()
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "Premium P2, opened Fri 27 Nov 2026 16:40, Fri 27 Nov 2026 14:40 UTC" in lines
    assert "First response 4 h Fri 27 Nov 2026 20:40 Fri 27 Nov 2026 18:40" in lines
    assert "Resolution 24 h Wed 02 Dec 2026 16:40 Wed 02 Dec 2026 14:40" in lines
    assert "Resolution, counted in “working-days”:" in lines
    assert "Fri 27 Nov 16:40 - 24:00 open 7 h 20 min" in lines
    assert "Sat 28 Nov 00:00 - Sun 29 Nov 24:00 closed -" in lines
    assert "Wed 02 Dec 00:00 - 16:40 open 16 h 40 min" in lines


def test_json_has_the_same_facts() -> None:
    read = facts()
    assert read["first_response"]["target_seconds"] == 4 * 3600
    resolution = read["resolution"]
    assert resolution["due"] == {"utc": "2026-12-02T14:40:00+00:00", "local": "2026-12-02T16:40:00+02:00"}
    assert resolution["calendar"] == "working-days"
    assert [s["kind"] for s in resolution["segments"]] == ["open", "closed", "holiday", "holiday", "open"]
    assert "Andrei" in resolution["segments"][2]["name"]
    assert sum(s["counted_seconds"] for s in resolution["segments"]) == 24 * 3600
    assert resolution["segments"][0]["begin"] == read["opened"]
    assert resolution["segments"][-1]["end"] == resolution["due"]


def test_holds_move_the_resolution_by_their_open_hours() -> None:
    read = facts(
        "--hold", "2026-12-02T08:00+02:00/2026-12-02T09:00+02:00",
        "--hold", "2026-11-27T18:00+02:00/2026-12-01T12:00+02:00",
    )  # fmt: skip
    assert read["resolution"]["due"]["local"] == "2026-12-02T23:40:00+02:00"
    assert read["resolution"]["held_seconds"] == 7 * 3600
    assert read["first_response"]["due"]["local"] == "2026-11-27T20:40:00+02:00"


def test_what_counts_adds_up_to_the_minute_around_holds() -> None:
    opened, hold = "2026-11-27T16:40:10+02:00", "2026-11-27T16:41:40+02:00/2026-11-27T16:50:00+02:00"
    short = "2026-11-27T17:00:10+02:00/2026-11-27T17:00:20+02:00"
    lines = due("--hold", hold, "--hold", short, opened=opened).stdout.split("Resolution, counted")[1]
    counted = [line.partition(" open ")[2].strip() for line in lines.splitlines() if " open " in line]
    assert counted == ["1 min", "10 min", "7 h", "16 h 49 min"]
    assert "on hold for 0 min" not in lines


def test_on_hold_without_an_end_says_what_is_left() -> None:
    assert "on hold, 22 h 40 min left" in due("--hold", "2026-11-27T18:00+02:00/").stdout
    read = facts("--hold", "2026-11-27T18:00+02:00/")
    assert read["resolution"]["due"] is None
    assert read["resolution"]["counted_seconds"] == 80 * 60


def test_names_are_understood_in_any_case_and_utc_as_z() -> None:
    assert facts(tier="Premium", priority="p2", opened="2026-11-27T14:40Z") == facts()


def test_another_plan_may_be_asked(tmp_path: Path) -> None:
    other = tmp_path / "plan.toml"
    other.write_text(PLAN.read_text("utf-8").replace('combine = "strictest"', 'combine = "tier"'), "utf-8")
    assert facts("--plan", str(other), tier="basic")["first_response"]["target_seconds"] == 48 * 3600


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        ([], {"tier": "gold"}, "There is no tier “gold”. Tiers are basic, standard, premium, enterprise."),
        ([], {"priority": "P5"}, "There is no priority “P5”. Priorities are P1, P2, P3, P4."),
        ([], {"opened": "2026-07-01T15:00"}, "Here it is 2026-07-01T15:00+03:00."),
        ([], {"opened": "yesterday"}, "--opened: “yesterday” is not a date and time."),
        ([], {"opened": "9999-12-31T23:00-05:00"}, "is not a date and time"),
        ([], {"opened": "0001-01-02T00:00Z"}, "The year 1 is out of reach"),
        (["--hold", f"{OPENED}"], {}, "is not START/END"),
        (["--hold", f"{OPENED}/soon"], {}, "--hold: “soon” is not a date and time."),
        (["--hold", f"{OPENED}/2026-11-27T16:00+02:00"], {}, "ends before it begins"),
        (["--hold", f"{OPENED}/", "--hold", "2026-11-28T10:00Z/"], {}, "these overlap"),
        (["--plan", "/nowhere/plan.toml"], {}, "The plan cannot be read"),
    ],
)  # fmt: skip
def test_a_mistake_is_answered_in_words(arguments: list[str], options: dict[str, str], said: str) -> None:
    result = due(*arguments, **options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_plan_with_mistakes_is_answered_with_their_places(tmp_path: Path) -> None:
    broken = tmp_path / "plan.toml"
    broken.write_text(
        PLAN.read_text("utf-8").replace('first_response = "48 h"', 'first_response = "soon"'), "utf-8"
    )
    result = due("--plan", str(broken))
    assert result.exit_code == 2
    assert "plan.toml:" in result.stderr
    assert "first_response" in result.stderr
