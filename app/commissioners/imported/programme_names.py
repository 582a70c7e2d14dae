"""Which programme a sheet means: by code, by name, or by a short form that only one programme's name holds."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.commissioners.models import CommissionerProgramme
from app.commissioners.queries import list_programmes

_SHORTEST = 3
_SIGNS = re.compile(r"[\s\"'“”‘’《》〈〉()（）【】\[\]·•、，,.。:：\-—]")
#: What people write around a programme's name.
_AROUND = re.compile(
    r"\d{4}|年度?|第?[一二三四五六七八九十\d]+批|国家级?|省级?|市级?|县级?|湖北|潜江|项目|计划|专项|行动|选派|派驻|人员|工作|类"
)
#: What titles call the programmes; a name that several have (科技专员) means none.
_IN_TITLES = {
    "科技副总": "deputy-director",
    "企业科技特派员": "enterprise-commissioner",
    "科技特派员": "rural-commissioner",
    "三区科技人才": "three-areas-talent",
    "三区人才": "three-areas-talent",
    "科技人才服务企业": "talent-serves-enterprise",
}


@dataclass(frozen=True)
class Programmes:
    """The programmes by code, and their names folded."""

    by_code: Mapping[str, CommissionerProgramme]
    names: Mapping[str, str]

    def code_of(self, text: str) -> str:
        """The code of the programme that `text` means; "" when none or several could be meant."""
        if text in self.by_code:
            return text
        folded = _folded(text)
        if folded in self.names:
            return self.names[folded]
        return self._short_form(folded) or self._with_more_around(folded)

    def _short_form(self, folded: str) -> str:
        found = {code for name, code in self.names.items() if folded in name}
        return found.pop() if len(found) == 1 and len(folded) >= _SHORTEST else ""

    def _with_more_around(self, folded: str) -> str:
        """The longest name that stands in the text, where the rest says only when and where."""
        inside = [name for name in self.names if len(name) >= _SHORTEST and name in folded]
        longest = max(inside, key=len, default="")
        return self.names[longest] if longest and not _AROUND.sub("", folded.replace(longest, "", 1)) else ""


def load_programmes(session: Session) -> Programmes:
    """Read them once."""
    rows = list_programmes(session)
    names = {_folded(name): row.code for row in rows for name in (row.code, *row.name.values())}
    return Programmes({row.code: row for row in rows}, names)


def guess_programme(titles: str) -> str:
    """The programme that a sheet's name and titles speak of, where they speak of one only; "" else."""
    said, found = _folded(titles), set()
    for name in sorted(_IN_TITLES, key=len, reverse=True):
        if name in said:
            found.add(_IN_TITLES[name])
            said = said.replace(name, "")
    return found.pop() if len(found) == 1 else ""


def _folded(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text)).casefold()
