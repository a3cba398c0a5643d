"""`python3 simple_index.py DIRECTORY` writes DIRECTORY/simple: a PEP 503 index of the wheels in DIRECTORY/wheels.

dir2pi made such indexes; it has had no release since 2021, and its pages say neither what a wheel's
checksum is nor which Python it is for. pip needs the latter where one directory serves several.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import defaultdict
from email.parser import HeaderParser
from html import escape
from pathlib import Path
from zipfile import ZipFile

PAGE = '<!DOCTYPE html>\n<meta name="pypi:repository-version" content="1.0">\n<title>{}</title>\n{}\n'


def main(directory: Path) -> None:
    """Every wheel is in the index, and nothing else is."""
    projects = defaultdict(list)
    for wheel in sorted((directory / "wheels").glob("*.whl")):
        name = re.sub(r"[-_.]+", "-", wheel.name.partition("-")[0]).lower()
        projects[name].append(anchor(wheel))
    for name, anchors in projects.items():
        write(directory / "simple" / name, name, anchors)
    write(directory / "simple", "simple", [f'<a href="{name}/">{name}</a><br>' for name in projects])


def anchor(wheel: Path) -> str:
    """The link to a wheel, with its checksum and with the Pythons that it is for."""
    with ZipFile(wheel) as archive:
        record = next(name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        python = HeaderParser().parsestr(archive.read(record).decode()).get("Requires-Python")
    attribute = f' data-requires-python="{escape(python)}"' if python else ""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f'<a href="../../wheels/{wheel.name}#sha256={digest}"{attribute}>{wheel.name}</a><br>'


def write(directory: Path, title: str, lines: list[str]) -> None:
    """The page of a directory is there."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "index.html").write_text(PAGE.format(title, "\n".join(lines)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
