"""A small server on this machine that stands for a platform, quick enough to be called under load."""

from aiohttp import web


class StubServer:
    """Serves at `url` from `serve` until `close`."""

    url: str = ""

    async def serve(self, *routes: web.RouteDef, path: str = "/") -> None:
        """Begin to serve; `url` ends in `path`."""
        site = web.Application()
        site.add_routes(routes)
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}{path}"

    async def close(self) -> None:
        """Serve no more."""
        await self._runner.cleanup()
