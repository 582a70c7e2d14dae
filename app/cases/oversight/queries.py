"""Reading supervision and ratings."""

from sqlalchemy.orm import Session

from app.cases.oversight.models import ServiceRating


def find_rating(session: Session, case_id: int) -> ServiceRating | None:
    """What the firm said of the service in this case, if it did."""
    return session.get(ServiceRating, case_id)
