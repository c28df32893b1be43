"""What a ticket is: its priority, its category, its tags, and the plan that it follows."""

from desk.categories import ROMANIAN_WORDS, category_named
from desk.errors import BadInput, Refused
from desk.names import priority_said
from desk.plan import Label
from desk.tickets import Event, Kind, Status, Verb
from desk.triage import CATEGORIES
from desk.wording import LANGUAGES, Language
from desk.wording import sentence as _
from handlers import tiers
from handlers.case import Case
from handlers.context import Call

_LONGEST_TAG = 40
_MOST_TAGS = 10


def triage_first(case: Case, call: Call) -> None:
    """Triage a ticket that nobody looked at yet: who takes or resolves it lets the suggestion stand."""
    if case.ticket.status is Status.RECEIVED:
        case.move(Verb.TRIAGE)
        who = call.person.id if call.person.agent else None
        case.add(Event(call.now, Kind.TRIAGED, who=who, source=call.incoming.platform))


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
    case.add(call.event(Kind.PRIORITY, before=case.ticket.priority, after=priority, suggested=suggested))
    case.change(priority=priority)
    triage_first(case, call)


def _known_priorities(case: Case, language: Language) -> str:
    said = (priority_said(case.plan, name, language) for name in case.plan.priorities)
    return "; ".join(said)


def categorise(case: Case, call: Call, category: str) -> None:
    """Say what the ticket is about: by a category's word, in either language, or by its name."""
    key = category_named(category)
    if key is None:
        known = Label(en=", ".join(CATEGORIES), ro=", ".join(ROMANIAN_WORDS.values()))
        none = _("There is no category “{name}”. There are {known}.")
        sentence = none if category.strip() else _("Which category? There are {known}.")
        raise BadInput(sentence, name=category[:40], known=known)
    case.add(call.event(Kind.CATEGORY, before=case.ticket.category, after=key))
    case.change(category=key)


def tag(case: Case, call: Call, tags: tuple[str, ...]) -> None:
    """Give the ticket these tags instead of those that it had."""
    if any(len(one) > _LONGEST_TAG for one in tags) or len(tags) > _MOST_TAGS:
        raise BadInput(
            _("At most {most} tags of {longest} characters."), most=_MOST_TAGS, longest=_LONGEST_TAG
        )
    case.add(call.event(Kind.TAGGED, before=list(case.ticket.tags), after=list(tags)))
    case.change(tags=tags)


def apply_plan(case: Case, call: Call) -> None:
    """Let the deadlines follow the plan in force instead of the one under which the ticket was opened."""
    desk = call.desk
    if case.ticket.plan_version == desk.plan_version:
        raise Refused(_("{number} follows the current plan already."), number=case.ticket.number)
    case.add(call.event(Kind.PLAN, before=case.ticket.plan_version, after=desk.plan_version))
    case.plan = desk.plan
    tier = case.customer.tier if case.customer else case.ticket.tier
    case.change(plan_version=desk.plan_version)
    source = call.incoming.platform
    tiers.follow(case, desk.plan.tier_of(tier), call.now, who=call.person.id, source=source)
    if case.ticket.priority not in desk.plan.priorities:
        default = desk.plan.sla.default_priority
        case.add(call.event(Kind.PRIORITY, before=case.ticket.priority, after=default))
        case.change(priority=default)
