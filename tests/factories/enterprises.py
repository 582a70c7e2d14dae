"""Fictional firms on file, made the way the register makes them. Names end in （示例）; codes lie on the unassigned 429099."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.enterprises import events
from app.enterprises.domain.uscc import ALPHABET, check_character
from app.enterprises.models import Enterprise
from app.enterprises.service.parts import PartChange
from app.enterprises.service.registering import insert_many, prepare_row
from app.kit.actor import SYSTEM, Actor

NOW = datetime(2021, 1, 4, 1, 0, tzinfo=UTC)

_serial = count(1)


def fictional_code(number: int) -> str:
    """A valid code on the unassigned region 429099."""
    digits = ""
    for _ in range(6):
        number, rest = divmod(number, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    first = f"91429099MA{digits:>06}X"[:17]
    return first + check_character(first)


def wrong_code(number: int) -> str:
    """A code of the right shape whose check character does not fit."""
    code = fictional_code(number)
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def row_of(name: str = "", **values: Any) -> dict[str, Any]:
    """A prepared row; the name gets its （示例）."""
    number = next(_serial)
    given = {
        "uscc": fictional_code(number),
        "name": f"{name or f'周矶精密{number}号'}（示例）",
        "region_code": "429005001",
        "registered_on": date(2014, 5, 20),
    }
    return prepare_row(given | values, NOW)


def firm(session: Session, name: str = "", *, actor: Actor = SYSTEM, now: datetime = NOW, **values: Any) -> Enterprise:
    """One firm on file, searchable, with its event."""
    (key,) = insert_many(session, [row_of(name, **values)], actor=actor, now=now, event=events.CREATED)
    found = session.get(Enterprise, key)
    assert found is not None
    return found


def many_firms(session: Session, number: int, **values: Any) -> list[int]:
    """So many firms on file."""
    rows = [row_of(f"{'园林龙湾泽口浩口'[n % 8]}{'新材生物机械电子'[n % 7]}{n}", **values) for n in range(number)]
    return insert_many(session, rows, actor=SYSTEM, now=NOW)


def desk(session: Session, enterprise: Enterprise, actor: Actor, now: datetime = NOW) -> PartChange:
    """Where records below a firm are written."""
    return PartChange(session, actor, enterprise, now)
