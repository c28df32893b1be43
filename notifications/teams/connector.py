"""Calls to the REST API of the Bot Framework's connector, over one HTTP session that is kept.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
from aiolimiter import AsyncLimiter
from yarl import URL

from desk.wording import sentence as _
from notifications.chat import SendError
from notifications.download import at_most
from notifications.teams.errors import TeamsRefused, refusal

Authorize = Callable[[], Awaitable[dict[str, str]]]
"""Returns the headers of the app's token, none where no token is asked for. Raises `SendError`."""

# 30 requests a second for each tenant: ten at once and twenty that follow are no more in any second.
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
_AT_ONCE, _WITHIN = 10, 0.5
_TENANTS_REMEMBERED = 1000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS = 5
_FILE_ADDRESS = _("The desk fetches no files from such an address.")
_FILE_FAILED = _("The file could not be fetched.")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def conversations_url(service_url: str, *parts: str, **query: str) -> str:
    """Return the address of the conversations of a service, or of what `parts` name below them."""
    path = "".join(f"/{quote(part, safe='')}" for part in parts)
    asked = f"?{urlencode(query)}" if query else ""
    return f"{service_url.rstrip('/')}/v3/conversations{path}{asked}"


class Connector:
    """Calls with the app's token. `forget` is called when Teams refused it: then `authorize` gets another."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        authorize: Authorize,
        forget: Callable[[], None],
        timeout: float,
    ) -> None:
        self._session = session
        self._authorize = authorize
        self._forget = forget
        # What did not get a connection in half of the time was surely not written yet.
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=timeout / 2)
        self._file_timeout = aiohttp.ClientTimeout(total=timeout * 4, connect=timeout / 2, sock_read=timeout)
        self._limiters: OrderedDict[str, AsyncLimiter] = OrderedDict()

    async def call(self, method: str, url: str, tenant: str, json: Any = None) -> dict[str, Any]:
        """Call the API, when the tenant's turn comes, and return what it tells. Raises `SendError`.

        A refused token is renewed, and the call repeated, once.
        """
        body = None if json is None else _encode(json)
        authorization = await self._authorize()
        status, headers, answer = await self._request(method, url, tenant, body, authorization)
        if status == 401:
            authorization = await self._renewed(authorization)
            status, headers, answer = await self._request(method, url, tenant, body, authorization)
        if not 200 <= status < 300:
            raise refusal(status, headers, answer)
        if not answer.strip():
            return {}
        try:
            return _decode(answer)
        except msgspec.DecodeError:
            # A proxy's page, perhaps: nobody knows what became of the request.
            raise SendError(_("Teams did not answer."), temporary=True, uncertain=True) from None

    async def _renewed(self, refused: dict[str, str]) -> dict[str, str]:
        """Return other headers than those that were refused; somebody else may have got them already."""
        authorization = await self._authorize()
        if authorization == refused:
            self._forget()
            authorization = await self._authorize()
        return authorization

    async def _request(
        self, method: str, url: str, tenant: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, Any, bytes]:
        await self._limiter(tenant).acquire()
        if self._session.closed:
            raise SendError(_("The desk is stopping."), temporary=True)
        content = None if body is None else aiohttp.BytesPayload(body, content_type="application/json")
        # Escaped already; and no redirect may carry the token elsewhere.
        address = URL(url, encoded=True)
        try:
            async with self._session.request(
                method, address, data=content, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as answer:
                return answer.status, answer.headers, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SendError(_("Teams cannot be reached."), temporary=True) from error
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise SendError(_("Teams did not answer."), temporary=True, uncertain=True) from error

    def _limiter(self, tenant: str) -> AsyncLimiter:
        limiter = self._limiters.pop(tenant, None) or AsyncLimiter(_AT_ONCE, _WITHIN)
        self._limiters[tenant] = limiter
        if len(self._limiters) > _TENANTS_REMEMBERED:
            self._limiters.popitem(last=False)
        return limiter

    async def download(self, url: str, service_url: str, most_bytes: int) -> bytes:
        """Return a file of at most `most_bytes`. Raises `SendError`.

        Only https is spoken, but for a service on this machine. The token goes to the service's own host
        alone, and not there either once another host has sent us on.
        """
        own = URL(service_url)
        address, ours = _address(url, own), True
        for _hop in range(_MOST_HOPS):
            ours = ours and address.origin() == own.origin()
            authorization = await self._authorize() if ours else {}
            status, found = await self._file(address, authorization, most_bytes)
            if status == 401 and ours:
                status, found = await self._file(address, await self._renewed(authorization), most_bytes)
            if isinstance(found, bytes):
                return found
            if not found:
                raise SendError(_FILE_FAILED, temporary=TeamsRefused(status).temporary)
            address = _address(found, own, address)
        raise SendError(_FILE_FAILED)

    async def _file(self, address: URL, headers: dict[str, str], most_bytes: int) -> tuple[int, bytes | str]:
        """Return a file, or where it is instead, or "" where it is refused."""
        try:
            async with self._session.get(
                address, headers=headers, timeout=self._file_timeout, allow_redirects=False
            ) as answer:
                if answer.status == 200:
                    return 200, await at_most(answer, most_bytes)
                moved = answer.status in _REDIRECTS
                return answer.status, answer.headers.get("Location", "") if moved else ""
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise SendError(_FILE_FAILED, temporary=True) from error


def _address(url: str, own: URL, before: URL | None = None) -> URL:
    """Return an address from which a file may come; one to which another sends us on is as safe as that."""
    try:
        address = before.join(URL(url)) if before else URL(url)
    except ValueError:
        raise SendError(_FILE_ADDRESS) from None
    here = address.scheme == "http" and is_loopback(address.host) and is_loopback(own.host)
    safe = here or address.scheme == "https"
    if not address.host or not safe or (before and address.scheme != before.scheme):
        raise SendError(_FILE_ADDRESS)
    return address


def is_loopback(host: str | None) -> bool:
    """Say whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
