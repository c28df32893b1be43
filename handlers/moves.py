"""What people do to a ticket. Each move changes the case, its history, and what others hear.

Nothing is stored here: whoever loaded the case stores it.
"""

from typing import Any

from desk.categories import ROMANIAN_WORDS, category_named
from desk.customer_messages import reopened, replied, resolved, withdrawn
from desk.errors import BadInput, Refused
from desk.messages import Bold, Rich
from desk.names import priority_said
from desk.plan import Label
from desk.team_messages import noted, said, told
from desk.tickets import Event, Kind, Status, Verb
from desk.triage import CATEGORIES
from desk.wording import LANGUAGES, Language, Words
from desk.wording import sentence as _
from handlers import calls, cases
from handlers.calls import Level
from handlers.cases import Case
from handlers.context import Call
from storage import people
from storage.people import Person, Place

# What asks whoever has a ticket to say that they are at it.
_ASKING = frozenset({Kind.ASSIGNED, Kind.TOLD, Kind.WARNED, Kind.BREACHED})
_ASKED = _("{who} asks for help.")
_NOWHERE = _(
    "{number} has no conversation with {who}: the form was sent from where we could not answer. "
    "Nothing was sent. Reach them another way, and write it down with /ticket note {id}."
)
_DEAF = _(
    "{who} does not hear us any more: the desk was removed or blocked where {number} was discussed. "
    "Nothing was sent. Reach them another way, and write it down with /ticket note {id}."
)
_LONGEST_TAG = 40
_MOST_TAGS = 10


def _event(call: Call, kind: Kind, **data: Any) -> Event:
    return Event(call.now, kind, who=call.person.id, source=call.incoming.platform, data=data)


def take(case: Case, call: Call) -> None:
    """Give the ticket to the one who asks; to the one who has it already, only if we have called since."""
    mine = people.same(case.assignee, call.person)
    if mine and case.ticket.status is Status.IN_PROGRESS and not _called_since_taken(case):
        raise Refused(_("{number} is yours already."), number=case.ticket.number)
    if case.ticket.status is Status.ON_HOLD:
        resume(case, call)
    elif case.ticket.status is not Status.IN_PROGRESS:
        _triage_first(case, call)
        case.move(Verb.TAKE)
    _give(case, call, call.person, Kind.TAKEN)


def _triage_first(case: Case, call: Call) -> None:
    """Triage a ticket that nobody looked at yet: who takes or resolves it lets the suggestion stand."""
    if case.ticket.status is Status.RECEIVED:
        case.move(Verb.TRIAGE)
        who = call.person.id if call.person.agent else None
        case.add(Event(call.now, Kind.TRIAGED, who=who, source=call.incoming.platform))


def _called_since_taken(case: Case) -> bool:
    """Say whether whoever has the ticket was asked for again since somebody last said "it is mine"."""
    asked = (event.kind for event in reversed(case.history) if event.kind in {*_ASKING, Kind.TAKEN})
    return next(asked, Kind.TAKEN) is not Kind.TAKEN


def take_offered(case: Case, call: Call) -> None:
    """Give the ticket to the one who accepts an offer. Raises `Refused` when a colleague was quicker."""
    held = case.assignee is not None and not people.same(case.assignee, call.person)
    if held and case.ticket.status in (Status.IN_PROGRESS, Status.ON_HOLD):
        raise Refused(
            _(
                "{number} is with {who} already. "
                "To take it over, choose More → Take over from {who} on its card."
            ),
            number=case.ticket.number,
            who=cases.called(case.assignee),
        )
    take(case, call)


def take_if_free(case: Case, call: Call) -> None:
    """Who answers a ticket that nobody has, works on it from then on."""
    if case.assignee is None and case.ticket.status is not Status.RESOLVED:
        take(case, call)


def assign(case: Case, call: Call, to: Person) -> None:
    """Give the ticket to somebody of the team. Giving it to oneself is taking it: it answers a call.

    A colleague who was given it has not answered yet: until they take it, reply or resolve, calls go on.
    """
    if case.ticket.status not in (Status.IN_PROGRESS, Status.ON_HOLD):
        _triage_first(case, call)
        case.move(Verb.TAKE)
    myself = people.same(to, call.person)
    _give(case, call, to, Kind.TAKEN if myself else Kind.ASSIGNED)
    if not myself:
        _tell_who_has_it(case, call, to)


def _tell_who_has_it(case: Case, call: Call, to: Person) -> None:
    t, number = call.desk.team, Bold(case.ticket.number)
    for place in call.desk.triages:
        sentence = t.rich(
            "{number} is now with {who}.", number=number, who=calls.mentioned(call.tx, place, to)
        )
        case.call(call.desk, place.id, told(sentence, t, case.plan.zone))
    by = cases.called(call.person)
    alone = calls.to_person(call.tx, call.desk, to, lambda t: t.rich("{who} gave you this ticket.", who=by))
    calls.say(call.desk, case, alone, take=True)


