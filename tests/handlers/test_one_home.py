"""A person's direct conversation is one place, by whichever of its names a platform calls it."""

import pytest
import sqlalchemy as sa

from desk.messages import Message, Text
from handlers import homes, team
from storage import outbox, people
from storage.outbox import Post
from storage.people import Place
from storage.tables import places
from storage.transactions import Transaction
from tests.desk_in_tests import Speaker, TestedDesk, words_of

_RADU, _CHAT = "29:radu", "a:radu"
_REACHED = {"service_url": "https://teams.example/", "bot": "28:desk", "type": "personal"}


@pytest.fixture
async def radu(desk: TestedDesk) -> Speaker:
    """An agent in Teams, in their own chat with the desk, in which they said nothing yet."""
    desk.desk.triages = await desk.database.write(
        lambda tx: team.settle(tx, desk.desk, "teams", "tenant", "19:team", desk.now)
    )
    place = next(place for place in desk.desk.triages if place.platform == "teams")
    await desk.database.write(lambda tx: team.staff(tx, desk.desk, place, [_RADU], desk.now))
    return Speaker(desk, _RADU, _CHAT, platform="teams", workspace="tenant")


async def speaks(radu: Speaker, text: str = "Bună") -> None:
    await radu.says(text, address=_REACHED, home=_CHAT)


async def told_alone(desk: TestedDesk, text: str, key: str | None = None) -> None:
    """Have something said to Radu alone."""

    def work(tx: Transaction) -> None:
        place = homes.alone_with(tx, people.person(tx, "teams", "tenant", _RADU))
        outbox.put(tx, [Post(place.id, Message((Text((text,)),)), key=key)], desk.now)

    await desk.database.write(work)


async def radus(desk: TestedDesk) -> list[Place]:
    theirs = sa.select(places.c.id).where(places.c.conversation.in_([_RADU, _CHAT]))

    def work(tx: Transaction) -> list[Place]:
        return [people.place_by_id(tx, place_id) for place_id in tx.execute(theirs).scalars()]

    return await desk.database.read(work)


async def sent(desk: TestedDesk) -> list[tuple[str, str, str]]:
    """Deliver, and return where, what, and as which post."""
    before = len(desk.sent)
    await desk.deliver()
    return [
        (conversation, words_of(message) if message else "", sent_as)
        for (conversation, _thread, message), sent_as in zip(
            desk.sent[before:], desk.sent_as[before:], strict=True
        )
        if conversation in (_RADU, _CHAT)
    ]


async def test_who_is_spoken_to_before_they_speak_is_spoken_to_by_their_id(
    desk: TestedDesk, radu: Speaker
) -> None:
    await told_alone(desk, "Vă revine T-1001")
    assert [(where, text) for where, text, _post in await sent(desk)] == [(_RADU, "Vă revine T-1001")]


async def test_the_place_that_their_id_stood_for_becomes_their_conversation_when_they_speak(
    desk: TestedDesk, radu: Speaker
) -> None:
    await told_alone(desk, "Vă revine T-1001", key="offer:1")
    ((_where, _text, first),) = await sent(desk)
    await speaks(radu)
    await told_alone(desk, "Preluat", key="offer:1")
    (place,) = await radus(desk)
    assert (place.conversation, place.address) == (_CHAT, _REACHED)
    assert (_CHAT, "Preluat", first) in await sent(desk)


async def test_who_spoke_before_is_spoken_to_in_their_conversation(desk: TestedDesk, radu: Speaker) -> None:
    await speaks(radu)
    await told_alone(desk, "Vă revine T-1001")
    assert [place.conversation for place in await radus(desk)] == [_CHAT]
    assert {where for where, _text, _post in await sent(desk)} == {_CHAT}


async def test_who_removes_the_app_and_installs_it_again_still_has_one_place(
    desk: TestedDesk, radu: Speaker
) -> None:
    await told_alone(desk, "Vă revine T-1001")
    await radu.does("installed", address=_REACHED)
    await radu.does("removed", address=_REACHED)
    await told_alone(desk, "Vă revine T-1002")
    await radu.does("installed", address=_REACHED)
    await told_alone(desk, "Vă revine T-1003")
    assert [(one.conversation, one.closed) for one in await radus(desk)] == [(_CHAT, False)]


async def test_two_places_that_one_person_had_become_one_line(desk: TestedDesk, radu: Speaker) -> None:
    await told_alone(desk, "Vă revine T-1001", key="offer:1")
    ((_where, _text, first),) = await sent(desk)
    await desk.database.write(lambda tx: people.place(tx, "teams", "tenant", _CHAT, "direct"))
    await told_alone(desk, "Preluat", key="offer:1")
    await told_alone(desk, "Vă revine T-1002")
    await speaks(radu)
    await told_alone(desk, "Vă revine T-1003")
    posts = await sent(desk)
    assert {where for where, _text, _post in posts} == {_CHAT}
    ours = [(text, post) for _where, text, post in posts if "Bun" not in text]
    assert ours[0] == ("Preluat", first)
    assert [text for text, _post in ours][1:] == ["Vă revine T-1002", "Vă revine T-1003"]


async def test_an_installation_that_the_desk_itself_tells_of_gives_it_no_home(
    desk: TestedDesk, radu: Speaker
) -> None:
    await radu.does("installed", user="28:desk", address=_REACHED)
    person = await desk.database.write(lambda tx: people.person(tx, "teams", "tenant", "28:desk"))
    assert person.home_id is None
