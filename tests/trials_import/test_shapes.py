"""Every shape in which people have records is read, with the records as they came."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials_import.reading import found, line, nct, read, study, zipped, zipped_into_a_pipe
from trials.importers.incoming import Incoming
from trials.importers.sources import records
from trials.importers.sources.framing import Framing
from trials.importers.sources.texts import Window

THREE = [study(1), study(2, hasResults=False, note='A "quoted" {text}, Ω and 🧪'), study(3)]
LINES = "\n".join(map(json.dumps, THREE))
PRETTY = [json.dumps(one, indent=2, sort_keys=True, ensure_ascii=False) for one in THREE]
PAGE = {"totalCount": 3, "studies": THREE, "nextPageToken": "abc"}


SHAPES = {
    "one study after another": LINES.replace("\n", ""),
    "JSON lines": LINES,
    "JSON lines with blank ones, and the end of a line": f"\n\n{LINES}\n\n",
    "JSON lines with carriage returns": LINES.replace("\n", "\r\n"),
    "pretty studies one after another": "\n".join(PRETTY),
    "a list": json.dumps(THREE),
    "a pretty list": json.dumps(THREE, indent=1),
    "a list of one line each": "[\n" + ",\n".join(map(json.dumps, THREE)) + "\n]",
    "a page": json.dumps(PAGE),
    "a pretty page": json.dumps(PAGE, indent=4),
    "a page that says everything before its studies": json.dumps({"nextPageToken": 'a"b', **PAGE}),
    "a page that says more before its studies": json.dumps({"query": {"studies": [7]}, **PAGE}),
    "pages, a line each": "\n".join(json.dumps({"studies": [one]}) for one in THREE),
    "a list of pages": json.dumps([{"studies": [one], "nextPageToken": "x"} for one in THREE]),
    "lists and studies mixed": f"{json.dumps(THREE[:1])}\n{LINES.splitlines()[1]} {json.dumps(THREE[2:])}",
    "a list without its commas": "[" + " ".join(map(json.dumps, THREE)) + "]",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_every_shape_in_every_encoding(shape: str, encoding: str) -> None:
    incoming, refused = found(Path("-"), stdin=shape.encode(encoding))
    assert ([one.record for one in incoming], refused) == (THREE, [])
    assert [json.loads(one.raw) for one in incoming] == THREE


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzipped": gzip.compress,
    "gzipped twice": lambda content: gzip.compress(gzip.compress(content)),
    "gzipped in parts": lambda content: b"".join(
        gzip.compress(content[at : at + 99]) for at in range(0, 999, 99)
    ),
    "gzipped and padded": lambda content: gzip.compress(content) + bytes(700),
    "zipped": lambda content: zipped({"a.json": content}),
    "zipped without packing": lambda content: zipped({"a.json": content}, method=zipfile.ZIP_STORED),
    "zipped into a pipe": lambda content: zipped_into_a_pipe({"a.json": content}),
    "zipped for large sizes": lambda content: zipped_into_a_pipe({"long.json": content}),
    "gzipped in a zip in a zip": lambda content: zipped({"b.zip": zipped({"a": gzip.compress(content)})}),
    "zipped with folders and what an operating system adds": lambda content: zipped(
        {"d/": b"", "d/.DS_Store": b"?", "__MACOSX/._a": b"?", "../../d/a.json": content}
    ),
}


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
def test_packed_files(pack: Callable[[bytes], bytes]) -> None:
    assert read(pack(LINES.encode())) == ([1, 2, 3], [])


def test_an_archive_of_many_files_is_read_in_its_order() -> None:
    many = {f"{number}.json": line(number) for number in (3, 1, 2)}
    for archive in (zipped(many), zipped_into_a_pipe(many)):
        assert read(archive) == ([3, 1, 2], [])


def test_folders_are_read_by_name_with_all_that_is_in_them(tmp_path: Path) -> None:
    for name, number in (("b/2", 2), ("a.json", 1), ("c/d/3.html", 3), (".hidden/9", 9), ("c/.9.json", 9)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(line(number))
    incoming, refused = found(tmp_path)
    assert [one.nct_id for one in incoming] == [nct(1), nct(2), nct(3)]
    assert refused == []


def test_a_record_says_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "page.json"
    file.write_text(json.dumps(PAGE, indent=1))
    assert [one.where for one in found(file)[0]] == [
        f"{file}:4 studies[0]",
        f"{file}:11 studies[1]",
        f"{file}:20 studies[2]",
    ]
    file.write_text(LINES)
    assert [one.where for one in found(file)[0]] == [f"{file}:1", f"{file}:2", f"{file}:3"]


def test_a_record_is_kept_byte_by_byte() -> None:
    odd = b'{ "protocolSection" : {"a":1.10, "b":-0.0, "c": 1e2,\t"d": "\\u00e9 \xc3\xa9" } }'
    assert [one.raw for one in found(Path("-"), stdin=b"[ " + odd + b" ]")[0]] == [odd]


def test_a_page_says_where_the_next_one_is() -> None:
    framing = Framing(Window(iter([json.dumps(PAGE)])), "page")
    assert len(list(framing)) == 3
    assert framing.page == {"totalCount": 3, "nextPageToken": "abc"}


@given(st.sampled_from(list(SHAPES.values())), st.integers(1, 40), st.integers(0, 40))
def test_it_does_not_matter_in_which_pieces_a_text_comes(shape: str, size: int, first: int) -> None:
    pieces = [shape[:first], *(shape[at : at + size] for at in range(first, len(shape), size))]
    incoming = list(Framing(Window(iter(pieces)), "-"))
    assert [one.record for one in incoming if isinstance(one, Incoming)] == THREE


def test_what_was_read_is_told_as_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(LINES.encode()))
    sizes: list[int] = []
    assert len(list(records([tmp_path], heard=sizes.append))) == 3
    assert sum(sizes) == (tmp_path / "a").stat().st_size
