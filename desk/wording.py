"""How the desk speaks: sentences in the reader's language, filled with values.

English sentences stand in the code; `locale/<language>/LC_MESSAGES/dispecer.po` holds the translations.
A sentence that carries more than plain text (bold, an instant, a link) is filled with `rich`.
"""

import gettext
import io
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Literal

from desk.messages import Inline, Rich, plain

Language = Literal["en", "ro"]
LANGUAGES: tuple[Language, ...] = ("en", "ro")
_LOCALE = Path(__file__).parent / "locale"


def sentence(text: str) -> str:
    """Mark `text` for translation and return it as it is; whoever shows it translates it."""
    return text


class Words:
    """Says sentences in one language."""

    def __init__(self, language: Language, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, sentence: str, /, **values: object) -> str:
        """Return `sentence` in this language with its `{fields}` filled."""
        translated = self._catalogue.gettext(sentence)
        return translated.format(**values).replace("….", "…") if values else translated

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Return the form of the sentence that fits `n`, which fills `{n}`."""
        return self._catalogue.ngettext(one, many, n).format(n=n, **values)

    def rich(self, sentence: str, /, **values: Inline | int) -> Rich:
        """Like calling, but a value may be any inline part of a message and stays what it is."""
        return fill(self._catalogue.gettext(sentence), values)

    def rich_count(self, one: str, many: str, n: int, /, **values: Inline) -> Rich:
        """Like `rich`, in the form of the sentence that fits `n`."""
        return fill(self._catalogue.ngettext(one, many, n), values)


def fill(template: str, values: Mapping[str, Inline | int]) -> Rich:
    """Put `values` into the `{fields}` of `template`, keeping inline parts whole.

    A value that was cut ends a sentence by itself: no full stop follows its "…".
    """
    parts: list[Inline] = []
    for text, field in _parsed(template):
        if text.startswith(".") and parts and plain(parts[-1:]).endswith("…"):
            text = text[1:]
        if text:
            parts.append(text)
        if field is not None:
            value = values[field]
            parts.append(str(value) if isinstance(value, int) else value)
    return tuple(parts)


@lru_cache(maxsize=1024)
def _parsed(template: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((text, field) for text, field, _spec, _conversion in Formatter().parse(template))


@cache
def words(language: Language) -> Words:
    """Return the sentences of `language`; English where a translation is missing."""
    return Words(language, _catalogue(language))


def language_of(text: str | None) -> Language:
    """Return the language that a stored or told word stands for: Romanian, unless it is English."""
    return "en" if text == "en" else "ro"


def words_for(language: str | None) -> Words:
    """Return the sentences of the language that a stored or told word stands for."""
    return words(language_of(language))


def _catalogue(language: Language) -> gettext.NullTranslations:
    path = _LOCALE / language / "LC_MESSAGES" / "dispecer.po"
    if not path.exists():
        return gettext.NullTranslations()
    # Read from the .po itself, so that there is no compiled file to forget.
    from babel.messages import mofile, pofile

    compiled = io.BytesIO()
    with path.open("rb") as file:
        mofile.write_mo(compiled, pofile.read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
