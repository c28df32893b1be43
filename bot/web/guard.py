"""Who may open the try page: this machine's own browser, from the page itself, and nobody else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps

from aiohttp import web

from bot.clock import Clock
from bot.loopback import from_this_machine
from desk.incoming import Incoming
from desk.messages import Answer
from desk.wording import LANGUAGES, Language
from notifications.web.send import Audience
from storage.database import Database

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class TryPage:
    """What the page needs of the desk.

    `advance` sets its clock ahead, `start_over` forgets all that was tried; both are for a desk that is
    `only_tried`. `spoken` is the language of the team's channel, None where that is not on the page, and
    `speak` changes it.
    """

    receive: Callable[[Incoming], Awaitable[Answer]]
    database: Database
    clock: Clock
    audience: Audience
    advance: Callable[[timedelta], Awaitable[None]]
    start_over: Callable[[], Awaitable[None]]
    spoken: Callable[[], Language | None]
    speak: Callable[[Language], Awaitable[None]]
    only_tried: bool = True


TRY: web.AppKey[TryPage] = web.AppKey("try", TryPage)


def guarded(handler: Handler) -> Handler:
    """Refuse with 403 what does not come from this machine; of what writes, also other pages' requests."""

    @wraps(handler)
    async def guarding(request: web.Request) -> web.StreamResponse:
        if not from_this_machine(request):
            raise web.HTTPForbidden(text="The try page is for this machine only.")
        if request.method not in ("GET", "HEAD") and not _from_our_page(request):
            raise web.HTTPForbidden(text="Only the try page itself may do this.")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    return guarding


def _from_our_page(request: web.Request) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.host}"


def language_of(request: web.Request) -> Language:
    """Return the language of the page's own words: as switched, else as the browser prefers, else English."""
    switched = request.query.get("lang") or request.cookies.get("lang")
    preferred = [
        part.split(";")[0].strip()[:2] for part in request.headers.get("Accept-Language", "").split(",")
    ]
    for asked in (switched, *preferred):
        for language in LANGUAGES:
            if asked is not None and asked.lower() == language:
                return language
    return "en"
