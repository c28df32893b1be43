"""Those who are in a conversation, as Teams tells of them when it is asked."""

from zlib import crc32

from bot.teams.bodies import Body, word
from desk.incoming import Incoming


def is_a_person(member: Body) -> bool:
    """Whether this is somebody, and no bot."""
    user = word(member, "id")
    return bool(user) and not user.startswith("28:") and word(member, "userRole") != "bot"


def profile(member: Body, tenant: str) -> Incoming:
    """Return what is told of a person."""
    told = {"name": word(member, "name"), "email": word(member, "email") or word(member, "userPrincipalName")}
    fields = {key: value[:200] for key, value in told.items() if value}
    event = f"profile:{word(member, 'id')}:{crc32(repr(fields).encode()):08x}"
    return Incoming("teams", event[-200:], "profile", tenant, word(member, "id"), fields=fields)
