"""The try page itself, and the files that every page of ours loads."""

import hashlib
from functools import cache
from typing import NamedTuple

from aiohttp import web

from bot.web.customers import sides
from bot.web.fragments import PAGES, Reader, Shown, environment, shown, with_days
from bot.web.guard import TRY, TryPage, language_of
from bot.web.live import MOST_POSTS, clock_said
from bot.web.samples import AGENTS, CUSTOMERS, TRIAGE, Sample
from desk.wording import words
from storage import web as posts
from storage import web_page
from storage.transactions import Transaction

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_YEAR = 365 * 24 * 3600


class Chat(NamedTuple):
    """One customer's side: who they are, what they have bought, and what was said."""

    sample: Sample
    company: str
    tier: str
    language: str
    posts: tuple[Shown, ...]


class Said(NamedTuple):
    """All that was said, as of a start and a revision. `direct` is what each agent was told alone."""

    start: int
    revision: int
    chats: list[Chat]
    team: tuple[Shown, ...]
    direct: list[tuple[Sample, tuple[Shown, ...]]]


async def page(request: web.Request) -> web.Response:
    """Serve the page as it stands, readable before its scripts have run."""
    desk, language = request.app[TRY], language_of(request)
    reader = Reader(language, desk.clock.now())
    said = await desk.database.read(lambda tx: _gather(tx, reader))
    text = environment.get_template("try.html").render(
        t=words(language),
        language=language,
        said=said,
        first=_is_first(desk, said) and desk.spoken() not in (None, language),
        only_tried=desk.only_tried,
        agents=AGENTS,
        triage=TRIAGE,
        customer=_chosen(request.query.get("customer"), CUSTOMERS),
        agent=_chosen(request.query.get("agent"), AGENTS),
        side="team" if request.query.get("side") == "team" else "customer",
        clock=clock_said(desk.clock, language),
    )
    response = web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
    if "lang" in request.query:
        response.set_cookie("lang", language, max_age=_YEAR, path="/try", samesite="Strict", httponly=True)
    return response


def _is_first(desk: TryPage, said: Said) -> bool:
    """Whether nobody has tried this desk: then the team may be spoken to as the one who opens it."""
    return desk.audience.listening == 0 and said.start == 0 and said.revision == 0


def _gather(tx: Transaction, reader: Reader) -> Said:
    # Start and revision are read first: what changes meanwhile is told again by the live stream.
    return Said(
        start=web_page.state(tx).start,
        revision=posts.newest(tx),
        chats=[
            Chat(sample, *side[1:], _conversation(tx, sample.conversation, reader))
            for sample, side in zip(CUSTOMERS, sides(tx), strict=True)
        ],
        team=_conversation(tx, TRIAGE, reader),
        direct=[(agent, _conversation(tx, agent.direct, reader)) for agent in AGENTS],
    )


def _conversation(tx: Transaction, name: str, reader: Reader) -> tuple[Shown, ...]:
    found = posts.recent(tx, name, MOST_POSTS)
    replies: dict[int, list[posts.WebPost]] = {}
    for post in found:
        if post.thread is not None and not post.deleted:
            replies.setdefault(post.thread, []).append(post)
    roots = [post for post in found if post.thread is None and (not post.deleted or post.id in replies)]
    return with_days([shown(root, reader, replies.get(root.id, ())) for root in roots])


def _chosen(user: str | None, among: tuple[Sample, ...]) -> Sample:
    return next((sample for sample in among if sample.user == user), among[0])


async def asset(request: web.Request) -> web.Response:
    """Serve a stylesheet, script or picture of ours; a browser asks again, and mostly hears "the same"."""
    found = _assets().get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound
    body, kind, tag = found
    headers = {"Cache-Control": "no-cache", "ETag": tag, "X-Content-Type-Options": "nosniff"}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)


@cache
def _assets() -> dict[str, tuple[bytes, str, str]]:
    files = [path for path in PAGES.iterdir() if path.suffix in _TYPES]
    return {path.name: _asset(path.read_bytes(), _TYPES[path.suffix]) for path in files}


def _asset(body: bytes, kind: str) -> tuple[bytes, str, str]:
    return body, kind, f'"{hashlib.sha256(body).hexdigest()[:16]}"'
