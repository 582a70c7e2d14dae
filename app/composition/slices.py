"""Every slice of the house, the lower ones first; a further one is named here and in the import contract."""

from app.accounts.slice import SLICE as ACCOUNTS
from app.cases.slice import SLICE as CASES
from app.commissioners.slice import SLICE as COMMISSIONERS
from app.engagement.slice import SLICE as ENGAGEMENT
from app.enterprises.slice import SLICE as ENTERPRISES
from app.exchange.slice import SLICE as EXCHANGE
from app.files.slice import SLICE as FILES
from app.incentives.slice import SLICE as INCENTIVES
from app.jobs.slice import SLICE as JOBS
from app.journal.slice import SLICE as JOURNAL
from app.kit.slices import Composition
from app.notices.slice import SLICE as NOTICES
from app.policies.slice import SLICE as POLICIES
from app.programmes.slice import SLICE as PROGRAMMES
from app.reference.slice import SLICE as REFERENCE
from app.targets.slice import SLICE as TARGETS

SLICES = (
    JOURNAL,
    JOBS,
    REFERENCE,
    ENTERPRISES,
    FILES,
    ACCOUNTS,
    POLICIES,
    PROGRAMMES,
    NOTICES,
    ENGAGEMENT,
    CASES,
    COMMISSIONERS,
    INCENTIVES,
    TARGETS,
    EXCHANGE,
)


def compose() -> Composition:
    """The house without its pages: for commands and for work beside the pages."""
    return Composition(SLICES)
