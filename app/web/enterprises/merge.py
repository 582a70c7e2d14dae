"""合并企业: two records side by side, what is chosen of each, what would move; and a merge that was done, with its undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.enterprises import actions
from app.enterprises.belongings import BELONGINGS, Belonging, Row
from app.enterprises.duplicates.service import get_pair
from app.enterprises.fields import ENTERPRISE
from app.enterprises.merges.domain import Side
from app.enterprises.merges.held import Collision
from app.enterprises.merges.models import FirmMerge
from app.enterprises.merges.queries import FieldSource, GroupPair, MergeComparison, compare, more_used
from app.enterprises.merges.schemas import MergeFirms
from app.enterprises.merges.service import merge_firms, seen_of
from app.enterprises.merges.undo import Collided, find_collided, get_merge, undo_merge
from app.enterprises.models import Enterprise
from app.enterprises.part_fields import FIGURES
from app.enterprises.queries import get_visible_to
from app.kit.db import composition_of
from app.kit.errors import Invalid, NotFound
from app.kit.fields import FieldKind
from app.kit.i18n import N_, _
from app.kit.permissions import can, require
from app.reference.queries import list_industry_names, list_region_names
from app.web.enterprises.head import open_firm
from app.web.shared.enterprise_words import EnterpriseWords, capital_text, wan_text, words

router = GuardedRouter(door="web", prefix="/enterprises")

#: The figures that are told where two records of a year are compared.
_FIGURES = ("sales_revenue_fen", "rd_total_fen")
FIELD, ROW = "field-", "row-"
_ACTORS = {"system": N_("系统"), "enterprise": N_("企业自填")}


@dataclass(frozen=True)
class ChoiceLine:
    """One thing of both firms, in words, with where it comes from; `name` is what the form calls the choice, "" where there is none."""

    label: str
    name: str
    mine: str
    other: str
    mine_from: str
    other_from: str
    side: str


@dataclass(frozen=True)
class HeldLine:
    """What both firms have of one kind."""

    label: str
    mine: int
    other: int
    note: str


@dataclass(frozen=True)
class MergePage:
    """Two firms, of which the first is to stay."""

    mine: Enterprise
    other: Enterprise
    used: tuple[int, int]
    lines: tuple[ChoiceLine, ...]
    rows: tuple[ChoiceLine, ...]
    alike: tuple[ChoiceLine, ...]
    held: tuple[HeldLine, ...]
    moving: int
    objections: tuple[str, ...]
    seen: str
    swap: str
    here: str
    accounts: int


@dataclass(frozen=True)
class MergedPage:
    """A merge that was done: what moved, what happened since, whether it can be taken back."""

    row: FirmMerge
    survivor: Enterprise
    loser: Enterprise
    counts: tuple[tuple[str, int], ...]
    collided: tuple[Collided, ...]
    hard: bool
    may_undo: bool


@router.get("/duplicates/{pair_id:int}/merge", action=actions.MERGE)
def merge_of_pair(call: Call, pair_id: int) -> Response:
    """The page of the two firms of a pair: the one of which more is on file stays, unless turned round there."""
    pair = get_pair(call.session, pair_id)
    one, other = (get_visible_to(call.session, call.actor, key) for key in (pair.one_id, pair.other_id))
    mine, other = more_used(call.session, one, other)
    return call.redirect(f"/enterprises/{mine.uscc}/merge/{other.uscc}")


@router.get("/{uscc}/merge/{other}", action=actions.MERGE)
def merge_page(call: Call, uscc: str, other: str) -> Response:
    mine, others = _both(call, uscc, other)
    return call.render("web/enterprises/merge.html", _page(call.session, compare(call.session, mine, others)))


@router.post("/{uscc}/merge/{other}", action=actions.MERGE)
def merge(call: Call, uscc: str, other: str) -> Response:
    """Make one firm of the two as chosen."""
    mine, others = _both(call, uscc, other)

    def step() -> FirmMerge:
        given = MergeFirms(
            survivor_id=mine.id,
            loser_id=others.id,
            fields=_sides(call, FIELD),
            rows=_sides(call, ROW),
            seen=str(call.form.get("seen") or "")[:80],
        )
        return merge_firms(call.session, **call.by, given=given)

    return call.act(
        step,
        f"/enterprises/{uscc}/merge/{other}",
        good=lambda done: call.redirect(
            f"/enterprises/merges/{done.id}", good=_("已合并。原来的代码和名称仍能找到这家企业。")
        ),
    )


@router.get("/merges/{merge_id:int}", action=actions.LIST)
def merged_page(call: Call, merge_id: int) -> Response:
    row = get_merge(call.session, merge_id)
    survivor, loser = (get_visible_to(call.session, call.actor, key) for key in (row.survivor_id, row.loser_id))
    collided = find_collided(call.session, row) if row.undone_at is None else []
    labels = _labels(call.session)
    page = MergedPage(
        row=row,
        survivor=survivor,
        loser=loser,
        counts=tuple((labels.get(name, name), number) for name, number in row.counts.items()),
        collided=tuple(collided),
        hard=any(each.hard for each in collided),
        may_undo=row.undone_at is None and all(can(call.actor, actions.MERGE, firm) for firm in (survivor, loser)),
    )
    return call.render("web/enterprises/merged.html", page)


@router.post("/merges/{merge_id:int}/undo", action=actions.MERGE)
def undo(call: Call, merge_id: int) -> Response:
    """Part the two again."""
    accept = call.form.get("accept") == "yes"
    return call.act(
        lambda: undo_merge(call.session, **call.by, merge_id=merge_id, accept=accept),
        f"/enterprises/merges/{merge_id}",
        good=_("已撤销合并，两家企业各回原样。"),
    )


def _both(call: Call, uscc: str, other: str) -> tuple[Enterprise, Enterprise]:
    """Both firms by the codes that they bear: a former code leads to the firm that stayed, and there is nothing more to merge."""
    firms = open_firm(call.session, call.actor, uscc), open_firm(call.session, call.actor, other)
    for firm in firms:
        require(call.actor, actions.MERGE, firm)
    if firms[0].id == firms[1].id and uscc != other:
        raise NotFound("merge.same", _("这两个代码已是同一家企业，不需要再合并。"))
    return firms


def _sides(call: Call, prefix: str) -> dict[str, Side]:
    chosen = {}
    for name, value in call.form.items():
        if name.startswith(prefix):
            if value not in set(Side):
                raise Invalid("merge.side", _("请在两家之中选择一个。"))
            chosen[name.removeprefix(prefix)] = Side(str(value))
    return chosen


def _labels(session: Session) -> Mapping[str, str]:
    return {each.table.name: _(each.label) for each in composition_of(session).of(BELONGINGS) if each.label}


# -- the page ----------------------------------------------------------------------------------------------------------------


def _page(session: Session, found: MergeComparison) -> MergePage:
    mine, other, shown = found.mine, found.other, _Words(session, (found.mine, found.other))
    lines = [(pair, _line(pair, found, shown)) for pair in found.groups]
    kept = [line for _pair, line in lines if line.mine or line.other]
    collisions = [each for held in found.held for each in held.collisions]
    here = f"/enterprises/{mine.uscc}/merge/{other.uscc}"
    told = [each for each in found.held if each.belonging.is_shown and (each.mine or each.other)]
    return MergePage(
        mine=mine,
        other=other,
        used=(sum(each.mine for each in told), sum(each.other for each in told)),
        lines=tuple(line for line in kept if line.name),
        rows=tuple(_row(each, shown) for each in collisions),
        alike=tuple(line for line in kept if not line.name),
        held=tuple(
            HeldLine(
                _(each.belonging.label),
                each.mine,
                each.other,
                _note(each.collisions, settles=each.belonging.settle is not None),
            )
            for each in told
            if each.other
        ),
        moving=found.moving,
        objections=tuple(found.objections),
        seen=seen_of(mine, other),
        swap=f"/enterprises/{other.uscc}/merge/{mine.uscc}",
        here=here,
        accounts=sum(each.other for each in told if each.belonging.table.name == "enterprise_user"),
    )


def _note(collisions: Sequence[Collision], *, settles: bool) -> str:
    if not collisions:
        return ""
    text = _("%(n)s 件同时在办，选一件继续") if settles else _("%(n)s 项相同，合为一项")
    return text % {"n": len(collisions)}


def _line(pair: GroupPair, found: MergeComparison, shown: "_Words") -> ChoiceLine:
    group, label = pair.group, ENTERPRISE[pair.group.code].label
    mine, other = (shown.text(firm, group.names) for firm in (found.mine, found.other))
    sources = [_source(source) for source in pair.sources]
    return ChoiceLine(
        label=_(label),
        name="" if pair.alike else f"{FIELD}{group.code}",
        mine=mine,
        other=other,
        mine_from=sources[0] if mine else "",
        other_from=sources[1] if other else "",
        side=str(pair.side),
    )


def _row(collision: Collision, shown: "_Words") -> ChoiceLine:
    each = collision.belonging
    return ChoiceLine(
        label=_(each.label) if each.label else _("曾用名"),
        name=f"{ROW}{collision.code}",
        mine="；".join(shown.row(each, row) for row in collision.mine),
        other=shown.row(each, collision.other),
        mine_from="",
        other_from="",
        side=str(Side.MINE),
    )


def _source(source: FieldSource | None) -> str:
    if source is None:
        return ""
    imported = source.type in ("enterprise.imported", "enterprise.changed_by_import")
    who = (
        _("导入")
        if imported
        else _(_ACTORS.get(source.actor_kind, ""))
        if source.actor_kind in _ACTORS
        else source.actor_name
    )
    return f"{who} {source.at.date().isoformat()}"


class _Words:
    """How fields of firms read."""

    def __init__(self, session: Session, firms: Sequence[Enterprise]) -> None:
        self._known: EnterpriseWords = words(session)
        self._places = list_region_names(session, sorted({firm.region_code for firm in firms} - {""}))
        self._industries = list_industry_names(session, sorted({firm.industry_code for firm in firms} - {""}))

    def text(self, firm: Enterprise, names: Sequence[str]) -> str:
        """Fields that are chosen together, in words."""
        if "capital_fen" in names:
            return capital_text(firm, self._known)
        return " · ".join(filter(None, (self._field(firm, name) for name in names)))

    def row(self, belonging: Belonging, row: Row) -> str:
        """A record of a firm, with how much is known of it beside its name."""
        if belonging.table.name != "yearly_figures":
            return belonging.named(row)
        basis, source = (self._known.label(f"figure_{name}", row[name]) for name in ("basis", "source"))
        told = [(_(FIGURES[name].label), row[name]) for name in _FIGURES if row[name] is not None]
        amounts = "，".join(
            _("%(what)s %(amount)s 万元") % {"what": label, "amount": wan_text(value)} for label, value in told
        )
        known = sum(row[name] is not None for name in row if name.endswith(("_fen", "_e4")))
        return _("%(year)s 年 %(basis)s（%(source)s）：%(amounts)s 共填 %(n)s 项") % {
            "year": row["year"],
            "basis": basis,
            "source": source,
            "amounts": f"{amounts}，" if amounts else "",
            "n": known,
        }

    def _field(self, firm: Enterprise, name: str) -> str:
        value, field = getattr(firm, name), ENTERPRISE[name]
        if name == "region_code":
            return str(self._places.get(value, value))
        if name == "industry_code":
            return f"{value} {self._industries.get(value, '')}".strip()
        if name == "field_code":
            return self._known.field_label(value)
        if name == "park_code":
            return self._known.park_label(value)
        if name == "uscc_confirmed":
            return "" if value else _("代码待确认")
        if field.kind is FieldKind.CODE:
            return self._known.label(field.vocabulary, value) if value else ""
        if field.kind is FieldKind.FLAG:
            return "" if value is None else _(field.answers[0] if value else field.answers[1])
        return value.isoformat() if isinstance(value, date) else str(value or "")
