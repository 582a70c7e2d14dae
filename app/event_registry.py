"""Every slice's event types, field labels and the words for coded values, merged for the timelines."""

from importlib import import_module

from app.doors.timeline import Wording
from app.journal.domain import EventType

SLICES = (
    "accounts",
    "doors",
    "jobs",
    "files",
    "reference",
    "enterprises",
    "enterprises.imports",
    "programmes",
    "policies",
    "policies.sweeps",
    "engagement",
    "cases",
    "cases.duties",
    "cases.supply",
    "cases.opinions",
    "cases.oversight",
    "cases.papers",
    "notices",
    "commissioners",
    "incentives",
    "targets",
    "exchange",
    "exchange.sheets",
    "exchange.reconciling",
    "exchange.partners",
    "exchange.handovers",
)


def load_wording() -> Wording:
    """All display texts of events; a code declared twice is an error."""
    types: dict[str, EventType] = {}
    fields: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    vocabularies: dict[str, str] = {}
    for slice_name in SLICES:
        module = import_module(f"app.{slice_name}.events")
        for event_type in module.EVENT_TYPES:
            if event_type.code in types:
                raise ValueError(f"the event type {event_type.code} is declared twice")
            types[event_type.code] = event_type
        fields.update(getattr(module, "FIELD_LABELS", {}))
        values.update(getattr(module, "VALUE_LABELS", {}))
        vocabularies.update(getattr(module, "FIELD_VOCABULARIES", {}))
    return Wording(types, fields, values, vocabularies)
