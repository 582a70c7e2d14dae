"""Lines of a sweep as people read them: one definition for the page and for its export; the query of the address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.doors.lists import controls
from app.doors.lists.columns import TableColumn
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.enterprises.models import Enterprise
from app.kit.i18n import N_, _, current_locale
from app.kit.lists.viewer import Viewer
from app.policies.domain.values.outcome import Outcome
from app.policies.models import Sweep, SweepLine
from app.policies.presentation import STATES, verdict_url
from app.policies.sweeps.domain import SweepStatus, SweptPolicy, swept_policy
from app.policies.sweeps.lists import LINES, LineRow, SweepLineFilter
from app.policies.words import OUTCOMES
from app.reference.queries import list_region_names
from app.web.shared.list_controls import FIRM, REGION

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

    line: SweepLine
    enterprise: Enterprise
    url: str
    place: str
    outcome: str
    state: str
    outcome_text: str
    score: tuple[int, int] | None
    short: tuple[Short, ...]
    pending: int
    facts: tuple[str, ...]
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

    @property
    def missing(self) -> tuple[str, ...]:
        """The first facts that it waits for."""
        return self.facts[:_SHOWN]

    @property
    def more_missing(self) -> int:
        """How many other facts it waits for."""
        return max(0, len(self.facts) - _SHOWN)

    @property
    def short_text(self) -> str:
        """What it lacks, and by how much, in one cell."""
        return _("；").join(f"{short.title} {short.gap}".strip() for short in self.short)

    @property
    def before_text(self) -> str:
        """What the sweep before had found."""
        return _(OUTCOMES[Outcome(self.line.before)]) if self.line.before else ""


def _views(viewer: Viewer, policy: SweptPolicy, on: date, pairs: Sequence[LineRow]) -> list[LineView]:
    """The lines in words; one query for all places."""
    places = list_region_names(viewer.session, {firm.region_code for _line, firm in pairs})
    return [_view(policy, on, line, firm, places) for line, firm in pairs]


def _view(policy: SweptPolicy, on: date, line: SweepLine, firm: Enterprise, places: Mapping[str, str]) -> LineView:
    return LineView(
        line=line,
        enterprise=firm,
        url=verdict_url(firm.uscc, policy.code, on),
        place=places.get(firm.region_code, ""),
        outcome=line.outcome,
        state=STATES[line.outcome],
        outcome_text=_(OUTCOMES[Outcome(line.outcome)]),
        score=None if line.score_low is None or line.score_high is None else (line.score_low, line.score_high),
        short=tuple(_shorts(policy, line)),
        pending=line.unknown,
        facts=tuple(_labels(policy, line)),
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


# -- the list -------------------------------------------------------------------------------------------------------------

#: The address of every sweep's lines; `list_of` says how those of one sweep look.
LIST: ListView[LineRow, SweepLineFilter, LineView] = ListView(
    base="/policies/sweeps",
    source=LINES,
    lines=lambda _viewer, _rows: (),
    sort="nearest",
    also=("policy",),
    at=AT_FIRMS,
)


def list_of(sweep: Sweep, policy: SweptPolicy) -> ListView[LineRow, SweepLineFilter, LineView]:
    """The lines of a sweep under one of its policies, for its page and its file; it outlives the session that read the sweep."""
    on, name = sweep.on_day, f"{_('政策摸底')}-{sweep.on_day}-{policy.title}"
    titles = tuple((code, str(swept_policy(code, kept).title)) for code, kept in sorted(sweep.versions.items()))
    return replace(
        LIST,
        lines=lambda viewer, rows: _views(viewer, policy, on, rows),
        controls=_controls(policy, titles),
        columns=_columns(policy),
        file=lambda _viewer: name,
    )


def _controls(policy: SweptPolicy, titles: controls.Choices) -> tuple[controls.Control, ...]:
    facts = tuple((code, str(label)) for code, label in policy.facts.items())
    labels = dict(facts)
    return (
        controls.select("policy", N_("政策"), lambda _viewer, _query: titles, blank=None, chip=False),
        controls.select("standing", N_("结果"), STANDINGS),
        controls.select(
            "missing",
            N_("缺少的数据"),
            lambda _viewer, _query: facts,
            words=lambda code, _viewer, _query: _("缺：%(fact)s") % {"fact": labels.get(code, code)},
        ),
        REGION,
        FIRM,
    )


def _columns(policy: SweptPolicy) -> tuple[TableColumn[LineView], ...]:
    """What the export says of each firm; the page has a table of its own."""
    column = TableColumn[LineView]
    return (
        column(N_("企业名称"), lambda view: view.enterprise.name),
        column(N_("统一社会信用代码"), lambda view: view.enterprise.uscc),
        column(N_("所在区域"), lambda view: view.place),
        column(N_("政策"), lambda _view: str(policy.title)),
        column(N_("判定结果"), lambda view: view.outcome_text),
        column(N_("未达标条件数"), lambda view: view.line.unmet),
        column(N_("待定条件数"), lambda view: view.line.unknown),
        column(N_("评分下限"), lambda view: view.line.score_low),
        column(N_("评分上限"), lambda view: view.line.score_high),
        column(N_("未达标的条件和差距"), lambda view: view.short_text),
        column(N_("待补的数据"), lambda view: _("、").join(view.facts)),
        column(N_("上次结果"), lambda view: view.before_text),
        column(N_("证书到期"), lambda view: view.lapses_on),
    )
