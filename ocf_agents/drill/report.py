"""What a drill has shown: lines for the terminal, and one HTML file with a picture of each round."""

from __future__ import annotations

from html import escape
from statistics import median
from typing import TYPE_CHECKING, Any

from .plan import Round
from .verdict import PARTED, REFUSED, WHOLE, faults_of, person

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH, MARGIN, ROW = 900, 70, 18
COLOURS = {"writable": "#2a7", "closed": "#dde", "off": "#444", "frozen": "#59c", "cut": "#c80"}
WRITES = "#7b5"
STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}"
    "td:first-child,th:first-child{text-align:left}.bad{color:#b00}code{background:#eee;padding:0 .3em}"
    "svg{width:100%;height:auto}svg text{font:11px sans-serif}h3{margin:1.5em 0 .2em}"
)
HEAD = (
    "faults", "agent", "rounds", "outage, median", "worst", "lost", "two writable", "failed", "for a person", "",
)  # fmt: skip


def line(result: dict[str, Any]) -> str:
    """A round in one line."""
    return (
        f"{result['round']:4} {title(result):44} outage {result['outage_ms']:>6} ms  "
        f"confirmed {result['confirmed']:>6}  {away([result])}{verdict(result)}"
    )


def verdict(result: dict[str, Any]) -> str:
    """How a round ended, in a few words."""
    asked = person(result)
    return "; ".join(faults_of(result)) or (f"safe, and asks a person: {asked}" if asked else "good")


def title(result: dict[str, Any]) -> str:
    """The faults of a round in a few words."""
    return round_of(result).title


def round_of(result: dict[str, Any]) -> Round:
    """The round that a result is of."""
    return Round(result["round"], result["agent"], tuple(result["faults"]), result["delay"])


def lost(results: Iterable[dict[str, Any]]) -> int:
    """The confirmed writes that no server has that answers, at the worst of all nodes."""
    return sum(max((n for n in result["lost"].values() if n), default=0) for result in results)


def away(results: list[dict[str, Any]]) -> str:
    """For how long each service was away, at the median, in a few words; empty if there is none."""
    names = dict.fromkeys(name for result in results for name in result["away_ms"])
    times = {name: median(result["away_ms"].get(name, 0) for result in results) for name in names}
    return "".join(f"{name} away {time:.0f} ms  " for name, time in times.items())


