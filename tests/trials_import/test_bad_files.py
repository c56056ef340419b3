"""Archives and folders that are damaged, hostile or odd: one clear line each, and the rest is read."""

from __future__ import annotations

import gzip
import io
import os
import random
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.trials_import.reading import found, line, nct, read, told, zipped, zipped_into_a_pipe
from trials.importers.sources import records
from trials.importers.sources.pieces import DAMAGED

ONE, TWO = line(1), line(2)
# Such that packing makes little of it, so that many records are whole before the end.
NOISE = random.Random(1).randbytes(40_000).hex().encode()
LONG = ONE + b'\n{"a": "' + NOISE + b'"}'


def changed(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :]


def encrypted(archive: bytes) -> bytes:
    """As if: the mark is set that says so, for the first member."""
    return archive[:6] + bytes([archive[6] | 1]) + archive[7:]


def tar() -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.json"))
    return content.getvalue()


CUT_GZIP = "ends too early: its gzip data was cut off"
CUT_ZIP = "ends too early: the archive was cut off"
CHECKSUM = f"its checksum is not right: {DAMAGED}"
TWO_FILES = {"a": LONG, "b": TWO}
PACKED: dict[str, tuple[bytes, list[int], list[str]]] = {
    "gzip, cut off": (gzip.compress(LONG)[:-20_000], [1], [f"-:2 {CUT_GZIP}"]),
    "gzip without its checksum": (gzip.compress(ONE)[:-8], [1], [f"-:1 {CUT_GZIP}"]),
    "gzip, begun": (gzip.compress(ONE)[:6], [], [f"- {CUT_GZIP}"]),
    "gzip of nothing": (gzip.compress(b""), [], ["- is empty"]),
    "gzip and something": (
        gzip.compress(ONE) + b"something",
        [1],
        ["-:1 something that is not gzip data follows the end of its gzip data"],
    ),
    "gzip with another checksum": (
        changed(gzip.compress(ONE), len(gzip.compress(ONE)) - 7),
        [],
        [f"- cannot be unpacked from here on: {DAMAGED}"],
    ),
    "zip, cut off": (zipped(TWO_FILES)[:30_000], [1], [f"-/a:2 {CUT_ZIP}"]),
    "zip from a pipe, cut off": (zipped_into_a_pipe(TWO_FILES)[:30_000], [1], [f"-/a:2 {CUT_ZIP}"]),
    "zip without its end": (
        zipped(TWO_FILES).partition(b"PK\x01\x02")[0],
        [1, -1, 2],
        ["- the archive ends too early: it was cut off"],
    ),
    "zip, begun": (zipped(TWO_FILES)[:12], [], ["- the archive ends too early: it was cut off"]),
    "zip with another checksum": (changed(zipped(TWO_FILES), 14), [1, -1, 2], [f"-/a:2 {CHECKSUM}"]),
    "zip from a pipe with another checksum": (
        changed(pipe := zipped_into_a_pipe(TWO_FILES), pipe.index(b"PK\x07\x08") + 4),
        [1, -1, 2],
        [f"-/a:2 {CHECKSUM}"],
    ),
    "zip, encrypted": (encrypted(zipped(TWO_FILES)), [2], ["-/a is encrypted"]),
    "zip with another method": (
        zipped({"a": ONE}, method=zipfile.ZIP_LZMA),
        [],
        ["-/a is packed by a method that is not read here (14): unpack it first"],
    ),
    "zip of what is none": (zipped({"a\n\x1b[2J": b"no", "b": TWO}), [2], ["-/a\\n\\x1b[2J is not JSON"]),
    "an Office document": (
        zipped({"[Content_Types].xml": b"<a/>", "b": TWO}),
        [],
        ["- is an Office document"],
    ),
    "packed and packed": (
        zipped({"a": gzip.compress(gzip.compress(gzip.compress(gzip.compress(ONE)))), "b": TWO}),
        [2],
        ["-/a is packed more than 4 times over"],
    ),
    "a tar archive": (gzip.compress(tar()), [], ["- is a tar archive: unpack it first"]),
    "much of nothing": (zipped({"a": gzip.compress(bytes(10**7)), "b": TWO}), [2], ["-/a is not JSON"]),
    "much that is blank": (gzip.compress(b" " * 10**7 + ONE), [1], []),
}


