"""Merging two firms: one transaction, after which nothing names the one that went."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.enterprises import actions
from app.enterprises.belongings import BELONGINGS, MERGE_OBJECTIONS, MergeFate
from app.enterprises.domain.uscc import normalise
from app.enterprises.merges import events
from app.enterprises.merges.domain import chosen_values
from app.enterprises.merges.held import list_held
from app.enterprises.merges.ledger import MergeLedger
from app.enterprises.merges.models import FirmMerge
from app.enterprises.merges.schemas import MergeFirms
from app.enterprises.merges.transfer import Merging, move
from app.enterprises.models import Enterprise, FormerCode, FormerName
from app.enterprises.queries import get_visible_to, visible_to
from app.enterprises.search_index import reindex
from app.enterprises.service.recording import note, snapshot
from app.enterprises.service.registering import DERIVED_FROM, derived, marks
from app.journal.domain import Change, diff
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import composition_of
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.permissions import require

FIRM = cast(Table, Enterprise.__table__)
_FORMER_NAME = cast(Table, FormerName.__table__)
_FORMER_CODE = cast(Table, FormerCode.__table__)
#: Bears a code for the moment in which two firms change theirs: no code that anybody can write.
_NO_CODE = "~"


def seen_of(survivor: Enterprise, loser: Enterprise) -> str:
    """Tells whether two firms are still what somebody looked at."""
    return f"{survivor.id}.{survivor.version}-{loser.id}.{loser.version}"


def merge_firms(session: Session, *, actor: Actor, now: datetime, given: MergeFirms) -> FirmMerge:
    """Make one firm of two. One event of each firm, and one of each record that partners know.

    Raises `NotFound`, `Forbidden`, and `Conflict`: a firm with itself, one that is merged or retired, one that changed since it was looked at,
    or what must be decided elsewhere first.
    """
    survivor, loser = lock_both(session, actor, given.survivor_id, given.loser_id)
    check_mergeable(session, survivor, loser)
    if given.seen != seen_of(survivor, loser):
        raise Conflict("merge.stale", _("这两家企业的资料刚被他人修改，请重新核对后再合并。"))
    row = FirmMerge(
        survivor_id=survivor.id,
        loser_id=loser.id,
        at=now,
        by_kind=str(actor.kind),
        by_id=actor.id,
        by_name=actor.name[:120],
    )
    session.add(row)
    session.flush()
    ledger = MergeLedger(session, row.id)
    merging = Merging(session, actor, now, survivor, loser, given.rows, ledger, _origin(loser), _codes(session, loser))
    held = list_held(session, survivor.id, loser.id)
    for each in held:
        if each.other and each.belonging.fate is not MergeFate.STAYS:
            move(merging, each)
    changes = _join(merging, given, row)
    row.counts = {each.belonging.table.name: each.other for each in held if each.belonging.is_shown and each.other}
    ledger.write()
    assert_nothing_names(session, loser.id)
    _tell(merging, row, changes)
    reindex(session, [survivor.id, loser.id])
    session.flush()
    session.expire_all()  # what others read through the session was written past it
    session.refresh(row)
    return row


def lock_both(session: Session, actor: Actor, survivor_id: int, loser_id: int) -> tuple[Enterprise, Enterprise]:
    """Both firms as they stand now, which nobody else changes meanwhile; the lower id first, so that no two wait for each other."""
    check_two(survivor_id, loser_id)
    statement = select(Enterprise).where(visible_to(actor), Enterprise.id.in_((survivor_id, loser_id)))
    statement = statement.order_by(Enterprise.id).with_for_update().execution_options(populate_existing=True)
    found = {firm.id: firm for firm in session.scalars(statement)}
    for key in (survivor_id, loser_id):
        require(actor, actions.MERGE, found[key] if key in found else get_visible_to(session, actor, key))
    return found[survivor_id], found[loser_id]


def check_two(survivor_id: int, loser_id: int) -> None:
    """Raises `Conflict` where both are one firm, as after their merge."""
    if survivor_id == loser_id:
        raise Conflict("merge.itself", _("不能把一家企业与它自己合并。"))


def check_mergeable(session: Session, survivor: Enterprise, loser: Enterprise) -> None:
    """Raises `Conflict` where one of them is merged or retired, or slices object."""
    for firm in (survivor, loser):
        if firm.merged_into_id is not None:
            raise Conflict("merge.merged", _("“%(name)s”已并入另一家企业，不能再次合并。") % {"name": firm.name})
        if firm.disabled_on is not None:
            raise Conflict("merge.retired", _("“%(name)s”已停用，请先恢复再合并。") % {"name": firm.name})
    found = objections_to_merge(session, survivor.id, loser.id)
    if found:
        raise Conflict("merge.objections", _("暂不能合并：%(reasons)s") % {"reasons": "；".join(found)})


def objections_to_merge(session: Session, survivor_id: int, loser_id: int) -> list[str]:
    """What must be decided elsewhere before the two can become one."""
    return [
        reason
        for objection in composition_of(session).of(MERGE_OBJECTIONS)
        for reason in objection(session, survivor_id, loser_id)
    ]


def _origin(firm: Enterprise) -> dict[str, Any]:
    return {"uscc": firm.uscc, "region_code": firm.region_code}


def _codes(session: Session, firm: Enterprise) -> list[str]:
    """The firm's code and all that it bore: partners may know its records by any of them."""
    former = select(FormerCode.uscc).where(FormerCode.enterprise_id == firm.id).order_by(FormerCode.id)
    return [firm.uscc, *session.scalars(former)]


