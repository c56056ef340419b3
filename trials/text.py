"""How texts are compared: without accents, case or the way spaces were typed."""

import re
import unicodedata

# Also as the address of a record ends, and as people write it: "NCT 01234567".
_NCT_ID = re.compile(r"\s*(?:https?://\S*[/=])?NCT[ :#-]{0,2}([0-9]{8})(?:[/?&#]\S*)?\s*", re.IGNORECASE)
# Letters that Unicode does not take apart into a base letter and a mark.
_UNMARKED = str.maketrans(
    {
        "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th",  # noqa: RUF001
        "ŋ": "n", "ĸ": "k", "‐": "-", "‑": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"',  # noqa: RUF001
    }
)  # fmt: skip


class _Bare(dict[int, str]):
    """What is left of a decomposed character; each is looked up once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        bare = "" if unicodedata.combining(character) else character.casefold().translate(_UNMARKED)
        self[code] = bare
        return bare


_BARE = _Bare()


def folded(text: str) -> str:
    """The key by which `text` is searched and sorted: "Málaga", "MALAGA" and "malaga" have the same."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKD", text.casefold()).translate(_BARE).split())


def humanised(enumeration: str) -> str:
    """An enumeration value that has no words of its own, readable: "NEW_STATUS" is "New status"."""
    words = " ".join(enumeration.replace("_", " ").split())
    return words[:1].upper() + words[1:].lower() if words.isupper() else words


def nct_id_in(text: str) -> str:
    """The NCT number, where the text is one, or the address of its record, and nothing else."""
    number = _NCT_ID.fullmatch(text)
    return f"NCT{number[1]}" if number else ""
