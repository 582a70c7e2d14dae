"""The ids of the firms that bulk work is about: those named by code, those of named cases, those of a filter."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.lists import FIRMS, CaseFilter, FirmFilter, firms_of
from app.cases.models import CaseFile
from app.cases.queries import scope, visible_to
from app.enterprises import queries as enterprises
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.lists.viewer import Viewer


def firm_ids_by_code(session: Session, actor: Actor, usccs: Collection[str]) -> list[int]:
    """The firms with these codes, of those the actor sees."""
    statement = select(Enterprise.id).where(enterprises.visible_to(actor), Enterprise.uscc.in_(usccs))
    return list(session.scalars(statement.order_by(Enterprise.id)))


def firm_ids_of_cases(session: Session, actor: Actor, numbers: Collection[str]) -> list[int]:
    """The firms of these cases, each once, of those the actor sees."""
    statement = select(CaseFile.enterprise_id).join(CaseFile.enterprise).where(scope(actor))
    statement = statement.where(CaseFile.number.in_(numbers)).order_by(CaseFile.enterprise_id)
    return list(session.scalars(statement.distinct()))


def firms_visible_to(viewer: Viewer, wanted: FirmFilter) -> Select[Any]:
    """Reads the ids of the firms of a filtered register."""
    return FIRMS.select(viewer, wanted).with_only_columns(Enterprise.id)


def firms_of_cases_visible_to(viewer: Viewer, wanted: CaseFilter) -> Select[Any]:
    """Reads the ids of the firms of a filtered list of cases, each once."""
    return select(Enterprise.id).where(Enterprise.id.in_(firms_of(viewer, wanted)))


def list_firm_ids(session: Session, firms: Select[Any], limit: int | None = None) -> list[int]:
    """The ids that such a statement reads, `limit` at most."""
    return list(session.scalars(firms.order_by(Enterprise.id).limit(limit)))


def open_cases_of_firms(session: Session, actor: Actor, enterprise_ids: Collection[int]) -> list[CaseFile]:
    """The open cases of these firms, of those the actor sees, by their number."""
    statement = visible_to(actor).where(CaseFile.enterprise_id.in_(enterprise_ids), CaseFile.state == CaseState.OPEN)
    return list(session.scalars(statement.order_by(CaseFile.number)))
