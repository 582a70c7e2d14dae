"""What can be done with the exchange, and by whom."""

from app.kit.permissions import READERS, Action

#: A machine client reads lists, single records, the feed and snapshots.
PULL = Action("exchange.pull", scope="export:read")
#: Officers see who reads what.
SEE = Action("exchange.see", roles=READERS)
