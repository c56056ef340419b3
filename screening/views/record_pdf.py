"""The record as a PDF: text that can be selected and searched, with its number and digest on every page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from importlib.resources import files
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from fpdf import FPDF, FontFace
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.table import Table

from screening.views.signed import utc

if TYPE_CHECKING:
    from screening.views.record import Record
    from screening.views.recorded import Entry, RecordLine

FONT = "source"
# Source Sans Pro: Latin, Greek and Cyrillic with their accents, and the signs that criteria are written with.
FILES = {"": "SourceSansPro-Regular.ttf", "B": "SourceSansPro-Semibold.ttf"}
INK, QUIET, LINE, BAD = (20, 24, 31), (88, 96, 108), (205, 210, 217), (163, 29, 29)
MARGIN, SMALL, TEXT, HEADING = 16, 8, 9, 12
PADDING, INDENT = 0.9, 4


def pdf_of(record: Record) -> bytes:
    page = _Pages(record)
    page.add_page()
    _summary(page, record)
    _signature(page, record)
    _criteria(page, record)
    for title, entries in (
        (_("Facts"), record.recorded.facts),
        (_("Dates of events"), record.recorded.dates),
        (_("Half-lives"), record.recorded.half_lives),
        (_("Protocol deviations"), record.recorded.deviations),
    ):
        _entries(page, title, entries)
    _trail(page, record)
    return bytes(page.output())


class _Pages(FPDF):
    """A4 with the record's number, state and digest around what is written."""

    def __init__(self, record: Record) -> None:
        super().__init__(format="A4")
        self.record = record
        for style, name in FILES.items():
            self.add_font(FONT, style, str(files("font_source_sans_pro") / "files" / name))
        self.set_margins(MARGIN, MARGIN + 6, MARGIN)
        self.set_auto_page_break(True, MARGIN + 6)
        self.set_title(_("Screening record %(number)s") % {"number": record.number})
        self.set_creator("Trialdesk")
        self.set_lang("en")
        self.alias_nb_pages()

    def header(self) -> None:
        self.set_y(MARGIN - 6)
        self.style(SMALL, color=QUIET)
        self.cell(0, 4, _("Screening record %(number)s") % {"number": self.record.number})
        state = self.record.state
        self.set_x(self.l_margin)
        self.style(SMALL, "B", BAD if state.look == "bad" else INK)
        self.cell(0, 4, self.writable(f"{state.words}: {state.detail}"), align="R")
        self.ln(5)
        self.set_draw_color(*LINE)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.set_y(self.t_margin)

    def footer(self) -> None:
        self.set_y(-MARGIN - 2)
        self.style(7, color=QUIET)
        words = _("SHA-256 of the content: %(digest)s") % {"digest": self.record.digest}
        self.cell(0, 4, words)
        self.set_x(self.l_margin)
        numbers = _("Page %(page)d of %(pages)s") % {"page": self.page_no(), "pages": "{nb}"}
        self.cell(0, 4, f"{self.record.number} · {numbers}", align="R")
        self.ln(4)
        self.cell(0, 4, _("Printed %(time)s") % {"time": self.record.printed})

    def style(self, size: float = TEXT, style: str = "", color: tuple[int, int, int] = INK) -> None:
        self.set_font(FONT, style, size)
        self.set_text_color(*color)

    def write_line(self, text: str, *, size: float = TEXT, bold: bool = False, quiet: bool = False) -> None:
        self.style(size, "B" if bold else "", QUIET if quiet else INK)
        self.multi_cell(0, size * 0.5, self.writable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")

    def heading(self, text: str) -> None:
        """Not alone at the foot of a page."""
        if self.will_page_break(24):
            self.add_page()
        self.ln(4)
        self.write_line(text, size=HEADING, bold=True)
        self.ln(1)

    def ruled_table(
        self, widths: tuple[int, ...], *, headed: bool, size: float = TEXT
    ) -> AbstractContextManager[Table]:
        self.style(size)
        self.set_draw_color(*LINE)
        return self.table(
            col_widths=widths,
            line_height=4.2,
            padding=PADDING,
            first_row_as_headings=headed,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=QUIET),
            text_align="LEFT",
            v_align="TOP",
        )

    def writable(self, text: str) -> str:
        """The text in signs that the font has: the nearest one, or else its number, and never nothing."""
        known = self.fonts[FONT].cmap  # type: ignore[union-attr]
        signs = []
        for sign in unicodedata.normalize("NFC", text):
            if ord(sign) in known or sign == "\n":
                signs.append(sign)
                continue
            plain = unicodedata.normalize("NFKC", sign)
            if plain.isspace() or unicodedata.category(sign) in ("Cc", "Cf"):
                signs.append(" ")
            elif all(ord(each) in known for each in plain):
                signs.append(plain)
            else:
                signs.append(f"[U+{ord(sign):04X}]")
        return "".join(signs)


