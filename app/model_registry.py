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
    "cases",
    "commissioners",
    "incentives",
    "targets",
    "exchange",
)


def _load() -> None:
    for slice_name in SLICES:
        try:
            import_module(f"app.{slice_name}.models")
        except ModuleNotFoundError as error:
            if error.name not in {f"app.{slice_name}.models", f"app.{slice_name}"}:
                raise


_load()
METADATA = Base.metadata
