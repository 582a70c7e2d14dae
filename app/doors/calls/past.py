"""A list as of a past day: the address says `as_of=2021-06-30`, and the whole list, its count and its export are of then."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.doors.calls.call import Call
from app.journal.past_day import past_scope
from app.kit.db import Database, read_scope
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.lists.viewer import Viewer

EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class AsOf:
    """The day that a list is about: today, or a past one (`past`)."""

    on: date
    past: bool = False

    @property
    def parameter(self) -> str:
        """What the address says about it."""
        return self.on.isoformat() if self.past else ""


def _read(as_of: str, day: date) -> AsOf:
    """The day in the address; raises `Invalid` for one that does not exist or has not come yet."""
    if not as_of.strip():
        return AsOf(day)
    try:
        wanted = date.fromisoformat(as_of.strip())
    except ValueError:
        raise _refused(_("日期不存在或格式不正确，请按 2021-06-30 填写。")) from None
    if not EARLIEST <= wanted <= day:
        raise _refused(_("只能回看 %(first)s 至今天的情形。") % {"first": EARLIEST.isoformat()})
    return AsOf(wanted, past=wanted < day)


def _refused(message: str) -> Invalid:
    return Invalid("list.as_of", message, {"as_of": message})


class ListCall(Call):
    """A call about a list, on the day that the address names: its session reads the register as it stood then."""

    as_of: AsOf

    @property
    def viewer(self) -> Viewer:
        """Who reads a list, as of the day that the address names."""
        return Viewer(self.session, self.actor, self.as_of.on, self.as_of.past)

    @contextmanager
    def asked(self, as_of: str = "") -> Iterator[None]:
        """Open the session of a past day in place of the call's own."""
        self.as_of = _read(as_of, self.on)
        if not self.as_of.past:
            yield
            return
        self.session.close()  # its connection goes back first: a request holds one at a time
        with past_scope(self.database, self.as_of.on) as past:
            self.session = self.request.state.session = past
            yield


def list_scope(database: Database, as_of: AsOf) -> AbstractContextManager[Session]:
    """A session of its own for a stream, of the same day as the list."""
    return past_scope(database, as_of.on) if as_of.past else read_scope(database)
