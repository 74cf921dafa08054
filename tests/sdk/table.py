"""README's table of clients, which a run writes and later runs compare with themselves."""

import re
import time

from clients import CLIENTS, HERE

README = HERE.parents[1] / "README.md"
BEGIN, END = "<!-- clients: tests/sdk/run --table -->", "<!-- end of clients -->"
HEADING = ["| Client | Version | Story | Tests passed | On |", "| --- | --- | --- | --- | --- |"]
SECTION = re.compile(rf"(?<={re.escape(BEGIN)}\n)(.*?)(?={re.escape(END)})", re.DOTALL)
ROW = re.compile(r"^(?P<what>\| .*? \| .*? \|) (?P<name>\S+) \| [^|]+ \| \d{4}-\d\d-\d\d \|$")
VERSIONED = re.compile(r"(.+) (\d[\w.+-]*)")


def _what(client):
    """The cells that say which client it is; what has no version of its own is several clients together."""
    versioned = VERSIONED.fullmatch(client.about)
    about, version = versioned.groups() if versioned else (client.about, "")
    return f"| {about} | {version} |"


def _row(client, result):
    tests = f"{result.passed} of {result.passed + result.failed}" if result.failed else result.passed
    return f"{_what(client)} {client.name} | {tests} | {time.strftime('%Y-%m-%d', time.gmtime())} |"


def _written():
    """The rows that README has, by the names of their clients."""
    section = SECTION.search(README.read_text(encoding="utf-8"))
    rows = [ROW.match(line) for line in section.group().splitlines()] if section else []
    return {row["name"]: row for row in rows if row}


def table(results):
    """The table with this run's results; a client that did not run keeps the row that it has."""
    rows = {name: row.group() for name, row in _written().items()}
    rows |= {client.name: _row(client, result) for client, result in results if result.passed + result.failed}
    return "\n".join(["", *HEADING, *(rows[client.name] for client in CLIENTS if client.name in rows), "\n"])


def write(results):
    text, fresh = README.read_text(encoding="utf-8"), table(results)
    README.write_text(SECTION.sub(lambda _: fresh, text), encoding="utf-8")
    return fresh


def differences(results):
    """What README's table says of the clients that ran, and of those that are no more, and is not so."""
    written = _written()
    for client, result in results:
        row = written.pop(client.name, None)
        if row is None:
            yield f"{client.name} is not in README's table"
        elif row["what"] != _what(client):
            yield f"{client.name} is {row['what']} in README's table and ran as {_what(client)}"
    known = {client.name for client in CLIENTS}
    yield from (f"README's table has {name}, which is no client" for name in written if name not in known)
