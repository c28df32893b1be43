"""Commands typed as words, where a platform has no slash commands: "ticket take 42"."""

from collections.abc import Callable, Mapping

from desk.errors import BadInput, DeskError
from desk.messages import Answer, Bold, Button, Buttons, Form, Message, Text
from desk.nearest import nearest
from desk.refusals import refusal
from desk.typed import folded
from desk.wording import sentence as _
from handlers import homes
from handlers.context import Call
from storage import outbox
from storage.outbox import Post

_UNKNOWN = _("Write “ticket help” to see what I do.")

Run = Callable[[Call, str, str], Answer]
"""Runs a command: the call, the command's name, and the text after it."""


def command(call: Call, families: Mapping[str, Callable[[Call, str], bool]], run: Run) -> bool:
    """Run the command that a message to the desk begins with. Returns False when it is a message.

    `families` names the commands, and says for each whether this asker may mean it by this text. The answer
    goes to where the asker and the team alone read it: a customer's channel is none of that.
    """
    name, text = _split(call.incoming.text)
    if not _is_spoken_to(call):
        return False
    if name not in families or not families[name](call, text):
        return _is_lost(call, name, families)
    _answer(call, _run(call, name, text, run))
    return True


def _split(text: str) -> tuple[str, str]:
    word, _space, rest = text.strip().partition(" ")
    return folded(word.lstrip("/")), rest.strip()


def _is_spoken_to(call: Call) -> bool:
    """Say whether the desk is meant: under a card the team talks among itself, and mentions us to say so."""
    in_triage = call.place is not None and call.desk.is_triage(call.place.id) and call.person.agent
    at_the_top = in_triage and call.incoming.thread is None
    return call.incoming.direct or call.incoming.mentioned or at_the_top


def _is_lost(call: Call, name: str, families: Mapping[str, Callable[[Call, str], bool]]) -> bool:
    """Answer an agent who says to the desk, among the team, what is no command."""
    in_triage = call.place is not None and call.desk.is_triage(call.place.id)
    if not (in_triage and call.person.agent and call.incoming.mentioned):
        return False
    close = nearest(name, families)
    hint = _("There is no “{name}”. Did you mean “{close}”?") if close else _UNKNOWN
    _answer(call, _refuse(call, BadInput(hint, name=name[:40], close=close)))
    return True


def _run(call: Call, name: str, text: str, run: Run) -> Answer:
    try:
        # What a refused command did is undone; that it was typed, and what we answer, stays.
        with call.tx.connection.begin_nested():
            return run(call, name, text)
    except DeskError as error:
        return _refuse(call, error)


def _refuse(call: Call, error: DeskError) -> Answer:
    return refusal(error, call.t, call.desk.plan.zone, typed=True)


def _answer(call: Call, answer: Answer) -> None:
    message = answer.message or (_opening(call, answer.form) if answer.form else None)
    if message is None or call.place is None:
        return
    aside = not (call.incoming.direct or call.desk.is_triage(call.place.id))
    place = homes.alone_with(call.tx, call.person) if aside else call.place
    root = None if aside or not call.incoming.threaded else call.incoming.thread or call.incoming.message
    outbox.put(call.tx, [Post(place.id, message, thread=root)], call.now)


def _opening(call: Call, form: Form) -> Message:
    """Return a button that opens the form: a typed word cannot."""
    button = Button(form.opener, form.submit, form.subject, "primary", asks=True)
    return Message((Text((Bold(form.title),)), Buttons((button,))), form.language, call.desk.plan.zone)
