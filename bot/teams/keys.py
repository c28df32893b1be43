"""The keys that Microsoft signs with: fetched when they are needed, and kept for a day."""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

import aiohttp
import jwt
import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

log = structlog.get_logger()

METADATA_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
_DAY, _HOUR, _PAUSE = 86_400.0, 3_600.0, 10.0  # seconds
_MOST_BYTES = 1_000_000
_SHORTEST = 2048  # bits
# RuntimeError: the session is closed, since the desk stops; or lists are nested a thousand deep.
_FAILURES = (aiohttp.ClientError, OSError, TimeoutError, ValueError, RuntimeError, msgspec.MsgspecError)


class KeysUnavailable(Exception):
    """Microsoft's signing keys cannot be had just now: nobody can be recognised, nor be called a forger."""


class SigningKey(NamedTuple):
    """A public key, and the channels ("msteams") that its owner may speak for."""

    public: RSAPublicKey
    endorsements: frozenset[str]


class SigningKeys:
    """Microsoft's keys by their name. Whoever made the session closes it.

    They are fetched anew when they are a day old, and for a name that is not among them, the latter once
    an hour at most: anybody can make names up. Who asks meanwhile waits for the same fetch. Where one
    fails the old keys stay, and `_PAUSE` passes before the next.
    https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        metadata_url: str = METADATA_URL,
        now: Callable[[], float] = time.time,
        timeout: float = 5.0,
    ) -> None:
        """`now` is the machine's clock and `timeout` the span of a whole fetch, both in seconds."""
        self._session = session
        self._metadata_url = metadata_url
        self._now = now
        self._timeout = timeout
        self._keys: dict[str, SigningKey] = {}
        self._fetching = asyncio.Lock()
        self._fetches = 0
        self._fetched_at = self._searched_at = self._paused_until = float("-inf")

    async def find(self, name: str) -> SigningKey | None:
        """Return the key of this name (`kid`), None when Microsoft has none. Raises `KeysUnavailable`."""
        seen = self._fetches
        if self._due(name):
            async with self._fetching:
                if seen == self._fetches and self._due(name):
                    await self._refresh()
        key = self._keys.get(name)
        if key is None and (not self._keys or self._now() < self._paused_until):
            raise KeysUnavailable("Microsoft's signing keys cannot be fetched.")
        return key

    def _due(self, name: str) -> bool:
        if self._now() < self._paused_until:
            return False
        return self._old() or (name not in self._keys and self._now() - self._searched_at >= _HOUR)

    def _old(self) -> bool:
        return self._now() - self._fetched_at >= _DAY

    async def _refresh(self) -> None:
        searching = not self._old()
        try:
            self._keys = await self.fetch()
        except KeysUnavailable as error:
            self._paused_until = self._now() + _PAUSE
            log.warning("teams.keys_unavailable", why=str(error))
            return
        self._fetches += 1
        self._fetched_at = self._now()
        if searching:
            self._searched_at = self._fetched_at

    async def fetch(self) -> dict[str, SigningKey]:
        """Return the keys that are published now, by name. Raises `KeysUnavailable` with the reason."""
        try:
            return await self._published()
        except _FAILURES as error:
            raise KeysUnavailable(str(error) or type(error).__name__) from error

    async def _published(self) -> dict[str, SigningKey]:
        async with asyncio.timeout(self._timeout):
            address = _read_metadata(await self._get(self._metadata_url)).jwks_uri
            if self._metadata_url.startswith("https:") and not address.startswith("https:"):
                raise ValueError("The keys are not at an https address.")
            told = _read_keys(await self._get(address)).keys
        keys = dict(found for raw in told if (found := _key(raw)) is not None)
        if not keys:
            raise ValueError("There is no key among the keys.")
        return keys

    async def _get(self, url: str) -> bytes:
        raw = bytearray()
        async with self._session.get(url, raise_for_status=True) as answer:
            async for chunk in answer.content.iter_chunked(65_536):
                raw += chunk
                if len(raw) > _MOST_BYTES:
                    raise ValueError("The answer is too large.")
        return bytes(raw)


class _Metadata(msgspec.Struct):
    jwks_uri: str


class _Keys(msgspec.Struct):
    keys: list[msgspec.Raw]


class _Key(msgspec.Struct):
    kid: str
    kty: str
    n: str
    e: str
    use: str = "sig"
    endorsements: list[str] = []


_read_metadata = msgspec.json.Decoder(_Metadata).decode
_read_keys = msgspec.json.Decoder(_Keys).decode
_read_key = msgspec.json.Decoder(_Key).decode


def _key(raw: msgspec.Raw) -> tuple[str, SigningKey] | None:
    """Return a key with its name, None for one that cannot have signed a token of ours."""
    try:
        told = _read_key(raw)
        public = RSAAlgorithm.from_jwk({"kty": told.kty, "n": told.n, "e": told.e})
    except (msgspec.MsgspecError, jwt.PyJWTError, ValueError, RecursionError):
        return None
    if not isinstance(public, RSAPublicKey) or public.key_size < _SHORTEST or told.use != "sig":
        return None
    return told.kid, SigningKey(public, frozenset(told.endorsements))
