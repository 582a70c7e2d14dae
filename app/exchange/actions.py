"""What can be done with the exchange, and by whom."""

from app.kit.permissions import ADMINISTRATORS, EDITORS, READERS, Action

#: A machine client reads lists, single records, the feed and snapshots.
PULL = Action("exchange.pull", scope="export:read")
#: A partner tells what became of what it received.
RECEIPTS = Action("exchange.receipts", scope="exchange:receipts", signed=True)
#: Officers see who reads what, and what was handed over.
SEE = Action("exchange.see", roles=READERS)
#: Officers prepare, release, cancel and repeat hand-overs, read answers in, reconcile.
HAND_OVER = Action("exchange.hand_over", roles=EDITORS)
#: Administrators say with whom we exchange, and by which keys.
MANAGE_PARTNERS = Action("exchange.partners", roles=ADMINISTRATORS)
