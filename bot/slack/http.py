"""Slack over HTTP: a guard before Bolt, and the pages that install the app."""

import hashlib
import hmac
import re
import time
from collections.abc import Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.body import TooLarge, Unreadable, body_of

MOST_BYTES = 1_000_000
_OLDEST = 300  # seconds
_DIGITS = re.compile(r"[0-9]{1,12}")


def routes(app: AsyncApp, signing_secret: str, now: Callable[[], float] = time.time) -> list[web.RouteDef]:
    """Return the route of the Slack app.

    `now` is the machine's clock, in seconds: that is what Slack's timestamps are held against.
    """

    async def events(request: web.Request) -> web.StreamResponse:
        try:
            raw = await body_of(request, MOST_BYTES)
        except Unreadable:
            return _unsigned()  # Slack signs what can be read
        except TooLarge:
            return web.Response(status=413, text="The request is too large.")
        headers = request.headers
        stamp, signature = headers.get("X-Slack-Request-Timestamp"), headers.get("X-Slack-Signature")
        if not genuine(signing_secret, raw, stamp, signature, now()):
            return _unsigned()
        told = _bolt_request(raw, request)
        if told is None:
            return web.Response(status=400, text="The request cannot be read.")
        return await to_aiohttp_response(await app.async_dispatch(told))

    return [web.post("/slack/events", events)]


def _unsigned() -> web.Response:
    return web.Response(status=401, text="The signature is missing, wrong or too old.")


def genuine(secret: str, raw: bytes, stamp: str | None, signature: str | None, now: float) -> bool:
    """Whether Slack sent these bytes within the last five minutes. Never raises.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    if not secret or stamp is None or signature is None or not _DIGITS.fullmatch(stamp):
        return False
    if abs(now - int(stamp)) > _OLDEST:
        return False
    made = hmac.new(secret.encode(), b"v0:%b:%b" % (stamp.encode(), raw), hashlib.sha256)
    return hmac.compare_digest(f"v0={made.hexdigest()}".encode(), signature.encode(errors="replace"))


def _bolt_request(raw: bytes, request: web.Request) -> AsyncBoltRequest | None:
    try:
        told = AsyncBoltRequest(body=raw.decode(), query=request.query_string, headers=dict(request.headers))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None
    return told if isinstance(told.body, dict) else None


def installing(oauth: AsyncOAuthFlow) -> list[web.RouteDef]:
    """Return the routes by which people install the app in their workspaces."""

    async def install(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await oauth.handle_installation(_opened(request)))

    async def redirect(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await oauth.handle_callback(_opened(request)))

    return [web.get(oauth.install_path, install), web.get(oauth.redirect_uri_path, redirect)]


def _opened(request: web.Request) -> AsyncBoltRequest:
    # A page that is opened has no body; what a stranger puts there may be impossible to read.
    return AsyncBoltRequest(body="", query=request.query_string, headers=dict(request.headers))
