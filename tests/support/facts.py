"""What a provider tells of one firm, in the plain shape in which people think of it."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.kit.facts.owners import Owners
from app.kit.facts.providers import FactProvider
from app.policies.domain.facts.columns import columns_from
from app.policies.domain.values.knowledge import Known
from tests.policies.support import CATALOGUE


def told(provider: FactProvider, session: Session, firm: int, on: date) -> dict[str, Any]:
    """By code the value; of facts told by year by year, of those with parts a tuple."""
    (facts,) = columns_from(CATALOGUE, 1, provider.provide(session, Owners([firm]), on), {}).rows()
    found: dict[str, Any] = {}
    for key, known in facts.known.items():
        assert isinstance(known, Known)
        parts = len(CATALOGUE[key.code].parts)
        if key.year is None:
            found[key.code] = known.value
        elif key.part is None:
            found.setdefault(key.code, {})[key.year] = known.value
        else:
            values = found.setdefault(key.code, {}).setdefault(key.year, [None] * parts)
            values[key.part - 1] = known.value
    return {code: _closed(value) for code, value in found.items()}


def _closed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {year: tuple(one) if isinstance(one, list) else one for year, one in value.items()}