def rows(results: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The table: a row for each fault and agent."""
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for result in results:
        kind = " + ".join(result["faults"]) if len(result["faults"]) == 1 else "pairs"
        kinds.setdefault((kind, result["agent"]), []).append(result)
    return [
        (
            kind,
            agent,
            str(len(group)),
            f"{median(result['outage_ms'] for result in group):.0f} ms",
            f"{max(result['outage_ms'] for result in group)} ms",
            str(lost(group)),
            f"{sum(result['two_writable_s'] for result in group):.1f} s",
            str(sum(bool(faults_of(result)) for result in group)),
            str(sum(bool(person(result)) for result in group)),
            away(group).strip(),
        )
        for (kind, agent), group in sorted(kinds.items())
    ]


def beside(results: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The table of several agents, head first: a row for each fault, and in it what became of each agent."""
    kinds: dict[str, dict[str, list[dict[str, Any]]]] = {}
    agents = list(dict.fromkeys(result["agent"] for result in results))
    for result in results:
        kind = " + ".join(result["faults"])
        kinds.setdefault(kind, {}).setdefault(result["agent"], []).append(result)
    lines = [("fault", *(agent.removeprefix("ocf:") for agent in agents))]
    for kind, groups in kinds.items():
        lines.append((kind, *(became(groups[agent]) if agent in groups else "" for agent in agents)))
    return lines


def became(group: list[dict[str, Any]]) -> str:
    """What rounds of one fault and one agent came to, in a few words."""
    writable = sum(result["two_writable_s"] for result in group)
    broken = sum(result["final"] not in (WHOLE, PARTED, REFUSED) for result in group)
    words = [
        f"{median(result['outage_ms'] for result in group):.0f} ms",
        f"{lost(group)} lost" if lost(group) else "",
        f"two writable {writable:.1f} s" if writable else "",
        f"{broken} of {len(group)} not whole" if broken else "",
        "loser set apart" if any(result["final"] == PARTED for result in group) else "",
    ]
    return ", ".join(filter(None, words))


def summary(results: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The table, head first: one agent in numbers, or several side by side."""
    several = len({result["agent"] for result in results}) > 1
    return beside(results) if several else [HEAD, *rows(results)]


def table(results: list[dict[str, Any]]) -> str:
    """The table as text."""
    lines = summary(results)
    widths = [max(len(row[column]) for row in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in lines
    )


def page(document: dict[str, Any]) -> str:
    """The whole report; it needs no other file and no network."""
    results = document["rounds"]
    bad = [result for result in results if faults_of(result)]
    asking = sum(bool(person(result)) for result in results)
    head, *lines = summary(results)
    cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in lines)
    setting = f"{document['nodes']} nodes, {'with' if document['fencing'] else 'without'} fencing"
    seed = "every fault in turn" if document["seed"] is None else f"drawn by lot, seed {document['seed']}"
    order = sorted(results, key=lambda result: (not faults_of(result), result["round"]))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Drills</title><style>{STYLE}</style>'
        f"<h1>Drills</h1><p>{setting}; {seed}. {len(results)} rounds, of which {len(bad)} failed "
        f"and {asking} ended safe, but with a question for a person; "
        f"{sum(result['confirmed'] for result in results):,} confirmed writes, of which {lost(results)} "
        f"were lost.</p><table><tr>{''.join(f'<th>{escape(word)}</th>' for word in head)}</tr>{cells}</table>"
        "<p>Outage: the longest time without a confirmed write. In the pictures: green, the server was "
        "writable (pale: it ran, but took no writes); black, the node was off; "
        "blue, it stood still; orange, its cable was cut.</p>"
        + "".join(chapter(document, result) for result in order)
    )


def chapter(document: dict[str, Any], result: dict[str, Any]) -> str:
    """A round with its picture; how to play it again, if it failed."""
    found = faults_of(result)
    words = (
        f"outage {result['outage_ms']} ms, {result['confirmed']:,} confirmed writes {away([result])}".strip()
    )
    text = f"<h3>{result['round']}. {escape(title(result))} ({escape(result['agent'])})</h3><p>{words}. "
    if found:
        replay = round_of(result).replay(document)
        text += f'<span class="bad">{escape("; ".join(found))}.</span> Alone: <code>{escape(replay)}</code>'
    elif asked := person(result):
        text += f"It asks a person: {escape(asked)}."
    return f"{text}</p>{picture(result['timeline'])}"


def picture(timeline: dict[str, Any]) -> str:
    """The timeline as a picture: a row for the writes and one for each node."""
    spans, moments = timeline["spans"], timeline["moments"]
    end = max([1.0, *(span[3] for span in spans), *(moment[0] for moment in moments)])
    names = sorted({span[0] for span in spans} - {"writes"})
    tops = {name: ROW * place for place, name in enumerate(["writes", *names], 2)}
    height = ROW * (len(tops) + 3)
    scale = (WIDTH - MARGIN - 10) / end
    parts = [f'<svg viewBox="0 0 {WIDTH} {height}" role="img">']
    parts += [f'<text x="0" y="{top + 12}">{escape(name)}</text>' for name, top in tops.items()]
    for row, what, first, last in spans:
        left, length = MARGIN + first * scale, max(1.0, (last - first) * scale)
        parts.append(
            f'<rect x="{left:.1f}" y="{tops[row] + 2}" width="{length:.1f}" height="{ROW - 5}" '
            f'fill="{COLOURS.get(what, WRITES)}"><title>{escape(row)}: {escape(what)}, '
            f"{first:.1f} s to {last:.1f} s</title></rect>"
        )
    for place, (moment, what) in enumerate(moments):
        left = MARGIN + moment * scale
        anchor = "end" if left > WIDTH * 0.7 else "start"
        parts.append(
            f'<line x1="{left:.1f}" x2="{left:.1f}" y1="{ROW}" y2="{height - ROW}" stroke="#b00" '
            f'stroke-dasharray="2 3"/><text x="{left:.1f}" y="{12 + ROW * (place % 2)}" '
            f'text-anchor="{anchor}" fill="#b00">{escape(what)}</text>'
        )
    parts.append(f'<text x="{MARGIN}" y="{height - 3}">0 s</text>')
    parts.append(f'<text x="{WIDTH - 10}" y="{height - 3}" text-anchor="end">{end:.0f} s</text></svg>')
    return "".join(parts)
