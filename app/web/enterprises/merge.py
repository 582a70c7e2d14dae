"""合并企业: two records side by side, what is chosen of each, what would move; and a merge that was done, with its undo."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.pages.render import safe_next
from app.enterprises import actions
from app.enterprises.belongings import BELONGINGS
from app.enterprises.duplicates.service import find_pair, get_pair
from app.enterprises.merges.domain import Side
from app.enterprises.merges.models import FirmMerge
from app.enterprises.merges.queries import compare, more_used
from app.enterprises.merges.schemas import MergeFirms
from app.enterprises.merges.service import merge_firms, seen_of
from app.enterprises.merges.undo import Collided, find_collided, get_merge, undo_merge
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_visible_to
from app.kit.db import composition_of
from app.kit.errors import Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import can, require
from app.web.enterprises.duplicate_queue import QueuePlace, place_of
from app.web.enterprises.duplicates import BASE, JustDecided, just_decided, merge_address
from app.web.enterprises.head import TAB_OF, open_firm
from app.web.enterprises.merge_lines import (
    FIELD,
    ROW,
    ChoiceLine,
    ChoiceSection,
    HeldLine,
    compared_lines,
    held_lines,
    shown_of,
)

router = GuardedRouter(door="web", prefix="/enterprises")


@dataclass(frozen=True)
class MergePage:
    """Two firms, of which the first is to stay; `place` is theirs in the queue, `asked` what the address says."""

    mine: Enterprise
    other: Enterprise
    used: tuple[int, int]
    sections: tuple[ChoiceSection, ...]
    alike: tuple[ChoiceLine, ...]
    held: tuple[HeldLine, ...]
    moving: int
    objections: tuple[str, ...]
    seen: str
    swap: str
    here: str
    accounts: int
    place: QueuePlace | None
    just: JustDecided | None
    asked: Mapping[str, str]

    def choose(self, section: str, side: str) -> str:
        """The address of the same page with one side of a whole section chosen."""
        return _with(self.here, **{**self.asked, section: side})

    @property
    def choices(self) -> int:
        """How many things are to be chosen."""
        return sum(len(section.lines) for section in self.sections)

    @property
    def of_other(self) -> int:
        """Of how many the other firm's is chosen as the page comes."""
        return sum(line.side == Side.OTHER for section in self.sections for line in section.lines)


@dataclass(frozen=True)
class MergedKind:
    """How many records of a kind moved, and where they are listed now ("" nowhere)."""

    label: str
    number: int
    url: str


@dataclass(frozen=True)
class MergedPage:
    """A merge that was done: what moved, what happened since, whether it can be taken back; `next` is where somebody goes on ("" nowhere)."""

    row: FirmMerge
    survivor: Enterprise
    loser: Enterprise
    kinds: tuple[MergedKind, ...]
    collided: tuple[Collided, ...]
    hard: bool
    may_undo: bool
    next: str


@router.get("/duplicates/{pair_id:int}/merge", action=actions.MERGE)
def merge_of_pair(call: Call, pair_id: int, queue: str = "", done: str = "") -> Response:
    """The page of the two firms of a pair: the one of which more is on file stays, unless turned round there."""
    pair = get_pair(call.session, pair_id)
    one, other = (get_visible_to(call.session, call.actor, key) for key in (pair.one_id, pair.other_id))
    mine, other = more_used(call.session, one, other)
    return call.redirect(_with(f"/enterprises/{mine.uscc}/merge/{other.uscc}", queue=queue, done=done))


@router.get("/{uscc}/merge/{other}", action=actions.MERGE)
def merge_page(
    call: Call, uscc: str, other: str, queue: str = "", done: str = "", fields: str = "", rows: str = ""
) -> Response:
    """The two records; an address may choose one side of all fields or all rows."""
    mine, others = _both(call, uscc, other)
    asked = {"queue": queue, "fields": fields, "rows": rows}
    return call.render("web/enterprises/merge.html", _page(call, mine, others, asked, done))


@router.post("/{uscc}/merge/{other}", action=actions.MERGE)
def merge(call: Call, uscc: str, other: str) -> Response:
    """Make one firm of the two as chosen."""
    mine, others = _both(call, uscc, other)
    queue, following = (str(call.form.get(name) or "") for name in ("queue", "next"))
    here = _with(f"/enterprises/{uscc}/merge/{other}", queue=queue)
    if call.form.get("undecided"):
        return call.redirect(here)

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
        here,
        good=lambda done: call.redirect(
            _with(f"/enterprises/merges/{done.id}", next=following),
            good=_("已合并。原来的代码和名称仍能找到这家企业。"),
        ),
    )


@router.get("/merges/{merge_id:int}", action=actions.LIST)
def merged_page(call: Call, merge_id: int, next: str = "") -> Response:
    """A merge that was done; `next` is where somebody who goes through the queue goes on."""
    row = get_merge(call.session, merge_id)
    survivor, loser = (get_visible_to(call.session, call.actor, key) for key in (row.survivor_id, row.loser_id))
    collided = find_collided(call.session, row) if row.undone_at is None else []
    page = MergedPage(
        row=row,
        survivor=survivor,
        loser=loser,
        kinds=_kinds(call.session, row, survivor),
        collided=tuple(collided),
        hard=any(each.hard for each in collided),
        may_undo=row.undone_at is None and all(can(call.actor, actions.MERGE, firm) for firm in (survivor, loser)),
        next=safe_next(next, "") if next.startswith(BASE) else "",
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


def _kinds(session: Session, row: FirmMerge, survivor: Enterprise) -> tuple[MergedKind, ...]:
    labels = {each.table.name: _(each.label) for each in composition_of(session).of(BELONGINGS) if each.label}
    tabs = {name: f"/enterprises/{survivor.uscc}/{TAB_OF[name]}" for name in row.counts if name in TAB_OF}
    return tuple(
        MergedKind(labels.get(name, name), number, "" if row.undone_at else tabs.get(name, ""))
        for name, number in row.counts.items()
    )


def _page(call: Call, mine: Enterprise, other: Enterprise, asked: Mapping[str, str], done: str) -> MergePage:
    session, found = call.session, compare(call.session, mine, other)
    pair = find_pair(session, mine.id, other.id)
    place = None if pair is None else place_of(call.viewer, pair, asked["queue"])
    queue, shown = place.text if place else "", shown_of(found)
    sides = {name: Side(text) for name, text in asked.items() if text in set(Side)}
    lines = compared_lines(session, found, sides)
    return MergePage(
        mine=mine,
        other=other,
        used=(sum(each.mine for each in shown), sum(each.other for each in shown)),
        sections=lines.sections,
        alike=lines.alike,
        held=held_lines(found),
        moving=found.moving,
        objections=tuple(found.objections),
        seen=seen_of(mine, other),
        swap=_with(f"/enterprises/{other.uscc}/merge/{mine.uscc}", queue=queue),
        here=f"/enterprises/{mine.uscc}/merge/{other.uscc}",
        accounts=sum(each.other for each in shown if each.belonging.table.name == "enterprise_user"),
        place=place,
        just=_just(call, done, queue),
        asked={**{name: str(side) for name, side in sides.items()}, "queue": queue},
    )


def _just(call: Call, done: str, queue: str) -> JustDecided | None:
    """What was just decided; who takes it back sees the two again."""
    just = just_decided(call.viewer, done, "")
    return just and replace(just, back=merge_address(just.ids[0], queue))


def _with(url: str, **said: str) -> str:
    """An address that says what is not empty."""
    given = {name: text for name, text in said.items() if text}
    return f"{url}?{urlencode(given)}" if given else url
