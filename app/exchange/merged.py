"""What becomes of what partners have of a firm when two firms are one: their keys stay as they are, and lead to the firm that stays."""

from app.enterprises.belongings import Belonging
from app.exchange.comparison.models import ReconciliationLine
from app.exchange.handovers.models import HandoverItem, PartnerRecord

BELONGINGS = (
    Belonging(PartnerRecord, ""),
    Belonging(HandoverItem, "", holds=True),
    Belonging(ReconciliationLine, ""),
)
