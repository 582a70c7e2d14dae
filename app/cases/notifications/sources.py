"""What casework tells, for the registry of notices."""

from app.cases.notifications.calendar import entries
from app.cases.notifications.from_day import notifications_of_day
from app.cases.notifications.from_events import notifications_of_events
from app.cases.notifications.requests import notifications_of_near_requests, notifications_of_requests
from app.cases.notifications.topics import TOPICS
from app.notices.sources import NoticeSources

SOURCES = NoticeSources(
    TOPICS,
    (notifications_of_events, notifications_of_requests),
    (notifications_of_day, notifications_of_near_requests),
    (entries,),
)
