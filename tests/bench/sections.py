"""What is measured. A section adds rows to the report, and figures, which the bars are held against.

A figure is the median of its rounds. Ratios of requests are to the bare server of the same round."""
import contextlib
import os
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from servers import RELEASE, STATIC, Azurite, Bare, Quprite, create_queues, first_answer, load, measure

CONNECTIONS = 64
MILLION = 1_000_000


class Bench:
    """What sections write to: rows of the report by section, and figures by name."""

    def __init__(self, options):
        self.rounds, self.seconds, self.quick, self.deep = (options.rounds, options.seconds, options.quick,
                                                            options.deep)
        self.rows, self.figures, self.samples = {}, {}, {}

    def depth(self, messages):
        return min(messages, 3_000) if self.quick else messages

    def note(self, name, value):
        """A sample of a figure, which becomes the median of its samples."""
        self.samples.setdefault(name, []).append(value)
        self.figures[name] = statistics.median(self.samples[name])

    def row(self, section, **cells):
        self.rows.setdefault(section, []).append(cells)

    def run(self, section, what, server, operation, bare=None, **options):
        """Measures, and writes a row for each operation that was; the results by operation."""
        options = {"connections": CONNECTIONS, "seconds": self.seconds} | options
        results, disturbed = measure(server, operation, **options)
        for name, r in results.items():
            label = what if len(results) == 1 else f"{what}: {name}"
            self.row(section, what=label, connections=options["connections"], rps=r["rps"],
                     of_bare=r["rps"] / bare if bare else None, cpu_us=r["server_cpu_us"], p50_us=r["p50_us"],
                     p99_us=r["p99_us"], p999_us=r["p999_us"], max_us=r["max_us"], memory_mb=server.memory(),
                     marks=("*" if disturbed else "") + ("g" if r["generator_busy"] > 0.95 else ""))
            self.note(f"{section} {label} rps", r["rps"])
            self.note(f"{section} {label} cpu", r["server_cpu_us"])
            self.note(f"{section} {label} p50", r["p50_us"])
        return results


def fill(server, messages, **options):
    load(server, "put", connections=CONNECTIONS, requests=messages, warm_up=0, **options)
    os.sync()  # or the disk would be busy with it while something else is measured


def bars(bench):
    """The bars of requests a second: each operation as a ratio to the bare server, in interleaved rounds."""
    with contextlib.ExitStack() as stack:
        start = stack.enter_context
        bare, small, big = start(Bare()), start(Quprite()), start(Quprite())
        full, tls = start(Quprite("--sync", "full")), start(Quprite("--tls", "auto"))
        fill(small, bench.depth(1_000) * 20)  # so that what is got for a second is not all there is
        fill(big, bench.depth(MILLION))
        for _ in range(bench.rounds):
            before = bench.run("bars", "bare", bare, "put")["put"]["rps"]

            def run(what, server, operation, against=before, **options):
                results = bench.run("bars", what, server, operation, bare=against, **options)
                for name, r in results.items():
                    bench.note(f"{what if len(results) == 1 else f'{name} in {what}'} / bare", r["rps"] / against)
                return results

            put = run("put", small, "put")["put"]["rps"]  # the file grows all the time
            run("put, Shared Key", small, "put", auth="sharedkey")
            run("peek", small, "peek")
            run("update", small, "update")
            run("get32", big, "get32")
            run("get at a million", big, "get")
            run("put-get-delete mix", big, "mix")
            steady = run("cycles at a million", big, "cycle", requests=2_000)["put"]["rps"]  # it does not
            bench.note("put, sync full / normal", run("put, sync full", full, "put")["put"]["rps"] / put)
            synced = run("cycles, sync full", full, "cycle", requests=2_000)["put"]["rps"]
            bench.note("put in cycles, sync full / normal", synced / steady)
            bench.note("put, TLS / plain", run("put, TLS 1.3", tls, "put", tls="on")["put"]["rps"] / put)
            alone = {"connections": 1, "seconds": bench.seconds}
            yardstick = bench.run("bars", "bare, one connection", bare, "put", **alone)["put"]["p50_us"]
            one = bench.run("bars", "put, one connection", small, "put", **alone)["put"]["p50_us"]
            bench.note("put p50 / bare, one connection", one / yardstick)
            bench.run("bars", "bare again", bare, "put")


