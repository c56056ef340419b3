"""What happened to registry texts on their way here, undone before they are read as CommonMark.

Word processors leave bullets and private characters of a symbol font, copying joins the items of a list, and
the registry escapes what it took for no list. Each repair changes marks and line breaks; the words stay.
"""

import re
from collections.abc import Iterable, Iterator

# Adobe's Symbol font, as word processors save it: the sign's own code in Unicode's private use area.
_SYMBOLS = str.maketrans(
    {
        "\uf020": " ", "\uf02b": "+", "\uf02d": "−", "\uf03c": "<", "\uf03d": "=", "\uf03e": ">",  # noqa: RUF001
        "\uf044": "Δ", "\uf061": "α", "\uf062": "β", "\uf063": "χ", "\uf064": "δ", "\uf065": "ε",  # noqa: RUF001
        "\uf067": "γ", "\uf06b": "κ", "\uf06c": "λ", "\uf06d": "μ", "\uf070": "π", "\uf072": "ρ",  # noqa: RUF001
        "\uf073": "σ", "\uf074": "τ", "\uf077": "ω", "\uf0a3": "≤", "\uf0a5": "∞", "\uf0ae": "→",  # noqa: RUF001
        "\uf0b0": "°", "\uf0b1": "±", "\uf0b3": "≥", "\uf0b4": "×", "\uf0b9": "≠", "\uf0bb": "≈",  # noqa: RUF001
        # Bullets, in that font and others.
        "\uf0a7": "•", "\uf0a8": "•", "\uf0b7": "•", "\uf0d8": "•", "\uf0fc": "•",
    }
)  # fmt: skip

# "\&lt;" was "&lt;" before it was escaped, and "<" before that; "&lte;" is none that HTML knows.
_ENTITY = re.compile(r"\\?&(?:amp;)*(lte?|gte?|le|ge|amp|quot|apos|nbsp|#[0-9]{2,5}|#x[0-9a-fA-F]{2,4});")
_ENTITIES = {"lte": "le", "gte": "ge"}

# "³" read as two characters, as by a program that does not know UTF-8.
_TWICE = re.compile("Â(?=[\u00a0-\u00bf])")

_BULLET = "[•‣⁃▪▫■□●○◦◘∙➢➤►▶✓✔❖]"  # noqa: RUF001
_START = re.compile(r"([ \t]*)((?:[*-][ \t]+)*)")
_LEADING_BULLET = re.compile(
    rf"{_BULLET}[ \t]*(?=\S)|(?:[·–—]|\\-|o(?=[ \t][A-Z]))[ \t]+(?=\S)"  # noqa: RUF001
    r"|(?:\\?-){1,3}(?=[A-Za-z]{2,}[ ,](?!.*--\s*$))"  # "-Over 3 years", but not "--A heading--"
)
_INLINE_BULLET = re.compile(rf"(?<![ \t])[ \t]+{_BULLET}[ \t]+(?=\S)")
_NUMBER = re.compile(r"([0-9]{1,3})\\?([.)])[ \t]+(?=\S)")
_MARK = re.compile(r"(?:[*-]|[0-9]{1,9}[.)])[ \t]+(?=\S)")
_NO_WORDS = re.compile(r"[ \t]*[*-][ \t]*")


def with_signs(text: str) -> str:
    """The signs that were meant, in CommonMark."""
    known = _TWICE.sub("", text.translate(_SYMBOLS))
    return _ENTITY.sub(lambda found: f"&{_ENTITIES.get(found[1], found[1])};", known)


def mended(text: str) -> str:
    """CommonMark in which lists are lists, and signs are those that were meant."""
    lines = with_signs(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_nested(line for written in lines for line in _lines(written)))


def _lines(written: str) -> list[str]:
    """The lines that one should have been; none for the mark of an item that has no words."""
    if _NO_WORDS.fullmatch(written):
        return []
    start = _START.match(written)
    assert start is not None  # noqa: S101 (it matches nothing, too)
    indent, marks, words = start[1], start[2], written[start.end() :]
    if bullet := _LEADING_BULLET.match(words):
        marks, words = marks or "* ", words[bullet.end() :]
    if words.startswith("+ "):
        words = "\\" + words  # more often a sum than a list
    further = indent + " " * len(marks)
    first, *others = _numbered(words)
    items = [indent + marks + first, *(further + other for other in others)]
    return [line for item in items for line in _bulleted(item)]


def _numbered(words: str) -> list[str]:
    """ "1. a. 2. b." as two items: what follows the end of a part under the very next number."""
    items = []
    while number := _NUMBER.match(words):
        following = rf"(?<=[.;:,)])[ \t]+(?={int(number[1]) + 1}\\?{re.escape(number[2])}[ \t]+\S)"
        item, *rest = re.split(following, words[number.end() :], maxsplit=1)
        items.append(f"{number[1]}{number[2]} {item}")
        if not rest:
            return items
        words = rest[0]
    return [*items, words]


def _bulleted(item: str) -> list[str]:
    """Bullets within a line as a list below it; one bullet alone is none unless a colon announces it."""
    first, *others = _INLINE_BULLET.split(item)
    if len(others) < 2 and not first.rstrip().endswith(":"):
        return [item]
    mark = re.match(r"[ \t]*(?:[*-][ \t]+)*(?:[0-9]{1,3}[.)][ \t]+)?", first)
    below = " " * mark.end() if mark else ""
    return [first, *(f"{below}* {other}" for other in others)]


def _nested(lines: Iterable[str]) -> Iterator[str]:
    """Each item under the one that it is indented from, however far; CommonMark counts blanks more strictly.

    A line that announces something ("Exclusion criteria:") and is not indented ends the list before it.
    """
    items: list[tuple[int, int]] = []  # those that are open: where the mark was, and where the words are now
    after_blank = True
    for line in lines:
        words = line.lstrip()
        if not words:
            after_blank = True
            yield ""
            continue
        indent = len(line.expandtabs(4)) - len(words.expandtabs(4))
        mark = _MARK.match(words)
        announced = not indent and not mark and words.rstrip().endswith(":")
        if mark or after_blank or announced:
            while items and indent < items[-1][0] + 2:
                items.pop()
        if announced and not after_blank:
            yield ""
        now = items[-1][1] if items and indent else 0
        yield " " * now + words
        if mark:
            items.append((indent, now + mark.end()))
        after_blank = False
