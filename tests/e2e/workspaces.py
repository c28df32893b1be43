"""Slack as many workspaces see it: an app that is installed through OAuth, and a token for each.

local-slack is one workspace and has no oauth.v2.access; this serves the protocol over HTTP, and strictly: a
code is good once, and whoever calls without a workspace's token, or for another one's channel, is refused.
https://docs.slack.dev/authentication/installing-with-oauth
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
from aiohttp import BasicAuth, web

from tests.e2e.gateway import signed

CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET = "1.2", "client-secret", "signing-secret"
DESK = "U0DESK"
Sent = dict[str, Any]
_Answer = Callable[["Workspaces", str, dict[str, str]], dict[str, Any]]


class Refused(Exception):
    """Slack will not; the message is its word for why."""


@dataclass
class Workspaces:
    """Several workspaces, by their ids; each has the members of its channels, and what was posted to it."""

    members: dict[str, dict[str, tuple[str, ...]]]
    posts: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    tokens: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    desk_url: str = ""
    _codes: dict[str, str] = field(default_factory=dict)
    _events: int = 0

    async def open(self) -> None:
        """Begin to serve."""
        site = web.Application()
        site.add_routes([web.route("*", "/api/{method}", self._call)])
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """Serve no more."""
        await self._session.close()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """The address to give to the desk as SLACK_API_URL."""
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/"

    # --- What the desk asks

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        told = await request.json() if request.content_type == "application/json" else await request.post()
        asked = {**request.query, **told}
        try:
            if method == "oauth.v2.access":
                return web.json_response({"ok": True} | self._access(request, asked))
            team = self._team(request.headers.get("Authorization", ""))
            return web.json_response({"ok": True} | _METHODS[method](self, team, asked))
        except Refused as error:
            self.refused.append(f"{method}: {error}")
            return web.json_response({"ok": False, "error": str(error)})

    def _access(self, request: web.Request, asked: dict[str, str]) -> dict[str, Any]:
        who = (
            BasicAuth.decode(request.headers["Authorization"]) if "Authorization" in request.headers else None
        )
        login = (who.login, who.password) if who else (asked.get("client_id"), asked.get("client_secret"))
        if login != (CLIENT_ID, CLIENT_SECRET):
            raise Refused("bad_client_secret")
        team = self._codes.pop(asked["code"], None)
        if team is None:
            raise Refused("invalid_code")
        token = f"xoxb-{team}"
        self.tokens[token] = team
        return {
            "app_id": "A1",
            "access_token": token,
            "bot_user_id": DESK,
            "scope": "chat:write",
            "team": {"id": team, "name": team.title()},
            "enterprise": None,
            "authed_user": {"id": "U0ADMIN"},
            "token_type": "bot",
            "is_enterprise_install": False,
        }

    def _team(self, authorization: str) -> str:
        team = self.tokens.get(authorization.removeprefix("Bearer "))
        if team is None:
            raise Refused("invalid_auth")
        return team

    def _channel(self, team: str, channel: str) -> str:
        if channel not in self.members[team]:
            raise Refused("channel_not_found")
        return channel

    def _test(self, team: str, _asked: dict[str, str]) -> dict[str, Any]:
        return {"team_id": team, "user_id": DESK, "bot_id": "B1", "team": team.title(), "user": "dispecer"}

    def _post(self, team: str, asked: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(team, asked["channel"])
        ts = f"1800000000.{len(self.posts[team]):06}"
        self.posts[team].append(asked | {"ts": ts})
        return {"channel": channel, "ts": ts}

    def _people(self, team: str, asked: dict[str, str]) -> dict[str, Any]:
        return {"members": list(self.members[team][self._channel(team, asked["channel"])])}

    def _user(self, team: str, asked: dict[str, str]) -> dict[str, Any]:
        name = f"{asked['user']} of {team}"
        return {"user": {"id": asked["user"], "real_name": name, "profile": {}, "locale": "ro-RO"}}

    def _direct(self, team: str, asked: dict[str, str]) -> dict[str, Any]:
        return {"channel": {"id": self._channel(team, f"D{asked['users'][1:]}")}}

    def said(self, team: str, channel: str) -> list[str]:
        """Return what was posted in a channel of a workspace."""
        return [str(post["text"]) for post in self.posts[team] if post["channel"] == channel]

    # --- What people do

    async def install(self, team: str) -> int:
        """Go through the pages that install the app in a workspace; return the status of the last."""
        async with self._session.get(f"{self.desk_url}/slack/install", allow_redirects=False) as page:
            cookie = page.headers["Set-Cookie"].partition(";")[0]
            text = await page.text() + page.headers.get("Location", "")
        address = text[text.index("https://slack.com/oauth/v2/authorize") :].partition('"')[0]
        asked = parse_qs(urlsplit(address.replace("&amp;", "&")).query)
        assert asked["client_id"] == [CLIENT_ID]
        code = f"code-{team}"
        self._codes[code] = team
        back = urlencode({"code": code, "state": asked["state"][0]})
        url = f"{self.desk_url}/slack/oauth_redirect?{back}"
        async with self._session.get(url, headers={"Cookie": cookie}) as page:
            return page.status

    async def says(self, team: str, user: str, text: str) -> int:
        """Write to the desk directly; return the desk's status."""
        self._events += 1
        message = {
            "type": "message",
            "channel": f"D{user[1:]}",
            "channel_type": "im",
            "user": user,
            "text": text,
            "ts": f"1700000000.{self._events:06}",
        }
        body = {
            "type": "event_callback",
            "team_id": team,
            "event_id": f"Ev{self._events}",
            "authorizations": [{"team_id": team, "user_id": DESK, "is_bot": True}],
            "event": message,
        }
        return (await self._deliver(json.dumps(body).encode(), "application/json"))[0]

    async def types(self, team: str, user: str, command: str) -> str:
        """Type a slash command in the direct conversation; return what is answered."""
        name, _space, text = command.partition(" ")
        self._events += 1
        form = {
            "command": name,
            "text": text,
            "team_id": team,
            "user_id": user,
            "channel_id": f"D{user[1:]}",
            "channel_name": "directmessage",
            "trigger_id": f"{self._events}.1",
        }
        kind = "application/x-www-form-urlencoded"
        status, answer = await self._deliver(urlencode(form).encode(), kind)
        assert status == 200
        return str(json.loads(answer)["text"])

    async def _deliver(self, raw: bytes, kind: str) -> tuple[int, bytes]:
        headers = signed(raw, SIGNING_SECRET, kind)
        async with self._session.post(f"{self.desk_url}/slack/events", data=raw, headers=headers) as answer:
            return answer.status, await answer.read()


_METHODS: dict[str, _Answer] = {
    "auth.test": Workspaces._test,
    "chat.postMessage": Workspaces._post,
    "chat.update": lambda _self, _team, asked: {"ts": asked["ts"], "channel": asked["channel"]},
    "conversations.members": Workspaces._people,
    "conversations.open": Workspaces._direct,
    "users.info": Workspaces._user,
}
