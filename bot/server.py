"""Serves a desk over HTTP until it is told to stop."""

import asyncio
import signal

import structlog
from aiohttp import web

from bot.app import App
from bot.config import Settings

log = structlog.get_logger()


async def serve(settings: Settings) -> None:
    """Run a desk until SIGTERM or SIGINT, then finish what was begun."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    app = App(settings)
    try:
        await app.prepare()
    except BaseException:
        await app.database.close()
        raise
    runner = runner_of(await build(app))
    await runner.setup()
    site = web.TCPSite(runner, settings.desk_host, settings.desk_port)
    await site.start()
    await app.start()
    _say_where(settings)
    await stop.wait()
    log.info("desk.stopping")
    app.database.hurry()
    await site.stop()
    await app.stop()
    await runner.cleanup()
    await app.database.close()
    log.info("desk.stopped")


async def build(app: App) -> web.Application:
    """Return the web application of a prepared desk, with the platforms that are configured."""
    site = web.Application()
    site.add_routes(app.routes())
    if app.settings.try_page:
        await _add_try_page(app, site)
    if app.settings.slack:
        from bot.slack.connect import connect

        await connect(app, site)
    if app.settings.teams:
        from bot.teams.connect import connect as connect_teams

        await connect_teams(app, site)
    return site


def runner_of(site: web.Application) -> web.AppRunner:
    """Return what serves the desk's web application."""
    # Nobody who sends to the desk compresses. Who is not known yet must not make it unpack a gigabyte.
    return web.AppRunner(site, access_log=None, shutdown_timeout=5, auto_decompress=False)


async def _add_try_page(app: App, site: web.Application) -> None:
    from bot.web import edge as page
    from bot.web import samples
    from bot.web.guard import TryPage
    from notifications.web.send import Audience, WebChat

    await samples.load(app.database, app.desk.plan, app.clock.now())
    audience = Audience()
    app.chats["web"] = WebChat(app.database, app.clock.now, audience)
    if app.settings.only_tried:
        await app.settle_team(samples.PLATFORM, samples.WORKSPACE, samples.TRIAGE)
        await app.staff_team(samples.PLATFORM, [agent.user for agent in samples.AGENTS])
        app.desk.plan = samples.staffed(app.desk.plan)
    page.mount(
        site,
        TryPage(
            receive=app.receive,
            database=app.database,
            clock=app.clock,
            audience=audience,
            advance=app.advance,
            start_over=app.start_over,
            spoken=lambda: app.desk.team.language if app.team_is_on(samples.PLATFORM) else None,
            speak=app.speak_to_team,
            only_tried=app.settings.only_tried,
        ),
    )


def _say_where(settings: Settings) -> None:
    address = f"http://{settings.desk_host}:{settings.desk_port}"
    log.info("desk.ready", address=address)
    if settings.try_page:
        print(f"\n  The desk is open: {address}/try\n  Stop it with Ctrl+C.\n", flush=True)
