"""Going through the queue of likely duplicates pair by pair: how many are left, and which comes next."""

from dataclasses import dataclass

from app.enterprises.duplicates.lists import DUPLICATES, is_among
from app.enterprises.duplicates.models import DuplicatePair
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from app.web.enterprises.duplicates import BASE, LIST, merge_address
from app.web.shared.duplicate_words import reason_words


@dataclass(frozen=True)
class QueuePlace:
    """A pair within the queue that somebody goes through.

    `others` of it are left; `next` is the address of the one that comes next, of the queue itself where there is none (`is_last`). `text` says
    which queue: what stands after the `?` of its address.
    """

    pair: DuplicatePair
    agree: tuple[str, ...]
    others: Count
    next: str
    is_last: bool
    queue: str
    text: str


def place_of(viewer: Viewer, pair: DuplicatePair, text: str) -> QueuePlace:
    """Where a pair stands in the queue that `text` tells of; after the last one the first comes."""
    query = LIST.model.of(text)
    wanted, order = LIST.wanted(query, viewer), LIST.order(query)
    count, own = DUPLICATES.count(viewer, wanted), is_among(viewer, wanted, pair)
    following = DUPLICATES.after(viewer, wanted, order, pair.id) or next(
        iter(DUPLICATES.page(viewer, wanted, order, limit=1).items), None
    )
    is_last = following is None or following.id == pair.id
    queue = query.address(BASE, done="")
    return QueuePlace(
        pair=pair,
        agree=reason_words(pair.observed)[0],
        others=Count(count.n - own, count.more),
        next=queue if following is None or is_last else merge_address(following.id, queue.partition("?")[2]),
        is_last=is_last,
        queue=queue,
        text=queue.partition("?")[2],
    )
