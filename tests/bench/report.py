"""The report as Markdown: for each section a table of the medians of its rounds, and last the bars."""
import re
import statistics
from pathlib import Path

from bars import judged

README = Path(__file__).resolve().parents[2] / "README.md"
SECTION = re.compile(r"(?<=<!-- bench: tests/bench/run --deep --peer azurite --readme -->\n)(.*?)(?=<!-- end of bench -->)",
                     re.DOTALL)

HEADINGS = {"what": "what", "connections": "connections", "rps": "requests/s", "of_bare": "of bare",
            "cpu_us": "CPU µs", "p50_us": "p50 µs", "p99_us": "p99 µs", "p999_us": "p99.9 µs", "max_us": "max µs",
            "first_answer_ms": "first answer ms", "memory_mb": "memory MB", "file_mb": "file MB", "marks": ""}
DIGITS = {"of_bare": 2, "cpu_us": 1, "first_answer_ms": 1, "memory_mb": 1, "file_mb": 2}


def _medians(rows):
    """One row for each thing that was measured, whatever the number of rounds."""
    groups = {}
    for row in rows:
        groups.setdefault((row["what"], row.get("connections")), []).append(row)
    for group in groups.values():
        names = [name for name in HEADINGS if any(row.get(name) is not None for row in group)]
        yield {name: _median([row[name] for row in group if row.get(name) is not None]) for name in names}


def _median(values):
    if isinstance(values[0], str):
        return max(values, key=len)
    return statistics.median(values)


def _cell(name, value):
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:,.{DIGITS.get(name, 0)}f}"


def _table(headings, rows):
    return "\n".join(["| " + " | ".join(headings) + " |", "| --- |" + " ---: |" * (len(headings) - 1),
                      *("| " + " | ".join(row) + " |" for row in rows)])


def markdown(bench):
    parts = []
    for section, rows in bench.rows.items():
        medians = list(_medians(rows))
        names = [name for name in HEADINGS if any(row.get(name) not in (None, "") for row in medians)]
        table = _table([HEADINGS[name] for name in names],
                       ([_cell(name, row.get(name)) for name in names] for row in medians))
        parts.append(f"### {section}\n\n{table}\n")
    bars = [] if bench.quick else [[what, bar, f"{measured:,.3g}" if measured < 1000 else f"{measured:,.0f}", "" if met else "**missed**"]
            for what, bar, measured, met in judged(bench.figures)]
    if bars:
        parts.append(f"### against the bars\n\n{_table(['', 'wanted', 'measured', ''], bars)}\n")
    return "\n".join(parts)


def write_readme(how, bench):
    """Puts the report where README has room for it."""
    report = markdown(bench).replace("\n### ", "\n#### ").replace("### ", "#### ", 1)
    text = SECTION.sub(lambda _: f"\n{how}\n\n{report}\n", README.read_text(encoding="utf-8"))
    README.write_text(text, encoding="utf-8")
