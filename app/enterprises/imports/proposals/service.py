"""A person chooses the firm that a row means which only has a name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from sqlalchemy.orm import Session

from app.enterprises.domain.uscc import normalise
from app.enterprises.imports.decisions import Deciding, objection, require_open, take_for
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.firm.finder import firms_by_code
from app.enterprises.imports.proposals.domain import CHOOSABLE, sure
from app.enterprises.imports.proposals.known_names import keep_name
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.errors import Conflict, DomainError, Invalid
from app.kit.i18n import _


def take_firm(desk: Deciding, uscc: str, *, remember: bool = False) -> Enterprise:
    """Take a row in that only has a name, for the firm of this code; with `remember` the name finds this firm from now on.

    Raises Conflict when the row was decided before or asks for no firm, Invalid when there is no such firm in the actor's region, it
    is no longer in use, or the row cannot be taken.
    """
    require_choosable(desk)
    if not (code := normalise(uscc)[:60]):
        raise Invalid("import.firm_missing", _("请先选定一家企业。"))
    firm = firms_by_code(desk.session, [code], lock=True).get(code)
    if firm is None or _objection_to(firm, code, desk.actor) is not None:
        raise _why_not(firm, code, desk.actor)
    name = desk.row.name
    for result in take_for([desk], {desk.row.row_number: firm}):
        raise objection(desk.row, result)
    if remember:
        keep_name(desk, name, firm)
    return firm


def take_proposed(desks: Sequence[Deciding]) -> dict[int, Callable[[], DomainError]]:
    """Take rows of one table of one sheet in, each for the one firm that is as likely as a duplicate, in one set of statements.

    Returns by row number why those could not be taken so: they stay as they are.
    """
    firms, refused = _proposed_firms(desks)
    sound = [desk for desk in desks if desk.row.row_number in firms]
    rows = {desk.row.row_number: desk.row for desk in sound}
    for result in take_for(sound, firms) if sound else ():
        row = rows[result.row.number]
        refused[result.row.number] = lambda row=row, result=result: objection(row, result)  # type: ignore[misc]
    return refused


def require_choosable(desk: Deciding) -> None:
    """Raise Conflict unless the row only has a name, and nobody has decided it yet."""
    require_open(desk, RowOutcome.REJECTED)
    if desk.row.main_reason not in CHOOSABLE:
        raise Conflict("import.no_firm_asked", _("这一行不是因为名称找不到企业而退回的，不能另选企业。"))


def firms_proposed(session: Session, rows: Iterable[Mapping[str, str]]) -> Mapping[str, Enterprise]:
    """The firms of proposals, by the code that they were proposed under: of one that was merged since the one that it became."""
    return firms_by_code(session, sorted({kept["uscc"] for kept in rows}))


def _proposed_firms(desks: Sequence[Deciding]) -> tuple[dict[int, Enterprise], dict[int, Callable[[], DomainError]]]:
    """By row number the one firm that is likely, and why there is none."""
    likely = {desk.row.row_number: sure(desk.row.proposals) for desk in desks}
    on_file = firms_by_code(desks[0].session, sorted({each.uscc for each in likely.values() if each}), lock=True)
    firms: dict[int, Enterprise] = {}
    refused: dict[int, Callable[[], DomainError]] = {}
    for desk in desks:
        number, each = desk.row.row_number, likely[desk.row.row_number]
        code = each.uscc if each else ""
        firm = on_file.get(code)
        if firm is not None and _objection_to(firm, code, desk.actor) is None:
            firms[number] = firm
        else:
            refused[number] = partial(_why_not, firm, code, desk.actor)
    return firms, refused


def _objection_to(firm: Enterprise | None, code: str, actor: Actor) -> Invalid | None:
    """Why nothing can be taken for the firm of this code."""
    if firm is None or not firm.region_code.startswith(actor.region_prefix):
        return _no_such(code)
    if firm.disabled_on is not None:
        told = {"name": firm.name, "on": firm.disabled_on.isoformat()}
        return Invalid("import.firm_disabled", _("“%(name)s”已停用（%(on)s），请先恢复。") % told)
    return None


def _why_not(firm: Enterprise | None, code: str, actor: Actor) -> DomainError:
    return _objection_to(firm, code, actor) or _no_such(code)


def _no_such(code: str) -> Invalid:
    return Invalid("import.firm_unknown", _("没有找到代码为 %(code)s 的企业，或它不在您的辖区内。") % {"code": code})
