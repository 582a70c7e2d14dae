"""What engagement offers to the house."""

from app.enterprises.belongings import BELONGINGS
from app.files.service.arrivals import ARRIVALS
from app.jobs.run import JOBS
from app.journal.domain import EVENTS
from app.kit.db import TABLES
from app.kit.seeds import SEEDS
from app.kit.slices import Slice

SLICE = Slice(
    "app.engagement",
    TABLES.at("models"),
    EVENTS.at("events:WORDS"),
    JOBS.at("jobs:KINDS"),
    SEEDS.at("seed:load"),
    BELONGINGS.at("merged:BELONGINGS"),
    ARRIVALS.at("service.asking:settle_on_arrival"),
)
