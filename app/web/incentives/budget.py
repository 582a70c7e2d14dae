"""A year's budget as a bar and a table; every number opens the rows behind it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from app.incentives.domain.budget import Alarm, BudgetView, Sum
from app.incentives.domain.steps import STATE_LABELS, IncentiveState
from app.incentives.service.amounts import COUNTY_DIGITS
from app.incentives.words import span_text, yuan
from app.kit.actor import Actor
from app.kit.i18n import N_, _, ngettext

YEARS = frozenset(str(year) for year in range(2000, 2101))
_FULL = 100

_ALARMS = {
    Alarm.NONE: "",
    Alarm.MAY_EXCEED: N_("金额未定的奖补定下之后，可能超出预算"),
    Alarm.WILL_EXCEED: N_("加上预计可享受的，将超出预算"),
    Alarm.EXCEEDED: N_("已推荐、审定和拨付的合计已超出预算"),
}
_STATES = {Alarm.NONE: "good", Alarm.MAY_EXCEED: "wait", Alarm.WILL_EXCEED: "wait", Alarm.EXCEEDED: "late"}
_ORDER = (IncentiveState.PAID, IncentiveState.AWARDED, IncentiveState.RECOMMENDED, IncentiveState.ELIGIBLE)


@dataclass(frozen=True)
class BudgetRow:
    """One state: how many, how much, and where the rows are."""

    label: str
    count: int
    amount: str
    unknown: str
    url: str


@dataclass(frozen=True)
class BudgetCard:
    """One year. `committed` and `expected` are the bar's lengths in hundredths of the budget."""

    year: int
    budget: str
    document: str
    rows: tuple[BudgetRow, ...]
    remains: str
    remains_after: str
    alarm: str
    state: str
    committed: int
    expected: int
    bar_text: str
    uncounted: str


def budget_card(view: BudgetView, scheme: str = "") -> BudgetCard:
    """The view in words; the rows open the list narrowed to the scheme."""
    committed, after = _share(view, view.committed.high), _share(view, view.committed.high + view.expected.high)
    return BudgetCard(
        year=view.year,
        budget=yuan(view.budget) if view.budget is not None else "",
        document=view.document,
        rows=tuple(_row(view, state, scheme) for state in _ORDER),
        remains=left_text(view.remains),
        remains_after=left_text(view.remains_after),
        alarm=_(_ALARMS[view.alarm]),
        state=_STATES[view.alarm],
        committed=committed,
        expected=max(0, after - committed),
        bar_text=_("已占用预算的 %(committed)s%%，加上预计的为 %(after)s%%") % {"committed": committed, "after": after},
        uncounted=uncounted_text(view.uncounted),
    )


def beneath_county(actor: Actor) -> bool:
    """Whether the officer's area is smaller than a county: budgets are the county's."""
    return len(actor.region_prefix) > COUNTY_DIGITS


def sum_text(found: Sum) -> str:
    """The amounts that are known, from the least to the most."""
    return span_text(found.low, found.high)


def unknown_text(count: int) -> str:
    """How many amounts are not known."""
    return ngettext("另有 %(n)s 项金额未定", "另有 %(n)s 项金额未定", count) % {"n": count} if count else ""


def _row(view: BudgetView, state: IncentiveState, scheme: str) -> BudgetRow:
    found = view.of_state(state)
    query = urlencode({"state": state.value, "scheme": scheme, "year": view.year})
    return BudgetRow(
        label=_(STATE_LABELS[state]),
        count=found.count,
        amount=sum_text(found),
        unknown=unknown_text(found.unknown),
        url=f"/incentives?{query}",
    )


def _share(view: BudgetView, fen: int) -> int:
    return min(_FULL * 10, fen * _FULL // view.budget) if view.budget else 0


def left_text(fen: int | None) -> str:
    """What a budget leaves, or by how much it is exceeded; nothing where none is set."""
    if fen is None:
        return ""
    return yuan(fen) if fen >= 0 else _("超出 %(amount)s") % {"amount": yuan(-fen)}


def uncounted_text(count: int) -> str:
    """How many firms' amounts were not calculated one by one."""
    message = ngettext(
        "另有 %(n)s 家企业的金额取决于各自数据，未逐户测算", "另有 %(n)s 家企业的金额取决于各自数据，未逐户测算", count
    )
    return message % {"n": count} if count else ""
