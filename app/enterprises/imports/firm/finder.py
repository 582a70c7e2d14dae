"""Which firms the rows of a batch are about: by code, by a code of before, by exact name, by a name of before."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.firm.name_check import check_names, find_bearers, find_known
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed, read_uscc
from app.enterprises.models import Enterprise, FormerCode
from app.enterprises.queries import in_own_right
from app.kit.membership import one_of

_SHOWN = 3


def find_codes(session: Session, rows: Iterable[Parsed], *, prefix: str, named: Mapping[str, str]) -> None:
    """Fill the code of rows that only have a name: that which the file itself gives to the name (`named`), else that of one firm
    within `prefix` whose name on file, present or former, is exactly this.

    No firm, or more than one, is a refusal; a mere variant is never taken for the firm.
    """
    nameless = [row for row in rows if not row.key and row.name and not row.refusals and not row.source.texts["uscc"]]
    if not nameless:
        return
    on_file = _codes(session, {row.name for row in nameless if row.name not in named}, prefix)
    for row in nameless:
        found = [named[row.name]] if row.name in named else on_file.get(row.name, [])
        if len(found) == 1:
            row.source.texts["uscc"] = found[0]
            read_uscc(row)
        elif found:
            row.refusals.append(RowReason("name.ambiguous", {"name": row.name, "codes": "、".join(found[:_SHOWN])}))
        else:
            row.refusals.append(RowReason("name.unknown", {"name": row.name}))


def find_firms(session: Session, rows: Sequence[Parsed], *, prefix: str, confirmed: bool) -> None:
    """Set the firm of each row that is to be about one on file, or say why that cannot be.

    A name that contradicts its code waits for a person, unless a person `confirmed` it.
    """
    sound = [row for row in rows if row.key and not row.refusals]
    firms = firms_by_code(session, [row.key for row in sound])
    for row in sound:
        firm = firms.get(row.key)
        if firm is None:
            row.refusals.append(RowReason("enterprise.unknown"))
        elif firm.disabled_on is not None:
            row.refusals.append(RowReason("enterprise.disabled", {"on": firm.disabled_on.isoformat()}))
        elif not firm.region_code.startswith(prefix):
            row.refusals.append(RowReason("enterprise.outside"))
        else:
            row.firm = firm
    if not confirmed:
        known = [(row, row.firm) for row in sound if row.firm is not None]
        contradictions = check_names(session, known, prefix=prefix).contradictions
        for row, _firm in known:
            row.waits = contradictions.get(row.source.number)


def firms_by_code(session: Session, codes: Sequence[str], *, lock: bool = False) -> dict[str, Enterprise]:
    """The firms that bear or bore these codes, in two statements whatever their number."""
    if not codes:
        return {}
    statement = select(Enterprise).where(one_of(Enterprise.uscc, codes), in_own_right()).order_by(Enterprise.id)
    firms = {firm.uscc: firm for firm in session.scalars(statement.with_for_update() if lock else statement)}
    others = [code for code in codes if code not in firms]
    if not others:
        return firms
    bore = (
        select(FormerCode.uscc, Enterprise)
        .join(Enterprise, Enterprise.id == FormerCode.enterprise_id)
        .where(one_of(FormerCode.uscc, others))
    )
    return firms | dict(session.execute(bore).all())


def _codes(session: Session, names: set[str], prefix: str) -> Mapping[str, list[str]]:
    """The codes of the firms within `prefix` that bear, else of those that bore, each of these names; else of that which a person chose for it."""
    found: dict[str, list[str]] = {}
    for bearers in (*find_bearers(session, names), find_known(session, names, prefix)):
        within = {
            name: [uscc for _id, uscc, region in firms if region.startswith(prefix)] for name, firms in bearers.items()
        }
        found |= {name: codes for name, codes in within.items() if codes and name not in found}
    return found