def _summary(page: _Pages, record: Record) -> None:
    page.write_line(_("Screening record %(number)s") % {"number": record.number}, size=16, bold=True)
    page.ln(2)
    _pairs(page, record.head)
    recorded = record.recorded
    page.heading(_("Outcome of the answers: %(outcome)s") % {"outcome": recorded.outcome["words"]})
    for reason in recorded.reasons:
        page.write_line(f"{reason.path}: {reason.text} — {reason.value_words}")
    for caveat in recorded.caveats:
        page.write_line(caveat, quiet=True)


def _signature(page: _Pages, record: Record) -> None:
    page.heading(_("Signature"))
    signed = record.manifestation
    if signed is None:
        page.write_line(_("Nobody has signed this record."), bold=True)
        return
    rows = (
        (_("Signed by"), signed.name),
        (_("Meaning"), signed.meaning.capitalize()),
        (_("Time"), f"{signed.utc}; {signed.local}"),
        (_("Checked against the full protocol"), signed.attestation),
        (_("Signed content (SHA-256)"), record.digest),
        (_("State"), f"{record.state.words}: {record.state.detail}"),
    )
    _pairs(page, [(name, words) for name, words in rows if words])
    for change in record.found:
        page.write_line(f"{change.name}: {change.before} → {change.after}", quiet=True)


def _pairs(page: _Pages, rows: Sequence[tuple[str, ...]]) -> None:
    _table(page, (1, 3), (), rows, bold_first=True)


def _criteria(page: _Pages, record: Record) -> None:
    page.heading(_("Criteria as worded, and what was answered"))
    with page.ruled_table((100, 26, 52), headed=True) as table:
        table.row((_("Criterion"), _("Answer"), _("By, when")))
        for line in record.recorded.lines:
            inset = (PADDING, PADDING, PADDING, PADDING + INDENT * line.depth)
            words = page.writable(_worded(line))
            row = table.row()
            if line.kind != "statement":
                bold = FontFace(emphasis="BOLD") if line.kind in ("section", "group") else None
                row.cell(words, colspan=3, style=bold, padding=inset)
                continue
            row.cell(words, padding=inset)
            said = line.said
            if said is None:
                row.cell(_("Not answered"))
                row.cell("")
                continue
            row.cell(
                said.words + (_(" (proposed)") if said.proposed else ""), style=FontFace(emphasis="BOLD")
            )
            row.cell(page.writable(f"{said.who}, {_local(said.at)}"))
            if said.notes:
                notes = page.writable("\n".join(said.notes))
                table.row().cell(notes, colspan=3, style=FontFace(color=QUIET), padding=inset)


def _worded(line: RecordLine) -> str:
    if line.kind == "section":
        return ": ".join(filter(None, (line.label, line.text)))
    parts = [line.label, line.text, f"({line.logic})" if line.logic else "", line.cohorts]
    if line.kind == "lost":
        parts.insert(1, _("Lost in the source:"))
    return " ".join(filter(None, parts))


def _entries(page: _Pages, title: str, entries: Iterable[Entry]) -> None:
    rows = [(entry.name, entry.words, "; ".join(entry.notes)) for entry in entries]
    if rows:
        page.heading(title)
        _table(page, (3, 4, 4), (), rows, bold_first=True)


def _trail(page: _Pages, record: Record) -> None:
    page.heading(_("Extract of the audit trail"))
    heads = (_("When (UTC)"), _("Who"), _("What"), _("Before"), _("After"), _("Reason"))
    rows = [
        (utc(line.at).removesuffix(" UTC"), line.who, line.what, line.before, line.after, line.reason)
        for line in record.trail
    ]
    _table(page, (3, 3, 5, 4, 5, 3), heads, rows)


def _table(
    page: _Pages,
    widths: tuple[int, ...],
    heads: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
    *,
    bold_first: bool = False,
) -> None:
    with page.ruled_table(widths, headed=bool(heads), size=SMALL if heads else TEXT) as table:
        if heads:
            table.row(heads)
        for cells in rows:
            row = table.row()
            for place, words in enumerate(cells):
                bold = FontFace(emphasis="BOLD") if bold_first and place == 0 else None
                row.cell(page.writable(words), style=bold)


def _local(moment: object) -> str:
    return date_format(timezone.localtime(moment), "j M Y, H:i")  # type: ignore[arg-type]
