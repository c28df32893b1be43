"""The files of a letter that was sent: what they are, and who was to have them."""

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from desk.messages import Message
from storage.tables import outbox, places
from storage.transactions import Transaction

_decode = msgspec.json.Decoder(Message).decode


class Enclosed(Struct, frozen=True):
    """A message with its files, and the place to which it was sent."""

    message: Message
    platform: str
    workspace: str
    conversation: str


def sent(tx: Transaction, letter_id: int) -> Enclosed | None:
    """Return what a letter brought and to whom, None where it is forgotten or was taken back."""
    later = outbox.alias()
    taken_back = (
        sa.select(later.c.id)
        .where(later.c.place_id == outbox.c.place_id, later.c.key == outbox.c.key, later.c.id > outbox.c.id)
        .where(later.c.message.is_(None), ~later.c.late)
        .exists()
    )
    columns = (outbox.c.message, places.c.platform, places.c.workspace, places.c.conversation)
    query = sa.select(*columns).join(places, places.c.id == outbox.c.place_id)
    row = tx.execute(query.where(outbox.c.id == letter_id, ~taken_back)).first()
    if row is None or row.message is None:
        return None
    return Enclosed(_decode(row.message), row.platform, row.workspace, row.conversation)
