"""The tour's text shows the pictures that its script makes, and all of them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_picture_of_the_tour_is_made_and_shown() -> None:
    made = re.findall(r'self\.picture\(page, "([a-z-]+)"\)', (ROOT / "tests/tour.py").read_text())
    shown = re.findall(r"!\[[^\]]+\]\(tour/([a-z-]+)\.png\)", (ROOT / "docs/tour.md").read_text())
    assert len(set(made)) == len(made)
    assert sorted(made) == sorted(shown)


def test_the_pictures_of_the_readme_are_here_and_small() -> None:
    shown = re.findall(r"!\[[^\]]+\]\((docs/[^)]+)\)", (ROOT / "README.md").read_text())
    assert all((ROOT / picture).stat().st_size <= 150 * 1024 for picture in shown)
