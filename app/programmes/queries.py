"""Reading the catalogue. A definition is parsed once per content hash and kept: published content never changes."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.errors import NotFound
from app.kit.i18n import _
from app.programmes.domain.definition import Programme
from app.programmes.models import ProgrammeRound, ProgrammeVersion

_definitions: dict[str, Programme] = {}


def definition(row: ProgrammeVersion) -> Programme:
    """What a published version says."""
    found = _definitions.get(row.sha256)
    if found is None:
        found = _definitions[row.sha256] = Programme.model_validate(row.content)
    return found


def get_version(session: Session, code: str, version: str) -> Programme:
    """The version a case began under; raises `NotFound`."""
    row = session.scalars(
        select(ProgrammeVersion).where(ProgrammeVersion.code == code, ProgrammeVersion.version == version)
    ).one_or_none()
    if row is None:
        raise NotFound("programme.version.unknown", _("没有这个培育通道版本。"))
    return definition(row)


def list_versions(session: Session, code: str) -> list[ProgrammeVersion]:
    """Every published version of a programme, newest first; raises `NotFound` for an unknown code."""
    rows = list(session.scalars(select(ProgrammeVersion).where(ProgrammeVersion.code == code)))
    if not rows:
        raise NotFound("programme.unknown", _("没有编码为“%(code)s”的培育通道。") % {"code": code})
    return sorted(rows, key=_age, reverse=True)


def find_in_force(session: Session, code: str, on: date) -> Programme | None:
    """The version that new cases begin under on the day `on`, or None when none is in force yet."""
    return {programme.code: programme for programme in list_in_force(session, on)}.get(code)


def get_in_force(session: Session, code: str, on: date) -> Programme:
    """Like `find_in_force`; raises `NotFound` naming the programme and the day."""
    found = find_in_force(session, code, on)
    if found is None:
        raise NotFound(
            "programme.not_in_force",
            _("培育通道“%(code)s”在 %(on)s 没有生效的版本。") % {"code": code, "on": on.isoformat()},
        )
    return found


def list_in_force(session: Session, on: date) -> list[Programme]:
    """The programmes open to new cases on the day `on`, each in its newest version, by code."""
    rows = session.scalars(select(ProgrammeVersion).where(ProgrammeVersion.effective_on <= on))
    newest: dict[str, ProgrammeVersion] = {}
    for row in sorted(rows, key=_age):
        newest[row.code] = row
    return [definition(newest[code]) for code in sorted(newest)]


def list_known(session: Session) -> list[Programme]:
    """Every programme in its newest published version, in force or not, by code."""
    return list_in_force(session, date.max)


def list_rounds(session: Session, code: str, year: int | None = None) -> list[ProgrammeRound]:
    """The rounds of a programme (of one year when given), newest year first, in the order of their codes."""
    statement = select(ProgrammeRound).where(ProgrammeRound.programme_code == code)
    if year is not None:
        statement = statement.where(ProgrammeRound.year == year)
    return list(session.scalars(statement.order_by(ProgrammeRound.year.desc(), ProgrammeRound.code)))


def find_round(session: Session, code: str, year: int, round_code: str | None) -> ProgrammeRound | None:
    """One round, or None."""
    if round_code is None:
        return None
    return session.scalars(
        select(ProgrammeRound).where(
            ProgrammeRound.programme_code == code, ProgrammeRound.year == year, ProgrammeRound.code == round_code
        )
    ).one_or_none()


def _age(row: ProgrammeVersion) -> tuple[date, int]:
    programme = definition(row)
    return programme.effective_on, programme.revision
