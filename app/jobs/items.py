"""A job that does the same to many, one by one: each in a savepoint, batch by batch, with what became of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.jobs.models import Job
from app.jobs.run import Run
from app.kit.db import session_scope
from app.kit.errors import DomainError
from app.kit.i18n import LOCALES, current_locale, use_locale


@dataclass(frozen=True)
class ItemResult:
    """What became of one: what was `made` of it, or why it was refused, in both languages; nothing if it was not `reached`."""

    key: Any
    made: Any
    refusal: str
    refusal_en: str
    reached: bool = True

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.reached and not self.refusal

    @property
    def reason(self) -> str:
        """Why it was refused, in the reader's language."""
        return self.refusal if current_locale() == "zh" else self.refusal_en


def do_each(
    run: Run,
    keys: Sequence[Any],
    work: Callable[[Session, Any], Any],
    *,
    batch: int = 20,
    reason: Callable[[DomainError], str] = lambda refusal: refusal.message,
) -> Mapping[str, Any]:
    """Do `work`, a usual use case with its own event, for each of `keys`; a batch commits with its part of the report."""
    results: list[list[Any]] = list(run.checkpoint.get("results", []))
    run.between_batches(len(results), len(keys))
    while part := keys[len(results) : len(results) + batch]:
        with session_scope(run.around.database) as session:
            results += [_attempted(session, key, work, reason) for key in part]
            run.save(session, checkpoint={"results": results}, done=len(results), total=len(keys))
        run.between_batches(len(results), len(keys))
    return {"results": results}


def results_of(job: Job) -> list[ItemResult]:
    """What became of each so far, in the order in which they were done."""
    kept = job.result.get("results") or job.checkpoint.get("results", [])
    return [ItemResult(row[0], row[1] if len(row) > 3 else None, row[-2], row[-1]) for row in kept]


def _attempted(
    session: Session, key: Any, work: Callable[[Session, Any], Any], reason: Callable[[DomainError], str]
) -> list[Any]:
    refusals = []
    for locale in LOCALES:
        try:
            with use_locale(locale), session.begin_nested():
                return [key, work(session, key), "", ""]
        except DomainError as refusal:  # asked once more for the same words in the other language
            refusals.append(reason(refusal))
    return [key, None, *refusals]
