"""A Slack workspace on this machine (npm: local-slack), and people who use it."""

import asyncio
import json
import os
import platform
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import aiohttp

Mode = Literal["events", "socket"]
Sent = dict[str, Any]  # a message, as Slack keeps it

BINARY = Path(__file__).parent / "clients/node_modules/local-slack-linux-x64/bin/local-slack"
TEAM, DESK = "T0DISPECER", "U0DESK"
BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-local", "xapp-local", "8f742231b10e8888abcd99yyyzzz85a5"
ANA, MIHAI, ION, EMMA = "U0ANA", "U0MIHAI", "U0ION", "U0EMMA"
TRIAGE, CARPATI, GENERAL = "C0TRIAGE", "C0CARPATI", "C0GENERAL"
ION_DM, EMMA_DM, ANA_DM = "D0ION", "D0EMMA", "D0ANA"

_PEOPLE = {ANA: "Ana Ionescu", MIHAI: "Mihai Stan", ION: "Ion Popescu", EMMA: "Emma Clarke"}
_CHANNELS = {
    TRIAGE: ("dispecer-triage", (DESK, ANA, MIHAI)),
    CARPATI: ("trans-carpati", (DESK, ANA, MIHAI, ION)),
    GENERAL: ("general", (DESK, ANA, ION, EMMA)),
}
_DIRECT = {ION_DM: ION, EMMA_DM: EMMA, ANA_DM: ANA}


