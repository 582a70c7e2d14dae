"""What an enterprise's person can do in the portal."""

from app.kit.permissions import FIRM_READERS, Action

#: The own enterprise's pages; which enterprise is decided by the account, never by the address.
SEE_OWN = Action("portal.see_own", firm=FIRM_READERS)
