"""The echo bot of Microsoft's SDK, to hold the desk against: `python -m benchmarks.teams_peers`.

It forgets every message and answers it with one reply. It checks the same tokens against the same keys;
its own token is given to it, so that MSAL costs it nothing.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop
from aiohttp import web
from botbuilder.core import BotFrameworkAdapter, BotFrameworkAdapterSettings, TurnContext
from botbuilder.core.cloud_adapter_base import CloudAdapterBase
from botbuilder.schema import Activity
from botframework.connector.auth import (
    BotFrameworkAuthenticationFactory,
    MicrosoftAppCredentials,
    PasswordServiceClientCredentialFactory,
)
from botframework.connector.auth.authentication_constants import AuthenticationConstants

from benchmarks.teams_service import APP, ISSUER, SECRET

Taking = Callable[[Activity, str], Awaitable[Any]]


class Known(MicrosoftAppCredentials):
    """Credentials whose token is there already."""

    def get_access_token(self, force_refresh: bool = False) -> str:  # noqa: ARG002
        return "bench"


class KnownFactory(PasswordServiceClientCredentialFactory):
    async def create_credentials(self, *_: Any, **__: Any) -> Known:
        return Known(APP, SECRET)


async def echo(context: TurnContext) -> None:
    if context.activity.type == "message":
        await context.send_activity(f"Echo: {context.activity.text}")


def cloud(metadata_url: str) -> Taking:
    """What `CloudAdapter` is but for its HTTP route, which is a dozen lines of another package."""
    authentication = BotFrameworkAuthenticationFactory.create(
        to_channel_from_bot_login_url=AuthenticationConstants.TO_CHANNEL_FROM_BOT_LOGIN_URL_PREFIX,
        to_channel_from_bot_oauth_scope=AuthenticationConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE,
        to_bot_from_channel_token_issuer=ISSUER,
        to_bot_from_channel_open_id_metadata_url=metadata_url,
        credential_factory=KnownFactory(APP, SECRET),
    )
    adapter = CloudAdapterBase(authentication)
    return lambda activity, header: adapter.process_activity(header, activity, echo)


def older(metadata_url: str) -> Taking:
    settings = BotFrameworkAdapterSettings(
        APP, SECRET, open_id_metadata=metadata_url, app_credentials=Known(APP, SECRET)
    )
    adapter = BotFrameworkAdapter(settings)
    return lambda activity, header: adapter.process_activity(activity, header, echo)


KINDS = {"CloudAdapter": cloud, "BotFrameworkAdapter": older}


async def serve(kind: str, port: int, metadata_url: str) -> None:
    take = KINDS[kind](metadata_url)

    async def messages(request: web.Request) -> web.Response:
        activity = Activity().deserialize(await request.json())  # type: ignore[no-untyped-call]
        await take(activity, request.headers.get("Authorization", ""))
        return web.Response()

    async def ready(_request: web.Request) -> web.Response:
        return web.Response()

    site = web.Application()
    site.add_routes([web.post("/api/messages", messages), web.get("/readyz", ready)])
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
