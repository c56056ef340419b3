"""Whatever else is in a file: one clear line for each thing that cannot be imported, and the rest is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials_import.reading import found, line, read, study, told, zipped
from trials.importers.incoming import Refused
from trials.importers.sources import framing

ONE, TWO, THREE = line(1), line(2), line(3)


def with_value(text: str) -> bytes:
    """A record in which something else stands too, between two good ones."""
    odd = ONE.removesuffix(b"}") + b', "odd": ' + text.encode("utf-8", "surrogatepass") + b"}"
    return b"\n".join([TWO, odd, THREE])


# What stands in a record, and what is said of it.
VALUES = {
    "NaN": "odd: NaN is no number of JSON",
    "[1, -Infinity]": "odd[1]: -Infinity is no number of JSON",
    "1E400": "odd: the number is too large",
    "-1" + "0" * 5000: "odd: the number is too large",
    '{"a": [0, {"b": 1, "c": {}, "b": 1}]}': (
        'odd.a[1]: the key "b" stands twice, and which of the two holds nobody knows'
    ),
    '{"a": 1, "\\u0061": 2}': 'odd: the key "a" stands twice, and which of the two holds nobody knows',
    '{"a": "\\":", "b" : 1, "b": 2}': (
        'odd: the key "b" stands twice, and which of the two holds nobody knows'
    ),
    '"\\u0000"': "odd: the text has a NUL character",
    '{"\\u0000": 1}': 'odd: the key "\\x00" has a NUL character',
    '{"a": "\\ud83e"}': "odd.a: the text has half of a surrogate pair",
    '"\\uDDEA\\ud83e"': "odd: the text has half of a surrogate pair",
    '"\ud83e"': "is not UTF-8",
    "[" * 101 + "]" * 101: "is nested more than 100 levels deep",
    "[" * 100_000 + "]" * 100_000: "is nested too deeply",
    '{"a":' * 20_000 + "1" + "}" * 20_000: "is nested too deeply",
}


@pytest.mark.parametrize(("value", "reason"), VALUES.items(), ids=[value[:30] for value in VALUES])
def test_a_value_that_cannot_be_kept_spoils_its_record_alone(value: str, reason: str) -> None:
    assert read(with_value(value)) == ([2, 3], [f"-:2 NCT00000001 {reason}"])
    as_list = b"[" + with_value(value).replace(b"\n", b",") + b"]"
    assert read(as_list) == ([2, 3], [f"-:1 [1] NCT00000001 {reason}"])


@pytest.mark.parametrize(
    "value", ["-0.0", "-0", "1e-400", "1" + "0" * 400, '"\\ud83e\\uddea"', '"\\\\u0000"', "[" * 99 + "]" * 99]
)
def test_a_value_that_is_only_odd_is_kept(value: str) -> None:
    assert read(with_value(value)) == ([2, 1, 3], [])


def broken(text: bytes) -> dict[str, bytes]:
    """What is broken, as a line among lines, and in a list as programs write it with or without lines."""
    return {
        "lines": b"\n".join([ONE, text, THREE]),
        "lines in a list": b"[\n" + b",\n".join([ONE, text, THREE]) + b"\n]",
        "list": b"[" + b", ".join([ONE, text, THREE]) + b"]",
        "page": b'{"totalCount":3,"studies":[' + b",".join([ONE, text, THREE]) + b"]}",
    }


BROKEN = {
    "a key without quotes": b'{protocolSection: {"identificationModule": {}}}',
    "single quotes": b"{'protocolSection': {}}",
    "a missing value": b'{"protocolSection": }',
    "a missing colon": b'{"protocolSection" {}}',
    "a comma too many": b'{"protocolSection": {},}',
    "a wrong escape": b'{"protocolSection": {"a": "\\x"}}',
    "a bracket that does not fit": b'{"protocolSection": {"a": [1}}',
    "something cut out between brackets": TWO[:30] + b"}}",
    "a control character": b'{"protocolSection": {"a": "\t"}}',
    "something that is none": b"undefined",
    "None": b"None",
    "a comment": b"// here is nothing",
}


@pytest.mark.parametrize("shape", ["lines", "lines in a list", "list", "page"])
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_no_json_is_refused_alone(text: bytes, shape: str) -> None:
    numbers, lines = read(broken(text)[shape])
    assert numbers == [1, 3]
    assert len(lines) == 1
    assert "is not JSON (" in lines[0]


def test_a_broken_record_is_passed_over_by_its_brackets_where_nothing_else_helps() -> None:
    """In one line, and without the key by which records of the registry begin."""
    odd = [json.dumps({"a": '{["', **study(number)}) for number in (1, 2, 3)]
    assert read(f"[{','.join(odd)}]".replace('"nctId": "NCT00000002"', '"nctId" []').encode()) == (
        [1, 3],
        ["-:1 [1] is not JSON (Expecting ':' delimiter, character 68)"],
    )


CUT_OFF = "ends in the middle: it was cut off"
LIST = "the list does not end: something is missing"
PAGE = "the page does not end: something is missing"
ENDS = {
    "in a record": (ONE + b"\n" + TWO[:50], [f"-:2 {CUT_OFF}"]),
    "in a record after its number": (ONE + b"\n" + TWO[:-2], [f"-:2 NCT00000002 {CUT_OFF}"]),
    "in a record of a list": (b"[" + ONE + b"," + TWO[:50], [f"-:1 [1] {CUT_OFF}"]),
    "in a list after a record": (b"[" + ONE, [f"-:1 {LIST}"]),
    "in a list before a record": (ONE + b"[", [f"-:1 {LIST}"]),
    "in a page after a record": (b'{"studies": [' + ONE, [f"-:1 studies {LIST}"]),
    "in a page after its studies": (b'{"studies": [' + ONE + b"]", [f"-:1 {PAGE}"]),
    "in a page in what follows": (b'{"studies": [' + ONE + b'], "a": "', [f"-:1 {PAGE}"]),
    "twice": (ONE + b"}]}\n", ["-:1 a bracket ends nothing here: something is missing"]),
    "with further studies": (
        b'{"studies": [' + ONE + b'], "studies": [' + TWO + b"]}",
        ['-:1 the key "studies" stands twice: the second was not read'],
    ),
}


@pytest.mark.parametrize(("content", "lines"), ENDS.values(), ids=ENDS)
def test_what_was_whole_is_read_of_a_file_that_ends(content: bytes, lines: list[str]) -> None:
    assert read(content) == ([1], lines)


def test_a_line_that_was_cut_off_costs_no_other() -> None:
    for end in range(2, len(TWO) - 1):
        numbers, lines = read(b"\n".join([ONE, TWO[:end], THREE]))
        assert (numbers, len(lines)) == ([1, 3], 1), TWO[:end]


def test_bytes_that_got_lost_in_a_list_cost_the_record_that_they_were_in() -> None:
    content = b"[" + b",".join(line(number) for number in range(9)) + b"]"
    for start in range(2, 200):
        numbers, lines = read(content[:start] + content[start + 30 :])
        assert len(set(range(9)) - set(numbers)) <= 2, start
        assert 0 < len(lines) <= 2, start


AS_JSON = "records are needed as JSON"
FORMER = "is of the registry's former API: records of its API v2 are needed"
MISTAKES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "- is empty"),
    "blanks": (b" \n\n", "- is empty"),
    "null": (b"null", "-:1 an object is needed, not null"),
    "a number": (b"12", "-:1 an object is needed, not a number"),
    "a text": (b'"NCT00000001"', "-:1 an object is needed, not text"),
    "a list of lists": (b"[[]]", "-:1 [0] an object is needed, not a list"),
    "studies that are none": (b'{"studies": {}}', "-:1 studies: a list is needed, not an object"),
    "no studies": (b'{"studies": null}', "-:1 studies: a list is needed, not null"),
    "pages without end": (
        b'{"studies":[' * 7 + b"]}" * 7,
        "-:1 studies[0].studies[0].studies[0] studies: are pages within pages",
    ),
    "a table": (
        b"NCT Number,Study Title,URL\nNCT00000001,a,b\n",
        f"- is a table (CSV or the like): {AS_JSON}",
    ),
    "a table in quotes": (b'"NCT Number","Title","URL"\r\n', f"- is a table (CSV or the like): {AS_JSON}"),
    "a table with tabs": (b"1\tb\tc\n", f"- is a table (CSV or the like): {AS_JSON}"),
    "a list of numbers": (b"NCT00000001\nNCT00000002\n", "- is not JSON"),
    "a web page": (b" <!DOCTYPE html>\n<html>", f"- is a web page (HTML): {AS_JSON}"),
    "XML": (
        b'<?xml version="1.0"?><clinical_study>',
        f"- is XML: {AS_JSON}, as the registry's API v2 gives them",
    ),
    "YAML": (b"protocolSection:\n", "- is YAML: load_fixtures reads that, and here JSON is needed"),
    "a former response": (b'{"FullStudiesResponse": {"FullStudies": []}}', f"-:1 {FORMER}"),
    "a former study": (b'{"Rank": 1, "Study": {"ProtocolSection": {}}}', f"-:1 {FORMER}"),
    "FHIR": (b'{"resourceType": "Bundle"}', "-:1 is FHIR: records of the registry's API v2 are needed"),
    "a script": (b"var studies = [{}];", "- is not JSON"),
    "zeros": (bytes(2000), "- is not JSON"),
    "a PDF": (b"%PDF-1.7\n", "- is a PDF"),
    "bzip2": (b"BZh91AY", "- is packed with bzip2: unpack it first"),
    "Latin-1": (ONE.replace(b"protocolSection", b"\xe9"), "-:1 is not UTF-8"),
    "half of UTF-16": (b"\xff\xfe{", "- is not UTF-16 from here on"),
}


@pytest.mark.parametrize(("content", "told"), MISTAKES.values(), ids=MISTAKES)
def test_what_is_brought_by_mistake_is_called_by_its_name(content: bytes, told: str) -> None:
    assert read(content) == ([], [told])


def test_nothing_in_a_list_or_page_is_no_mistake() -> None:
    assert read(b"[]") == read(b'{"studies": []}') == read(zipped({})) == ([], [])


@given(st.text('{}[]":,\\\n1a\x00\ud800') | st.text())
def test_no_text_whatever_is_more_than_a_matter_of_refusals(text: str) -> None:
    for start in ("", "[", '{"studies": [', '{"studies": [], ', '{"protocolSection": '):
        list(framing.Framing(framing.Window(iter([start + text])), "-"))


@given(st.binary())
def test_no_bytes_whatever_are_more_than_a_matter_of_refusals(content: bytes) -> None:
    for start in (b"", b"\x1f\x8b\x08\0", b"PK\x03\x04", b"\xff\xfe{", b"\0\0\xfe\xff"):
        found(Path("-"), stdin=start + content)


LONG = {
    "a text": ('{"a": "', 'aa\\"[{,', '"}'),
    "lists": ('{"a": [', "[{}],", "1]}"),
    "a number": ('{"a": ', "1234", "}"),
    "blanks": ('{"a": ', "\t\r\n ", "}"),
}


@pytest.mark.parametrize(("before", "filler", "after"), LONG.values(), ids=LONG)
def test_a_record_that_is_too_long_is_passed_over_with_little_of_it_in_memory(
    before: str, filler: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []

    def pieces() -> Iterator[str]:
        yield f"[{ONE.decode()}, {before}"
        for _turn in range(99):
            yield filler * 500
            held.append(len(window.text))
        yield f"{after}, {THREE.decode()}]"

    monkeypatch.setattr(framing, "LONGEST", 20_000)
    window = framing.Window(pieces())
    first, long, last = list(framing.Framing(window, "-"))
    assert isinstance(long, Refused)
    assert told(long) == "-:1 [1] is longer than 64 MB"
    assert (first.nct_id, last.nct_id) == ("NCT00000001", "NCT00000003")
    assert max(held) < 30_000 < sum(map(len, pieces()))
