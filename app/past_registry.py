"""Every slice's tables whose lists can be read as of a past day."""

from importlib import import_module

from app.journal.looking_back import Traced, install

#: Slices with a `past.py`; each lists its `TRACED`.
SLICES = ("enterprises", "cases", "commissioners")


def load_traced() -> list[Traced]:
    """All traced tables; a table traced twice is an error."""
    found = [traced for name in SLICES for traced in import_module(f"app.{name}.past").TRACED]
    names = [traced.table.name for traced in found]
    if len(names) != len(set(names)):
        raise ValueError(f"a table is traced twice: {sorted(names)}")
    return found


def install_traced() -> None:
    """Make them the tables that `past_scope` looks back at."""
    install(load_traced())
