"""Chinese is the source language; English comes from the catalogues in `locales/en/`, one file per slice."""

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Literal

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from pydantic import BaseModel, ConfigDict

Locale = Literal["zh", "en"]
LOCALES: tuple[Locale, ...] = ("zh", "en")
LANGUAGE_TAGS: dict[Locale, str] = {"zh": "zh-CN", "en": "en"}
CATALOGUES = Path(__file__).parent.parent / "locales"

_locale: ContextVar[Locale] = ContextVar("locale", default="zh")


def current_locale() -> Locale:
    """The language of the person being answered; zh unless switched."""
    return _locale.get()


def set_locale(locale: Locale) -> None:
    """Answer in `locale` for the rest of this context (one request, one command)."""
    _locale.set(locale)


@contextmanager
def use_locale(locale: Locale) -> Iterator[None]:
    """Answer in `locale` inside the block."""
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


def merged_catalogue(locale: str) -> Catalog:
    """All `locales/<locale>/*.po` files as one catalogue; the first translation of a message counts."""
    merged = Catalog(locale=locale)
    for path in sorted((CATALOGUES / locale).glob("*.po")):
        with path.open("rb") as handle:
            for message in read_po(handle, locale=locale):
                if message.id and merged.get(message.id) is None:
                    merged.add(message.id, message.string)
    return merged


@lru_cache
def _translations(locale: Locale) -> gettext.NullTranslations:
    if locale == "zh":
        return gettext.NullTranslations()
    buffer = io.BytesIO()
    write_mo(buffer, merged_catalogue(locale))
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


def _(message: str) -> str:
    """`message` in the current language."""
    locale = _locale.get()
    if locale == "zh":  # as it is written; most of what is read
        return message
    return _translations(locale).gettext(message) if message else ""


def ngettext(one: str, many: str, n: int) -> str:
    """`one` or `many` in the current language, by the number `n`."""
    return _translations(current_locale()).ngettext(one, many, n)


def N_(message: str) -> str:  # noqa: N802 - the customary name of gettext's marker
    """Mark `message` for translation where it is shown, not here."""
    return message


class Bilingual(BaseModel):
    """A text that comes with the data, in both languages; `str()` gives the current one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if current_locale() == "zh" else self.en
