"""How lists of experts are read as of a past day. Agreements carry their own days."""

from app.commissioners.domain import IDS
from app.commissioners.models import Commissioner
from app.journal.past_day import Traced

_FIELDS = ("name", "unit", "title", "degree", "field_code", "speciality", "disabled_on")
_PUBLIC_ID = (
    f"'{IDS.prefix}' || CASE WHEN t.id < 1000000 THEN substr(CAST(1000000 + t.id AS VARCHAR(20)), 2) "
    "ELSE CAST(t.id AS VARCHAR(20)) END"
)

TRACED = (Traced(Commissioner, kind="commissioner", key=f"({_PUBLIC_ID})", fields={name: name for name in _FIELDS}),)