# -- the two records -------------------------------------------------------------------------------------------------------


def _join(merging: Merging, given: MergeFirms, row: FirmMerge) -> tuple[dict[str, Change], dict[str, Change]]:
    """Write the fields that were chosen, the former name and code, and retire the firm that goes; what changed at either."""
    survivor, loser = merging.survivor, merging.loser
    mine, other = snapshot(survivor), snapshot(loser)
    values = chosen_values(mine, other, given.fields)
    row.marks = {name: mark for name, mark in survivor.edited_fields.items() if name in values}
    retired = {
        "disabled_on": today(merging.now),
        "disabled_reason": _("已并入 %(name)s（%(code)s）")
        % {"name": values.get("name", survivor.name), "code": values.get("uscc", survivor.uscc)},
    }
    swapped = {name: mine[name] for name in ("uscc", "uscc_confirmed", "uscc_note")} if "uscc" in values else {}
    _keep_names(merging, values, [survivor.name, loser.name])
    _write(merging, survivor, loser, values, {**swapped, **retired})
    kept = {name: mark for name, mark in survivor.edited_fields.items() if name not in values}
    survivor.edited_fields = kept | marks(merging.actor, merging.now, values)
    survivor.version += 1
    loser.version += 1
    merging.session.flush()
    return diff(mine, values), diff(other | {"disabled_on": None, "disabled_reason": ""}, {**swapped, **retired})


def _keep_names(merging: Merging, values: Mapping[str, Any], names: list[str]) -> None:
    """The name and the code that are not borne any more lead to the firm that stays."""
    survivor, loser, session = merging.survivor, merging.loser, merging.session
    own, code = values.get("name", survivor.name), survivor.uscc if "uscc" in values else loser.uscc
    known = set(session.scalars(select(FormerName.name).where(FormerName.enterprise_id == survivor.id)))
    for name in dict.fromkeys(names):
        if name != own and name not in known:
            former = {"enterprise_id": survivor.id, "name": name, "until_on": today(merging.now)}
            merging.ledger.add(_FORMER_NAME, former)
    if session.scalar(select(FormerCode.id).where(FormerCode.uscc == normalise(code))) is None:
        former = {"enterprise_id": survivor.id, "uscc": code, "until_on": today(merging.now)}
        merging.ledger.add(_FORMER_CODE, former)


def _write(
    merging: Merging, survivor: Enterprise, loser: Enterprise, values: Mapping[str, Any], retired: Mapping[str, Any]
) -> None:
    """The columns of both rows. A code that changes hands is borne by nobody for a moment."""
    ledger, session = merging.ledger, merging.session
    mine, other = _row(survivor), _row(loser)
    follow = derived({**snapshot(survivor), **values}) if not DERIVED_FROM.isdisjoint(values) else {}
    if "uscc" in retired:
        ledger.change(FIRM, [other], {"uscc": f"{_NO_CODE}{loser.id}"})
        other = {**other, "uscc": f"{_NO_CODE}{loser.id}"}
    if values:
        ledger.change(FIRM, [mine], {**values, **follow})
    ledger.change(FIRM, [other], {**retired, "merged_into_id": survivor.id})
    session.refresh(survivor)
    session.refresh(loser)


def _row(firm: Enterprise) -> dict[str, Any]:
    return {column.name: getattr(firm, column.name) for column in FIRM.columns}


def _tell(merging: Merging, row: FirmMerge, changes: tuple[dict[str, Change], dict[str, Change]]) -> None:
    survivor, loser, about = merging.survivor, merging.loser, {"merge": row.id}
    mine, other = changes
    data = about | {"merged": dict(merging.origin), "note": f"{loser.name}（{merging.origin['uscc']}）"}
    note(merging.session, merging.actor, survivor, events.MERGED, merging.now, changes=mine, data=data)
    into = {"into": survivor.uscc, "codes": list(merging.codes), "note": f"{survivor.name}（{survivor.uscc}）"}
    note(merging.session, merging.actor, loser, events.MERGED_AWAY, merging.now, changes=other, data=about | into)
    merging.session.flush()


def assert_nothing_names(session: Session, firm_id: int) -> None:
    """After a merge nothing names the firm that went; in one statement over all tables. Raises `RuntimeError` otherwise."""
    parts = [
        select(literal(f"{each.table.name}.{each.column}").label("place"), func.count().label("n")).where(
            each.owner == firm_id
        )
        for each in composition_of(session).of(BELONGINGS)
        if each.fate is not MergeFate.STAYS
    ]
    left = [place for place, number in session.execute(union_all(*parts)) if number]
    if left:
        raise RuntimeError(f"a merge left rows behind: {', '.join(left)}")
