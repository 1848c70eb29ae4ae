"""Words that are written alike and read differently, in sentences where the difference is all there is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """One word with two readings."""

    sentence: str
    """What both are said in, ``{}`` being the word's place."""
    base: str
    first: str
    """Pinyin with the tone as a digit, or ARPAbet."""
    second: str
    heard_first: tuple[str, ...] = ()
    """What who hears the first might write: words that can be read in no other way; empty if there are none."""
    heard_second: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        return "zh" if self.first[0].islower() else "en"

    @property
    def tone_only(self) -> bool:
        """Whether the two are one syllable in two tones."""
        return self.language == "zh" and self.first[:-1] == self.second[:-1]

    @property
    def moves_stress(self) -> bool:
        """Whether primary stress is on another vowel."""
        vowels = [[phone for phone in reading.split() if phone[-1].isdigit()] for reading in self.readings]
        stressed = [[phone[-1] for phone in phones].index("1") for phones in vowels] if self.language == "en" else [0]
        return len(set(stressed)) > 1

    @property
    def devoices(self) -> bool:
        """Whether the first ends in S and the second in Z."""
        return (self.first[-2:], self.second[-2:]) == (" S", " Z")

    @property
    def readings(self) -> tuple[str, str]:
        return self.first, self.second

    def marked(self, reading: str) -> str:
        """The sentence with the word read as ``reading``, in the engine's notation."""
        return self.sentence.replace("{}", self.alone(reading))

    def alone(self, reading: str) -> str:
        """The word by itself."""
        return f"[{self.base}]({reading})"


def _mandarin(table: str) -> tuple[Pair, ...]:
    rows = (line.split() for line in table.strip().splitlines())
    return tuple(
        Pair(sentence.replace(base, "{}", 1), base, first, second, tuple(like.strip("-")), tuple(unlike.strip("-")))
        for sentence, base, first, second, like, unlike in rows
    )


def _english(table: str) -> tuple[Pair, ...]:
    rows = ([cell.strip() for cell in line.split("|")] for line in table.strip().splitlines())
    return tuple(
        Pair(sentence.replace(base, "{}", 1), base, first, second, tuple(like.split(",")), tuple(unlike.split(",")))
        for sentence, base, first, second, like, unlike in rows
    )


MANDARIN = _mandarin("""
她好干净。       好 hao3   hao4   郝     号耗
他们都很好客。   好 hao3   hao4   郝     号耗
那家银行很大。   行 hang2  xing2  航杭   形型
请你重新写。     重 chong2 zhong4 虫崇   众仲
他又长高了。     长 zhang3 chang2 掌     常尝
我喜欢这首乐曲。 乐 yue4   le4    月越   勒
他还没有来。     还 hai2   huan2  孩     环
他跑得很快。     得 de5    de2    的地   德
你得去看他。     得 dei3   de2    -      德
大家都在这里。   都 dou1   du1    兜     督嘟
这个调不错。     调 diao4  tiao2  掉钓   条
他应了一声。     应 ying1  ying4  英鹰   硬映
他在家看孩子。   看 kan1   kan4   刊     瞰
他心中有数。     中 zhong1 zhong4 钟终   众
我把他当朋友。   当 dang1  dang4  裆     档荡
他们相处很久。   处 chu3   chu4   楚储   触
老师教我们画画。 教 jiao1  jiao4  交郊   叫
这个种很多。     种 zhong3 zhong4 肿     众
这个数我知道。   数 shu3   shu4   鼠暑   树竖
他的话降低了。   降 jiang4 xiang2 酱匠   祥详
他的觉很好。     觉 jue2   jiao4  决绝   叫轿
他背着一个包。   背 bei1   bei4   杯悲   被备
他姓单我姓李。   单 shan4  dan1   善     丹
他姓曾我姓李。   曾 zeng1  ceng2  增     层
他姓仇我姓李。   仇 qiu2   chou2  球求   愁
他姓解我姓李。   解 xie4   jie3   谢     姐
朝阳很美。       朝 chao2  zhao1  潮     招
他的传很长。     传 zhuan4 chuan2 赚     船
他们都倒了。     倒 dao3   dao4   岛导   到道
他看见弹了。     弹 dan4   tan2   蛋     谈
他的参很多。     参 can1   shen1  餐     深身
这个率很高。     率 lv4    shuai4 绿律   帅
他的量很大。     量 liang2 liang4 凉粮   亮
这里的会很多。   会 hui4   kuai4  汇绘   快块
她露出来了。     露 lu4    lou4   路录   漏
这个壳很硬。     壳 ke2    qiao4  咳     俏翘
水没过去了。     没 mei2   mo4    梅     末默
他说的相很好。   相 xiang1 xiang4 香     向象
这是他的分。     分 fen1   fen4   芬     份
他的假是真的。   假 jia3   jia4   甲     价架
""")
"""Forty, of which sixteen differ in nothing but the tone."""

ENGLISH = _english("""
It was a minute detail.        | minute  | M IH1 N AH0 T        | M AY0 N UW1 T         | minnit     | mynute
They read the news every day.  | read    | R IY1 D              | R EH1 D               | reed       | red
We live from the city.         | live    | L IH1 V              | L AY1 V               | liv        | lyve
The lead was very heavy.       | lead    | L IY1 D              | L EH1 D               | leed       | led
The wind was very long.        | wind    | W IH1 N D            | W AY1 N D             | winned     | whined
There was a tear in it.        | tear    | T IH1 R              | T EH1 R               | tier       | tare
He made a bow for us.          | bow     | B OW1                | B AW1                 | beau       | bough
They are close to us.          | close   | K L OW1 S            | K L OW1 Z             | cloass     | clothes,cloze
We know the use of it.         | use     | Y UW1 S              | Y UW1 Z               | yuce       | yooz
The excuse was bad.            | excuse  | IH0 K S K Y UW1 S    | IH0 K S K Y UW1 Z     | excuce     | excuze
They house many people.        | house   | HH AW1 S             | HH AW1 Z              | hauss      | howz
I saw the dove again.          | dove    | D AH1 V              | D OW1 V               | duv        | doave
He plays the bass well.        | bass    | B EY1 S              | B AE1 S               | base       | bas
There was a row outside.       | row     | R OW1                | R AW1                 | roe        | rao
They wound it again.           | wound   | W UW1 N D            | W AW1 N D             | woond      | wownd
We record it again.            | record  | R EH1 K ER0 D        | R AH0 K AO1 R D       | wreckerd   | rekord
We present it again.           | present | P R EH1 Z AH0 N T    | P R IY0 Z EH1 N T     | prezzent   | prezent
I object every time.           | object  | AA1 B JH EH0 K T     | AH0 B JH EH1 K T      | obbject    | ubject
The content is good.           | content | K AA1 N T EH0 N T    | K AH0 N T EH1 N T     | kontent    | cuntent
They desert it now.            | desert  | D EH1 Z ER0 T        | D IH0 Z ER1 T         | dezzert    | dessert
We project it again.           | project | P R AA1 JH EH0 K T   | P R AH0 JH EH1 K T    | prodject   | prujekt
They refuse it now.            | refuse  | R EH1 F Y UW2 Z      | R AH0 F Y UW1 Z       | reffuse    | rifuse
We produce it now.             | produce | P R OW1 D UW2 S      | P R AH0 D UW1 S       | proaduce   | pruduce
We conduct it now.             | conduct | K AA1 N D AH0 K T    | K AH0 N D AH1 K T     | konduct    | cunduct
""")
"""Twenty-four: nine move the stress, the others change a vowel or the voice of the last consonant."""

PAIRS = MANDARIN + ENGLISH
