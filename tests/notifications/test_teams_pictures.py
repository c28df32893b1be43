"""Which files a bot may send in Teams: pictures, by how they begin and not by what they are called."""

from desk.messages import Attached
from notifications.files import Carried
from notifications.teams.pictures import pictures

_PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def file(name: str, data: bytes | None, reason: str = "") -> Carried:
    return Carried(Attached(name, "slack", "T1"), data, reason)


def test_a_picture_goes_within_the_message() -> None:
    sent, left = pictures([file("poza.png", _PNG)])
    assert left == []
    assert (sent[0]["contentType"], sent[0]["name"]) == ("image/png", "poza.png")
    assert sent[0]["contentUrl"].startswith("data:image/png;base64,iVBOR")


def test_what_only_calls_itself_a_picture_does_not() -> None:
    sent, left = pictures([file("poza.png", b"<svg onload=alert(1)>"), file("raport.pdf", b"%PDF-1.7")])
    assert sent == []
    assert [one.reason for one in left] == ["Teams lets the desk send pictures only."] * 2
    assert all(one.data is None for one in left)


def test_a_picture_that_is_too_large_and_a_file_that_was_not_fetched_keep_their_reasons() -> None:
    sent, left = pictures([file("mare.png", _PNG + b"0" * 1_000_000), file("x.png", None, "gone")])
    assert sent == []
    assert [one.reason for one in left] == ["It is too large to be passed on.", "gone"]