@pytest.mark.parametrize(("content", "numbers", "lines"), PACKED.values(), ids=PACKED)
def test_what_was_whole_is_read_of_packed_files(content: bytes, numbers: list[int], lines: list[str]) -> None:
    assert read(content) == (numbers, lines)


def test_an_archive_that_is_cut_off_anywhere_ends_with_one_line() -> None:
    small = {"a": ONE, "b/": b"", "c": TWO}
    for archive in (zipped(small), zipped_into_a_pipe(small), gzip.compress(ONE + b"\n" + TWO)):
        directory = archive.find(b"PK\x01\x02")
        for end in range(5, len(archive) if directory < 0 else directory):
            numbers, lines = read(archive[:end])
            assert len(lines) == 1, (end, numbers, lines)


def test_links_are_followed_and_no_folder_is_read_twice(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    (folder / "inner").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/1").write_bytes(ONE)
    (folder / "inner/loop").symlink_to(folder)
    (folder / "one").symlink_to(tmp_path / "elsewhere")
    (folder / "other").symlink_to(tmp_path / "elsewhere")
    (folder / "round").symlink_to("round")
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    incoming, refused = found(folder)
    assert [one.nct_id for one in incoming] == [nct(1)]
    assert list(map(told, refused)) == [
        f"{folder}/gone cannot be read: No such file or directory",
        f"{folder}/round cannot be read: Too many levels of symbolic links",
    ]


def test_a_folder_without_files_is_told_with_where_it_was_looked(tmp_path: Path) -> None:
    (tmp_path / "inner/deeper").mkdir(parents=True)
    (tmp_path / "inner/.DS_Store").touch()
    none = "no study was found: there is no file in this folder"
    for folder, reason in (("", f"{none}, nor in the 2 within it"), ("inner/deeper", none)):
        incoming, [refused] = found(tmp_path / folder)
        assert (incoming, told(refused)) == ([], f"{tmp_path / folder} {reason}")


def test_what_is_no_file_is_not_read_in_a_folder_but_where_it_was_asked_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    [refused] = found(tmp_path)[1]
    assert told(refused) == f"{tmp_path}/pipe is a pipe, socket or device, which is not read in a folder"
    reading, writing = os.pipe()
    os.write(writing, ONE)
    os.close(writing)
    assert [one.nct_id for one in found(Path(f"/dev/fd/{reading}"))[0]] == [nct(1)]
    os.close(reading)
    assert told(found(Path("/dev/zero"))[1][0]) == "/dev/zero is not JSON"


def test_what_cannot_be_read_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(ONE)
    reading = records(
        [tmp_path / "1", tmp_path / "missing", Path("nul\0"), tmp_path / ("a" * 300), Path("-")]
    )
    assert [getattr(one, "nct_id", "") for one in reading][:1] == [nct(1)]
    lines = [
        told(refused) for refused in found(tmp_path / "missing", Path("nul\0"), Path("a" * 300), Path("-"))[1]
    ]
    assert lines == [
        f"{tmp_path}/missing cannot be read: No such file or directory",
        "nul\\x00 cannot be read: stat: embedded null character in path",
        f"{'a' * 300} cannot be read: File name too long",
        "- standard input is closed",
    ]


def test_a_file_that_vanishes_meanwhile_is_told(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(ONE)
    reading = iter(records([tmp_path]))
    next(reading)
    (tmp_path / "b").unlink()
    assert told(next(reading)) == f"{tmp_path}/b cannot be read: No such file or directory"  # type: ignore[arg-type]


def test_folders_may_be_nested_deeply(tmp_path: Path) -> None:
    here = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _level in range(1100):
            os.mkdir("d")
            os.chdir("d")
        Path("1").write_bytes(ONE)
    finally:
        os.chdir(here)
    assert [one.nct_id for one in found(tmp_path)[0]] == [nct(1)]
