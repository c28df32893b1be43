"""A Microsoft of our own: it sends signed activities as Teams does, and notes when posts arrive."""

import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from benchmarks import wire
from benchmarks.platforms import Platform
from benchmarks.slack import TEXTS

APP, SECRET = "6b6f1f0a-5a0e-4c0e-9d7e-2f1c0b9a8e7d", "bench~secret"
ISSUER = "https://api.botframework.com"
HOME, TRIAGE, AGENT = "4f8a2c1e-0000-4000-8000-000000000000", "19:triage@thread.tacv2", "29:agent"
# Teams takes 30 requests a second for each organisation, and the desk keeps to that: one alone would
# measure the limit. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
ORGANISATIONS = 200
_KEY = "bench"


class Service(Platform):
    """The connector, the sign-in service and the signing keys: answers at once."""

    paced = frozenset({"triage"})

    def __init__(self) -> None:
        super().__init__()
        self._signing = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    async def start(self) -> None:
        self._server, port = await wire.listen(self._answer)
        self.url = f"http://127.0.0.1:{port}/"
        self._answers = _answers(self.url, self._signing.public_key())

    def close(self) -> None:
        self._server.close()

    def settings(self) -> dict[str, str]:
        """Return the settings of a desk whose Microsoft this is."""
        return {
            "TEAMS_APP_ID": APP,
            "TEAMS_APP_PASSWORD": SECRET,
            "TEAMS_TRIAGE_CHANNEL": f"{HOME}/{TRIAGE}",
            "TEAMS_SERVICE_URL": self.url,
            "TEAMS_LOGIN_URL": f"{self.url}login/",
            "TEAMS_METADATA_URL": f"{self.url}metadata",
        }

    def request(self, number: int) -> tuple[str, bytes]:
        """Return the conversation and the HTTP request of a new person's direct message."""
        conversation = f"a:1bench-{number:060}"
        body = msgspec.json.encode(_activity(number, conversation, self.url))
        head = (
            "POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Microsoft-SkypeBotApi\r\n"
            f"Authorization: Bearer {self._token()}\r\nContent-Type: application/json; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return conversation, head.encode() + body

    def _token(self) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": APP, "serviceurl": self.url, "nbf": now - 60, "exp": now + 3600}
        return jwt.encode(claims, self._signing, "RS256", {"kid": _KEY, "x5t": _KEY})

    def _answer(self, path: str, _body: bytes) -> bytes:
        place, activities, post = path.removeprefix("/v3/conversations/").partition("/activities")
        if not activities:
            name = path.partition("?")[0].rpartition("/")[2]
            self.count(name)
            return self._answers.get(name, b"{}")
        conversation = unquote(place).partition(";")[0]
        self.count("triage" if conversation == TRIAGE else "replies")
        self.note(conversation)
        return b'{"id":"%b"}' % (post[1:].encode() or b"%d" % time.time_ns())


def _answers(url: str, key: rsa.RSAPublicKey) -> dict[str, bytes]:
    public = json.loads(RSAAlgorithm.to_jwk(key))
    public |= {"kid": _KEY, "x5t": _KEY, "use": "sig", "endorsements": ["msteams"]}
    member = {"id": AGENT, "name": "Mădălina Șerbănescu", "email": "madalina@transcarpati.example"}
    answers = {
        "metadata": {
            "issuer": ISSUER,
            "jwks_uri": f"{url}keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        },
        "keys": {"keys": [public]},
        "token": {"token_type": "Bearer", "expires_in": 86_400, "access_token": "bench"},
        "pagedmembers": {"members": [member]},
    }
    return {name: msgspec.json.encode(answer) for name, answer in answers.items()}


def _activity(number: int, conversation: str, url: str) -> dict[str, Any]:
    organisation = f"4f8a2c1e-0000-4000-8000-{1 + number % ORGANISATIONS:012}"
    now = datetime.now(UTC)
    return {
        "text": TEXTS[number % len(TEXTS)],
        "textFormat": "plain",
        "type": "message",
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "localTimestamp": now.isoformat(timespec="milliseconds"),
        "id": f"{time.time_ns() // 1_000_000}",
        "channelId": "msteams",
        "serviceUrl": url,
        "from": {
            "id": f"29:1bench-{number:040}",
            "name": f"Ion Popescu {number}",
            "aadObjectId": f"0c9d1f2e-0000-4000-8000-{number:012}",
        },
        "conversation": {"conversationType": "personal", "tenantId": organisation, "id": conversation},
        "recipient": {"id": f"28:{APP}", "name": "Dispecer"},
        "entities": [
            {
                "locale": "ro-RO",
                "country": "RO",
                "platform": "Windows",
                "timezone": "Europe/Bucharest",
                "type": "clientInfo",
            }
        ],
        "channelData": {"tenant": {"id": organisation}},
        "locale": "ro-RO",
        "localTimezone": "Europe/Bucharest",
    }
