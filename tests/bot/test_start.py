"""What a start costs: packages of platforms that are not configured stay where they are."""

import subprocess
import sys
from pathlib import Path

_START = """
import asyncio, sys
from bot import server
from bot.app import App
from bot.config import Settings

async def build():
    app = App(Settings(_env_file=None, database_url="sqlite:///desk.db"))
    await app.prepare()
    await server.build(app)
    await app.database.close()

asyncio.run(build())
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
_OF_PLATFORMS = {"botbuilder", "botframework", "msal", "msrest", "slack_bolt", "slack_sdk"}


def test_without_teams_and_slack_their_packages_are_not_imported(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", _START]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    imported = set(ran.stdout.splitlines()[-1].split())
    assert "aiohttp" in imported
    assert imported & _OF_PLATFORMS == set()
