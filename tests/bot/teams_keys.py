"""Microsoft as the door sees it: keys, a server that hands them out, and tokens signed with them."""

import asyncio
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

NOW = 1_800_000_000.0
APP, TENANT = "0a1b2c3d-0000-4000-8000-000000000001", "7e7e7e7e-0000-4000-8000-000000000002"
SERVICE = "https://smba.trafficmanager.net/emea/"
ISSUER = "https://api.botframework.com"


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """A key of this name: made once, which takes long enough."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_key(name: str, **more: Any) -> dict[str, Any]:
    """The key as Microsoft publishes it."""
    told = json.loads(RSAAlgorithm.to_jwk(private_key(name).public_key()))
    return {**told, "kid": name, "use": "sig", "endorsements": ["msteams", "webchat"], **more}


def token(signed_with: str = "one", kid: Any = None, **claims: Any) -> str:
    """A token as Teams sends it, apart from what is named; a claim that is None is left out."""
    told = {
        "iss": ISSUER,
        "aud": APP,
        "serviceurl": SERVICE,
        "nbf": NOW - 60,
        "exp": NOW + 3600,
        **claims,
    }
    kept = {name: value for name, value in told.items() if value is not None}
    return signed(json.dumps(kept).encode(), signed_with, kid)


def signed(claims: bytes, signed_with: str = "one", kid: Any = None) -> str:
    """A token around any bytes, signed as Microsoft signs."""
    return jwt.api_jws.encode(claims, private_key(signed_with), "RS256", {"kid": kid or signed_with})


def activity(**more: Any) -> dict[str, Any]:
    """A message to the bot, apart from what is named."""
    return {
        "type": "message",
        "id": "1700000000000",
        "channelId": "msteams",
        "serviceUrl": SERVICE,
        "from": {"id": "29:ana", "name": "Ana"},
        "recipient": {"id": f"28:{APP}", "name": "Dispecer"},
        "conversation": {"id": "a:1", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "text": "Nu merge",
        **more,
    }


@dataclass
class Clock:
    """The machine's clock, which stands still."""

    time: float = NOW

    def __call__(self) -> float:
        return self.time


@dataclass
class KeyServer:
    """Hands out keys; is slow or down when the test wants it. `fetches` counts how often it was asked."""

    keys: list[Any] = field(default_factory=lambda: [public_key("one")])
    down: bool = False
    fetches: int = 0
    answer: bytes | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.ready.set()

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/metadata", self._metadata), web.get("/keys", self._keys)])
        return app

    async def _metadata(self, request: web.Request) -> web.Response:
        self.fetches += 1
        await self.ready.wait()
        if self.down:
            return web.Response(status=503)
        return web.json_response({"issuer": ISSUER, "jwks_uri": str(request.url.with_path("/keys"))})

    async def _keys(self, request: web.Request) -> web.Response:
        if self.answer is not None:
            return web.Response(body=self.answer, content_type="application/json")
        return web.json_response({"keys": self.keys})
