"""What the bureau's pages offer to the house, in the order in which pages show it."""

from app.cases.printouts.event_words import TELLERS
from app.kit.slices import Slice
from app.web.shared.enterprise_panels import PANELS
from app.web.shared.todo_lines import TODO_KINDS

SLICE = Slice(
    "app.web",
    PANELS.at(
        "enterprises.verdicts:panel",
        "enterprises.cases:panel",
        "cases.duties:panel",
        "enterprises.incentives:panel",
        "enterprises.commissioners:panel",
    ),
    TODO_KINDS.at("shared.todo_words:KINDS", "shared.exchange_todo_words:KINDS"),
    TELLERS.at("shared.case_events:told_events"),
)
