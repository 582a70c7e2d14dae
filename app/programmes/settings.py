"""What the bureau has set where a programme leaves it open. Rows are only added; the latest one that has come counts."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.programmes.domain.settable import SettingKind
from app.programmes.models import ProgrammeSetting
from app.reference.published import kept


def list_settings(session: Session, programme: str) -> list[ProgrammeSetting]:
    """Everything ever set for the programme `programme`, the one that counts latest first."""
    newest_first = (ProgrammeSetting.effective_on.desc(), ProgrammeSetting.id.desc())
    statement = select(ProgrammeSetting).where(ProgrammeSetting.programme_code == programme)
    return list(session.scalars(statement.order_by(*newest_first)))


@kept
def _all_set(session: Session, programme: str) -> list[ProgrammeSetting]:
    return list_settings(session, programme)


def settings_in_force(session: Session, programme: str, on: date) -> dict[tuple[str, str], ProgrammeSetting]:
    """What is set on the day `on`, by kind and key."""
    found: dict[tuple[str, str], ProgrammeSetting] = {}
    for row in _all_set(session, programme):
        if row.effective_on <= on:
            found.setdefault((row.kind, row.key), row)
    return found


def setting_in_force(session: Session, programme: str, kind: SettingKind, key: str, on: date) -> str | None:
    """The value set on the day `on`: working days of a clock, or days or a day of the year (`05-31`) of a duty; None: nobody has."""
    row = settings_in_force(session, programme, on).get((kind, key))
    return row.value if row else None
