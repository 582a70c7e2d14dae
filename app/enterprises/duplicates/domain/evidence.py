"""What each observation is worth: how often it is seen between two entries of one firm, between relatives, and between strangers.

Each line is (one firm, related firms, strangers): of a million pairs of that kind, how many look like this. The three hypotheses compete, so that
what two firms of one owner share (person, telephone, address) never makes one firm of them by itself. The figures are judgements
from how registers are kept, not fitted to a set; only their proportions count.
"""

from collections.abc import Mapping
from math import exp, log
from typing import NamedTuple

from app.kit.i18n import N_


class Weight(NamedTuple):
    """The logarithms of the three likelihoods of one observation."""

    same: float
    related: float
    stranger: float


def _weights(**levels: tuple[int, int, int]) -> dict[str, Weight]:
    return {
        name.replace("_", "-"): Weight(*(log(value / 1_000_000) for value in values)) for name, values in levels.items()
    }


#: Of the pairs that are compared at all.
PRIOR = Weight(log(1 / 10), log(3 / 10), log(6 / 10))

NAME = _weights(
    identical=(550_000, 30_000, 300),
    identical_short=(500_000, 40_000, 3_000),
    identical_elsewhere=(500_000, 50_000, 50_000),
    identical_head=(550_000, 600_000, 1_000),
    same_sound=(120_000, 5_000, 500),
    look_alike=(120_000, 5_000, 500),
    transposed=(100_000, 3_000, 300),
    transposed_brand=(60_000, 6_000, 3_000),
    one_missing=(80_000, 20_000, 3_000),
    one_other=(20_000, 15_000, 5_000),
    one_other_brand=(20_000, 50_000, 15_000),
    shortened=(80_000, 100_000, 10_000),
    similar=(20_000, 60_000, 40_000),
    same_brand=(3_000, 400_000, 40_000),
    other_number=(300, 250_000, 30_000),
    other=(500, 250_000, 900_000),
    unknown=(50_000, 50_000, 50_000),
)
FORMER = _weights(former=(600_000, 20_000, 100), former_slip=(200_000, 10_000, 200))
PLACE = _weights(
    same=(500_000, 300_000, 250_000),
    compatible=(500_000, 400_000, 300_000),
    other_township=(10_000, 150_000, 200_000),
    other_city=(3_000, 200_000, 300_000),
)
REGION = _weights(same=(970_000, 750_000, 700_000), other=(30_000, 250_000, 300_000))
CODE = _weights(
    same=(600_000, 1, 1),
    same_organisation=(300_000, 1, 1),
    slip=(300_000, 10, 5),
    two_slips=(100_000, 50, 50),
    other=(250_000, 990_000, 990_000),
    unknown=(500_000, 500_000, 500_000),
)
BRANCH = _weights(
    neither=(900_000, 300_000, 800_000),
    same=(90_000, 20_000, 10_000),
    other=(1_000, 400_000, 50_000),
    one=(2_000, 550_000, 120_000),
)
GROUP = _weights(same=(970_000, 650_000, 950_000), one=(30_000, 350_000, 50_000))
FORM = _weights(
    same=(800_000, 600_000, 600_000),
    unknown=(500_000, 500_000, 500_000),
    converted=(80_000, 100_000, 120_000),
    other=(4_000, 150_000, 250_000),
)
#: Works and branches are often entered together, on the day on which the head office moved to the new system.
REGISTERED = _weights(
    same=(800_000, 80_000, 500),
    same_as_branches=(800_000, 450_000, 50_000),
    slip=(50_000, 25_000, 4_000),
    other=(60_000, 970_000, 990_000),
    unknown=(500_000, 500_000, 500_000),
)
REPRESENTATIVE = _weights(
    same=(820_000, 450_000, 1_000),
    slip=(40_000, 3_000, 1_000),
    same_masked=(820_000, 500_000, 80_000),
    other=(130_000, 500_000, 980_000),
    unknown=(500_000, 500_000, 500_000),
)
PHONE = _weights(
    same=(820_000, 300_000, 100),
    slip=(50_000, 3_000, 500),
    other=(120_000, 650_000, 990_000),
    unknown=(500_000, 500_000, 500_000),
)
ADDRESS = _weights(
    same=(650_000, 250_000, 500),
    part=(180_000, 80_000, 5_000),
    other=(160_000, 600_000, 990_000),
    unknown=(500_000, 500_000, 500_000),
)
CAPITAL = _weights(
    same=(850_000, 220_000, 150_000), other=(120_000, 750_000, 830_000), unknown=(500_000, 500_000, 500_000)
)

TABLES = {
    "name": NAME | FORMER,
    "place": PLACE,
    "region": REGION,
    "code": CODE,
    "branch": BRANCH,
    "group": GROUP,
    "form": FORM,
    "registered": REGISTERED,
    "representative": REPRESENTATIVE,
    "phone": PHONE,
    "address": ADDRESS,
    "capital": CAPITAL,
}

