"""How senders write terms, titles, file names, and the lines above and below their lists."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from aidledger.demo.listings import DemoList
from aidledger.demo.names import person_name
from aidledger.domain.program import Program, Stage
from aidledger.domain.term import Period

_PREFIXES: dict[Stage, tuple[str, ...]] = {
    "preschool": ("", "学前教育", ""),
    "compulsory": ("义务教育", "义务教育阶段", "义教"),
    "high-school": ("普通高中", "普高", "高中"),
    "vocational": ("中职", "中等职业教育", "中职学校"),
    "college": ("",),
}
_THINGS = {
    "preschool-fee-waiver": ("家庭经济困难幼儿保教费减免", "困难幼儿保教费减免"),
    "compulsory-living-subsidy": ("家庭经济困难学生生活补助", "困难学生生活补助", "家庭经济困难学生生活费补助"),
    "high-school-grant": ("国家助学金",),
    "high-school-tuition-waiver": ("免学费",),
    "vocational-grant": ("国家助学金",),
    "vocational-tuition-waiver": ("免学费",),
    "vocational-poverty-living-subsidy": ("脱贫户学生生活补助",),
    "college-poverty-aid": ("脱贫户本专科学生学费资助和生活补助",),
    "origin-based-loan": ("生源地信用助学贷款",),
}
_ENDINGS = ("发放名册", "发放花名册", "名册", "花名册", "发放表", "学生名册")
_ENDINGS_OF_WAIVERS_AND_LOANS = ("名册", "花名册", "登记表", "名册")
_FILE_NAMES = {
    "preschool-fee-waiver": "幼儿保教费减免",
    "compulsory-living-subsidy": "义务教育生活补助",
    "high-school-grant": "国家助学金",
    "high-school-tuition-waiver": "免学费",
    "vocational-grant": "国家助学金",
    "vocational-tuition-waiver": "免学费",
    "vocational-poverty-living-subsidy": "生活补助",
    "college-poverty-aid": "本专科学生学费资助和生活补助",
    "origin-based-loan": "生源地信用助学贷款",
}
_FILE_PREFIXES: dict[Stage, str] = {"high-school": "普高", "vocational": "中职"}
_CHINESE_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_HEADS = {"preschool": "园长签字", "college": "负责人"}
_REPORTED_IN = {"autumn": (11, 12), "spring": (4, 5), None: (11, 12)}


def term_text(period: Period, style: int) -> str:
    """A period as a school writes it: ``2021年秋季学期``, ``2021-2022学年第一学期`` and so on."""
    if period.half is None:
        return f"{period.year}年"
    autumn = period.half == "autumn"
    season = "秋" if autumn else "春"
    school_year = f"{period.school_year}-{period.school_year + 1}"
    ways = (
        f"{period.year}年{season}季学期",
        f"{school_year}学年{'第一' if autumn else '第二'}学期",
        f"{period.year}年{season}季",
        f"{period.year}年{season}季学期",
        f"{period.year}年{season}期",
        f"{school_year}学年度{'上' if autumn else '下'}学期",
        f"{period.year}年{season}",
        f"{period.year}年{season}季学期",
        f"{period.year}年{'下' if autumn else '上'}半年",
        f"{str(period.year).translate(_CHINESE_DIGITS)}年{season}季学期",
    )
    return ways[style % len(ways)]


def title(listing: DemoList) -> str:
    """The line above the list: who, when, what."""
    style = listing.style
    programs = listing.programs
    things = "、".join(_pick(_THINGS[program.code], style // 10) for program in programs)
    paid_out = any(program.nature in {"grant", "subsidy"} for program in programs)
    ending = _pick(_ENDINGS if paid_out else _ENDINGS_OF_WAIVERS_AND_LOANS, style // 7)
    prefix = _pick(_PREFIXES[programs[0].stage], style // 3)
    return f"{listing.sender}{term_text(listing.period, style)}{_month(listing)}{prefix}{things}{ending}"


def file_name(listing: DemoList) -> str:
    """``高坪区龙门中学 2021年秋季 普高国家助学金免学费.xlsx``."""
    half = {"autumn": "秋季", "spring": "春季", None: ""}[listing.period.half]
    things = "".join(_FILE_NAMES[program.code] for program in listing.programs)
    part = f"({listing.part})" if listing.part else ""
    prefix = _FILE_PREFIXES.get(listing.programs[0].stage, "")
    return f"{listing.sender} {listing.period.year}年{half} {prefix}{things}{part}{_month(listing)}.xlsx"


def note(listing: DemoList) -> tuple[str, str] | None:
    """The texts at left and right between title and header; None if there is no such line."""
    if listing.part:
        return f"填报单位:{listing.sender}学生资助管理中心", "单位:元"
    label = (None, "学校", "填报单位", None, "单位名称")[listing.style % 5]
    if label == "学校" and listing.programs[0].stage == "preschool":
        label = "填报单位"
    return (f"{label}:{listing.sender}", "单位:元") if label else None


def foot(listing: DemoList) -> tuple[tuple[str, ...], ...]:
    """The lines below the list: who prepared it, who checked it, and sometimes when."""
    rng = Random(f"{listing.sender}:{listing.part}")
    clerk, checker = (person_name(rng, "女" if rng.random() < 0.6 else "男") for _ in range(2))  # noqa: PLR2004
    head = _HEADS.get(listing.programs[0].stage, "校长签字")
    signed = (f"{_pick(('填表人', '制表人', '经办人'), listing.style)}:{clerk}", f"审核人:{checker}", f"{head}:")
    if listing.style % 3:
        return (signed,)
    month = rng.choice(_REPORTED_IN[listing.period.half])
    return (signed, (f"填表日期:{listing.period.year}年{month}月{rng.randint(1, 28)}日",))


def _month(listing: DemoList) -> str:
    return f"({listing.month}月份)" if listing.month else ""


def _pick(words: Sequence[str], style: int) -> str:
    return words[style % len(words)]


def program_names(programs: Sequence[Program]) -> str:
    """The programs of a list as a short name for a sheet."""
    return "".join(_FILE_NAMES[program.code] for program in programs)
