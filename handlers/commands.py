"""Typed commands: families of words with aliases, help, and a suggestion after a slip."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from desk.errors import BadInput
from desk.messages import Answer, Code, Fine, Message, Text
from desk.nearest import nearest
from desk.tickets import is_ticket_number
from desk.typed import folded
from desk.wording import sentence as _
from handlers.context import Call


class Command(NamedTuple):
    """What one word does. `usage` is what follows the word; `aliases` are Romanian.

    One that is `meant` by a mere ticket's number needs no word.
    """

    run: Callable[[Call, str], Answer]
    usage: str
    about: str
    aliases: tuple[str, ...] = ()
    meant: bool = False


Family = Mapping[str, Command]

_HELP = ("", "help", "ajutor", "?")


def run(call: Call, family: Family, name: str, text: str) -> Answer:
    """Run the command that `text` begins with; nothing, or "help", explains the family."""
    word, _space, rest = text.strip().partition(" ")
    plain = folded(word)
    if plain in _HELP:
        return help_for(call, family, name)
    found = find(family, plain)
    meant = next((command for command in family.values() if command.meant), None)
    if found is None and meant is not None and is_ticket_number(word):
        return meant.run(call, text)
    if found is None:
        raise _unknown(family, name, word[:40])
    return found.run(call, rest.strip())


def is_known(family: Family, word: str) -> bool:
    """Say whether a folded word is one of the family, or asks for help."""
    return word in _HELP or find(family, word) is not None


def is_slip(family: Family, word: str) -> bool:
    """Say whether a folded word is nearly one of the family."""
    return nearest(word, _spellings(family), alike=80) is not None


def find(family: Family, word: str) -> Command | None:
    """Return the command of a folded word or of one of its aliases."""
    if word in family:
        return family[word]
    return next((command for command in family.values() if word in map(folded, command.aliases)), None)


def _unknown(family: Family, name: str, word: str) -> BadInput:
    known = _spellings(family)
    close = nearest(folded(word), known)
    if close is None:
        unknown = _("There is no /{name} {word}. Write /{name} help to see what there is.")
        return BadInput(unknown, name=name, word=word)
    return BadInput(
        _("There is no /{name} {word}. Did you mean /{name} {close}?"),
        name=name,
        word=word,
        close=known[close],
    )


def _spellings(family: Family) -> dict[str, str]:
    """Return the words of a family and how each is written, by how it is compared."""
    spellings = [*family, *(alias for command in family.values() for alias in command.aliases)]
    return {folded(spelling): spelling for spelling in spellings}


def help_for(call: Call, family: Family, name: str) -> Answer:
    """Return what the words of a family do, one a line."""
    sign = "" if call.incoming.typed else "/"
    lines = tuple(
        Text(
            (Code(f"{sign}{name} {word} {_said(call, command.usage)}".strip()), f"  {call.t(command.about)}")
        )
        for (word, _other), command in zip(_words(call, family), family.values(), strict=True)
    )
    others = ", ".join(f"{other} = {word}" for word, other in _words(call, family) if other)
    if not others:
        fine: tuple[Fine, ...] = ()
    elif call.language == "ro":
        fine = (Fine((call.t("In English, too: {words}.", words=others),)),)
    else:
        fine = (Fine((call.t("In Romanian, too: {words}.", words=others),)),)
    return call.show(Message((*lines, *fine), call.language, call.desk.plan.zone))


def _words(call: Call, family: Family) -> list[tuple[str, str]]:
    """Return each word as the reader's language has it, and as the other one does ("" where it does not)."""
    pairs = [(word, command.aliases[0] if command.aliases else "") for word, command in family.items()]
    if call.language != "ro":
        return pairs
    return [(romanian, word) if romanian else (word, "") for word, romanian in pairs]


def _said(call: Call, usage: str) -> str:
    # To gettext, an empty sentence is the catalogue's own header.
    return call.t(usage) if usage else ""
