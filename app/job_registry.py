"""Every slice's kinds of background work, for the worker and the commands."""

from importlib import import_module

from app.jobs.running import JobKind

#: Slices with a `jobs.py`; each lists its `KINDS`.
SLICES = (
    "notices",
    "enterprises.imports",
    "policies.sweeps",
    "engagement",
    "cases",
    "cases.bulk",
    "cases.papers",
    "exchange.handovers",
    "exchange.sheets",
    "exchange.reconciling",
)


def load_kinds() -> dict[str, JobKind]:
    """All kinds by their code; a code declared twice is an error."""
    kinds: dict[str, JobKind] = {}
    for slice_name in SLICES:
        try:
            module = import_module(f"app.{slice_name}.jobs")
        except ModuleNotFoundError as error:
            if error.name not in {f"app.{slice_name}.jobs", f"app.{slice_name}"}:
                raise
            continue
        for kind in module.KINDS:
            if kind.code in kinds:
                raise ValueError(f"the kind of job {kind.code} is declared twice")
            kinds[kind.code] = kind
    return kinds
