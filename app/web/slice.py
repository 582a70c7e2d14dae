"""What the bureau's pages offer to the house."""

from app.cases.papers.telling import TELLERS
from app.kit.slices import Slice

SLICE = Slice("app.web", TELLERS.at("shared.case_events:told_events"))
