"""What people attach in Teams, and where it is: pictures at the service, everything else in a OneDrive.

The service gives a picture to who shows the bot's token. OneDrive knows no such token: whoever has a link may
read there, and write what its owner has agreed to.
"""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "the-bots-token"


@dataclass
class Asked:
    """One request for a file, or with one."""

    method: str
    name: str
    token: str
    range: str = ""


@dataclass
class TeamsFiles:
    """Files by name, with the status that who asks for one gets instead, where it is not given.

    `service_url` is where pictures are; `url` is OneDrive's, between `open` and `close`. `kept` is what was
    written there.
    """

    service_url: str
    files: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    url: str = ""

    async def open(self) -> None:
        """Begin to serve the OneDrive, on a port of its own."""
        site = web.Application(client_max_size=64_000_000)
        site.add_routes([web.get("/read/{name}", self.read), web.put("/write/{name}", self.write)])
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Serve no more."""
        await self._runner.cleanup()

    def forget(self) -> None:
        """Begin anew: nobody has attached anything."""
        for one in (self.files, self.refused, self.asked, self.kept):
            one.clear()

    def picture(self, name: str, data: bytes) -> dict[str, Any]:
        """Return a picture as a message of Teams names it: without its name, at the service."""
        self.files[name] = data
        return {
            "contentType": "image/*",
            "contentUrl": f"{self.service_url}/v3/attachments/{name}/views/original",
        }

    def document(self, name: str, data: bytes) -> dict[str, Any]:
        """Return a file as a message of Teams names it: for people, and for who has the link for a while."""
        self.files[name] = data
        return {
            "contentType": "application/vnd.microsoft.teams.file.download.info",
            "contentUrl": f"https://contoso-my.sharepoint.com/personal/ion/Documents/{name}",
            "name": name,
            "content": {
                "downloadUrl": f"{self.url}/read/{name}?tempauth=1",
                "uniqueId": f"1150D938-{name}",
                "fileType": name.rpartition(".")[2],
            },
        }

    def room(self, name: str) -> dict[str, str]:
        """Return what Teams tells of the room for a file in the OneDrive of who agreed to have it."""
        return {
            "contentUrl": f"https://contoso-my.sharepoint.com/personal/ion/Documents/Applications/{name}",
            "name": name,
            "uploadUrl": f"{self.url}/write/{name}?tempauth=2",
            "uniqueId": f"1150D938-{name}",
            "fileType": name.rpartition(".")[2],
        }

    async def at_the_service(self, request: web.Request) -> web.Response:
        """Give a picture to the bot alone."""
        asked = self._note(request)
        if asked.token != f"Bearer {TOKEN}":
            return web.Response(status=401)
        return self._given(asked.name)

    async def read(self, request: web.Request) -> web.Response:
        """Give a file to who has the link."""
        asked = self._note(request)
        return self._given(asked.name) if "tempauth" in request.query else web.Response(status=401)

    async def write(self, request: web.Request) -> web.Response:
        """Keep a file."""
        asked, data = self._note(request), await request.read()
        if asked.name in self.refused:
            return web.Response(status=self.refused[asked.name])
        if asked.range != f"bytes 0-{len(data) - 1}/{len(data)}" or "tempauth" not in request.query:
            return web.Response(status=400)
        self.kept[asked.name] = data
        return web.json_response({"id": asked.name, "size": len(data)}, status=201)

    def _note(self, request: web.Request) -> Asked:
        headers = request.headers
        asked = Asked(
            request.method,
            request.match_info["name"],
            headers.get("Authorization", ""),
            headers.get("Content-Range", ""),
        )
        self.asked.append(asked)
        return asked

    def _given(self, name: str) -> web.Response:
        if name in self.refused:
            return web.Response(status=self.refused[name], text="<html>no</html>", content_type="text/html")
        return web.Response(body=self.files[name], content_type="application/octet-stream")
