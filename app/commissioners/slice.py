"""What commissioners offer to the house."""

from app.enterprises.belongings import BELONGINGS
from app.enterprises.imports.registers import REGISTERS
from app.enterprises.service.retiring import OBJECTIONS
from app.journal.domain import EVENTS
from app.journal.past_day import TRACED
from app.kit.db import TABLES
from app.kit.seeds import SEEDS
from app.kit.slices import Slice

SLICE = Slice(
    "app.commissioners",
    TABLES.at("models"),
    EVENTS.at("events:WORDS"),
    SEEDS.at("seed:load"),
    TRACED.at("past:TRACED"),
    REGISTERS.at("imported.people:PEOPLE"),
    REGISTERS.at("imported.agreements:AGREEMENTS"),
    BELONGINGS.at("merged:BELONGINGS"),
    OBJECTIONS.at("service.agreements:running_agreements"),
)