def _give(case: Case, call: Call, to: Person, kind: Kind) -> None:
    case.assignee = to
    case.change(assignee_id=to.id)
    case.add(_event(call, kind, assignee=cases.called(to)))


def prioritise(case: Case, call: Call, priority: str) -> None:
    """Set the priority; choosing one, the suggested one too, is what triage means. Deadlines follow."""
    if priority not in case.plan.priorities:
        known = Label(**{of: _known_priorities(case, of) for of in LANGUAGES})
        raise BadInput(
            _("There is no {priority}. The priorities are {known}."), priority=priority[:20], known=known
        )
    if case.ticket.status is Status.RESOLVED:
        raise Refused(_("{number} is resolved. Reopen it first."), number=case.ticket.number)
    suggested = (case.ticket.suggestion or {}).get("priority")
    case.add(_event(call, Kind.PRIORITY, before=case.ticket.priority, after=priority, suggested=suggested))
    case.change(priority=priority)
    _triage_first(case, call)


def categorise(case: Case, call: Call, category: str) -> None:
    """Say what the ticket is about: by a category's word, in either language, or by its name."""
    key = category_named(category)
    if key is None:
        known = Label(en=", ".join(CATEGORIES), ro=", ".join(ROMANIAN_WORDS.values()))
        none = _("There is no category “{name}”. There are {known}.")
        sentence = none if category.strip() else _("Which category? There are {known}.")
        raise BadInput(sentence, name=category[:40], known=known)
    case.add(_event(call, Kind.CATEGORY, before=case.ticket.category, after=key))
    case.change(category=key)


def tag(case: Case, call: Call, tags: tuple[str, ...]) -> None:
    """Give the ticket these tags instead of those that it had."""
    if any(len(one) > _LONGEST_TAG for one in tags) or len(tags) > _MOST_TAGS:
        raise BadInput(
            _("At most {most} tags of {longest} characters."), most=_MOST_TAGS, longest=_LONGEST_TAG
        )
    case.add(_event(call, Kind.TAGGED, before=list(case.ticket.tags), after=list(tags)))
    case.change(tags=tags)


def apply_plan(case: Case, call: Call) -> None:
    """Let the deadlines follow the plan in force instead of the one under which the ticket was opened."""
    desk = call.desk
    if case.ticket.plan_version == desk.plan_version:
        raise Refused(_("{number} follows the current plan already."), number=case.ticket.number)
    case.add(_event(call, Kind.PLAN, before=case.ticket.plan_version, after=desk.plan_version))
    case.plan = desk.plan
    tier = case.customer.tier if case.customer else case.ticket.tier
    case.change(plan_version=desk.plan_version, tier=desk.plan.tier_of(tier))
    if case.ticket.priority not in desk.plan.priorities:
        case.change(priority=desk.plan.sla.default_priority)


def _known_priorities(case: Case, language: Language) -> str:
    said = (priority_said(case.plan, name, language) for name in case.plan.priorities)
    return "; ".join(said)


def reply(case: Case, call: Call, text: str) -> None:
    """Answer the customer, in the agent's name."""
    text = _something(text)
    heard(case)
    still_open(case, call)
    case.add(_event(call, Kind.REPLIED, text=text))
    case.tell_customer(replied(cases.called(call.person), text, case.t, case.plan.zone))
    heading = call.desk.team("{agent} to the customer", agent=cases.called(call.person))
    case.tell_team(call.desk, said(heading, text, call.desk.team, case.plan.zone))
    take_if_free(case, call)


def heard(case: Case) -> None:
    """Raise `Refused` when the ticket's customer would not hear what is said to them."""
    if any(not one.place.closed for one in case.conversations):
        return
    raise Refused(
        _DEAF if case.conversations else _NOWHERE,
        number=case.ticket.number,
        who=cases.called(case.requester),
        id=case.ticket.id,
    )


def still_open(case: Case, call: Call) -> None:
    """Raise `Refused` when somebody has resolved the ticket meanwhile: say who, and what to do then."""
    if case.ticket.status is not Status.RESOLVED:
        return
    by = next((event.who for event in reversed(case.history) if event.kind is Kind.RESOLVED), None)
    who = people.by_id(call.tx, {by}).get(by) if by is not None else None
    raise Refused(
        _(
            "{who} closed {number} meanwhile, and nothing was sent. "
            "To go on, press Reopen on its card or write /ticket reopen {id}, then send again."
        ),
        number=case.ticket.number,
        who=cases.called(who),
        id=case.ticket.id,
    )


