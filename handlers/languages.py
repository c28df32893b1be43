"""In which language somebody, or a company, is spoken to from now on: also about what they asked already."""

from handlers import cases
from handlers.context import Call
from storage import people, tickets
from storage.people import Customer, Person

_MOST = 200  # tickets that follow at once


def speak_to_person(call: Call, person: Person, language: str) -> None:
    """Speak to somebody in a language from now on; our first answers to their open tickets follow."""
    people.change_person(call.tx, person.id, language=language)
    theirs = tickets.open_tickets(call.tx, requester_id=person.id, most=_MOST)
    _follow(call, [ticket.id for ticket in theirs], language)


def speak_to_customer(call: Call, customer: Customer, language: str) -> None:
    """Speak to a company in a language from now on, but to those of it who have one of their own."""
    people.change_customer(call.tx, customer.id, language=language)
    theirs = tickets.open_tickets(call.tx, customer_id=customer.id, most=_MOST)
    who = people.by_id(call.tx, {ticket.requester_id for ticket in theirs if ticket.requester_id is not None})
    own = {person.id for person in who.values() if person.language}
    _follow(call, [ticket.id for ticket in theirs if ticket.requester_id not in own], language)


def _follow(call: Call, ticket_ids: list[int], language: str) -> None:
    found = cases.load_many(call.tx, call.desk, tickets.lock(call.tx, ticket_ids))
    for case in found:
        case.change(language=language)
    cases.store(call.tx, call.desk, found, call.now)
