"""What stands between the tool and the slices: who knows which facts, who objects, and which errors are refusals."""

from sqlalchemy.exc import OperationalError, ProgrammingError

from app.fact_registry import install_providers
from app.kit.errors import DomainError, SeedError
from app.objection_registry import load_objections


def wire() -> None:
    """Hand the slices what upper slices know and object to."""
    install_providers()
    load_objections()


def refusal_of(error: Exception) -> str | None:
    """What is told of an error that is a refusal; None for a mistake of ours."""
    if isinstance(error, DomainError | SeedError):
        return str(error)
    if isinstance(error, OperationalError | ProgrammingError):
        return f"数据库不可用或未升级，请先运行 yumiao migrate · run `yumiao migrate` first: {error.orig}"
    return None
