"""The command that shows what the desk makes of a customer's words."""

import json

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.triage import triage

app = typer.Typer()
app.command()(triage)


def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
    """Return the exit code, and what was printed on both streams."""
    result = CliRunner().invoke(app, list(arguments), input=typed)
    return result.exit_code, result.stdout, result.stderr


def test_it_says_the_priority_with_its_reason_and_the_category() -> None:
    code, told, _ = run("Bună ziua, nu pot crea curse noi")
    assert code == 0
    assert told.splitlines() == [
        "Suggested P2: a major feature does not work (“nu pot crea curse”)",
        "Category: Trips and orders",
        "Language: Romanian",
    ]


def test_it_says_so_when_nothing_is_asked_for() -> None:
    assert run("Bună ziua")[:2] == (0, "Nothing is asked for.\nLanguage: Romanian\n")


def test_it_prints_the_facts_as_json() -> None:
    code, printed, _ = run("the app is not down, only the export", "--json")
    assert code == 0
    assert json.loads(printed) == {
        "request": True,
        "priority": "P3",
        "category": "reports",
        "language": "en",
        "reason": "Suggested P3: a smaller feature does not work (“export”)",
        "evidence": "export",
    }


def test_it_reads_standard_input() -> None:
    assert "Suggested P1" in run("-", typed="nu merge nimic\n")[1]


@pytest.mark.parametrize(("text", "typed"), [("", ""), ("  ", ""), ("-", ""), ("-", "\n")])
def test_an_empty_text_is_an_error_that_says_what_to_do(text: str, typed: str) -> None:
    code, told, error = run(text, typed=typed)
    assert (code, told) == (2, "")
    assert error == "There is no text to read. Write it in quotes, or pipe it in with -.\n"
