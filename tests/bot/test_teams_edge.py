"""What Teams is answered when somebody presses a button."""

from typing import Any

import aiohttp
import pytest

from bot.teams.edge import Edge
from desk.incoming import Incoming
from desk.messages import Answer, Message, Text
from notifications.teams.send import TeamsChat
from tests.bot.test_teams_activities import activity

WORDS, CARD = "application/vnd.microsoft.activity.message", "application/vnd.microsoft.card.adaptive"


async def no_headers() -> dict[str, str]:
    return {}


async def answered(card: Answer) -> dict[str, Any]:
    """Press a button that is answered with nothing, on what shows this `card` when it is looked at."""
    heard: list[str] = []

    async def receive(incoming: Incoming) -> Answer:
        heard.append(incoming.command)
        return card if incoming.command == "ticket.card" else Answer()

    value = {"action": {"type": "Action.Execute", "verb": "support.reopen", "data": {"value": "1001"}}}
    async with aiohttp.ClientSession() as session:
        edge = Edge(receive, TeamsChat(session, no_headers, "", ""), "ticket")
        pressed = activity("invoke", name="adaptiveCard/action", replyToId="7", value=value)
        answer = await edge.turn(pressed)
    assert heard == ["support.reopen", "ticket.card"]
    assert answer is not None
    return dict(answer.body)


async def test_a_press_on_a_card_is_answered_with_what_it_shows_now() -> None:
    shown = await answered(Answer(card=Message((Text(("T-1001",)),))))
    assert (shown["type"], shown["value"]["type"]) == (CARD, "AdaptiveCard")


@pytest.mark.parametrize(("language", "said"), [("ro", "Gata."), ("en", "Done.")])
async def test_a_press_elsewhere_is_answered_in_a_word_of_the_reader_s(language: Any, said: str) -> None:
    refusal = Answer(message=Message((Text(("-",)),), language), refused=True)
    assert await answered(refusal) == {"statusCode": 200, "type": WORDS, "value": said}


async def test_what_was_pressed_once_and_came_twice_is_answered_in_a_word_too() -> None:
    assert (await answered(Answer()))["value"] == "Gata."
