"""docs/summary*.svg: the summary of the tutorial, drawn as a terminal shows it."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

from tools.docs.pages import DOCS, blocks

PICTURES = {
    DOCS / "summary.svg": DOCS / "tutorial.md",
    DOCS / "summary.zh-CN.svg": DOCS / "tutorial.zh-CN.md",
}
_COMMAND = "aidledger report summary"
_BETWEEN_CELLS = re.compile(r"( {2,})")
# Rich's own format fetches its font from the network; a picture in a README fetches nothing.
_FORMAT = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
    font-family: Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", "Microsoft YaHei", monospace;
    font-size: {char_height}px;
    line-height: {line_height}px;
}}
.{unique_id}-title {{
    font-family: Arial, "DejaVu Sans", sans-serif;
    font-size: 18px;
    font-weight: bold;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def drawn(page: Path) -> str:
    """The picture of the one block of a page that shows the summary."""
    (block,) = (one for one in blocks(page.read_text(encoding="utf-8")) if one.commands() == [_COMMAND])
    prompt, *lines = block.text.splitlines()
    width = max(map(cell_len, lines))
    console = Console(record=True, width=width, file=StringIO(), color_system="truecolor", legacy_windows=False)
    console.print(_line(prompt, "bright_green"))
    for number, line in enumerate(lines):
        console.print(_line(line, "bold bright_white" if number < 2 else "white"))
    svg = console.export_svg(title="aidledger", theme=SVG_EXPORT_THEME, code_format=_FORMAT, unique_id="terminal")
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines() if line.strip())


def _line(text: str, style: str) -> Text:
    # Each cell is a piece of its own, so that it starts in its column even where a font is not quite monospaced.
    line = Text()
    for piece in _BETWEEN_CELLS.split(text):
        line.append(piece, None if piece.isspace() else style)
    return line
