"""What the try page keeps besides its posts: how far its clock is ahead, and how often it started over."""

from datetime import timedelta

import sqlalchemy as sa
from msgspec import Struct

from desk.errors import Refused
from desk.wording import sentence as _
from storage.tables import (
    early,
    heard,
    inbox,
    offers,
    outbox,
    people,
    places,
    posts,
    ticket_events,
    ticket_messages,
    ticket_places,
    tickets,
    timers,
)
from storage.transactions import Transaction
from storage.web_tables import web_files, web_page, web_posts

_PLATFORM = "web"


class PageState(Struct, frozen=True):
    """How far the clock is ahead of the machine's, and which start this is; each open page knows its own."""

    ahead: timedelta = timedelta(0)
    start: int = 0


def state(tx: Transaction) -> PageState:
    """Return how the page was left."""
    row = tx.execute(sa.select(web_page.c.ahead, web_page.c.start)).first()
    return PageState() if row is None else PageState(timedelta(seconds=row.ahead), row.start)


def keep_ahead(tx: Transaction, ahead: timedelta) -> None:
    """Keep how far ahead the clock is, to the second, for when the desk is started again."""
    _keep(tx, PageState(ahead, state(tx).start))


def _keep(tx: Transaction, kept: PageState) -> None:
    row = {"ahead": kept.ahead // timedelta(seconds=1), "start": kept.start}
    if tx.execute(sa.update(web_page), row).rowcount == 0:
        tx.execute(sa.insert(web_page), row | {"id": 1})


def start_over(tx: Transaction) -> None:
    """Forget all tickets, what was said on the page, and that its clock was moved.

    Customers, people and plans stay, and numbers go on. Raises `Refused` where somebody asked for
    something on another platform: that is not the page's to forget.
    """
    if tx.postgres:  # what is under way ends first: an event begins in the one, a timer in the other
        for first in (inbox, timers):
            tx.execute(sa.text(f"LOCK TABLE {first.name} IN EXCLUSIVE MODE"))
    if _asked_elsewhere(tx):
        raise Refused(
            _("There are tickets of other platforms here. Only a desk that is just tried out can start over.")
        )
    own = sa.select(places.c.id).where(places.c.platform == _PLATFORM)
    for table in (
        offers,
        ticket_places,
        ticket_messages,
        ticket_events,
        tickets,
        timers,
        web_files,
        web_posts,
    ):
        tx.execute(sa.delete(table))
    for kept in (outbox, posts, early, heard):
        tx.execute(sa.delete(kept).where(kept.c.place_id.in_(own)))
    tx.execute(sa.delete(inbox).where(inbox.c.platform == _PLATFORM))
    idle = {"send_at": None, "free_at": None, "leased_until": None}
    tx.execute(sa.update(places).where(places.c.platform == _PLATFORM).values(idle))
    _keep(tx, PageState(start=state(tx).start + 1))


def _asked_elsewhere(tx: Transaction) -> bool:
    # A ticket without a place, from a form, is where the one who sent it is.
    platform = sa.func.coalesce(places.c.platform, people.c.platform)
    asked = sa.select(tickets.c.id).outerjoin(places, places.c.id == tickets.c.place_id)
    asked = asked.outerjoin(people, people.c.id == tickets.c.requester_id)
    return tx.execute(asked.where(platform != _PLATFORM).limit(1)).first() is not None
