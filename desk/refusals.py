"""What whoever caused an error reads."""

from desk.errors import DeskError
from desk.messages import Answer, Message, Text
from desk.plan_parts import Label
from desk.wording import Words


def refusal(error: DeskError, t: Words, zone: str) -> Answer:
    """Return the answer that says an error in the words `t`; its labels are in that language too."""
    values = {
        name: value.say(t.language) if isinstance(value, Label) else value
        for name, value in error.values.items()
    }
    message = Message((Text((t(error.template, **values),)),), t.language, zone)
    return Answer(message=message, refused=True)
