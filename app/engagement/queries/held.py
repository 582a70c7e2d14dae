"""How much lies with a firm, kind by kind."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.engagement.models import FirmRequest
from app.files.models import Document


def count_held(session: Session, enterprise_id: int, models: Sequence[type[Any]]) -> dict[type[Any], int]:
    """How many rows of each of these tables are the firm's: of documents those on file, of requests those that are open; one query."""
    columns = [
        select(func.count()).where(model.enterprise_id == enterprise_id, *_not_withdrawn(model)).scalar_subquery()
        for model in models
    ]
    return dict(zip(models, session.execute(select(*columns)).one(), strict=True))


def _not_withdrawn(model: type[Any]) -> tuple[ColumnElement[bool], ...]:
    if model is FirmRequest:
        return (FirmRequest.settled_on.is_(None),)
    return (Document.withdrawn_at.is_(None), Document.replaced_by.is_(None)) if model is Document else ()
