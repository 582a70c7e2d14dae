"""What became of each case of an order, as a list: rows that the order's job holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from app.jobs.items import ItemResult
from app.kit.lists import filters
from app.kit.lists.found import computed
from app.kit.lists.viewer import Viewer

REFUSED = "refused"


@dataclass(frozen=True)
class BulkResultFilter:
    """Which results of `rows`; `only` asks for what was refused."""

    only: Annotated[str, filters.Filter(filters.among((REFUSED,)))] = ""
    rows: Sequence[ItemResult] = ()


def _wanted(_viewer: Viewer, wanted: BulkResultFilter) -> Sequence[ItemResult]:
    return [one for one in wanted.rows if not one.done] if wanted.only else wanted.rows


RESULTS = computed(BulkResultFilter, _wanted)
