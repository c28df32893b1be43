"""The one place that wires: settings in, a running desk out."""

import asyncio
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from bot import probes
from bot.clock import Clock
from bot.config import Settings
from bot.schedule import Schedule
from bot.warmth import warm_up
from desk import plan as plans
from desk.errors import DeskError
from desk.incoming import Incoming
from desk.messages import Answer, Message
from desk.refusals import refusal
from desk.wording import Language, words_for
from desk.wording import sentence as _
from handlers import cards, failures, housekeeping, router, team
from handlers.context import Desk
from notifications.chat import Chat
from notifications.outbox import Delivery
from storage import letters, migrations, people, web_page
from storage import plans as stored_plans
from storage.away import is_away
from storage.database import Database
from storage.transactions import Transaction, Woken

log = structlog.get_logger()

# How long it may go unnoticed what another process stored: another desk, which may have died since, or
# `desk customers import`, which sends and fires nothing itself.
_POLL = timedelta(seconds=5)


class App:
    """A desk: what it knows, and what runs in it. `start` it, `stop` it, and close its database."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.database = Database(settings.database_url)
        self.chats: dict[str, Chat] = {}
        self.desk: Desk
        self._alone = self.database.url.get_backend_name() == "sqlite"
        self._changing_time = asyncio.Lock()
        self._set_up()

    def _set_up(self) -> None:
        self.delivery = Delivery(self.database, self.chats, self._write, self.clock.now, _POLL)
        self.schedule = Schedule(self.database, lambda: self.desk, self.clock, _POLL)

    async def prepare(self) -> None:
        """Load the plan, bring the database up to date, and let the clock go on where it was left."""
        path = self.settings.desk_plan or plans.SHIPPED
        text = plans.text_of(path)
        plan = plans.parse(text, path.name)
        await migrations.upgrade(self.database)
        if self.settings.only_tried:
            self.clock.advance((await self.database.read(web_page.state)).ahead)
        now = self.clock.now()

        def work(tx: Transaction) -> Desk:
            version = stored_plans.remember(tx, text, plans.digest(text), now)
            people.leave_triage(tx, self.settings.team_platforms)
            return Desk(plan, version, people.triage_places(tx))

        self.desk = await self.database.write(work)

    async def start(self) -> None:
        """Begin to send and to fire timers. What is configured was connected before."""
        await self.database.write(self._take_over)
        self.database.on_commit = self._committed
        self._warming = asyncio.create_task(asyncio.to_thread(warm_up, self.desk, self.clock.now()))
        self.delivery.start()
        self.schedule.start()

    def _take_over(self, tx: Transaction) -> None:
        now = self.clock.now()
        housekeeping.schedule(tx, now)
        if self._alone:
            letters.abandon_leases(tx, now)

    def _committed(self, woken: Woken) -> None:
        if "outbox" in woken:
            self.delivery.wake()
        if "timers" in woken:
            self.schedule.wake(woken["timers"])

    def _write(self, tx: Transaction, key: str, platform: str, now: datetime) -> Message | None:
        return cards.write(tx, self.desk, key, platform, now)

    async def receive(self, incoming: Incoming) -> Answer:
        """Handle one event: it is stored when this returns, or its answer says why not.

        Raises where nobody would read that answer: then the platform delivers the event again.
        """
        now = self.clock.now()
        try:
            answer = await self.database.write(lambda tx: router.receive(tx, self.desk, incoming, now))
        except DeskError as error:
            if failures.is_kept(incoming):
                # Nobody mistyped a message: what it says must not be lost with our refusal.
                error_id = secrets.token_hex(4)
                log.warning(
                    "event.refused",
                    error_id=error_id,
                    kind=incoming.kind,
                    reason=error.template,
                    exc_info=True,
                )
                if not await self._keep(incoming, error_id):
                    raise
            return self._refuse(error, incoming)
        except Exception as error:
            if not incoming.answered and is_away(error):
                # Nobody's mistake, and soon over: delivered again, it becomes a ticket.
                reason = str(error).partition("\n")[0] or type(error).__name__
                log.warning("event.not_stored", platform=incoming.platform, kind=incoming.kind, reason=reason)
                raise
            error_id = secrets.token_hex(4)
            log.exception("event.failed", error_id=error_id, platform=incoming.platform, kind=incoming.kind)
            if incoming.answered:
                sentence = _(
                    "Something went wrong on our side, and nothing was changed. Tell us this code: {code}"
                )
                return self._refuse(DeskError(sentence, code=error_id), incoming)
            if not await self._keep(incoming, error_id):
                raise
            return Answer()
        probes.RECEIVED.labels(incoming.platform, incoming.kind).inc()
        return answer

    async def _keep(self, incoming: Incoming, error_id: str) -> bool:
        """Show the team what we could not handle; False when that cannot be stored either."""
        if not failures.is_kept(incoming):
            return False
        now = self.clock.now()
        return await self.database.write(lambda tx: failures.keep(tx, self.desk, incoming, error_id, now))

    def _refuse(self, error: DeskError, incoming: Incoming) -> Answer:
        t = words_for(error.language or self.desk.plan.language)
        return refusal(error, t, self.desk.plan.zone, typed=incoming.typed)

    async def advance(self, by: timedelta) -> None:
        """Set the clock ahead, also for the next start, and do what has come due meanwhile."""
        async with self._changing_time:
            self.clock.advance(by)
            await self.database.write(lambda tx: web_page.keep_ahead(tx, self.clock.ahead))
            self.schedule.wake()
            self.delivery.wake()

    async def start_over(self) -> None:
        """Forget the try page's tickets and conversations, and show the machine's time again.

        Raises `Refused` where there is more than the try page; then nothing is changed.
        """
        async with self._changing_time:
            await self._start_over()

    async def _start_over(self) -> None:
        # What is under way arrives first: nothing of it may come after all was forgotten.
        await self.stop()
        try:
            await self.database.write(web_page.start_over)
            self.clock.reset()
            await self.database.write(self._take_over)
        finally:
            self._set_up()
            self.delivery.start()
            self.schedule.start()

    async def settle_team(self, platform: str, workspace: str, conversation: str) -> None:
        """Let this be the team's channel on its platform from now on."""
        now = self.clock.now()
        self.desk.triages = await self.database.write(
            lambda tx: team.settle(tx, self.desk, platform, workspace, conversation, now)
        )

    async def staff_team(self, platform: str, users: Collection[str]) -> None:
        """Let these people of the workspace of the team's channel on a platform be the agents there."""
        if (place := self.desk.triage_of(platform)) is not None:
            now = self.clock.now()
            await self.database.write(lambda tx: team.staff(tx, self.desk, place, users, now))

    def team_is_on(self, platform: str) -> bool:
        """Say whether the team has a triage channel on this platform."""
        return self.desk.triage_of(platform) is not None

    async def speak_to_team(self, language: Language) -> None:
        """Speak to the team in a language from now on."""
        now = self.clock.now()
        await self.database.write(lambda tx: team.speak(tx, self.desk, language, now))

    def routes(self) -> list[web.RouteDef]:
        """Return the routes that every desk has."""
        return probes.routes(self.database, self.clock)

    async def stop(self) -> None:
        """Fire no more timers, and let what is under way arrive."""
        await self.schedule.close()
        await self.delivery.close()
