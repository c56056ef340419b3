"""The small value types: texts, dates, ages, addresses, words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.ages import days_of_years, maximum_days, minimum_days
from trials.dates import PartialDate
from trials.importers.addresses import normalised_country, normalised_state, normalised_zip
from trials.text import folded, humanised
from trials.vocabulary import Phase, words


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Málaga", "malaga"),
        ("Ma\u0301laga", "malaga"),
        ("  Sjögren's\n syndrome ", "sjogren's syndrome"),
        ("Sjögren’s", "sjogren's"),  # noqa: RUF001
        ("Łódź", "lodz"),
        ("STRASSE Straße", "strasse strasse"),
        ("Ålesund, Tromsø", "alesund, tromso"),
        ("1×10⁹/L", "1×109/l"),  # noqa: RUF001
        ("", ""),
    ],
)
def test_folding_forgets_accents_case_and_spacing(text: str, key: str) -> None:
    assert folded(text) == key


@given(st.text())
def test_a_folded_text_is_its_own_key(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_an_enumeration_without_words_is_made_readable() -> None:
    assert humanised("BRAND_NEW_STATUS") == "Brand new status"
    assert words(Phase, ["EARLY_PHASE1", "NA", "PHASE5"]) == ["Early phase 1", "Not applicable", "Phase5"]


@pytest.mark.parametrize(
    ("iso", "shown"), [("2024", "2024"), ("2024-12", "Dec 2024"), ("2026-11-03", "3 Nov 2026")]
)
def test_a_date_is_shown_with_the_precision_it_has(iso: str, shown: str) -> None:
    assert str(PartialDate(iso)) == shown


@pytest.mark.parametrize(
    "text",
    ["", "24-12", "2024-13", "2024-1", "2023-02-29", "2024-12-17T00:00", "Dec 2024", "0000", "2024-12\n"],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|month|year"):
        PartialDate(text)


def test_dates_sort_as_their_texts_do() -> None:
    dates = ["2024-12-17", "2024", "2025-01", "2024-12"]
    assert [date.iso for date in sorted(map(PartialDate, dates))] == sorted(dates)


@pytest.mark.parametrize(
    ("age", "lower", "upper"),
    [
        ("18 Years", 6574, 6575),
        ("1 Year", 365, 366),
        ("6 Months", 182, 183),
        ("2 weeks", 14, 14),
        ("1 Day", 1, 1),
        ("12 Hours", 0, 1),
        ("30 Minutes", 0, 1),
        ("N/A", None, None),
        ("", None, None),
    ],
)
def test_a_lower_age_is_rounded_down_and_an_upper_one_up(age: str, lower: int, upper: int) -> None:
    assert (minimum_days(age), maximum_days(age)) == (lower, upper)


@pytest.mark.parametrize("age", ["18", "eighteen", "-1 Years", "18 Yeers", "18.5 Years", "999999999 Years"])
def test_what_is_no_age_is_refused(age: str) -> None:
    with pytest.raises(ValueError, match="18 Years"):
        minimum_days(age)


@given(st.integers(0, 150))
def test_whoever_is_as_old_as_a_limit_is_within_it(years: int) -> None:
    lower, upper = minimum_days(f"{years} Years"), maximum_days(f"{years} Years")
    assert lower is not None
    assert upper is not None
    assert lower <= days_of_years(years) <= upper


@pytest.mark.parametrize(
    ("state", "country", "normalised"),
    [
        ("Kanagawa-ku", "Japan", "Kanagawa"),
        ("Ishikawa-ken", "Japan", "Ishikawa"),
        ("Tokyo", "Japan", "Tokyo"),
        ("Bunkyo-ku", "Japan", "Bunkyo-ku"),
        ("Hokkaido", "Japan", "Hokkaido"),
        ("Kanagawa-ku", "Elsewhere", "Kanagawa-ku"),
        ("", "China", ""),
    ],
)
def test_only_what_surely_is_a_prefecture_loses_its_suffix(state: str, country: str, normalised: str) -> None:
    assert normalised_state(state, country) == normalised


def test_postal_codes_stay_text() -> None:
    assert normalised_zip("07740", "Germany") == "07740"
    assert normalised_zip(" 920  8641 ", "Japan") == "920 8641"
    assert normalised_zip("1105 az", "Netherlands") == "1105 AZ"
    assert normalised_zip("Nw1 2bu", "United Kingdom") == "NW1 2BU"


def test_countries_have_one_name() -> None:
    assert normalised_country("Korea, Republic of") == normalised_country("South Korea")
    assert normalised_country("Turkey (Türkiye)") == normalised_country("Turkey") == "Türkiye"
