"""Which files a bot may send in Teams: pictures anywhere, by how they begin and not by what they are called;
others are offered to one person."""

from typing import Any

from desk.messages import Attached, Message, Text
from notifications.chat import Carried
from notifications.teams.enclosed import Enclosed, enclose
from tests.connector_in_tests import letter

_PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
_PDF = b"%PDF-1.7"
_FROM_ANA = letter(Message((Text(("Vedeți",)),), "ro", author="Ana Ionescu"))


def file(name: str, data: bytes | None, reason: str = "") -> Carried:
    return Carried(Attached(name, "slack", "T1"), data, reason)


def in_a_channel(*files: Carried) -> Enclosed:
    return enclose(_FROM_ANA, files, alone=False)


def to_one_person(*files: Carried) -> Enclosed:
    return enclose(_FROM_ANA, files, alone=True)


def attachments(enclosed: Enclosed) -> list[Any]:
    return [one for _files, activity in enclosed.parcels for one in activity["attachments"]]


def test_a_picture_goes_within_the_message() -> None:
    enclosed = in_a_channel(file("poza.png", _PNG))
    assert enclosed.left == []
    (sent,) = attachments(enclosed)
    assert (sent["contentType"], sent["name"]) == ("image/png", "poza.png")
    assert sent["contentUrl"].startswith("data:image/png;base64,iVBOR")


def test_what_only_calls_itself_a_picture_does_not() -> None:
    enclosed = in_a_channel(file("poza.png", b"<svg onload=alert(1)>"), file("raport.pdf", _PDF))
    assert enclosed.parcels == []
    assert [one.reason for one in enclosed.left] == [
        "Teams lets apps send files only in the chat with one person."
    ] * 2
    assert all(one.data is None for one in enclosed.left)


def test_a_picture_that_is_too_large_and_a_file_that_was_not_fetched_keep_their_reasons() -> None:
    enclosed = in_a_channel(file("mare.png", _PNG + b"0" * 1_000_000), file("x.png", None, "gone"))
    assert enclosed.parcels == []
    assert [one.reason for one in enclosed.left] == ["It is too large to be passed on.", "gone"]


def test_one_person_is_offered_what_is_no_small_picture_each_file_by_itself() -> None:
    huge = _PNG + b"0" * 1_000_000
    enclosed = to_one_person(file("raport.pdf", _PDF), file("poza.png", _PNG), file("mare.png", huge))
    assert [[one.file.name for one in files] for files, _activity in enclosed.parcels] == [
        ["poza.png"],
        ["raport.pdf"],
        ["mare.png"],
    ]
    _picture, report, _huge = attachments(enclosed)
    context = {"letter": 7, "file": 0}
    assert report == {
        "contentType": "application/vnd.microsoft.teams.card.file.consent",
        "name": "raport.pdf",
        "content": {
            "description": "Ana Ionescu a atașat acest fișier.",
            "sizeInBytes": 8,
            "acceptContext": context,
            "declineContext": context,
        },
    }


def test_of_many_pictures_the_sixth_is_offered() -> None:
    enclosed = to_one_person(*[file(f"{number}.png", _PNG) for number in range(6)])
    assert [len(files) for files, _activity in enclosed.parcels] == [5, 1]
