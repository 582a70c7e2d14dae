"""What becomes of requests and visits when two firms are one."""

from app.engagement.models import FirmRequest, Visit, VisitStop
from app.enterprises.belongings import Belonging
from app.kit.i18n import N_

BELONGINGS = (
    Belonging(FirmRequest, N_("资料要求"), name=lambda row: str(row["title"])),
    Belonging(Visit, N_("走访"), name=lambda row: str(row["happened_on"]), remark=N_("按日期排在一起")),
    Belonging(
        VisitStop, N_("走访安排"), same=("round_id",), name=lambda row: str(row["planned_on"] or row["skipped"] or "—")
    ),
)
