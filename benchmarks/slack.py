"""A Slack of our own: it sends signed events as Slack does, and notes when what it is told arrives."""

import hashlib
import hmac
import time

import msgspec

from benchmarks import wire
from benchmarks.platforms import Platform

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-bench"
TEAM, BOT, TRIAGE, AGENT = "T0BENCH", "U0DESK", "C0TRIAGE", "U0AGENT"

# One P1, then P2, P3 and P4 in the shares of an ordinary day.
TEXTS = (
    "Aplicația nu poate fi accesată de azi dimineață, nimeni din dispecerat nu poate lucra.",
    "Bună ziua, nu pot crea curse noi. După ce apăs Salvează apare o eroare roșie.",
    "Nu reușim să emitem facturi în SmartBill, sincronizarea nu mai merge de la ora 8.",
    "Șoferii nu mai apar pe hartă, pozițiile GPS nu se mai actualizează.",
    "Exportul de curse în Excel nu funcționează: se descarcă un fișier gol.",
    "Raportul lunar de kilometri arată alte cifre decât foaia de parcurs a lui Ionuț Dăscălescu.",
    "Harta se încarcă foarte greu pe telefonul șoferilor, uneori durează și un minut.",
    "Nu pot atașa CMR-ul la cursa 4417, butonul nu face nimic.",
    "Cum pot adăuga un utilizator nou care să vadă doar cursele lui?",
    "Bună ziua, se poate exporta lista de clienți în format CSV?",
    "Am dori ca pe avizul de însoțire să apară și numărul remorcii.",
    "Unde găsesc manualul pentru configurarea integrării GPS?",
)


def request(number: int) -> tuple[str, bytes]:
    """Return the channel and the signed HTTP request of a new user's direct message."""
    user, channel, text = f"U{number:08}", f"D{number:08}", TEXTS[number % len(TEXTS)]
    now = int(time.time())
    ts = f"{now}.{number % 1_000_000:06}"
    words = [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}]
    event = {
        "type": "message",
        "user": user,
        "text": text,
        "ts": ts,
        "client_msg_id": f"6f1c8a52-1d5e-4a57-9f0a-{number:012}",
        "team": TEAM,
        "blocks": [{"type": "rich_text", "block_id": "a1b2c", "elements": words}],
        "channel": channel,
        "event_ts": ts,
        "channel_type": "im",
    }
    installed = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}
    body = msgspec.json.encode(
        {
            "token": "z26uFbvR1xHJEdHE1OQiO6t8",
            "team_id": TEAM,
            "api_app_id": "A0BENCH",
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{number:09}",
            "event_time": now,
            "authorizations": [installed | {"is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "event_context": f"4-bench{number}",
        }
    )
    return channel, _signed(body, now)


def _signed(body: bytes, now: int) -> bytes:
    made = hmac.new(SECRET.encode(), b"v0:%d:%b" % (now, body), hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Slackbot 1.0\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Request-Timestamp: {now}\r\nX-Slack-Signature: v0={made}\r\n\r\n"
    )
    return head.encode() + body


class Said(msgspec.Struct):
    """What is of interest in a post."""

    channel: str = ""


class WebApi(Platform):
    """Answers every method at once, and notes when the first post arrived in each direct message."""

    # The triage channel, and new people's names.
    paced = frozenset({"chat.postMessage", "chat.update", "users.info"})

    def __init__(self) -> None:
        super().__init__()
        self._decode = msgspec.json.Decoder(Said).decode

    async def start(self) -> None:
        self._server, self._port = await wire.listen(self._answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/api/"

    def close(self) -> None:
        self._server.close()

    def settings(self) -> dict[str, str]:
        """Return the settings of a desk whose Slack this is."""
        return {
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_TRIAGE_CHANNEL": TRIAGE,
            "SLACK_API_URL": self.url,
        }

    def request(self, number: int) -> tuple[str, bytes]:
        """Return the channel and the HTTP request of a new user's direct message."""
        return request(number)

    def _answer(self, path: str, body: bytes) -> bytes:
        method = path.partition("?")[0].removeprefix("/api/")
        self.count(method)
        if method in ("chat.postMessage", "chat.update"):
            channel = self._decode(body).channel
            self.note(channel)
            ts = f"{time.time():.6f}"
            return b'{"ok":true,"channel":"%b","ts":"%b","message":{}}' % (channel.encode(), ts.encode())
        return _ANSWERS.get(method, b'{"ok":true}')


_PROFILE = {"real_name": "Mădălina Șerbănescu", "email": "madalina@transcarpati.example"}
_PERSON = {"id": AGENT, "name": "madalina", "locale": "en-US", "updated": 1, "profile": _PROFILE}
_ANSWERS = {
    "auth.test": msgspec.json.encode(
        {"ok": True, "url": "https://bench.slack.com/", "team_id": TEAM, "user_id": BOT, "bot_id": "B0DESK"}
    ),
    "users.info": msgspec.json.encode({"ok": True, "user": _PERSON}),
    "conversations.members": msgspec.json.encode({"ok": True, "members": [BOT, AGENT]}),
}
