"""Teams over HTTP: one route, with a guard before it."""

import secrets
from typing import Any

import msgspec
import structlog
from aiohttp import web

from bot.body import TooLarge, Unreadable, body_of
from bot.loopback import from_this_machine
from bot.teams.adapter import Adapter, InvokeAnswer, Turn
from bot.teams.keys import KeysUnavailable
from bot.teams.tokens import Misdirected, Proof, TokenCheck, Unproven
from storage.away import is_away

log = structlog.get_logger()

PATH = "/api/messages"
MOST_BYTES = 262_144
_read_activity = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def routes(turn: Turn, check: TokenCheck | None, *, playground: bool = False) -> list[web.RouteDef]:
    """Return the route of the Teams app, none where nobody could pass it.

    `playground` lets programs on this machine in without a token (Microsoft 365 Agents Playground), where
    there is no app id and thus no `check`; beside a `check` it means nothing.
    """
    if check is None and not playground:
        return []
    adapter = Adapter(turn, check)

    async def messages(request: web.Request) -> web.StreamResponse:
        try:
            proof = await _prove(request, check)
            activity = await _read(request)
            return _written(await adapter.take(proof, activity))
        except Unproven as error:
            return web.Response(status=401, text=str(error), headers={"WWW-Authenticate": "Bearer"})
        except Misdirected as error:
            return web.Response(status=403, text=str(error))
        except KeysUnavailable as error:
            return web.Response(status=503, text=str(error), headers={"Retry-After": "10"})
        except web.HTTPException:
            raise
        except Exception as error:
            # Teams sends it again. Of a database that is away everything is said without a trace.
            error_id, why = secrets.token_hex(4), type(error).__name__
            log.error("teams.failed", error_id=error_id, why=why, exc_info=not is_away(error))
            return web.Response(status=500, text=f"Something went wrong on our side: {error_id}.")

    return [web.post(PATH, messages)]


async def _prove(request: web.Request, check: TokenCheck | None) -> Proof | None:
    """Return what the request's token proves, None in the Playground. Before its body is looked at."""
    if check is None:
        # A page of another site, in this machine's browser, has an origin.
        if not from_this_machine(request) or "Origin" in request.headers:
            raise Misdirected("Without an app id only the Playground on this machine is let in.")
        return None
    given = request.headers.getall("Authorization", [])
    return await check.prove(given[0] if len(given) == 1 else None)


async def _read(request: web.Request) -> dict[str, Any]:
    """Return the activity. Raises 413 as soon as it is too large, and 400 for what is none."""
    try:
        activity = _read_activity(await body_of(request, MOST_BYTES))
    except TooLarge:
        raise web.HTTPRequestEntityTooLarge(MOST_BYTES, text="The request is too large.") from None
    except (Unreadable, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise web.HTTPBadRequest(text="The request cannot be read.") from None
    if not isinstance(activity.get("type"), str):
        raise web.HTTPBadRequest(text="The request is no activity.")
    return activity


def _written(answer: InvokeAnswer | None) -> web.Response:
    """Return the response to an activity that was taken: the answer of an invoke, else nothing."""
    if answer is None or answer.body is None:
        return web.Response(status=200 if answer is None else answer.status)
    return web.Response(status=answer.status, body=_encode(answer.body), content_type="application/json")
