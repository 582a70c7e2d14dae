"""What incentives offer to the house."""

from app.cases.service.undo_obstacles import OBSTACLES
from app.enterprises.belongings import BELONGINGS, MERGE_OBJECTIONS
from app.enterprises.imports.registers import REGISTERS
from app.journal.domain import EVENTS
from app.kit.db import TABLES
from app.kit.seeds import SEEDS
from app.kit.slices import Slice

SLICE = Slice(
    "app.incentives",
    TABLES.at("models"),
    EVENTS.at("events:WORDS"),
    SEEDS.at("seed:load"),
    REGISTERS.at("imported.past_awards:PAST_AWARDS"),
    BELONGINGS.at("merged:BELONGINGS"),
    MERGE_OBJECTIONS.at("merged:paid_twice"),
    OBSTACLES.at("service.objections:incentives_acted_on"),
)
