"""What can be done with notices, and by whom."""

from app.kit.permissions import ADMINISTRATORS, DEPARTMENTS, FIRM_READERS, HEADS, READERS, Action

OWN = Action("notices.own", roles=READERS | DEPARTMENTS, firm=FIRM_READERS)
WATCH = Action("notices.watch", roles=ADMINISTRATORS)
SEND = Action("notices.send", roles=HEADS)
