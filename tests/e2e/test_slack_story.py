"""What customers and the team live through in Slack, over signed HTTP and over Socket Mode."""

import json

import pytest

from desk.tickets import Status
from tests.e2e.conftest import Book
from tests.e2e.desk_process import eventually
from tests.e2e.gateway import Gateway
from tests.e2e.local_slack import (
    ANA,
    CARPATI,
    DESK,
    EMMA,
    EMMA_DM,
    GENERAL,
    ION,
    ION_DM,
    SECRET,
    TEAM,
    TRIAGE,
    LocalSlack,
    Mode,
    Sent,
    buttons,
    words,
)

pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture(params=["events", "socket"], ids=["http", "socket"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """Every story is told over signed HTTP and over Socket Mode."""
    chosen: Mode = request.param
    return chosen


async def one_card(slack: LocalSlack) -> Sent:
    cards = await eventually(slack.cards, "a card is in triage")
    assert len(cards) == 1, [words(card) for card in cards]
    return cards[0]


async def card_says(slack: LocalSlack, what: str) -> Sent:
    async def look() -> Sent | None:
        cards = await slack.cards()
        return next((card for card in cards if what in words(card)), None)

    found = await eventually(look, f"the card says “{what}”")
    assert found is not None
    return await one_card(slack)


async def replies(slack: LocalSlack, channel: str, root: str, many: int) -> list[Sent]:
    async def look() -> list[Sent]:
        found = await slack.by_the_desk(channel, root)
        return found if len(found) >= many else []

    found = await eventually(look, f"{many} replies of the desk in {channel}")
    assert len(found) == many, [words(one) for one in found]
    return found


async def first_answer(slack: LocalSlack) -> Sent | None:
    said = await slack.by_the_desk(ION_DM)
    return next((one for one in said if "support.nevermind" in buttons(one)), None)


async def silence(book: Book) -> None:
    """Wait until all was said that will be said."""
    await eventually(book.all_said, "nothing waits to be sent")


async def is_in(book: Book, status: Status) -> bool:
    return (await book.ticket()).status is status


async def test_a_premium_customers_request_is_taken_answered_held_and_resolved(
    slack: LocalSlack, gateway: Gateway, book: Book
) -> None:
    asked = await slack.says(ION, ION_DM, "Nu pot crea curse noi")

    (answer,) = await replies(slack, ION_DM, asked, 1)
    due = (await book.rows("SELECT answer_due FROM tickets"))[0][0]
    assert isinstance(due, int)
    assert "T-1001 · Nu pot crea curse noi" in words(answer)
    assert f"<!date^{due // 1_000_000}^" in words(answer)
    card = await card_says(slack, "Trans Carpați (Premium)")
    suggestion = (await book.ticket()).suggestion
    assert suggestion is not None
    assert f"{suggestion['priority']} · T-1001" in words(card)

    await slack.presses(ANA, card, "ticket.take")
    card = await card_says(slack, "Ana Ionescu")
    await slack.presses(ANA, card, "ticket.reply")
    await slack.submits(ANA, text="Ne uităm acum.")
    said = (await replies(slack, ION_DM, asked, 2))[-1]
    assert words(said) == "*Ana Ionescu*\nNe uităm acum."

    await slack.says(ANA, TRIAGE, "Pare certificatul lor expirat.", thread=card["ts"])
    await slack.presses(ANA, await one_card(slack), "ticket.hold")
    await slack.submits(ANA, text="așteptăm fișierul")
    card = await card_says(slack, "așteptăm fișierul")
    await slack.presses(ANA, card, "ticket.resume")
    await eventually(lambda: is_in(book, Status.IN_PROGRESS), "the ticket is in progress")
    why = await slack.types(ANA, TRIAGE, "/ticket why T-1001")
    assert "T-1001" in why
    assert "timp de lucru" in why
    assert "în așteptare" in await slack.types(ANA, TRIAGE, "/ticket show T-1001")

    await slack.presses(ANA, await one_card(slack), "ticket.resolve")
    await slack.submits(ANA, text="Am reînnoit certificatul.")
    said = (await replies(slack, ION_DM, asked, 3))[-1]
    assert "Am reînnoit certificatul." in words(said)
    await card_says(slack, "rezolvat")
    await silence(book)
    seen = "\n".join(words(one) for one in await slack.by_the_desk(ION_DM))
    assert "certificatul lor" not in seen
    assert "așteptăm" not in seen
    assert len(gateway.posted(ION_DM)) == len(await slack.by_the_desk(ION_DM)) == 3
    assert [call for call in gateway.posted(TRIAGE) if "thread_ts" not in call.body] == [
        call for call in gateway.posted(TRIAGE) if call.answer["ts"] == card["ts"]
    ]
    assert await book.kinds() == [
        *("opened", "triaged", "taken", "replied", "noted", "held", "resumed", "replied", "resolved"),
    ]


async def test_a_call_for_a_ticket_says_who_took_it(slack: LocalSlack, book: Book) -> None:
    await slack.says(ION, ION_DM, "Nu merge nimic, nu doar exportul")
    card = await card_says(slack, "P1 · T-1001")
    (call,) = await replies(slack, TRIAGE, card["ts"], 1)
    assert "ticket.take" in buttons(call)
    await slack.presses(ANA, call, "ticket.take")
    await card_says(slack, "Ana Ionescu")
    await silence(book)
    (call,) = await replies(slack, TRIAGE, card["ts"], 1)
    assert words(call).endswith("Preluat de Ana Ionescu.")
    assert buttons(call) == []


async def test_in_a_customers_channel_the_thread_is_the_conversation(
    slack: LocalSlack, gateway: Gateway, book: Book
) -> None:
    asked = await slack.says(ION, CARPATI, "Nu putem emite facturi din această dimineață")
    await replies(slack, CARPATI, asked, 1)
    card = await card_says(slack, "Trans Carpați (Premium)")

    await slack.says(ION, CARPATI, "Apare eroarea 503.", thread=asked)
    (copied,) = await replies(slack, TRIAGE, card["ts"], 1)
    assert words(copied) == "*Ion Popescu*\n>Apare eroarea 503."

    await slack.says(ANA, CARPATI, "Bună ziua, verificăm.", thread=asked)
    copied = (await replies(slack, TRIAGE, card["ts"], 2))[-1]
    assert "Ana Ionescu" in words(copied)
    assert ">Bună ziua, verificăm." in words(copied)
    await card_says(slack, "Ana Ionescu")

    await slack.says(ANA, CARPATI, "Salut, la ce oră e ședința?")
    await silence(book)
    assert len(await slack.by_the_desk(CARPATI)) == 1
    assert await book.kinds() == ["opened", "said", "replied", "triaged", "taken"]
    assert "Slack #trans-carpati" in words(card)
    assert [call.body["channel"] for call in gateway.asked("conversations.info")] == [CARPATI]


async def test_elsewhere_the_desk_answers_to_its_name_once(slack: LocalSlack, book: Book) -> None:
    await slack.says(ION, GENERAL, "Nu merge cafetiera de la etajul doi")
    asked = await slack.says(ION, GENERAL, f"<@{DESK}> nu putem genera facturi de azi dimineață")
    (answer,) = await replies(slack, GENERAL, asked, 1)
    assert "T-1001 · nu putem genera facturi" in words(answer)
    await one_card(slack)
    await silence(book)
    assert await book.count("tickets") == 1
    assert len(await slack.by_the_desk(GENERAL)) == 1


async def test_the_ticket_emoji_makes_a_ticket_of_somebodys_message_and_its_thread(
    slack: LocalSlack, book: Book
) -> None:
    root = await slack.says(EMMA, GENERAL, "The drivers cannot log in since this morning")
    await slack.says(ION, GENERAL, "Same here, error 500", thread=root)
    await slack.reacts(ION, GENERAL, root, "ticket")
    assert await book.count("tickets") == 0

    await slack.reacts(ANA, GENERAL, root, "ticket")
    (answer,) = await replies(slack, GENERAL, root, 1)
    assert "T-1001 · The drivers cannot log in" in words(answer)
    card = await one_card(slack)
    assert "Emma Clarke" in words(card) or EMMA in words(card)
    history = await book.history()
    assert [(str(event.kind), event.data.get("text")) for event in history] == [
        ("opened", "The drivers cannot log in since this morning"),
        ("said", "Same here, error 500"),
    ]
    await slack.reacts(ION, GENERAL, root, "eyes")
    assert await book.count("tickets") == 1

    await slack.says(EMMA, GENERAL, "It is the new version.", thread=root)
    (copied,) = await replies(slack, TRIAGE, card["ts"], 1)
    assert ">It is the new version." in words(copied)


async def test_the_message_shortcut_makes_a_ticket_too(
    slack: LocalSlack, gateway: Gateway, book: Book
) -> None:
    if slack.mode == "socket":
        pytest.skip("local-slack has no message shortcuts; over HTTP this test sends a signed one itself")
    root = await slack.says(EMMA, GENERAL, "The drivers cannot log in since this morning")
    sent = (await slack.messages(GENERAL))[0]
    shortcut = {
        "type": "message_action",
        "callback_id": "open_ticket",
        "trigger_id": "1.2.3",
        "team": {"id": TEAM},
        "user": {"id": ANA},
        "channel": {"id": GENERAL, "name": "general"},
        "message": sent,
        "message_ts": root,
        "response_url": f"{slack.url}/_hooks/response/none",
    }
    assert await gateway.sends(shortcut, SECRET) == 200
    await replies(slack, GENERAL, root, 1)
    assert await gateway.sends(shortcut, SECRET) == 200
    await one_card(slack)
    await silence(book)
    assert await book.count("tickets") == 1


async def test_support_opens_a_form_and_each_customer_sees_their_own_tickets(
    slack: LocalSlack, book: Book
) -> None:
    await slack.types(ION, GENERAL, "/support")
    form = await slack.form()
    assert form is not None
    assert form["callback_id"] == "support.open"
    assert await slack.submits(ION, text="   ") == {
        "text": "Spuneți-ne ce s-a întâmplat: ajung câteva cuvinte."
    }
    await slack.submits(ION, text="Nu se mai sincronizează facturile")

    answer = await eventually(lambda: first_answer(slack), "the form is answered in private")
    assert answer is not None
    assert "T-1001 · Nu se mai sincronizează facturile" in words(answer)
    await silence(book)
    assert await slack.by_the_desk(ION_DM) == [answer]
    assert await slack.by_the_desk(GENERAL) == []
    assert "T-1001" in await slack.types(ION, ION_DM, "/support status")
    assert "T-1001" not in await slack.types(EMMA, EMMA_DM, "/support status")
    card = await one_card(slack)
    await slack.says(ION, ION_DM, "De ieri seară.", thread=answer["ts"])
    (copied,) = await replies(slack, TRIAGE, card["ts"], 1)
    assert ">De ieri seară." in words(copied)
    assert await book.count("tickets") == 1


async def test_what_is_changed_or_taken_back_stays_in_the_history(slack: LocalSlack, book: Book) -> None:
    asked = await slack.says(ION, ION_DM, "Nu pot crea curse noi")
    card = await one_card(slack)
    await slack.edits(ION, ION_DM, asked, "Nu pot crea curse noi pe tabletă")
    await slack.says(ION, ION_DM, "și nici clienți", thread=asked)
    more = (await slack.messages(ION_DM))[-1]["ts"]
    await slack.deletes(ION, ION_DM, more)
    changed, _said, gone = [words(one) for one in await replies(slack, TRIAGE, card["ts"], 3)]
    assert "Nu pot crea curse noi pe tabletă" in changed
    assert "și nici clienți" in gone
    edited, said, deleted = (await book.history())[1:]
    assert (edited.data["before"], edited.data["after"]) == (
        "Nu pot crea curse noi",
        "Nu pot crea curse noi pe tabletă",
    )
    assert said.data["text"] == deleted.data["before"] == "și nici clienți"


async def test_a_customer_can_neither_type_nor_press_what_is_the_teams(slack: LocalSlack, book: Book) -> None:
    await slack.says(ION, ION_DM, "Nu pot crea curse noi")
    card = await one_card(slack)
    assert "Numai echipa" in await slack.types(ION, GENERAL, "/ticket list")
    assert "Numai echipa" in await slack.types(ION, GENERAL, "/customer list")
    await slack.presses(ION, card, "ticket.take")
    refused = await eventually(lambda: slack.seen_by(ION, TRIAGE), "the press is refused")
    assert "Numai echipa" in refused[0]
    await slack.presses(ANA, card, "ticket.reply")
    await slack.submits(ION, text="Salut de la echipă")
    answer = await eventually(lambda: first_answer(slack), "the first answer")
    assert answer is not None
    await slack.presses(EMMA, answer, "support.nevermind")
    await silence(book)
    ticket = await book.ticket()
    assert (ticket.status, ticket.assignee_id) == (Status.RECEIVED, None)
    assert await book.kinds() == ["opened"]
    assert "Salut de la echipă" not in json.dumps(await slack.everything(), ensure_ascii=False)


async def test_nobody_is_called_by_what_a_customer_writes(
    slack: LocalSlack, gateway: Gateway, book: Book
) -> None:
    asked = await slack.says(ION, ION_DM, "Nu merge nimic! <!channel> <!here> <@U0ANA> <#C0TRIAGE|x>")
    card = await one_card(slack)
    await slack.says(ION, ION_DM, "Chiar nimic &lt;!channel&gt; &lt;@U0ANA&gt; @channel @here", thread=asked)
    await replies(slack, TRIAGE, card["ts"], 2)  # who is on call for a P1, and what was added
    await silence(book)
    sent = json.dumps([call.body for call in gateway.calls if call.method.startswith("chat.")])
    for sign in ("<!channel", "<!here", "<!everyone", "<@U0ANA", "<#C0"):
        assert sign not in sent
    assert "channel" in words(card)
