"""What the register offers to the house."""

from app.enterprises.belongings import BELONGINGS
from app.enterprises.imports.registers import REGISTERS
from app.jobs.run import JOBS
from app.journal.domain import EVENTS
from app.journal.past_day import TRACED
from app.journal.service import LAST_LOOKS
from app.kit.db import TABLES
from app.kit.facts.providers import FACTS
from app.kit.slices import Slice

_PARTS = (
    *(
        "CONTACT",
        "CERTIFICATE",
        "HIGH_TECH_CERTIFICATE",
        "TECHNOLOGY_SME",
        "PROPERTY",
        "PRODUCT",
        "CONVERSION",
        "STANDARD",
    ),
    *("COMPLIANCE", "TAG"),
)

SLICE = Slice(
    "app.enterprises",
    TABLES.at("models", "imports.models", "duplicates.models", "complete_lists.models", "merges.models"),
    EVENTS.at(
        "events:WORDS",
        "imports.events:WORDS",
        "duplicates.events:WORDS",
        "complete_lists.events:WORDS",
        "merges.events:WORDS",
    ),
    JOBS.at("imports.jobs:KINDS", "duplicates.jobs:KINDS"),
    TRACED.at("past:TRACED"),
    BELONGINGS.at("merges.own:BELONGINGS"),
    LAST_LOOKS.at("merges.latecomers:LAST_LOOK"),
    FACTS.at("facts:PROVIDER"),
    REGISTERS.at("imports.firm.taker:FIRMS", "imports.figure.register:REGISTER"),
    REGISTERS.at(*(f"imports.parts.registers:{name}" for name in _PARTS)),
)
