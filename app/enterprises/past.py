"""How lists of firms are read as of a past day. Sorting follows today's spelling of a name; certificates carry their own days."""

from app.enterprises.models import Enterprise
from app.journal.looking_back import Traced

_FIELDS = (
    "uscc",
    "uscc_confirmed",
    "name",
    "registered_on",
    "kind",
    "capital_fen",
    "capital_currency",
    "legal_representative",
    "industry_code",
    "field_code",
    "field_detail",
    "region_code",
    "park_code",
    "address",
    "scale",
    "above_scale",
    "disabled_on",
    "disabled_reason",
)

TRACED = (
    Traced(
        Enterprise,
        kind="enterprise",
        key="CAST(t.id AS VARCHAR(20))",
        fields={name: name for name in _FIELDS},
    ),
)
