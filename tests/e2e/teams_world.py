"""Who and what there is in Teams on this machine: people, a team with two channels, a group chat."""

from typing import Any

TENANT, DESK = "72f988bf-86f1-41af-91ab-2d7cd011db47", "28:c9e8c047-2a74-40a2-b28a-b162d5f5327c"
ANA, MIHAI, ION, EMMA = "29:1ana", "29:1mihai", "29:1ion", "29:1emma"
TEAM, TRIAGE = "19:general@thread.tacv2", "19:triage@thread.tacv2"  # a team's id is its General channel's
GROUP, ION_CHAT = "19:carpati@thread.v2", "a:1ion"
TICKET = "1f3ab_ticket"  # the emoji, as Teams names it

# The Playground wants six people, one of whom is the one whose window its page is.
PEOPLE = {
    ION: "Ion Popescu",
    ANA: "Ana Ionescu",
    MIHAI: "Mihai Stan",
    EMMA: "Emma Clarke",
    "29:1radu": "Radu Dinu",
    "29:1ioana": "Ioana Pop",
}
MEMBERS = {TRIAGE: (ANA, MIHAI), TEAM: (ANA, MIHAI, EMMA), GROUP: (ANA, ION)}
PLACES = {TEAM: "channel", TRIAGE: "channel", GROUP: "groupChat"}


def account(user: str) -> str:
    """Return the id of somebody's account (Entra)."""
    return f"00000000-0000-0000-0000-{list(PEOPLE).index(user):012}"


def chat_of(user: str) -> str:
    """Return the conversation of somebody with the desk, in a Playground whose page is their window."""
    return f"a:{user.removeprefix('29:')}"


def config(oneself: str) -> dict[str, Any]:
    """Return what a Playground is told of it whose page is the window of `oneself`."""
    people = {user: _person(user, name) for user, name in PEOPLE.items()}
    return {
        "version": "0.1.1",
        "tenantId": TENANT,
        "bot": {"id": DESK, "name": "Dispecer"},
        "currentUser": people.pop(oneself),
        "users": list(people.values()),
        "personalChat": {"id": chat_of(oneself)},
        "groupChat": {"id": GROUP, "name": "Trans Carpați"},
        "team": {
            "id": TEAM,
            "name": "Dispecer",
            "aadGroupId": "00000000-0000-0000-0000-000000000031",
            "channels": [{"id": TRIAGE, "name": "triaj"}],
        },
    }


def _person(user: str, name: str) -> dict[str, str]:
    given, surname = name.split()
    mail = f"{given.lower()}@a.example"
    return {
        "id": user,
        "name": name,
        "userPrincipleName": mail,
        "aadObjectId": account(user),
        "givenName": given,
        "surname": surname,
        "email": mail,
    }


def place(conversation: str, root: str | None = None) -> dict[str, Any]:
    """Return what an activity says of where it happened."""
    kind = PLACES.get(conversation, "personal")
    here: dict[str, Any] = {"id": conversation, "conversationType": kind, "tenantId": TENANT}
    data: dict[str, Any] = {"tenant": {"id": TENANT}}
    if kind != "personal":
        here["isGroup"] = True
    if kind == "channel":
        data |= {"teamsChannelId": conversation, "teamsTeamId": TEAM}
        data |= {"channel": {"id": conversation}, "team": {"id": TEAM}}
        here["id"] = f"{conversation};messageid={root}" if root else conversation
    return {"conversation": here, "channelData": data}