def sweep(bench):
    """Each operation at 1, 16, 64 and 256 connections."""
    with Bare() as bare, Quprite() as server:
        fill(server, bench.depth(100_000))
        for connections in (1, 16, 64, 256):
            yardstick = bench.run("sweep", "bare", bare, "put", connections=connections)["put"]["rps"]
            for operation in ("put", "get", "get32", "peek", "update", "mix"):
                bench.run("sweep", operation, server, operation, bare=yardstick, connections=connections)


def sync(bench):
    """Put, get and the mix, for each of the ways to keep data."""
    for name, options in (("normal", ()), ("full", ("--sync", "full")), ("in memory", ("--in-memory",))):
        with Quprite(*options) as server:
            fill(server, bench.depth(100_000))
            for operation in ("put", "get", "mix"):
                bench.run("sync", f"{operation}, {name}", server, operation)


def depth(bench):
    """What a get costs in deep queues, and behind messages that are not to be had: in cycles of a thousand puts, gets
    and deletes, so that the queue is as deep after each as before."""
    def get(what, server):
        for _ in range(bench.rounds):
            results, _ = measure(server, "cycle", connections=CONNECTIONS, seconds=bench.seconds, requests=1_000)
            r = results["get"]
            bench.row("depth", what=what, connections=CONNECTIONS, rps=r["rps"], cpu_us=r["server_cpu_us"],
                      p50_us=r["p50_us"], p99_us=r["p99_us"], memory_mb=server.memory())
            bench.note(f"get cpu, {what}", r["server_cpu_us"])
        bench.figures[f"get cpu, {what} / 1k"] = bench.figures[f"get cpu, {what}"] / bench.figures["get cpu, 1k"]

    for name, messages, size in (("1k", 1_000, 1024), ("100k", 100_000, 1024), ("1M", MILLION, 1024),
                                 ("10M of 64 B", 10 * MILLION, 64)):
        if messages > MILLION and not bench.deep:
            continue
        with Quprite() as server:
            fill(server, bench.depth(messages), text_size=size)
            get(name, server)
    with Quprite() as server:
        fill(server, bench.depth(100_000), put_invisible=86_400)
        fill(server, 1_000)
        get("behind 100k invisible", server)
    with Quprite() as server:
        fill(server, bench.depth(100_000), time_to_live=2)
        fill(server, 1_000)
        time.sleep(2.5)  # real time: they have to expire
        load(server, "get", connections=CONNECTIONS, requests=2_000, warm_up=0)
        get("after 100k expired", server)
    queues = 50 if bench.quick else 10_000
    with Quprite() as server:
        create_queues(server, 0, queues)
        fill(server, 2 * queues, queues=queues)
        bench.run("depth", f"mix over {queues:,} queues", server, "mix", queues=queues)


def tails(bench):
    """A minute of the mix and 20 s of puts: the worst answers, and the log."""
    for operation, seconds in (("mix", 60), ("put", 20)):
        with Quprite() as server:
            fill(server, bench.depth(10_000))
            seconds = 1 if bench.quick else seconds
            done, sizes = threading.Event(), [0]

            def watch(server=server, done=done, sizes=sizes):
                while not done.wait(0.01):
                    sizes[0] = max(sizes[0], server.log_size())
            watcher = threading.Thread(target=watch)
            watcher.start()
            result = bench.run("tails", f"{operation} for {seconds} s", server, operation, seconds=seconds)[operation]
            done.set()
            watcher.join()
            bench.row("tails", what=f"the log's greatest size, {operation}", file_mb=sizes[0] / 1e6)
            bench.note(f"{operation} p99 ms", result["p99_us"] / 1000)
            bench.note(f"{operation} max ms", result["max_us"] / 1000)
            bench.note(f"{operation} log MB", sizes[0] / 1e6)


def space(bench):
    """The file after a million messages in and out, once nobody asks for anything."""
    with Quprite() as server:
        fill(server, bench.depth(MILLION))
        full = server.data.stat().st_size
        load(server, "drain", connections=CONNECTIONS, requests=10 * MILLION, warm_up=0)
        began = time.monotonic()
        while server.data.stat().st_size + server.log_size() > MILLION and time.monotonic() - began < 60:
            time.sleep(0.1)
        left = (server.data.stat().st_size + server.log_size()) / 1e6
        bench.note("file MB after a million", left)
        bench.row("space", what="a million of 1 KiB in", file_mb=full / 1e6)
        bench.row("space", what=f"and out, {time.monotonic() - began:.1f} s idle", file_mb=left)


