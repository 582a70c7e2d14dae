"""Lines of a sweep as people read them: one definition for the page and for its export; the query of the address."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.doors.lists.query import ListQuery, list_query
from app.enterprises.models import Enterprise
from app.kit.i18n import N_, _, current_locale
from app.policies.domain.values.outcome import Outcome
from app.policies.models import SweepLine
from app.policies.presentation import STATES, verdict_url
from app.policies.sweeps.domain import SweepStatus, SweptPolicy
from app.policies.sweeps.queries import SweepLineFilter
from app.policies.words import OUTCOMES
from app.reference.queries import list_region_names

STANDINGS = {
    SweepStatus.PASSES: N_("达标"),
    SweepStatus.DEPENDS: N_("待定"),
    SweepStatus.ONE_SHORT: N_("差一项"),
    SweepStatus.ONLY_ONE: N_("差一项，其余均达标"),
    SweepStatus.FAILS: N_("未达标"),
    SweepStatus.LAPSES: N_("12 个月内到期"),
    SweepStatus.CHANGED: N_("与上次不同"),
    SweepStatus.GAINED: N_("新达标"),
    SweepStatus.LOST: N_("不再达标"),
}
_RANK = {Outcome.UNMET.value: 0, Outcome.UNKNOWN.value: 1, Outcome.MET.value: 2}
_SHOWN = 3


AT_FIRMS = "#firms"


FILTERS = ("policy", "standing", "missing", "region", "q", "sort")
QUERY = list_query("/policies/sweeps", FILTERS, usual={"sort": "nearest"})


def wanted_lines(query: ListQuery, policy: str, usccs: tuple[str, ...] = ()) -> SweepLineFilter:
    """What an address asks for, as a filter of the slice; anything it does not understand narrows nothing."""
    standing = query["standing"] if query["standing"] in set(SweepStatus) else ""
    return SweepLineFilter(policy, standing, query["missing"], query["region"], query["q"], usccs)


def opening(query: ListQuery, base: str, **changes: str) -> str:
    """The list's address with some parameters changed, opened where the firms begin."""
    return f"{query.address(base, **changes)}{AT_FIRMS}"


@dataclass(frozen=True)
class Short:
    """A condition that is not met: its title, and by how much it is missed where that was calculated."""

    title: str
    gap: str


@dataclass(frozen=True)
class LineView:
    """One firm as the list shows it."""

    enterprise: Enterprise
    url: str
    place: str
    outcome: str
    state: str
    outcome_text: str
    score: tuple[int, int] | None
    short: tuple[Short, ...]
    pending: int
    missing: tuple[str, ...]
    more_missing: int
    change: str
    change_text: str
    lapses_on: date | None

    @property
    def score_text(self) -> str:
        """`68–82`, or one number."""
        if self.score is None:
            return ""
        low, high = self.score
        return str(low) if low == high else f"{low}–{high}"


def line_views(session: Session, policy: SweptPolicy, on: date, pairs: Sequence[Any]) -> list[LineView]:
    """The lines in words; one query for all places."""
    places = list_region_names(session, {firm.region_code for _line, firm in pairs})
    return [_view(policy, on, line, firm, places) for line, firm in pairs]


def _view(policy: SweptPolicy, on: date, line: SweepLine, firm: Enterprise, places: Mapping[str, str]) -> LineView:
    labels = _labels(policy, line)
    return LineView(
        enterprise=firm,
        url=verdict_url(firm.uscc, policy.code, on),
        place=places.get(firm.region_code, ""),
        outcome=line.outcome,
        state=STATES[line.outcome],
        outcome_text=_(OUTCOMES[Outcome(line.outcome)]),
        score=None if line.score_low is None or line.score_high is None else (line.score_low, line.score_high),
        short=tuple(_shorts(policy, line)),
        pending=line.unknown,
        missing=tuple(labels[:_SHOWN]),
        more_missing=max(0, len(labels) - _SHOWN),
        change=_change(line),
        change_text=_change_text(line),
        lapses_on=line.lapses_on,
    )


def _shorts(policy: SweptPolicy, line: SweepLine) -> Iterator[Short]:
    for clause in line.open_clauses:
        if clause["outcome"] == Outcome.UNMET:
            title = policy.clauses.get(clause["id"], clause["id"])
            yield Short(str(title), clause.get("text" if current_locale() == "zh" else "text_en", ""))


def _labels(policy: SweptPolicy, line: SweepLine) -> list[str]:
    return [str(policy.facts.get(code, code)) for code in line.missing]


def _change(line: SweepLine) -> str:
    """`up`, `down`, or nothing where it stands as before or was not there before."""
    if line.before is None or line.before == line.outcome:
        return ""
    return "up" if _RANK[line.outcome] > _RANK[line.before] else "down"


def _change_text(line: SweepLine) -> str:
    if not _change(line):
        return ""
    before, now = (_(OUTCOMES[Outcome(str(outcome))]) for outcome in (line.before, line.outcome))
    return f"{before} → {now}"


# -- the export -----------------------------------------------------------------------------------------------------------

_Cell = Callable[[SweptPolicy, SweepLine, Enterprise, str], Any]

_COLUMNS: tuple[tuple[str, _Cell], ...] = (
    (N_("企业名称"), lambda policy, line, firm, place: firm.name),
    (N_("统一社会信用代码"), lambda policy, line, firm, place: firm.uscc),
    (N_("所在区域"), lambda policy, line, firm, place: place),
    (N_("政策"), lambda policy, line, firm, place: str(policy.title)),
    (N_("判定结果"), lambda policy, line, firm, place: _(OUTCOMES[Outcome(line.outcome)])),
    (N_("未达标条件数"), lambda policy, line, firm, place: line.unmet),
    (N_("待定条件数"), lambda policy, line, firm, place: line.unknown),
    (N_("评分下限"), lambda policy, line, firm, place: line.score_low),
    (N_("评分上限"), lambda policy, line, firm, place: line.score_high),
    (N_("未达标的条件和差距"), lambda policy, line, firm, place: _shorts_text(policy, line)),
    (N_("待补的数据"), lambda policy, line, firm, place: _("、").join(_labels(policy, line))),
    (N_("上次结果"), lambda policy, line, firm, place: _(OUTCOMES[Outcome(line.before)]) if line.before else ""),
    (N_("证书到期"), lambda policy, line, firm, place: line.lapses_on),
)


def header_of() -> list[str]:
    """The heads of the export."""
    return [_(label) for label, _cell in _COLUMNS]


def cells_of(session: Session, policy: SweptPolicy, pairs: Sequence[Any]) -> Iterator[list[Any]]:
    """The rows of the export."""
    places = list_region_names(session, {firm.region_code for _line, firm in pairs})
    for line, firm in pairs:
        place = places.get(firm.region_code, "")
        yield [cell(policy, line, firm, place) for _label, cell in _COLUMNS]


def _shorts_text(policy: SweptPolicy, line: SweepLine) -> str:
    return _("；").join(f"{short.title} {short.gap}".strip() for short in _shorts(policy, line))
