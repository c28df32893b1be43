"""`desk triage "text"`: shows what the desk makes of a customer's words."""

import sys
from typing import Annotated

import msgspec
import typer

from desk.triage import CATEGORIES, Suggestion, suggest
from desk.wording import sentence as _
from desk.wording import words


def triage(
    text: Annotated[
        str, typer.Argument(help="What the customer wrote, or - to read it from standard input.")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")] = False,
) -> None:
    """Say which priority and category a message suggests, and on which words that rests."""
    text = sys.stdin.read() if text == "-" else text
    if not text.strip():
        typer.echo(
            words("en")(_("There is no text to read. Write it in quotes, or pipe it in with -.")), err=True
        )
        raise typer.Exit(2)
    suggestion = suggest(text)
    typer.echo(_facts(suggestion) if json else _told(suggestion))


def _facts(suggestion: Suggestion) -> str:
    reason = words("en")(suggestion.reason, **suggestion.values)
    facts = {
        "request": suggestion.request,
        "priority": suggestion.priority,
        "category": suggestion.category,
        "language": suggestion.language,
        "reason": reason,
        "evidence": suggestion.evidence,
    }
    return msgspec.json.format(msgspec.json.encode(facts), indent=2).decode()


def _told(suggestion: Suggestion) -> str:
    say = words("en")
    lines = [say(suggestion.reason, **suggestion.values)]
    if suggestion.category:
        lines.append(say(_("Category: {name}"), name=say(CATEGORIES[suggestion.category])))
    lines.append(
        say(_("Language: {name}"), name=say({"ro": _("Romanian"), "en": _("English")}[suggestion.language]))
    )
    return "\n".join(lines)
