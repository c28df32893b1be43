"""Who is offered a file in Teams gets it, once; nobody else does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from bot.teams.consent import CONSENT, Consents
from desk.messages import Attached, Message, Text
from notifications.chat import SendError
from notifications.teams.send import TeamsChat
from storage import outbox, people
from storage.database import Database
from storage.outbox import Post
from storage.transactions import Transaction
from tests.desk_in_tests import MONDAY_TEN, words_of

ION, CHAT, TENANT = "29:1ion", "a:1ion", "T1"
GUIDE = Attached("ghid.pdf", "slack", "W1", id="F1", url="https://acme.slack.com/files/F1")


class Teams(TeamsChat):
    """Remembers what was written where, and what was said; `trouble` is what a file meets."""

    def __init__(self) -> None:
        self.written: list[tuple[str, bytes]] = []
        self.said: list[str] = []
        self.replaced: list[tuple[str, str]] = []
        self.trouble: SendError | None = None
        self.room = asyncio.Event()
        self.room.set()

    async def fetch(self, file: Attached, most_bytes: int) -> bytes:
        if self.trouble is not None:
            raise self.trouble
        return file.id.encode()

    async def upload(self, url: str, data: bytes, service_url: str = "") -> None:
        await self.room.wait()
        self.written.append((url, data))

    async def put_in_place(
        self, tenant: str, conversation: str, address: Mapping[str, str], post: str, activity: dict[str, Any]
    ) -> None:
        cards = [str(one["contentType"]).rpartition(".")[2] for one in activity.get("attachments") or ()]
        self.replaced.append((post, str(activity.get("text") or ", ".join(cards))))

    async def say(
        self,
        workspace: str,
        conversation: str,
        message: Message,
        address: Mapping[str, str] | None = None,
        thread: str | None = None,
    ) -> None:
        self.said.append(words_of(message))


@pytest.fixture
def teams() -> Teams:
    return Teams()


@pytest.fixture
async def consents(database: Database, teams: Teams) -> AsyncIterator[Consents]:
    consents = Consents(database, {"slack": teams}, teams)
    yield consents
    await consents.close()


@pytest.fixture
async def letter(database: Database) -> int:
    """The letter that brought Ion the guide."""
    return await database.write(put)


def put(tx: Transaction, taken_back: bool = False) -> int:
    place = people.place(tx, "teams", TENANT, CHAT, "direct")
    message = None if taken_back else Message((Text(("Urmați pașii",)),), "ro", files=(GUIDE,))
    outbox.put(tx, [Post(place.id, message, key="said:1")], MONDAY_TEN)
    tx.connection.exec_driver_sql("UPDATE outbox SET done_at = stored_at")
    return int(tx.connection.exec_driver_sql("SELECT min(id) FROM outbox").scalar_one())


def answer(letter: object, file: object = 0, accept: bool = True, **more: Any) -> dict[str, Any]:
    value: dict[str, Any] = {"type": "fileUpload", "action": "accept" if accept else "decline"}
    value["context"] = {"letter": letter, "file": file}
    value["uploadInfo"] = {"uploadUrl": "https://acme-my.sharepoint.com/up", "name": "ghid.pdf"}
    return {
        "type": "invoke",
        "name": CONSENT,
        "from": {"id": ION},
        "recipient": {"id": "28:app"},
        "conversation": {"id": CHAT, "conversationType": "personal", "tenantId": TENANT},
        "replyToId": "7",
        "value": value,
        **more,
    }


async def test_who_accepts_a_file_gets_it_in_place_of_the_offer(
    consents: Consents, teams: Teams, letter: int
) -> None:
    consents.take(answer(letter))
    await consents.close()
    assert teams.written == [("https://acme-my.sharepoint.com/up", b"F1")]
    assert (teams.replaced, teams.said) == ([("7", "info")], [])


async def test_who_presses_twice_gets_one_file(consents: Consents, teams: Teams, letter: int) -> None:
    teams.room.clear()
    consents.take(answer(letter))
    consents.take(answer(letter))
    teams.room.set()
    await consents.close()
    assert len(teams.written) == len(teams.replaced) == 1


async def test_nobody_keeps_a_file_from_the_one_to_whom_it_was_offered(
    consents: Consents, teams: Teams, letter: int
) -> None:
    chat = {"id": "a:1emma", "conversationType": "personal", "tenantId": TENANT}
    consents.take(answer(letter, conversation=chat))
    consents.take(answer(letter))
    await consents.close()
    assert len(teams.written) == 1


async def test_who_declines_is_told_where_the_file_is(consents: Consents, teams: Teams, letter: int) -> None:
    consents.take(answer(letter, accept=False))
    await consents.close()
    assert teams.written == []
    ((card, said),) = teams.replaced
    assert card == "7"
    assert "ghid.pdf</a> · L-ați refuzat. Se găsește în Slack." in said


async def test_a_file_that_is_gone_is_said_to_be_and_stays_offered(
    consents: Consents, teams: Teams, letter: int
) -> None:
    teams.trouble = SendError("Slack does not hand this file out.")
    consents.take(answer(letter))
    await consents.close()
    assert (teams.written, teams.replaced) == ([], [])
    assert teams.said == ["ghid.pdf · Slack nu pune la dispoziție acest fișier. Se găsește în Slack."]


@pytest.mark.parametrize(
    "changes",
    [
        {"conversation": {"id": "a:1emma", "conversationType": "personal", "tenantId": TENANT}},
        {"conversation": {"id": CHAT, "conversationType": "personal", "tenantId": "T2"}},
        {"conversation": {"id": CHAT, "conversationType": "groupChat", "tenantId": TENANT}},
        {"value": {"action": "accept", "context": {}}},
        {"value": {"action": "accept", "context": {"letter": "1", "file": None}}},
        {"value": "accept"},
    ],
    ids=["another chat", "another tenant", "a group", "no letter", "no numbers", "nonsense"],
)
async def test_a_file_is_given_to_nobody_else(
    consents: Consents, teams: Teams, letter: int, changes: dict[str, Any]
) -> None:
    asked = answer(letter) | changes
    asked["from"] = {"id": "29:1emma"}
    consents.take(asked)
    await consents.close()
    assert (teams.written, teams.replaced, teams.said) == ([], [], [])


@pytest.mark.parametrize(("ahead", "file"), [(1, 0), (0, 1), (0, -1), (10**30, 0)])
async def test_there_is_no_other_file(
    consents: Consents, teams: Teams, letter: int, ahead: int, file: int
) -> None:
    consents.take(answer(letter + ahead, file))
    await consents.close()
    assert (teams.written, teams.replaced, teams.said) == ([], [], [])


async def test_what_was_taken_back_is_given_to_nobody(
    consents: Consents, teams: Teams, letter: int, database: Database
) -> None:
    await database.write(lambda tx: put(tx, taken_back=True))
    consents.take(answer(letter))
    await consents.close()
    assert teams.written == []
