"""The pictures are well-formed, need nothing from elsewhere, and their texts fit where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

IMAGES = sorted((Path(__file__).resolve().parents[2] / "docs/images").iterdir())
NAMESPACE = "{http://www.w3.org/2000/svg}"
SIZES = {"": 14.0, "small": 12.0, "head": 14.0}
BOLD = 1.1
# Widths of DejaVu Sans, the widest font that readers are likely to have, in parts of its size.
NARROW, WIDE = "ijl.,:;'|!()[]ft ’", "mwMW@%"
MARGIN = 2.0

each_picture = pytest.mark.parametrize("picture", IMAGES, ids=lambda path: path.name)


def width(text: str, kind: str) -> float:
    """About how long a text is, rather more than less."""
    sizes = (
        0.38 if one in NARROW else 0.98 if one in WIDE else 0.7 if one.isupper() else 0.615 for one in text
    )
    return sum(sizes) * SIZES[kind] * (BOLD if kind == "head" else 1)


def span(text: etree._Element) -> tuple[float, float]:
    """The left and the right end of a text."""
    x, length = float(text.get("x", "0")), width(text.text or "", text.get("class", ""))
    left = {"start": x, "middle": x - length / 2, "end": x - length}[text.get("text-anchor", "start")]
    return left, left + length


def outline(rect: etree._Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom."""
    x, y, wide, high = (float(rect.get(name, "0")) for name in ("x", "y", "width", "height"))
    return x, y, x + wide, y + high


@each_picture
def test_it_is_well_formed_and_stands_alone(picture: Path) -> None:
    assert picture.suffix == ".svg"
    root = etree.parse(str(picture)).getroot()
    assert root.tag == f"{NAMESPACE}svg"
    assert root.findtext(f"{NAMESPACE}title")
    assert not [node for node in root.iter() if any("href" in name for name in node.keys())]  # noqa: SIM118
    assert f"{root.get('width')} {root.get('height')}" == root.get("viewBox", "").removeprefix("0 0 ")


@each_picture
def test_every_text_is_within_the_box_that_it_stands_in(picture: Path) -> None:
    root = etree.parse(str(picture)).getroot()
    boxes = [outline(rect) for rect in root.iter(f"{NAMESPACE}rect")]
    texts = list(root.iter(f"{NAMESPACE}text"))
    assert texts
    for text in texts:
        x, y = float(text.get("x", "0")), float(text.get("y", "0"))
        around = [box for box in boxes if box[0] <= x <= box[2] and box[1] <= y <= box[3]]
        assert around, f"{text.text}: outside of the picture"
        inner = min(around, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
        left, right = span(text)
        assert inner[0] + MARGIN <= left, f"{text.text}: leaves its box on the left"
        assert right <= inner[2] - MARGIN, (
            f"{text.text}: leaves its box on the right by {right - inner[2]:.0f}"
        )


@each_picture
def test_no_two_texts_overlap(picture: Path) -> None:
    texts = list(etree.parse(str(picture)).getroot().iter(f"{NAMESPACE}text"))
    for number, one in enumerate(texts):
        for other in texts[number + 1 :]:
            apart = abs(float(one.get("y", "0")) - float(other.get("y", "0"))) >= 11
            (left, right), (other_left, other_right) = span(one), span(other)
            assert apart or right <= other_left or other_right <= left, f"{one.text} / {other.text}"


def test_a_text_that_is_too_long_is_found() -> None:
    assert width("refused: give promote more time", "") > 220
    assert width("refused: rebuild it", "") < 220
