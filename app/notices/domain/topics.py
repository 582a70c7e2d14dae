"""Topics: everything that is ever told, each declared once with its group, its readers and their texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.kit.i18n import N_, Bilingual, Locale, _, use_locale

Words = Mapping[str, str | int | Bilingual]

_SYSTEM = N_("系统")
TITLE_ZH, TITLE_EN, PATH = 200, 260, 240


class TopicGroup(StrEnum):
    """What a person can have an own wish about: topics that belong together."""

    PROGRESS = "progress"
    ASKED = "asked"
    DEADLINES = "deadlines"
    OVERSIGHT = "oversight"
    PEOPLE = "people"
    MESSAGES = "messages"


GROUP_LABELS = {
    TopicGroup.PROGRESS: N_("办理进度"),
    TopicGroup.ASKED: N_("请您办理的事"),
    TopicGroup.DEADLINES: N_("期限提醒"),
    TopicGroup.OVERSIGHT: N_("交办与督办"),
    TopicGroup.PEOPLE: N_("账号与人员"),
    TopicGroup.MESSAGES: N_("通知公告"),
}


class Audience(StrEnum):
    """Who a text is written for. Section heads read what officers read."""

    OFFICER = "officer"
    HEAD = "head"
    FIRM = "firm"
    DEPARTMENT = "department"


@dataclass(frozen=True)
class Text:
    """What one kind of reader is told: gettext messages with %(name)s places, and where to go."""

    title: str
    body: str
    link: str = ""


@dataclass(frozen=True)
class Topic:
    """One thing that is told: `texts` says to whom and how, `events` which journal events bring it about (none: the day does)."""

    code: str
    label: str
    group: TopicGroup
    texts: Mapping[Audience, Text]
    events: tuple[str, ...] = ()

    def text_for(self, reader: Audience) -> Text | None:
        """The text of this reader; a section head reads an officer's."""
        found = self.texts.get(reader)
        return self.texts.get(Audience.OFFICER) if found is None and reader is Audience.HEAD else found


@dataclass(frozen=True)
class To:
    """Whom it concerns; each part adds people. `heads_of` is a region: the section heads who may see it.

    `but` (kind, id) is left out: nobody is told what they just did themselves.
    """

    officers: tuple[int, ...] = ()
    heads_of: str | None = None
    firm: int | None = None
    department: str = ""
    region: str = ""
    but: tuple[str, int | None] = ("", None)


@dataclass(frozen=True)
class Notification:
    """A topic about one subject; `period` is what it is notified once in ("" for ever), `words` fill the texts."""

    topic: Topic
    subject_kind: str
    subject_id: str
    to: To
    period: str = ""
    words: Words = field(default_factory=dict)
    position: int | None = None


@dataclass(frozen=True)
class Rendered:
    """A text with its words, in both languages."""

    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    path: str


def render(text: Text, words: Words) -> Rendered:
    """The text in both languages; a title that is too long ends in …."""
    zh, en = (_in(locale, text, words) for locale in ("zh", "en"))
    path = text.link % {name: str(word) for name, word in words.items()}
    return Rendered(_cut(zh[0], TITLE_ZH), _cut(en[0], TITLE_EN), zh[1], en[1], path[:PATH])


def both(message: str) -> Bilingual:
    """A gettext message in both languages, as a word for texts."""
    with use_locale("en"):
        english = _(message)
    return Bilingual(zh=message, en=english)


def by_whom(kind: str, name: str) -> str | Bilingual:
    """Whoever did it, as people read it."""
    return both(_SYSTEM) if kind == "system" else name


def _in(locale: Locale, text: Text, words: Words) -> tuple[str, str]:
    with use_locale(locale):
        filled = {name: str(word) for name, word in words.items()}
        return (_(text.title) % filled).strip(), (_(text.body) % filled).strip()


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
