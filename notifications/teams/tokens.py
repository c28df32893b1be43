"""The token that the desk posts to Teams with."""

import asyncio
import time
from collections.abc import Callable

import aiohttp
import msgspec

from desk.wording import sentence as _
from notifications.chat import SendError

LOGIN_URL = "https://login.microsoftonline.com/"
SCOPE = "https://api.botframework.com/.default"
_EVERYBODYS = "botframework.com"  # the tenant of bots of many tenants
_MARGIN = 300.0  # seconds before its end at which a token is replaced
_PAUSE = 5.0  # seconds that a failure holds for those who ask next
_MOST_BYTES = 65_536

_UNREACHABLE = _("Microsoft's sign-in service cannot be reached.")
_NO_ANSWER = _("Microsoft's sign-in service gave no usable answer.")
_BUSY = _("Microsoft's sign-in service is too busy just now.")
_PASSWORD = _(
    "Microsoft does not accept the desk's password: it is wrong or has expired. "
    "Make a new client secret for the bot and set TEAMS_APP_PASSWORD."
)
_APP = _(
    "Microsoft does not find the desk's app in that organisation. Check TEAMS_APP_ID and TEAMS_TENANT_ID."
)
_TENANT = _(
    "Microsoft does not recognise the organisation that the desk signs in to. "
    "Check TEAMS_TENANT_ID and TEAMS_APP_ID."
)
_ADDRESS = _("Nobody hands out tokens at the sign-in address. Check TEAMS_LOGIN_URL.")
_REFUSED = _(
    "Microsoft does not let the desk sign in. Check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID."
)
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_REASONS = {
    "invalid_client": _PASSWORD,
    "unauthorized_client": _APP,
    "invalid_request": _TENANT,
    "invalid_tenant": _TENANT,
}
_PASSING = frozenset({"temporarily_unavailable", "server_error"})


class Tokens:
    """The desk's token, fetched when it is needed. Whoever made the session closes it.

    Without a `tenant` the bot is one of many tenants; without an `app_id` (Playground) there is no token.
    `now` is any clock of seconds, `timeout` the seconds that a request may take.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        app_id: str | None,
        password: str,
        tenant: str | None = None,
        login_url: str = LOGIN_URL,
        now: Callable[[], float] = time.monotonic,
        timeout: float = 10.0,
    ) -> None:
        self._session = session
        self._url = f"{login_url.rstrip('/')}/{tenant or _EVERYBODYS}/oauth2/v2.0/token"
        self._app_id = app_id
        self._password = password
        self._now = now
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._asking = asyncio.Lock()
        self._outcome: dict[str, str] | SendError | None = None
        self._holds_until = float("-inf")

    async def headers(self) -> dict[str, str]:
        """Return what a request to Teams must carry, {} in the Playground. Raises `SendError`.

        A token serves until five minutes before its end. One request is made at a time; who comes
        meanwhile waits for it and shares what comes of it, a failure too.
        """
        if not self._app_id:
            return {}
        if not self._holds():
            async with self._asking:
                if not self._holds():
                    await self._renew(self._app_id)
        if isinstance(self._outcome, SendError):
            raise self._outcome
        return dict(self._outcome or {})

    def forget(self, headers: dict[str, str] | None = None) -> None:
        """Ask anew next time: Teams did not accept these headers, or (None) the last ones."""
        if headers is None or headers == self._outcome:
            self._outcome = None

    def _holds(self) -> bool:
        return self._outcome is not None and self._now() < self._holds_until

    async def _renew(self, app_id: str) -> None:
        try:
            token, lasts = await self._fetch(app_id)
        except SendError as error:
            self._outcome, lasts = error, _PAUSE
        else:
            self._outcome = {"Authorization": f"Bearer {token}"}
            lasts = max(lasts - _MARGIN, lasts / 2)
        self._holds_until = self._now() + lasts

    async def _fetch(self, app_id: str) -> tuple[str, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": app_id,
            "client_secret": self._password,
            "scope": SCOPE,
        }
        if self._session.closed:
            raise SendError(_("The desk is stopping."), temporary=True)
        try:
            async with self._session.post(
                self._url, data=form, timeout=self._timeout, allow_redirects=False
            ) as answer:
                raw = await _read(answer)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _passing(_UNREACHABLE) from error
        if answer.status != 200:
            raise _refusal(answer.status, answer.headers.get("Retry-After"), raw)
        return _token(raw)


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    raw = bytearray()
    async for chunk in answer.content.iter_chunked(16_384):
        raw += chunk
        if len(raw) > _MOST_BYTES:
            raise _passing(_NO_ANSWER)
    return bytes(raw)


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float = 3600


class _Denied(msgspec.Struct):
    error: str = ""


_read_granted = msgspec.json.Decoder(_Granted, strict=False).decode
_read_denied = msgspec.json.Decoder(_Denied).decode


def _token(raw: bytes) -> tuple[str, float]:
    try:
        granted = _read_granted(raw)
    except (msgspec.MsgspecError, RecursionError):
        raise _passing(_NO_ANSWER) from None
    token = granted.access_token
    # What is no single word would break the header that it goes into.
    if not token.isascii() or not token.isprintable() or " " in token or not token:
        raise _passing(_NO_ANSWER)
    return token, max(granted.expires_in, 0.0)


def _refusal(status: int, wait: str | None, raw: bytes) -> SendError:
    """Return the error for an answer without a token. Of Microsoft's own words none is passed on."""
    try:
        code = _read_denied(raw).error
    except (msgspec.MsgspecError, RecursionError):
        code = ""
    if status == 429 or code in _PASSING:
        return _passing(_BUSY, wait)
    if status >= 500 or status == 408:
        return _passing(_NO_ANSWER, wait)
    return SendError(_REASONS.get(code, _REFUSED) if code else _ADDRESS)


def _passing(reason: str, wait: str | None = None) -> SendError:
    seconds = float(wait) if wait is not None and wait.strip().isdecimal() else None
    return SendError(reason, temporary=True, retry_after=seconds, everywhere=True)
