"""The emoji that people put on messages in Teams, by whatever name one knows them."""

import unicodedata


def same_emoji(reaction: str, wanted: str) -> bool:
    """Whether a reaction is the emoji that is `wanted`: "ticket", the character itself, or "1f3ab_ticket".

    Teams names most by their code point and their name. See
    https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/teams-reactions-reference
    """
    return not _names(reaction).isdisjoint(_names(wanted))


def _names(emoji: str) -> set[str]:
    code, _sign, name = emoji.lower().partition("_")
    found = {emoji.lower(), _called(emoji), _called(_character(code))}
    if _character(code):
        found.add(name.partition("-")[0])  # "-tone3" is a colour of skin
    return {"".join(filter(str.isalnum, one)) or one for one in found if one}


def _character(code: str) -> str:
    try:
        return chr(int(code, 16)) if 4 <= len(code) <= 6 else ""
    except (ValueError, OverflowError):
        return ""


def _called(character: str) -> str:
    bare = character.rstrip("\ufe0f")
    return unicodedata.name(bare, "").lower() if len(bare) == 1 else ""
