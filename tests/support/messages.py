"""Every text that the interface shows, gathered from Python and templates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from babel.messages.extract import extract
from jinja2.ext import babel_extract

from tests.support.source import name_of, python_files, template_files

KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
CHINESE = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")


@dataclass(frozen=True)
class Text:
    """One message and the place where it stands."""

    message: str | tuple[str, ...]
    place: str

    @property
    def forms(self) -> tuple[str, ...]:
        """The message, or its singular and plural."""
        return (self.message,) if isinstance(self.message, str) else tuple(filter(None, self.message))


@cache
def texts() -> tuple[Text, ...]:
    """All of them."""
    return (*_from_python(), *_from_templates())


def _from_python() -> Iterator[Text]:
    for path in python_files():
        with path.open("rb") as source:
            for line, message, _comments, _context in extract("python", source, keywords=KEYWORDS):
                yield Text(message, f"{name_of(path)}:{line}")


def _from_templates() -> Iterator[Text]:
    options = {"extensions": "jinja2.ext.do", "newstyle_gettext": "true", "silent": "false"}
    options |= {"trim_blocks": "true", "lstrip_blocks": "true"}
    for path in template_files():
        with path.open("rb") as source:
            for line, function, message, _comments in babel_extract(source, ("_", "gettext", "ngettext"), (), options):
                yield Text(_argument(function, message), f"{name_of(path)}:{line}")


def _argument(function: str, message: object) -> str | tuple[str, ...]:
    if function == "ngettext" and isinstance(message, tuple):
        return tuple(part for part in message[:2] if isinstance(part, str))
    if isinstance(message, tuple):
        return next(part for part in message if isinstance(part, str))
    return str(message)


def placeholders(message: str) -> set[str]:
    """The names that a message is filled with."""
    return {name for name in PLACEHOLDER.findall(message) if name}
