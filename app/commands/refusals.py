"""Which errors are refusals, and what is told of them."""

from sqlalchemy.exc import OperationalError, ProgrammingError

from app.kit.errors import DomainError, SeedError


def refusal_of(error: Exception) -> str | None:
    """What is told of an error that is a refusal; None for a mistake of ours."""
    if isinstance(error, DomainError | SeedError):
        return str(error)
    if isinstance(error, OperationalError | ProgrammingError):
        return f"数据库不可用或未升级，请先运行 yumiao migrate · run `yumiao migrate` first: {error.orig}"
    return None
