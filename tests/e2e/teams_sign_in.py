"""Microsoft's sign-in on this machine: it gives the desk its token, and signs what Teams tells the desk."""

import time
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.bot.teams_keys import KeyServer, token
from tests.e2e.teams_files import TOKEN
from tests.e2e.teams_world import DESK, TENANT


class SignIn:
    """Knows one app, the desk's."""

    async def open(self) -> None:
        """Begin to serve."""
        site = KeyServer().application()
        site.add_routes([web.post(f"/{TENANT}/oauth2/v2.0/token", _token)])
        self._server = TestServer(site)
        await self._server.start_server()

    async def close(self) -> None:
        """Serve no more."""
        await self._server.close()

    def settings(self) -> dict[str, str]:
        """Return what the desk is set to, to be that app."""
        return {
            "TEAMS_APP_ID": DESK.removeprefix("28:"),
            "TEAMS_APP_PASSWORD": "secret",
            "TEAMS_LOGIN_URL": str(self._server.make_url("/")),
            "TEAMS_METADATA_URL": str(self._server.make_url("/metadata")),
        }

    def signed(self, activity: dict[str, Any]) -> dict[str, str]:
        """Return the headers with which Teams tells an activity."""
        now, app = time.time(), DESK.removeprefix("28:")
        said = token(aud=app, serviceurl=activity["serviceUrl"], nbf=now - 60, exp=now + 3600)
        return {"Authorization": f"Bearer {said}"}


async def _token(_request: web.Request) -> web.Response:
    return web.json_response({"access_token": TOKEN, "expires_in": 3600})
