"""Registry texts on the screen: CommonMark with its escapes, rendered so that no word and no sign is lost.

Registries write CommonMark, but much of it was made from plain text. Where a mark-up reading would swallow or
change what was meant ("> 3 x ULN" as a quotation, "# of patients" as a heading, indented lines as code, the
sign in "0.5*10^9/L" as emphasis), the reading is switched off and the characters stay. Numbers of list items
are kept as written.
"""

import re
from collections.abc import Sequence
from html import unescape

import nh3
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from trials.reading.mending import mended, with_signs

# What stands alone over a list of criteria, whoever writes it and however.
_HEADING = re.compile(
    r"(?:(?:key|main|major|general|core|principal|study|patients?|subjects?|participants?) )*"
    r"(?:non-)?(?:inclusion|exclusion|eligibility)(?: and exclusion)?"
    r"(?: criteri(?:a|on)(?: ?[-–] ?[^:.]{1,60}| include| are)?)?"  # noqa: RUF001
    r"(?: for [^:.]{1,60}| \([^()]*\))? ?[:：]?",  # noqa: RUF001
    re.IGNORECASE,
)
# The same as the only words of an item, as many records write it: a heading, not one of the criteria.
_ITEM = re.compile(r"[ \t]*[*-][ \t]+([^\n]{0,120}\bcriteri[^\n]{0,80})", re.IGNORECASE)
# "--Patient Characteristics--", a heading of records from before there were any.
_BETWEEN_DASHES = re.compile(r"[ \t]*(?:\\?-){2,3} ?(\w[^\n]{1,80}?) ?(?:\\?-){2,3}[ \t]*")
_SHORT = 80  # the most characters of a line that is a heading for ending with a colon

# Deeper than any real list; beyond it the parser would drop text.
_NESTING = 100

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# A place-holder that a publishing system failed to fill, shown as "[…]": "{{SITE_NAME}}", "{% if %}".
_MARKER = re.compile(r"\{\{[^{}\n]{0,80}\}\}|\{[%#][^{}\n]{0,80}[%#]\}")
_SEPARATOR = "<!-- -->"

# A line of these alone is its own HTML: reading most names and titles as CommonMark would be in vain. So is a
# paragraph that begins with a word: "o" may be a bullet.
_PLAIN = re.compile(r"[A-Za-z0-9 .,:;()/%+'-]*")
_PLAIN_PARAGRAPH = re.compile(r"(?!o )[A-Za-z][A-Za-z0-9 .,:;()/%+'-]*(?<! )")

_BLOCK_TAGS = {"p", "br", "ol", "ul", "li", "em", "strong", "a", "hr", "h4"}
_LINE_TAGS = {"em", "strong"}
_ATTRIBUTES = {"p": {"class"}, "ol": {"start", "class"}, "li": {"value"}, "a": {"href"}}


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 (its parent's name)
        """Only links that say where they go; anything else stays the text that it is."""
        return url.lower().startswith(("http://", "https://"))


def _separator(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A comment on a line of its own, by which CommonMark keeps two lists apart; nothing of it is shown."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if line.rstrip() != _SEPARATOR:
        return False
    if not silent:
        state.line = start + 1
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Around words alone, and by two asterisks: one is a sign ("0.5*10^9/L") or leads to a footnote."""
    mark = state.src[state.pos]
    if silent or mark not in "*_":
        return False
    run = state.scanDelims(state.pos, False)
    ends = (run.can_open, run.can_close) if run.length > 1 or mark == "_" else (False, False)
    for _ in range(run.length):
        state.push("text", "", 0).content = mark
        state.delimiters.append(Delimiter(ord(mark), run.length, len(state.tokens) - 1, -1, *ends))
    state.pos += run.length
    return True


def _list_open(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """An ordered list shows "1)" where "1)" is written."""
    if tokens[index].markup == ")":
        tokens[index].attrSet("class", "paren")
    return renderer.renderToken(tokens, index, options, env)


def _item_open(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A list may skip numbers, and its readers refer to them: each item keeps its own."""
    if tokens[index].info:
        tokens[index].attrSet("value", str(int(tokens[index].info)))
    return renderer.renderToken(tokens, index, options, env)


def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False, "breaks": True, "maxNesting": _NESTING})
    parser.disable(["blockquote", "code", "fence", "heading", "lheading", "reference", "html_block"])
    parser.disable(["backticks", "image", "html_inline"])
    parser.block.ruler.before("list", "separator", _separator, {"alt": ["paragraph", "list"]})
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.add_render_rule("ordered_list_open", _list_open)
    parser.add_render_rule("list_item_open", _item_open)
    return parser


_PARSER = _parser()


def _prepared(text: str) -> str:
    """Comments alone on their lines separate lists, others go."""
    without = _COMMENT.sub(_SEPARATOR, mended(text))
    lines = (
        line if line.strip() == _SEPARATOR else _headed(line.replace(_SEPARATOR, " "))
        for line in without.split("\n")
    )
    return _filled("\n".join(lines))


def _headed(line: str) -> str:
    """A heading apart from what stands above and below it, without its bullet or dashes."""
    if (item := _ITEM.fullmatch(line)) and _HEADING.fullmatch(item[1].strip()):
        return f"\n{item[1].strip()}\n"
    if between := _BETWEEN_DASHES.fullmatch(line):
        return f"\n**{between[1]}**\n"
    return line


def _filled(text: str) -> str:
    return _MARKER.sub("[…]", text)


def rendered(text: str) -> SafeString:
    """Paragraphs and lists; line breaks stay where they were."""
    if _PLAIN_PARAGRAPH.fullmatch(text):
        return mark_safe(f"<p>{text}</p>\n")  # noqa: S308  (nothing in it could be mark-up)
    return _cleaned(_PARSER.render(_prepared(text)))


def _cleaned(html: str) -> SafeString:
    # nh3 lets through only what is listed; its result is what is safe, not the parser's.
    return mark_safe(  # noqa: S308
        nh3.clean(
            html,
            tags=_BLOCK_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes={"http", "https"},
            link_rel="nofollow noopener noreferrer",
        )
    )


def rendered_criteria(text: str) -> SafeString:
    """Like `rendered`, with "Inclusion Criteria:" as a heading; what announces a list stands out."""
    tokens = _PARSER.parse(_prepared(text))
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type != "paragraph_open" or opening.level:
            continue
        words = inline.content.strip()
        if _HEADING.fullmatch(words):
            opening.tag = closing.tag = "h4"
        elif words.endswith(":") and len(words) <= _SHORT and "\n" not in words:
            opening.attrSet("class", "announces")
    return _cleaned(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def rendered_line(text: str) -> SafeString:
    """One line, for names and titles: escapes undone, no blocks and no links."""
    if _PLAIN.fullmatch(text):
        return mark_safe(text)  # noqa: S308  (nothing in it could be mark-up)
    html = _PARSER.renderInline(_filled(_COMMENT.sub(" ", with_signs(text))))
    return mark_safe(nh3.clean(html.replace("<br />", " "), tags=_LINE_TAGS, attributes={}))  # noqa: S308


def plain_line(text: str) -> str:
    """One line where no mark-up can be, such as a choice of a list or the title of a window."""
    return unescape(strip_tags(rendered_line(text)))
