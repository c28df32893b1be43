"""In which workspaces the desk is installed, and with what token."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
import structlog
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.slack.people import FAILURES
from desk.wording import sentence as _
from notifications.chat import SendError

log = structlog.get_logger()

TokenFor = Callable[[str], Awaitable[str]]
# What manifest.json asks for.
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "metadata.message:read",
    "mpim:history",
    "reactions:read",
    "users:read",
    "users:read.email",
)
_STATE_SECONDS = 600
_ROTATE_MINUTES = 120  # before a token ends
_LOCK = 0x534C434B  # any number that nobody else uses: two processes that start at once make the tables once
_KNOWN_SECONDS = 60  # for so long the database is not asked again
_NOT_RENEWED = _("Slack did not renew the desk's token. It is tried again.")
_NOT_INSTALLED = _("The desk is not installed in this Slack workspace. Install it at /slack/install.")


def one_workspace(token: str) -> TokenFor:
    """Return the `token_for` of a desk that serves a single workspace."""

    async def token_for(_workspace: str) -> str:
        return token

    return token_for


class _Store(AsyncSQLAlchemyInstallationStore):
    """Says when a workspace was added."""

    def __init__(self, client_id: str, engine: AsyncEngine) -> None:
        super().__init__(client_id=client_id, engine=engine)
        self.added = asyncio.Event()

    async def async_save(self, installation: Installation) -> None:
        await super().async_save(installation)
        self.added.set()


class _States(AsyncSQLAlchemyOAuthStateStore):
    """The states of installations that were begun. The SDK's store keeps for ever what nobody ends."""

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        ended = datetime.now(UTC).replace(tzinfo=None)
        async with self.engine.begin() as connection:
            await connection.execute(
                sa.delete(self.oauth_states).where(self.oauth_states.c.expire_at < ended)
            )
        return await super().async_issue(*args, **kwargs)


def _quiet() -> logging.Logger:
    # The flow's warnings repeat the code that Slack sent, which may still be good for a token.
    logger = logging.getLogger("dispecer.slack_oauth")
    logger.setLevel(logging.CRITICAL)
    return logger


class Installs:
    """The workspaces that installed the app themselves, kept in our database.

    Within one process a token is renewed once. Of several processes that renew the same one at the same
    moment, Slack refuses the slower: it goes on with what the faster stored, or, until that is there, with
    the token that still holds. `added` is set when somebody installs the app.
    """

    def __init__(
        self, client: AsyncWebClient, engine: AsyncEngine, client_id: str, client_secret: str
    ) -> None:
        self._engine = engine
        self._store = _Store(client_id=client_id, engine=engine)
        self.added = self._store.added
        self._states = _States(expiration_seconds=_STATE_SECONDS, engine=engine)
        self._rotator = AsyncTokenRotator(client_id=client_id, client_secret=client_secret, client=client)
        self._renewing = asyncio.Lock()
        self._tokens: dict[str, tuple[float, str]] = {}
        self.oauth = AsyncOAuthFlow(
            client=client,
            logger=_quiet(),
            settings=AsyncOAuthSettings(
                client_id=client_id,
                client_secret=client_secret,
                scopes=SCOPES,
                installation_store=self._store,
                installation_store_bot_only=True,
                state_store=self._states,
                state_expiration_seconds=_STATE_SECONDS,
            ),
        )

    async def prepare(self) -> None:
        """Make the tables where they are missing."""
        async with self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            await connection.run_sync(self._store.metadata.create_all)
            await connection.run_sync(self._states.metadata.create_all)

    async def token_for(self, workspace: str) -> str:
        """Return the bot token of a workspace, renewed if it ends soon. Raises `SendError`."""
        known = self._tokens.get(workspace)
        if known is not None and time.monotonic() < known[0]:
            return known[1]
        async with self._renewing:
            bot = await self._bot(workspace)
            try:
                # The token to renew with serves once: who gives up meanwhile must not lose the new one.
                bot = await asyncio.shield(self._renewed(bot))
            except (SlackTokenRotationError, *FAILURES) as error:
                bot = await self._without_renewal(bot, error)
        token = str(bot.bot_token)
        self._tokens[workspace] = (time.monotonic() + _KNOWN_SECONDS, token)
        return token

    async def _bot(self, workspace: str) -> Bot:
        bots = self._store.bots
        newest = (
            sa.select(bots.c.enterprise_id)
            .where(bots.c.team_id == workspace, bots.c.client_id == self._store.client_id)
            .order_by(bots.c.installed_at.desc())
            .limit(1)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(newest)).first()
        found = row and await self._store.async_find_bot(enterprise_id=row[0], team_id=workspace)
        if not found:
            raise SendError(_NOT_INSTALLED, closed=True)
        return found

    async def _renewed(self, bot: Bot) -> Bot:
        renewed = await self._rotator.perform_bot_token_rotation(
            bot=bot, minutes_before_expiration=_ROTATE_MINUTES
        )
        if renewed is not None:
            await self._store.async_save_bot(renewed)
        return renewed or bot

    async def _without_renewal(self, bot: Bot, error: Exception) -> Bot:
        """Return what another process renewed meanwhile, or `bot` itself while its token holds."""
        stored = await self._bot(str(bot.team_id))
        if (stored.bot_token_expires_at or 0) <= time.time():
            raise SendError(_NOT_RENEWED, temporary=True) from error
        if stored.bot_token == bot.bot_token:
            log.warning("slack.token_not_renewed", workspace=bot.team_id, why=type(error).__name__)
        return stored

    async def close(self) -> None:
        """Let go of the database."""
        await self._engine.dispose()

    async def forget(self, workspace: str, at: int) -> None:
        """Forget a workspace that removed the app at an instant (seconds since 1970); what is newer stays."""
        # As Slack's SDK keeps it; the platform tells whole seconds.
        until = datetime.fromtimestamp(at + 1, UTC).replace(tzinfo=None)
        self._tokens.pop(workspace, None)
        tables = (self._store.bots, self._store.installations)
        async with self._engine.begin() as connection:
            for table in tables:
                await connection.execute(
                    sa.delete(table).where(table.c.team_id == workspace, table.c.installed_at < until)
                )
