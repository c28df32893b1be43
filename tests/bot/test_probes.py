from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot import probes
from bot.clock import Clock
from storage.database import Database


async def client_for(database: Database) -> TestClient[web.Request, web.Application]:
    app = web.Application()
    app.add_routes(probes.routes(database, Clock()))
    client = TestClient(TestServer(app))
    await client.start_server()
    return client


async def test_a_desk_with_its_database_is_alive_and_ready(database: Database) -> None:
    client = await client_for(database)
    assert (await client.get("/healthz")).status == 200
    assert (await client.get("/readyz")).status == 200
    text = await (await client.get("/metrics")).text()
    assert "dispecer_outbox_waiting 0.0" in text
    assert "dispecer_timer_lag_seconds" in text
    assert "dispecer_timers_failing 0.0" in text
    assert "dispecer_database_up 1.0" in text
    await client.close()


async def test_a_desk_without_its_database_is_alive_and_not_ready() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nowhere")
    client = await client_for(database)
    assert (await client.get("/healthz")).status == 200
    answer = await client.get("/readyz")
    assert answer.status == 503
    assert "does not answer" in await answer.text()
    metrics = await client.get("/metrics")
    text = await metrics.text()
    assert metrics.status == 200
    assert "dispecer_database_up 0.0" in text
    assert "dispecer_outbox_waiting NaN" in text
    assert "process_resident_memory_bytes" in text
    await client.close()
    await database.close()