def why_not() -> str | None:
    """Return why local-slack cannot run here, None if it can."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return "local-slack runs on Linux x64 only"
    if not BINARY.exists():
        return "local-slack is not installed: run `make .venv/.clients`"
    return None


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_local_slack(folder: Path, mode: Mode) -> "LocalSlack":
    """Start a workspace whose app sits behind a port of this machine. `close` it."""
    port, events_port = free_port(), free_port()
    config = folder / f"{mode}.json"
    config.write_text(json.dumps(_config(mode, events_port)))
    with (folder / f"{mode}.log").open("wb") as log:
        command = [str(BINARY), "--config", str(config), "--port", str(port), "--base-host", "127.0.0.1"]
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)}
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
    return LocalSlack(mode, f"http://127.0.0.1:{port}", events_port, process)


def _config(mode: Mode, events_port: int) -> dict[str, Any]:
    direct = [
        {"id": place, "name": f"dm-{user}", "is_channel": False, "is_im": True, "members": [user, DESK]}
        for place, user in _DIRECT.items()
    ]
    channels = [
        {"id": place, "name": name, "is_private": place == TRIAGE, "members": list(members)}
        for place, (name, members) in _CHANNELS.items()
    ]
    users = [
        {"id": user, "name": name, "real_name": name, "email": f"{name.split()[0].lower()}@a.example"}
        for user, name in _PEOPLE.items()
    ]
    app = {
        "appId": "A0DISPECER",
        "botUserId": DESK,
        "botName": "dispecer",
        "botToken": BOT_TOKEN,
        "appToken": APP_TOKEN,
        "signingSecret": SECRET,
        "mode": mode,
        "requestUrl": f"http://127.0.0.1:{events_port}/slack/events",
    }
    commands = [
        {"command": f"/{name}", "description": name} for name in ("support", "ticket", "customer", "desk")
    ]
    return {
        "workspace": {"name": "Dispecer", "domain": "dispecer", "teamId": TEAM},
        "app": app | {"slashCommands": commands},
        "users": users,
        "channels": channels + direct,
    }


@dataclass
class LocalSlack:
    """What people do in the workspace, and what they see there.

    Whoever does something waits until the desk has acknowledged it.
    """

    mode: Mode
    url: str
    events_port: int
    process: subprocess.Popen[bytes]
    _session: aiohttp.ClientSession | None = None

    async def enter(self) -> None:
        """Begin anew: nothing was said yet."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40))
        async with asyncio.timeout(15):
            while not await self._answers():
                assert self.process.poll() is None, "local-slack ended"
                await asyncio.sleep(0.05)
        await self.drive("reset")

    async def leave(self) -> None:
        """Let go of the connection; the workspace stays for the next test."""
        assert self._session is not None
        await self._session.close()
        self._session = None

    async def _answers(self) -> bool:
        try:
            await self.read("state")
        except aiohttp.ClientError:
            return False
        return True

    def close(self) -> None:
        """End the workspace."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    async def drive(self, what: str, **body: Any) -> dict[str, Any]:
        """Use the control API. The session is there between `enter` and `leave`."""
        assert self._session is not None
        async with self._session.post(f"{self.url}/_control/{what}", json=body) as answer:
            told: dict[str, Any] = await answer.json()
            assert answer.status == 200, f"{what} {body}: {told}"
            return told

    async def read(self, what: str) -> dict[str, Any]:
        """Read from the control API."""
        assert self._session is not None
        async with self._session.get(f"{self.url}/_control/{what}") as answer:
            told: dict[str, Any] = await answer.json()
            return told

    async def says(self, user: str, channel: str, text: str, thread: str | None = None) -> str:
        """Write a message; return its ts."""
        under = {"thread_ts": thread} if thread else {}
        sent = await self.drive("message", channel=channel, user=user, text=text, **under)
        return str(sent["message"]["ts"])

    async def uploads(
        self, user: str, channel: str, files: dict[str, bytes], text: str = "", thread: str | None = None
    ) -> str:
        """Attach files to a message; return its ts."""
        assert self._session is not None
        form = aiohttp.FormData({"channel": channel, "user": user}, quote_fields=False)
        for name, value in (("text", text), ("thread_ts", thread)):
            if value:
                form.add_field(name, value)
        for name, data in files.items():
            form.add_field("file", data, filename=name)
        async with self._session.post(f"{self.url}/_control/upload", data=form) as answer:
            told: dict[str, Any] = await answer.json()
            assert answer.status == 200, told
            return str(told["message"]["ts"])

    async def files(self, channel: str, thread: str | None = None) -> list[tuple[str, bytes]]:
        """Return the names and the bytes of what the desk uploaded to a channel, or to one of its threads.

        What was deleted is a tombstone there.
        """
        return [
            (str(file["title"]), await self._bytes(str(file["url_private_download"])))
            for one in await self.by_the_desk(channel, thread)
            for file in one.get("files") or ()
            if file.get("mode") != "tombstone"
        ]

    async def _bytes(self, url: str) -> bytes:
        assert self._session is not None
        headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
        async with self._session.get(url, headers=headers) as answer:
            assert answer.status == 200, f"{url}: {answer.status}"
            return await answer.read()

    async def edits(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change what somebody wrote."""
        await self.drive("edit-message", channel=channel, ts=ts, user=user, text=text)

    async def deletes(self, user: str, channel: str, ts: str) -> None:
        """Take back what somebody wrote."""
        await self.drive("delete-message", channel=channel, ts=ts, user=user)

    async def reacts(self, user: str, channel: str, ts: str, emoji: str) -> None:
        """Put an emoji on a message."""
        await self.drive("reaction", channel=channel, ts=ts, user=user, name=emoji)

    async def types(self, user: str, channel: str, line: str) -> str:
        """Type a slash command; return what its user alone saw at once."""
        before = len(await self.messages(channel))
        command, _space, text = line.partition(" ")
        await self.drive("command", channel=channel, user=user, command=command, text=text)
        seen = (await self.messages(channel))[before:]
        return "\n".join(words(one) for one in seen if one.get("ephemeral_to") == user)

    async def presses(self, user: str, sent: Sent, action: str, option: str | None = None) -> None:
        """Press a button, or choose an option of a menu by its value."""
        pressed = next((found for found in _elements(sent) if found["action_id"] == action), None)
        assert pressed is not None, f"there is no {action} on: {words(sent)}"
        if option is not None:
            chosen = [one for one in pressed["options"] if one["value"] == option]
            assert chosen, f"{action} has no {option}: {[one['value'] for one in pressed['options']]}"
            pressed = pressed | {"selected_option": chosen[0]}
        await self.drive("interact", channel=sent["channel"], messageTs=sent["ts"], user=user, action=pressed)

    async def submits(self, user: str, **fields: str) -> dict[str, str]:
        """Fill in the form that is open, and send it; return the mistakes shown beside its fields."""
        assert self._session is not None
        async with self._session.ws_connect(f"{self.url}/ui", max_msg_size=0) as page:
            stack = (await page.receive_json(timeout=5))["state"]["modalStack"]
            assert stack, "no form is open"
            values = {
                block["block_id"]: {block["element"]["action_id"]: _filled(block, fields)}
                for block in stack[-1]["blocks"]
                if block.get("block_id") in fields
            }
            assert len(values) == len(fields), f"the form has no {set(fields) - set(values)}"
            await page.send_json({"t": "view_submit", "user": user, "values": values})
            while True:
                told = await page.receive_json(timeout=10)
                if told["t"] == "view_errors":
                    return dict(told["errors"])
                if told["t"] == "view":
                    return {}

    async def form(self) -> dict[str, Any] | None:
        """Return the form that is open."""
        assert self._session is not None
        async with self._session.ws_connect(f"{self.url}/ui", max_msg_size=0) as page:
            stack = (await page.receive_json(timeout=5))["state"]["modalStack"]
            return dict(stack[-1]) if stack else None

    async def messages(self, channel: str) -> list[Sent]:
        """Return all that can be read in a channel, its threads too."""
        return list((await self.read(f"messages/{channel}"))["messages"])

    async def everything(self) -> list[Sent]:
        """Return all that can be read anywhere."""
        return [one for channel in (*_CHANNELS, *_DIRECT) for one in await self.messages(channel)]

    async def connected(self) -> bool:
        """Whether the desk has said hello over Socket Mode since `enter`."""
        return any("socket connected" in line["summary"] for line in (await self.read("log"))["log"])

    async def by_the_desk(self, channel: str, thread: str | None = None) -> list[Sent]:
        """Return what the desk posted for all to see in a channel, or in one of its threads."""
        return [
            one
            for one in await self.messages(channel)
            if one.get("user") == DESK
            and not one.get("ephemeral_to")
            and (thread is None or one.get("thread_ts") == thread)
        ]

    async def seen_by(self, user: str, channel: str) -> list[str]:
        """Return what the desk showed in a channel to one person alone, in words."""
        return [words(one) for one in await self.messages(channel) if one.get("ephemeral_to") == user]

    async def cards(self) -> list[Sent]:
        """Return the cards in the triage channel."""
        return [one for one in await self.by_the_desk(TRIAGE) if not one.get("thread_ts")]


def _filled(block: dict[str, Any], fields: dict[str, str]) -> dict[str, Any]:
    kind, value = block["element"]["type"], fields[block["block_id"]]
    if kind != "static_select":
        return {"type": kind, "value": value}
    chosen = next(one for one in block["element"]["options"] if one["value"] == value)
    return {"type": kind, "selected_option": chosen}


def _elements(sent: Sent) -> Iterator[dict[str, Any]]:
    for block in sent.get("blocks") or ():
        for element in block.get("elements") or ():
            if "action_id" in element:
                yield element | {"block_id": block.get("block_id")}


def words(sent: Sent) -> str:
    """Return the mrkdwn and the labels of a message's blocks, a line each."""
    return "\n".join(_texts(sent["blocks"])) if sent.get("blocks") else str(sent.get("text", ""))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for inner in node:
            yield from _texts(inner)
    elif isinstance(node, dict):
        if node.get("type") in ("mrkdwn", "plain_text"):
            yield str(node["text"])
        else:
            yield from _texts(list(node.values()))


def buttons(sent: Sent) -> list[str]:
    """Return the actions that a message offers."""
    return [str(element["action_id"]) for element in _elements(sent)]
