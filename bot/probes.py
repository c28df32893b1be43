"""What machines ask: are you alive, are you ready, how are you doing."""

import asyncio
from collections.abc import Awaitable, Callable
from math import nan

import structlog
from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    generate_latest,
)

from bot.clock import Clock
from handlers.timers import failing
from storage import migrations, outbox, timers
from storage.database import Database
from storage.transactions import Transaction

log = structlog.get_logger()

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
RECEIVED = Counter("dispecer_events_total", "Events handled.", ["platform", "kind"], registry=REGISTRY)
_WAITING = Gauge("dispecer_outbox_waiting", "Posts that wait to be sent.", registry=REGISTRY)
_OUTBOX_LAG = Gauge(
    "dispecer_outbox_lag_seconds", "How long the oldest waiting post has waited.", registry=REGISTRY
)
_TIMER_LAG = Gauge("dispecer_timer_lag_seconds", "How late the first due timer is.", registry=REGISTRY)
_FAILING = Gauge(
    "dispecer_timers_failing", "Timers that failed when they were fired last.", registry=REGISTRY
)
_DATABASE_UP = Gauge("dispecer_database_up", "Whether the database answers.", registry=REGISTRY)

_PATIENCE = 5.0  # seconds until a database counts as silent

Page = Callable[[web.Request], Awaitable[web.Response]]


def routes(database: Database, clock: Clock) -> list[web.RouteDef]:
    """Return /healthz (the process runs), /readyz (it can work) and /metrics (Prometheus)."""
    return [
        web.get("/healthz", _alive),
        web.get("/readyz", _ready(database)),
        web.get("/metrics", _metrics(database, clock)),
    ]


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


def _ready(database: Database) -> Page:
    async def ready(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_PATIENCE):
                current = await database.read(lambda tx: migrations.current(tx.connection))
        except Exception as error:
            return web.Response(status=503, text=f"the database does not answer: {type(error).__name__}\n")
        if current != migrations.newest():
            return web.Response(status=503, text="the database is not at this program's version\n")
        return web.Response(text="ready\n")

    return ready


def _metrics(database: Database, clock: Clock) -> Page:
    async def metrics(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_PATIENCE):
                await database.read(lambda tx: _measure(tx, clock))
        except Exception as error:
            log.warning("metrics.no_database", why=type(error).__name__)
            _know_nothing()
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return metrics


def _know_nothing() -> None:
    """Nobody must take what was measured before the database went away for what is."""
    _DATABASE_UP.set(0)
    for gauge in (_WAITING, _OUTBOX_LAG, _TIMER_LAG, _FAILING):
        gauge.set(nan)


def _measure(tx: Transaction, clock: Clock) -> None:
    now = clock.now()
    _DATABASE_UP.set(1)
    _WAITING.set(outbox.waiting(tx))
    _FAILING.set(failing(tx, now))
    for gauge, due in ((_OUTBOX_LAG, outbox.oldest_waiting(tx)), (_TIMER_LAG, timers.next_due(tx))):
        gauge.set(max(0.0, (now - due).total_seconds()) if due else 0.0)
