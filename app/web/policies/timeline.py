"""The versions of a policy along one line of time, a row for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.kit.i18n import _
from app.policies.domain.language.succession import area_of, edition_of
from app.policies.models import PolicyVersion
from app.web.shared.policy_words import key_of, origin_text, period_text, version_url

WIDTH = 1000
_AHEAD = timedelta(days=365)


@dataclass(frozen=True)
class VersionMark:
    """One version: its words, and its bar from `left` over `width` (of WIDTH)."""

    url: str
    version: str
    jurisdiction: str
    place: str
    period: str
    state: str
    state_text: str
    origin: str
    shown: bool
    left: int
    width: int
    compare: str


@dataclass(frozen=True)
class Timeline:
    """Every version, oldest first within its place, and where today lies."""

    marks: tuple[VersionMark, ...]
    today: int
    first: date
    last: date


def draw(
    rows: Sequence[PolicyVersion], present: set[int], on: date, names: Mapping[str, str], shown: int | None = None
) -> Timeline:
    """The time line of `rows`; `present` are the versions in force, `shown` the one that the page is about."""
    first = min(row.effective_from for row in rows)
    last = max([on + _AHEAD, *(row.effective_from + _AHEAD for row in rows)])
    ordered = tuple(sorted(rows, key=lambda row: (area_of(row.jurisdiction), edition_of(row).order)))
    drawing = _Drawing(ordered, Axis(first, last), frozenset(present), on, names, shown)
    return Timeline(tuple(map(drawing.mark, ordered)), drawing.axis.at(on), first, last)


@dataclass(frozen=True)
class Axis:
    """The line of time, WIDTH wide."""

    first: date
    last: date

    def at(self, day: date) -> int:
        """Where `day` lies; outside, at the nearer end."""
        span = (self.last - self.first).days or 1
        return min(WIDTH, max(0, WIDTH * (day - self.first).days // span))


@dataclass(frozen=True)
class _Drawing:
    """All that one version is drawn against."""

    rows: tuple[PolicyVersion, ...]
    axis: Axis
    present: frozenset[int]
    on: date
    names: Mapping[str, str]
    shown: int | None

    def mark(self, row: PolicyVersion) -> VersionMark:
        """One version's words and its bar, which ends where the version does or its successor begins."""
        family = [other for other in self.rows if other.jurisdiction == row.jurisdiction]
        successor = next((other for other in family if other.supersedes == row.version), None)
        previous = next((other for other in family if other.version == row.supersedes), None)
        ends = (row.effective_to, successor.effective_from if successor else None, self.axis.last)
        left, right = self.axis.at(row.effective_from), self.axis.at(min(day for day in ends if day))
        state, text = self._state(row, successor)
        return VersionMark(
            url=version_url(row),
            version=row.version,
            jurisdiction=row.jurisdiction,
            place=self.names[row.jurisdiction],
            period=period_text(row.effective_from, row.effective_to),
            state=state,
            state_text=text,
            origin=origin_text(row),
            shown=row.id == self.shown,
            left=left,
            width=max(4, right - left),
            compare=f"/policies/{row.code}/diff?from={key_of(previous)}&to={key_of(row)}" if previous else "",
        )

    def _state(self, row: PolicyVersion, successor: PolicyVersion | None) -> tuple[str, str]:
        if row.id in self.present:
            return "good", _("现行")
        if row.effective_from > self.on:
            return "info", _("尚未施行")
        if successor is not None and successor.effective_from == row.effective_from:
            return "idle", _("已更正")
        return "idle", _("已失效")
