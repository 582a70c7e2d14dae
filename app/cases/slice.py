"""What casework offers to the house."""

from app.engagement.service.objections import KNOWN
from app.enterprises.belongings import BELONGINGS, MERGE_OBJECTIONS
from app.enterprises.imports.registers import REGISTERS
from app.enterprises.service.retiring import OBJECTIONS
from app.jobs.run import JOBS
from app.journal.domain import EVENTS
from app.journal.past_day import TRACED
from app.kit.db import TABLES
from app.kit.facts.providers import FACTS
from app.kit.slices import Slice
from app.notices.sources import SOURCES

SLICE = Slice(
    "app.cases",
    TABLES.at(
        "models",
        "past_cases.models",
        "supply.models",
        "opinions.models",
        "duties.models",
        "oversight.models",
        "printouts.models",
    ),
    EVENTS.at(
        "events:WORDS",
        "past_cases.events:WORDS",
        "duties.events:WORDS",
        "supply.events:WORDS",
        "opinions.events:WORDS",
        "oversight.events:WORDS",
        "printouts.events:WORDS",
    ),
    JOBS.at("jobs:KINDS", "bulk.jobs:KINDS", "printouts.jobs:KINDS"),
    TRACED.at("past:TRACED"),
    REGISTERS.at("past_cases.imported:PAST_CASES"),
    FACTS.at("facts:PROVIDER"),
    SOURCES.at("notifications.sources:SOURCES"),
    OBJECTIONS.at("service.objections:open_cases"),
    BELONGINGS.at("merged:BELONGINGS"),
    MERGE_OBJECTIONS.at("merged:rights_used_twice"),
    KNOWN.at(
        "service.known_answers:answers_in_open_cases",
        "service.known_answers:corrected_lately",
        "service.known_answers:returned_lately",
    ),
)