def note(case: Case, call: Call, text: str) -> None:
    """Write something down for the team only."""
    text = _something(text)
    case.add(_event(call, Kind.NOTED, text=text))
    case.tell_team(call.desk, noted(cases.called(call.person), text, call.desk.team, case.plan.zone))


def _something(text: str) -> str:
    if not text.strip():
        raise BadInput(_("There is no text yet. Write what you want to say."))
    return text.strip()


def hold(case: Case, call: Call, reason: str = "") -> None:
    """Stop the resolution clock until the customer writes or somebody resumes. Somebody has to have it."""
    workable(case)
    case.move(Verb.HOLD)
    case.add(_event(call, Kind.HELD, reason=reason.strip()))


def workable(case: Case) -> None:
    """Raise `Refused` when the ticket cannot be put on hold, as nobody works on it."""
    case.ticket.after(Verb.HOLD)
    if case.assignee is None:
        raise Refused(
            _("Nobody works on {number} yet. Take it before you put it on hold."), number=case.ticket.number
        )


def resume(case: Case, call: Call) -> None:
    """Let the resolution clock run again."""
    case.move(Verb.RESUME)
    case.add(_event(call, Kind.RESUMED))


def escalate(case: Case, call: Call, reason: str) -> Level:
    """Ask the next level for help: who is on call there is told, in the channel and alone. Returns it."""
    reason = reason.strip()
    if not reason:
        raise BadInput(_("Say why it is escalated: whoever takes it up starts from your reason."))
    if case.ticket.status is Status.ON_HOLD:
        resume(case, call)
    case.move(Verb.ESCALATE)
    level = calls.next_level(call.tx, case, call.person, call.now)
    case.add(_event(call, Kind.ESCALATED, reason=reason, level=level.key))
    who, number = cases.called(call.person), Bold(case.ticket.number)
    asked = {"level": level.name, "person": level.who, "reason": _ASKED, "values": {"who": who}}
    case.add(Event(call.now, Kind.TOLD, data=asked))

    def news(t: Words) -> Rich:
        return t.rich("{who} escalated {number}: {reason}", who=who, number=number, reason=_ended(reason))

    def to(place: Place) -> Rich:
        return calls.addressee(call.tx, call.desk.team, place, level.person, level.handle, level.name)

    lines = calls.to_team(call.desk, news, to)
    if level.person is not None:
        lines += calls.to_person(call.tx, call.desk, level.person, news)
    calls.say(call.desk, case, lines, take=True)
    return level


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def resolve(case: Case, call: Call, text: str = "") -> None:
    """Say that it is done, to the customer as well, with last words if there are any."""
    text = text.strip()
    if text:
        heard(case)
    if case.ticket.status is Status.ON_HOLD:
        resume(case, call)
    _triage_first(case, call)
    case.move(Verb.RESOLVE)
    case.change(resolved_at=call.now)
    if text:
        case.add(_event(call, Kind.REPLIED, text=text))
    case.add(_event(call, Kind.RESOLVED, text=text))
    if case.assignee is None:
        _give(case, call, call.person, Kind.TAKEN)
    days = case.plan.tickets.reopen_within.days
    agent = cases.called(call.person)
    case.tell_customer(resolved(case.ticket, agent, text, case.t, case.plan.zone, days))


def withdraw(case: Case, call: Call) -> None:
    """Close the ticket at its customer's own wish, and let the team know."""
    if case.ticket.status is Status.ON_HOLD:
        resume(case, call)
    _triage_first(case, call)
    case.move(Verb.RESOLVE)
    case.change(resolved_at=call.now)
    case.add(_event(call, Kind.RESOLVED, withdrawn=True))
    days = case.plan.tickets.reopen_within.days
    case.tell_customer(withdrawn(case.ticket, case.t, case.plan.zone, days))
    sentence = call.desk.team.rich(
        "{who} closed {number}: it is no longer needed.",
        who=cases.called(call.person),
        number=Bold(case.ticket.number),
    )
    case.tell_team(call.desk, told(sentence, call.desk.team, case.plan.zone))


def reopen(case: Case, call: Call) -> None:
    """Work on a resolved ticket again, and say so to its customer, or to the team when the customer asked."""
    case.move(Verb.REOPEN)
    case.change(resolved_at=None)
    case.add(_event(call, Kind.REOPENED))
    ticket, t, zone = case.ticket, case.t, case.plan.zone
    due = next((c.due_at for c in case.clocks() if c.running and c.name == "next_response"), None)
    case.tell_customer(reopened(ticket, due, t, zone))
    if not call.person.agent:
        sentence = call.desk.team.rich(
            "{who} reopened {number}.", who=cases.called(call.person), number=Bold(ticket.number)
        )
        case.tell_team(call.desk, told(sentence, call.desk.team, zone))
