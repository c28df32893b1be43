"""Whether a request comes from Teams, and is for us: its bearer token, held against the activity.

`prove` takes who sends it (else 401), `admit` takes what for (else 403). Tokens of the emulator and of other
bots, which the SDK takes too, have other issuers and are refused.
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import msgspec

from bot.teams.keys import SigningKeys

CHANNEL = "msteams"
ISSUER = "https://api.botframework.com"
_LEEWAY = 300  # seconds
_LONGEST = 16_384  # characters; Microsoft's have about 1,500
# Without its checks of the claims, which read the machine's clock.
_signed = jwt.PyJWS(algorithms=["RS256"])


class Unproven(Exception):
    """The token is missing, malformed, expired or forged: 401. No message holds it."""


class Misdirected(Exception):
    """The token is right, but for another bot, address, channel or tenant: 403. No message holds it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What Microsoft vouches for: whom the request is for, where it comes from, in which channels."""

    audience: object
    service_url: object
    endorsements: frozenset[str]


class _Head(msgspec.Struct):
    alg: str
    kid: str


class _Claims(msgspec.Struct):
    iss: str
    exp: float
    nbf: float = 0
    iat: float = 0
    # Of any type: with a right signature a wrong one is a wrong address, not a forgery.
    aud: Any = None
    serviceurl: Any = None


_read_head = msgspec.json.Decoder(_Head).decode
_read_claims = msgspec.json.Decoder(_Claims).decode


@dataclass(frozen=True)
class TokenCheck:
    """The check of a bot's inbound tokens. With a `tenant` it is the only one that is let in.

    `now` is the machine's clock, in seconds: that is what Microsoft's times are held against.
    """

    keys: SigningKeys
    app_id: str
    tenant: str | None = None
    now: Callable[[], float] = time.time

    async def prove(self, header: str | None) -> Proof:
        """Return what the `Authorization` header proves. Raises `Unproven` and `KeysUnavailable`, no more."""
        token = _bearer(header)
        key = await self.keys.find(_key_name(token))
        if key is None:
            raise Unproven("The token is signed with an unknown key.")
        try:
            claims = _read_claims(_signed.decode(token, key.public, algorithms=["RS256"]))
        except (jwt.PyJWTError, msgspec.MsgspecError, ValueError, RecursionError):
            raise Unproven("The token is malformed or forged.") from None
        self._check_times(claims)
        if claims.iss != ISSUER:
            raise Unproven("The token has another issuer.")
        return Proof(claims.aud, claims.serviceurl, key.endorsements)

    def _check_times(self, claims: _Claims) -> None:
        now = self.now()
        if claims.exp + _LEEWAY <= now:
            raise Unproven("The token has expired.")
        if max(claims.nbf, claims.iat) - _LEEWAY > now:
            raise Unproven("The token is not valid yet.")

    def admit(self, proof: Proof, activity: object) -> None:
        """Let an activity in that is for us. Raises `Misdirected`, and nothing else whatever it is."""
        if not isinstance(activity, dict):
            raise Misdirected("This is no activity.")
        if not _same(proof.audience, self.app_id):
            raise Misdirected("The token is for another bot.")
        # Whoever writes through another channel of the bot (Direct Line) says himself who he is.
        if activity.get("channelId") != CHANNEL or CHANNEL not in proof.endorsements:
            raise Misdirected("The token is not for Teams.")
        if not proof.service_url or proof.service_url != activity.get("serviceUrl"):
            raise Misdirected("The token is for another service address.")
        if self.tenant and not _same(tenant_of(activity), self.tenant):
            raise Misdirected("The activity is from another tenant.")


def tenant_of(activity: dict[str, Any]) -> str:
    """Return the tenant that an activity comes from, "" when it names none. Never raises."""
    data, conversation = activity.get("channelData"), activity.get("conversation")
    tenant = data.get("tenant") if isinstance(data, dict) else None
    named = tenant.get("id") if isinstance(tenant, dict) else None
    if named is None and isinstance(conversation, dict):
        named = conversation.get("tenantId")
    return named if isinstance(named, str) else ""


def _bearer(header: str | None) -> str:
    if not header:
        raise Unproven("There is no token.")
    scheme, _space, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.isascii() or len(token) > _LONGEST:
        raise Unproven("The header holds no bearer token.")
    return token


def _key_name(token: str) -> str:
    """Return the key that a token says it is signed with. The rest of its head is looked at with the key."""
    try:
        head = _read_head(urlsafe_b64decode(token.partition(".")[0] + "=="))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Unproven("The token is malformed.") from None
    if head.alg != "RS256":
        raise Unproven("The token is not signed as Microsoft signs.")
    return head.kid


def _same(one: object, other: str) -> bool:
    """Whether two ids are the same: people copy GUIDs in capitals too."""
    return isinstance(one, str) and one.casefold() == other.casefold()