_WITHIN = 1 / 1_000  # a score is rounded


class _Lead(NamedTuple):
    """By how much one firm is likelier than related firms, and than strangers (logarithms)."""

    related: float
    stranger: float


def _lead(weight: Weight) -> _Lead:
    return _Lead(weight.same - weight.related, weight.same - weight.stranger)


_LEADS = {kind: {level: _lead(weight) for level, weight in levels.items()} for kind, levels in TABLES.items()}
_MOST = {kind: _Lead(*map(max, zip(*levels.values(), strict=True))) for kind, levels in _LEADS.items()}
_ALL_MOST = _Lead(*map(sum, zip(_lead(PRIOR), *_MOST.values(), strict=True)))

#: What is said of an observation; what has no words is nothing to speak of.
WORDS = {
    "name.identical": N_("名称相同"),
    "name.identical-short": N_("名称相同"),
    "name.identical-elsewhere": N_("名称除地名外相同"),
    "name.identical-head": N_("总机构名称相同"),
    "name.same-sound": N_("名称读音相同（同音字）"),
    "name.look-alike": N_("名称只差形近字"),
    "name.transposed": N_("名称中的字前后颠倒"),
    "name.transposed-brand": N_("字号中的字前后颠倒"),
    "name.one-missing": N_("名称只差一个字（漏字或多字）"),
    "name.one-other": N_("名称只有一个字不同"),
    "name.one-other-brand": N_("字号有一个字不同"),
    "name.shortened": N_("一个名称是另一个的简称"),
    "name.similar": N_("名称相近"),
    "name.same-brand": N_("字号相同，行业不同"),
    "name.other-number": N_("名称中的序号不同"),
    "name.other": N_("名称不同"),
    "name.former": N_("一方的名称是另一方的曾用名"),
    "name.former-slip": N_("一方的名称与另一方的曾用名相近"),
    "place.other-city": N_("名称中的地名不同"),
    "place.other-township": N_("名称中的乡镇不同"),
    "region.other": N_("所在县（市、区）不同"),
    "code.same": N_("统一社会信用代码相同"),
    "code.same-organisation": N_("代码中的组织机构代码相同"),
    "code.slip": N_("代码只差一位，其中有代码校验不符"),
    "code.two-slips": N_("代码只差两位，其中有代码校验不符"),
    "code.other": N_("代码不同"),
    "branch.one": N_("一方是分支机构"),
    "branch.other": N_("是两个不同的分支机构"),
    "group.one": N_("一方是集团公司"),
    "form.other": N_("主体类型不同（公司、合作社、个体工商户等）"),
    "form.converted": N_("公司类型不同（有限公司、股份有限公司）"),
    "registered.same": N_("注册日期相同"),
    "registered.same-as-branches": N_("注册日期相同"),
    "registered.slip": N_("注册日期只差一处"),
    "registered.other": N_("注册日期不同"),
    "representative.same": N_("法定代表人相同"),
    "representative.slip": N_("法定代表人姓名只差一个字"),
    "representative.same-masked": N_("法定代表人姓氏相同"),
    "representative.other": N_("法定代表人不同"),
    "phone.same": N_("联系电话相同"),
    "phone.slip": N_("联系电话只差一位"),
    "phone.other": N_("联系电话不同"),
    "address.same": N_("注册地址相同"),
    "address.part": N_("注册地址基本相同"),
    "address.other": N_("注册地址不同"),
    "capital.same": N_("注册资本相同"),
    "capital.other": N_("注册资本不同"),
}


def weigh(observed: dict[str, str], commonness: dict[str, float]) -> Weight:
    """The three hypotheses after all observations, each as a share of one.

    `commonness` says of an agreement which share of the firms has just this value (its logarithm): a telephone that thirty firms
    gave proves little.
    """
    same, related, stranger = PRIOR
    for kind, level in observed.items():
        weight = TABLES[kind][level]
        common = commonness.get(kind)
        same += weight.same
        related += weight.related if common is None else max(weight.related, common)
        stranger += weight.stranger if common is None else max(weight.stranger, common)
    top = max(same, related, stranger)
    shares = [exp(value - top) for value in (same, related, stranger)]
    return Weight(*(share / sum(shares) for share in shares))


def may_reach_half(observed: Mapping[str, str]) -> bool:
    """Whether one firm may come to a half beside the other two hypotheses, whatever is observed of the kinds that are not told here."""
    related, stranger = _ALL_MOST
    for kind, level in observed.items():
        lead, most = _LEADS[kind][level], _MOST[kind]
        related += lead.related - most.related
        stranger += lead.stranger - most.stranger
    return min(related, stranger) >= -_WITHIN


def favours(kind: str, level: str) -> bool:
    """Whether the observation speaks for one firm rather than for two."""
    weight = TABLES[kind][level]
    return weight.same > max(weight.related, weight.stranger)
