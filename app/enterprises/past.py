"""How lists of firms are read as of a past day. Sorting follows today's spelling of a name; certificates carry their own days."""

from app.enterprises.fields import ENTERPRISE
from app.enterprises.models import Enterprise
from app.journal.past_day import Traced

TRACED = (
    Traced(
        Enterprise,
        kind="enterprise",
        key="CAST(t.id AS VARCHAR(20))",
        fields={name: name for name in ENTERPRISE.names(lambda field: field.past)},
    ),
)
