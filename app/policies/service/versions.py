"""A policy that was read, as the row of a published version: alike for files of the house and for the bureau's own."""

from datetime import datetime

from app.policies.catalogue import ReadPolicy
from app.policies.models import PolicyVersion


def version_row(item: ReadPolicy, *, origin: str, now: datetime) -> PolicyVersion:
    """The row, not yet added; `origin` is seed or bureau."""
    policy = item.policy
    return PolicyVersion(
        code=policy.code,
        jurisdiction=policy.jurisdiction,
        version=policy.version,
        supersedes=policy.supersedes,
        effective_from=policy.effective_from,
        effective_to=policy.effective_to,
        title_zh=policy.title.zh,
        title_en=policy.title.en,
        content=item.content,
        text=item.text,
        sha256=item.sha256,
        origin=origin,
        published_at=now,
    )
