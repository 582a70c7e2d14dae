"""Every slice's tables, so that Alembic and the tests see them all."""

from importlib import import_module

from app.kit.db import Base

SLICES = (
    "journal",
    "jobs",
    "reference",
    "enterprises",
    "enterprises.imports",
    "accounts",
    "files",
    "programmes",
    "policies",
    "engagement",
    "notices",
    "cases",
    "cases.supply",
    "cases.opinions",
    "cases.duties",
    "cases.oversight",
    "cases.papers",
    "commissioners",
    "incentives",
    "targets",
    "exchange",
    "exchange.partners",
    "exchange.handovers",
    "exchange.reconciling",
)


for _slice in SLICES:
    import_module(f"app.{_slice}.models")
METADATA = Base.metadata
