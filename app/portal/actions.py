"""What an enterprise's person can do in the portal. The services ask once more, about the very case or document."""

from app.kit.permissions import FIRM_EDITORS, FIRM_MANAGERS, FIRM_READERS, Action

#: The own enterprise's pages; which enterprise is decided by the account, never by the address.
SEE_OWN = Action("portal.see_own", firm=FIRM_READERS)
SUPPLY_OWN = Action("portal.supply_own", firm=FIRM_EDITORS)
MANAGE_OWN = Action("portal.manage_own", firm=FIRM_MANAGERS)
