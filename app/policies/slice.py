"""What policies offer to the house."""

from app.enterprises.belongings import BELONGINGS
from app.jobs.run import JOBS
from app.journal.domain import EVENTS
from app.kit.db import TABLES
from app.kit.seeds import SEEDS
from app.kit.slices import Slice

SLICE = Slice(
    "app.policies",
    TABLES.at("models"),
    EVENTS.at("events:WORDS", "sweeps.events:WORDS"),
    JOBS.at("sweeps.jobs:KINDS"),
    SEEDS.at("seed:load"),
    BELONGINGS.at("merged:BELONGINGS"),
)