def start(bench):
    """The static build: from the start of the process to its first answer, and its memory."""
    with tempfile.TemporaryDirectory(prefix="quprite-bench-") as directory:
        def begin(name, rounds, port=23_117):
            took = []
            for turn in range(rounds):
                data = f"{directory}/{name if name == 'big' else f'{name}{turn}'}.db"
                milliseconds, process = first_answer(
                    [STATIC / "quprite", "--port", str(port + turn), "--quiet", "--data", data], port + turn)
                took.append(milliseconds)
                time.sleep(0.3)
                status = Path(f"/proc/{process.pid}/status").read_text()
                idle = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1000
                process.terminate()
                process.wait(timeout=60)
            return statistics.median(took), idle

        took, idle = begin("empty", 3 if bench.quick else 9)
        bench.note("start ms, empty", took)
        bench.note("idle MB", idle)
        bench.row("start", what="empty store", first_answer_ms=took, memory_mb=idle)
        with Quprite(data=Path(directory) / "big.db", build=STATIC) as server:
            fill(server, bench.depth(MILLION))
            load(server, "get", connections=CONNECTIONS, seconds=1)
            bench.note("busy MB, a million", server.memory())
            bench.row("start", what="a million messages, 64 connections", memory_mb=server.memory())
        took, idle = begin("big", 3 if bench.quick else 9)
        bench.note("start ms, a million", took)
        bench.row("start", what="a million messages", first_answer_ms=took, memory_mb=idle)
        with Quprite(data=Path(directory) / "big.db", build=STATIC) as server:
            busy = subprocess.Popen([RELEASE / "quprite_bench_load", "--port", str(server.port), "--operation", "put",
                                     "--seconds", "20"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(1)
            server.stop(signal.SIGKILL)
            busy.kill()
            busy.wait()
        took, _ = begin("big", 1)
        bench.row("start", what="a million messages, killed under load before", first_answer_ms=took)


def burst(bench):
    """Ten thousand connections at once."""
    wanted = 500 if bench.quick else 10_000
    with Quprite() as server:
        before = server.memory()
        sockets = []
        for _ in range(wanted):
            with contextlib.suppress(OSError):
                sockets.append(socket.create_connection(("127.0.0.1", server.port), timeout=10))
        for connection in sockets:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answered = sum(connection.recv(4096).startswith(b"HTTP/1.1 200") for connection in sockets)
        bench.row("burst", what=f"{wanted} connections, {answered} answered", memory_mb=server.memory())
        for connection in sockets:
            connection.close()
        bench.note("burst MB", server.memory() - before)
        bench.note("burst unanswered", wanted - answered)


def peer(bench):
    """Azurite, on the work that it can finish: of 64 connections that get at this depth it loses some, so there are 8,
    which keep it busy all the time, too. In the 20 s that it needs the server would have got all there is, so that gets
    in cycles that leave the queue as deep as it was."""
    deep = bench.depth(20_000)
    with Azurite() as azurite, Quprite() as quprite:
        create_queues(azurite, 0, 1)
        for server in (azurite, quprite):
            fill(server, deep)
        theirs = bench.run("peer", "Azurite: get at 20,000", azurite, "get", connections=8, visibility=1, seconds=20,
                           warm_up=0)["get"]
        ours = bench.run("peer", "quprite, cycles at 20,000", quprite, "cycle", requests=1_000)["get"]
        bench.note("get / Azurite", ours["rps"] / theirs["rps"])
        seconds = max(bench.seconds, 10)
        theirs = bench.run("peer", "Azurite: put", azurite, "put", seconds=seconds, warm_up=0)["put"]
        ours = bench.run("peer", "quprite: put", quprite, "put", seconds=seconds)["put"]
        bench.note("put / Azurite", ours["rps"] / theirs["rps"])


SECTIONS = {"bars": bars, "depth": depth, "tails": tails, "space": space, "start": start, "burst": burst,
            "sync": sync, "sweep": sweep, "peer": peer}
USUAL = ["bars", "depth", "tails", "space", "start", "burst"]
