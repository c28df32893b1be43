"""What the try page sends us, and what of it we believe."""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from bot.body import TooLarge, Unreadable, body_of
from bot.sound import sound
from bot.web.guard import TRY, language_of
from bot.web.samples import PEOPLE
from desk.wording import Language, words
from desk.wording import sentence as _
from storage import web as posts
from storage.web_files import MOST

LARGEST_BODY = 64 * 1024  # bytes
_UNREADABLE = _("That could not be read. Reload the page and try again.")

Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{8,60}$")]
Number = Annotated[int, Meta(ge=0, le=2**62)]  # of a post
Name = Annotated[str, Meta(max_length=120)]
Said = Annotated[str, Meta(min_length=1, max_length=8000)]
Filled = Annotated[str, Meta(max_length=8000)]


class Asked(Struct, kw_only=True, forbid_unknown_fields=True):
    """A request of a person on the page. `key` is new for every attempt of theirs, the same when resent."""

    key: Key
    who: Annotated[str, Meta(max_length=40)] = msgspec.field(name="as")

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            setattr(self, name, _sound(getattr(self, name)))
        if not getattr(self, "text", "something") and not getattr(self, "files", ()):
            raise ValueError("nothing is left of the text")


def _sound(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sound(each) for key, each in value.items()}
    return sound(value) if isinstance(value, str) else value


class Written(Asked, kw_only=True):
    """Somebody wrote."""

    conversation: Name
    text: Filled
    files: Annotated[tuple[Number, ...], Meta(max_length=MOST)] = ()
    thread: Number | None = None


class Edited(Asked, kw_only=True):
    """Somebody changed what they wrote."""

    message: Number
    text: Said


class Deleted(Asked, kw_only=True):
    """Somebody took back what they wrote."""

    message: Number


class Pressed(Asked, kw_only=True):
    """Somebody pressed a button of a post, or chose from its menu. Post and place are 0 and "" in an answer
    that only they see."""

    conversation: Name
    message: Number | None = None
    action: Name
    subject: Filled = ""


class Submitted(Asked, kw_only=True):
    """Somebody submitted a form."""

    action: Name
    subject: Filled = ""
    fields: dict[str, Filled] = {}


class Commanded(Asked, kw_only=True):
    """Somebody typed a slash command."""

    conversation: Name
    text: Said


class Moved(Struct, forbid_unknown_fields=True):
    """Somebody set the clock ahead."""

    advance: Literal["1h", "1d", "1w"]


class StartedOver(Struct, forbid_unknown_fields=True):
    """Somebody wants to begin again with an empty desk."""


class Switched(Struct, forbid_unknown_fields=True):
    """The team is to be spoken to in this language."""

    language: Language


T = TypeVar("T", bound=Struct)


async def read(request: web.Request, kind: type[T]) -> T:
    """Return the request's body as `kind`. Raises 400, 413 or 415 with words for the person."""
    if request.content_type != "application/json":
        raise refusal(request, web.HTTPUnsupportedMediaType, _("This page sends JSON only."))
    try:
        body = await bytes_of(request, LARGEST_BODY, _("That is too long to send."))
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refusal(request, web.HTTPBadRequest, _UNREADABLE) from error


async def bytes_of(request: web.Request, most: int, too_much: str) -> bytes:
    """Return the request's body. Raises 413 with the words `too_much` beyond `most` bytes, 400 for none."""
    try:
        return await body_of(request, most)
    except TooLarge:
        raise refusal(request, _TooLarge, too_much) from None
    except Unreadable:
        raise refusal(request, web.HTTPBadRequest, _UNREADABLE) from None


class _TooLarge(web.HTTPError):
    """More was sent than is taken."""

    status_code = 413


def refusal(
    request: web.Request, kind: type[web.HTTPError], sentence: str, **values: object
) -> web.HTTPError:
    """Return an error whose words the page shows to the person."""
    body = msgspec.json.encode({"error": words(language_of(request))(sentence, **values)})
    return kind(body=body, content_type="application/json")


def check_person(request: web.Request, who: str) -> None:
    """Raise 403 for somebody who is not on the page."""
    if who not in PEOPLE:
        raise refusal(request, web.HTTPForbidden, _("Nobody on this page has that name."))


def check_place(request: web.Request, who: str, conversation: str) -> None:
    """Raise 403 where a person would speak in a conversation that is not theirs."""
    check_person(request, who)
    if conversation not in (PEOPLE[who].conversation, PEOPLE[who].direct):
        raise refusal(request, web.HTTPForbidden, _("This conversation belongs to somebody else."))


def check_only_tried(request: web.Request) -> None:
    """Raise 403 where the desk serves more than this page: real deadlines hang on its clock."""
    if not request.app[TRY].only_tried:
        raise refusal(
            request, web.HTTPForbidden, _("This desk has a chat platform: its clock stays as it is.")
        )


async def own_post(request: web.Request, who: str, post_id: int) -> posts.WebPost:
    """Return a post that this person wrote. Raises 404 where it is gone or somebody else's."""
    post = await request.app[TRY].database.read(lambda tx: posts.post(tx, post_id))
    if post is None or post.deleted or post.author is None or post.author != who:
        raise refusal(request, web.HTTPNotFound, _("This message is not there any more."))
    return post


async def seen_post(request: web.Request, post_id: int, conversation: str) -> posts.WebPost:
    """Return a post of a conversation. Raises 404 where there is none."""
    post = await request.app[TRY].database.read(lambda tx: posts.post(tx, post_id))
    if post is None or post.conversation != conversation:
        raise refusal(request, web.HTTPNotFound, _("This message is not there any more."))
    return post
