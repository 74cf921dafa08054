"""What the project wants to reach, and whether a run did."""

# (what, figure, at least or at most, bar)
BARS = [
    ("put, requests/s of bare", "put in cycles at a million / bare", ">=", 0.55),
    ("put into a file that grows, of bare", "put / bare", ">=", 0.55),
    ("get at a million messages, of bare", "get at a million / bare", ">=", 0.65),
    ("delete, of bare", "delete in cycles at a million / bare", ">=", 0.55),
    ("peek, of bare", "peek / bare", ">=", 0.75),
    ("put-get-delete mix, of bare", "put-get-delete mix / bare", ">=", 0.55),
    ("put with --sync full, of --sync normal", "put in cycles, sync full / normal", ">=", 0.65),
    ("the same into files that grow", "put, sync full / normal", ">=", 0.65),
    ("put over TLS 1.3, of plain", "put, TLS / plain", ">=", 0.70),
    ("p50 of a put on one connection, of bare's", "put p50 / bare, one connection", "<=", 1.3),
    ("CPU of a get at 1M, of that at 1k", "get cpu, 1M / 1k", "<=", 1.15),
    ("CPU of a get at 10M, of that at 1k", "get cpu, 10M of 64 B / 1k", "<=", 1.15),
    ("CPU of a get behind 100k invisible ones", "get cpu, behind 100k invisible / 1k", "<=", 1.15),
    ("CPU of a get after 100k expired ones", "get cpu, after 100k expired / 1k", "<=", 1.15),
    ("p99 of the mix, ms", "mix p99 ms", "<=", 5),
    ("longest answer of the mix in 60 s, ms", "mix max ms", "<=", 100),
    ("p99 of put, ms", "put p99 ms", "<=", 10),
    ("write-ahead log under puts, MB", "put log MB", "<=", 32),
    ("write-ahead log under the mix, MB", "mix log MB", "<=", 32),
    ("start to first answer, empty store, ms", "start ms, empty", "<=", 10),
    ("start to first answer, a million messages, ms", "start ms, a million", "<=", 15),
    ("memory when idle, MB", "idle MB", "<=", 8),
    ("memory with a million messages, 64 connections, MB", "busy MB, a million", "<=", 20),
    ("file after a million messages in and out, MB", "file MB after a million", "<=", 1),
    ("put, of Azurite", "put / Azurite", ">=", 40),
    ("get at 20,000 messages, of Azurite", "get / Azurite", ">=", 5000),
]


def judged(figures):
    """(what, bar as text, measured, met) of the bars that this run can tell of."""
    for what, figure, relation, bar in BARS:
        if figure in figures:
            measured = figures[figure]
            met = measured >= bar if relation == ">=" else measured <= bar
            yield what, f"{'≥' if relation == '>=' else '≤'} {bar:g}", measured, met
