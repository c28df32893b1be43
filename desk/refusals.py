"""What whoever caused an error reads."""

from desk.errors import DeskError
from desk.messages import Answer, Message, Text
from desk.plan_parts import Label
from desk.typed import as_words
from desk.wording import Words


def refusal(error: DeskError, t: Words, zone: str, *, typed: bool = False) -> Answer:
    """Return the answer that says an error in the words `t`; its labels are in that language too.

    Its commands are words where they are `typed` as such.
    """
    values = {
        name: value.say(t.language) if isinstance(value, Label) else value
        for name, value in error.values.items()
    }
    said = t(error.template, **values)
    message = Message((Text((as_words(said) if typed else said,)),), t.language, zone)
    return Answer(message=message, refused=True)
