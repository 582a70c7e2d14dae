"""What can be done with accounts, and by whom."""

from app.kit.permissions import (
    ADMINISTRATORS,
    DEPARTMENTS,
    EDITORS,
    FIRM_MANAGERS,
    FIRM_READERS,
    HEADS,
    READERS,
    Action,
)

PUBLIC = Action("public", public=True)
SIGN_OUT = Action("accounts.sign_out", roles=READERS | DEPARTMENTS, firm=FIRM_READERS)
OWN_PASSWORD = Action("accounts.own_password", roles=READERS | DEPARTMENTS)
OWN_FIRM_PASSWORD = Action("accounts.own_firm_password", firm=FIRM_READERS)
MANAGE_USERS = Action("accounts.users", roles=ADMINISTRATORS)
MANAGE_CLIENTS = Action("accounts.clients", roles=ADMINISTRATORS)
READ_JOURNAL = Action("journal.read", roles=HEADS | READERS)
INVITE = Action("accounts.invite", roles=EDITORS)
MANAGE_PEOPLE = Action("accounts.people", roles=EDITORS, firm=FIRM_MANAGERS)
KEEP_VIEWS = Action("accounts.views", roles=READERS)
HAND_OVER = Action("accounts.hand_over", firm=FIRM_MANAGERS)
