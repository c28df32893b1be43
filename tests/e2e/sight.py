"""Waiting until something is to be read, in Slack or in Teams."""

from collections.abc import Callable

from tests.e2e.desk_process import eventually
from tests.e2e.local_slack import TRIAGE, LocalSlack, Sent, words
from tests.e2e.playground import Playground
from tests.e2e.teams_gateway import Post


async def in_teams(
    teams: Playground, conversation: str, text: str, where: Callable[[Post], bool] = lambda _post: True
) -> Post:
    """Wait until a post with these words stands in a conversation of Teams, and return the newest."""

    async def look() -> Post | None:
        posts = teams.gateway.posts(conversation)
        return next((post for post in reversed(posts) if text in post.text and where(post)), None)

    found = await eventually(look, f"“{text}” in {conversation}")
    assert found is not None
    return found


def is_card(post: Post) -> bool:
    """Whether a post is a ticket's card."""
    return bool(post.cards) and "refresh" in post.cards[0]


async def in_slack(slack: LocalSlack, channel: str, text: str, thread: str | None = None) -> Sent:
    """Wait until a post with these words stands in a channel of Slack, and return the newest."""

    async def look() -> Sent | None:
        posts = await slack.by_the_desk(channel, thread)
        return next((post for post in reversed(posts) if text in words(post)), None)

    found = await eventually(look, f"“{text}” in {channel}")
    assert found is not None
    return found


async def card_in_slack(slack: LocalSlack, text: str) -> Sent:
    """Wait until the only card in Slack says this, and return it."""

    async def look() -> Sent | None:
        cards = await slack.cards()
        assert len(cards) < 2, [words(card) for card in cards]
        return next((card for card in cards if text in words(card)), None)

    found = await eventually(look, f"the card in {TRIAGE} says “{text}”")
    assert found is not None
    return found
