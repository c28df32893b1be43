"""The forms that the buttons of a card open."""

from desk.messages import Answer, Bold, Field, Form, Rich
from handlers import holding, moves
from handlers.case import Case
from handlers.context import Call
from handlers.naming import called, places_named


def reply(case: Case, call: Call) -> Answer:
    """Ask for the answer, and say who will read it. Raises `Refused` when nobody would, or it is resolved."""
    moves.heard(case)
    moves.still_open(case, call)
    t = call.t
    intro = t.rich("{who} reads this on {place}.", who=Bold(reader(case)), place=places_named(case))
    field = Field("text", t("Your answer"), "text")
    return _form(
        call, case, "reply.send", t("Reply to {number}", number=case.ticket.number), t("Send"), field, intro
    )


def note(case: Case, call: Call) -> Answer:
    """Ask for an internal note."""
    t = call.t
    intro = (t("Only the team sees this."),)
    field = Field("text", t("Note"), "text")
    return _form(
        call, case, "note.save", t("Note on {number}", number=case.ticket.number), t("Save"), field, intro
    )


def hold(case: Case, call: Call) -> Answer:
    """Ask what we are waiting for. Raises `Refused` when nobody works on it."""
    holding.workable(case)
    t = call.t
    field = Field("text", t("What are we waiting for?"), required=False, hint=t("Only the team sees this."))
    title = t("{number} on hold", number=case.ticket.number)
    return _form(
        call, case, "hold.set", title, t("Hold"), field, (t("The resolution clock stands meanwhile."),)
    )


def escalate(case: Case, call: Call) -> Answer:
    """Ask why."""
    t = call.t
    field = Field("text", t("Why?"), "text", hint=t("Whoever takes it up starts from your reason."))
    return _form(
        call, case, "escalate.send", t("Escalate {number}", number=case.ticket.number), t("Escalate"), field
    )


def resolve(case: Case, call: Call) -> Answer:
    """Ask for last words, and say who will read them, if anybody does."""
    t = call.t
    intro = t.rich("{who} is told that it is done.", who=Bold(reader(case)))
    if case.ticket.place_id is None:
        intro = t.rich("{who} is not told: we have no conversation.", who=Bold(reader(case)))
    field = Field("text", t("Last words to the customer"), "text", required=False)
    return _form(
        call,
        case,
        "resolve.send",
        t("Resolve {number}", number=case.ticket.number),
        t("Resolve"),
        field,
        intro,
    )


def _form(
    call: Call,
    case: Case,
    action: str,
    title: str,
    submit: str,
    field: Field,
    intro: Rich = (),
) -> Answer:
    opener, subject = f"ticket.{action.partition('.')[0]}", str(case.ticket.id)
    form = Form(f"ticket.{action}", title, submit, (field,), subject, intro, call.language, opener)
    return Answer(form=form)


def reader(case: Case) -> str:
    """Name who reads what is said to the customer."""
    who = called(case.requester)
    return f"{who} ({case.customer.name})" if case.customer else who
