"""Names of made-up people: common surnames, harmless given names, and some that programs trip over."""

from __future__ import annotations

from random import Random
from typing import Literal

Sex = Literal["男", "女"]

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石贾韦夏付"
    "方邹熊白孟秦邱侯江尹薛段雷龙黎史陶贺毛郝顾龚邵万钱严赖覃洪武莫孔蒲青鲜敬"
)
_RARER_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "令狐", "蹇", "冉", "衡", "税", "昝")
# Characters that do not form names of well-known people with common surnames.
_FIRST = {
    "男": "子俊宇浩梓泽明文思博奕铭承昱煜景书睿骏海玉",
    "女": "梓雨思诗语可梦雅静嘉婉依诺馨晨心书芷玉秀晓春冬",
}
_SECOND = {
    "男": "轩豪阳宸然航林洲恒源霖川瑞楠松骁栋霆",
    "女": "涵怡萱琪彤妍蕊婷悦琳薇芸蓉燕洁茜娅妤玥",
}
_SINGLE = {"男": "楷煜骁栩钊铮昊榆炜", "女": "妤玥彤琪蕊婧茜荞芮"}
_RARE = "𬱖㛃䶮㼆𫖯旻璟昶"
_DOTTED_GIVEN = {
    "男": ("艾尔肯", "吐尔逊", "木沙", "巴图尔", "日火", "阿牛", "木呷"),
    "女": ("阿依古丽", "热娜", "古丽娜尔", "帕提古丽", "阿依莫", "日牛", "果果"),
}
_DOTTED_FAMILY = ("买买提", "依明", "吾斯曼", "肉孜", "卡德尔", "吉克", "阿侯", "沙马", "曲木", "俄木")
_DOTTED, _WITH_RARE, _RARER_SURNAME, _SHORT = 0.003, 0.006, 0.02, 0.14  # as shares of all people


def person_name(rng: Random, sex: Sex) -> str:
    """A name; a few have a dot, a rare character or a two-character surname."""
    kind = rng.random()
    if kind < _DOTTED:
        return f"{rng.choice(_DOTTED_GIVEN[sex])}·{rng.choice(_DOTTED_FAMILY)}"
    # The product of two draws favours the front of the list, which has the commonest surnames.
    surname = _SURNAMES[int(rng.random() * rng.random() * len(_SURNAMES))]
    if rng.random() < _RARER_SURNAME:
        surname = rng.choice(_RARER_SURNAMES)
    if kind < _WITH_RARE:
        return f"{surname}{rng.choice(_FIRST[sex])}{rng.choice(_RARE)}"
    if kind > 1 - _SHORT:
        return surname + rng.choice(_SINGLE[sex])
    return surname + rng.choice(_FIRST[sex]) + rng.choice(_SECOND[sex])
