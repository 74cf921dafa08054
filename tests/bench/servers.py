"""The servers that are measured, and the load generator: started, pinned to cores of their own, and stopped."""
import base64
import email.utils
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RELEASE, STATIC = ROOT / "build/release", ROOT / "build/static"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
MOST_FOREIGN = 0.09  # share of one core that others may have used, or a measurement is repeated
TRIES = 4


def pinned(core, command):
    """On a core of its own where there are two, and before others where that is allowed."""
    words = [str(word) for word in command]
    if os.cpu_count() > 1:
        words = ["taskset", "-c", str(core), *words]
    nice = ["nice", "-n", "-10"]
    allowed = subprocess.run([*nice, "true"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode == 0
    return [*nice, *words] if allowed and os.geteuid() == 0 else words


class Server:
    """A running server; stopped, and its data removed, at the end of a with block."""
    auth = "sas"

    def __init__(self, command, ready):
        self.process = subprocess.Popen(pinned(0, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.pid, self.port = self.process.pid, None
        for line in self.process.stdout:
            found = re.search(ready, line)
            if found:
                self.port = int(found.group(1))
                break
        if self.port is None:
            raise SystemExit(f"bench: {command[0]} did not start")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(timeout=120)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()

    def memory(self):
        """Resident memory, in MB."""
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text()).group(1)) / 1000


class Bare(Server):
    """A Beast server that answers every request with the same bytes."""

    def __init__(self):
        super().__init__([RELEASE / "quprite_bench_bare"], r"127\.0\.0\.1:(\d+)")


class Quprite(Server):
    def __init__(self, *options, data=None, keep=False, build=RELEASE):
        self.directory = None if data else Path(tempfile.mkdtemp(prefix="quprite-bench-"))
        self.data, self.keep = data or self.directory / "quprite.db", keep
        place = [] if "--in-memory" in options else ["--data", self.data]
        queue = [] if "--queue" in options else ["--queue", "bench0"]
        super().__init__([build / "quprite", "--port", "0", "--quiet", *place, *queue, *options],
                         r"127\.0\.0\.1:(\d+)")

    def __exit__(self, *about):
        super().__exit__(*about)
        if self.directory and not self.keep:
            shutil.rmtree(self.directory)

    def log_size(self):
        """Bytes of the write-ahead log."""
        log = Path(f"{self.data}-wal")
        return log.stat().st_size if log.exists() else 0


class Azurite(Server):
    """The peer, as npm has it, in the version that azurite/package-lock.json pins."""

    def __init__(self):
        home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "quprite/bench/azurite"
        home.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(Path(__file__).resolve().parent / "azurite" / name, home)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=home, check=True)
        self.directory = tempfile.mkdtemp(prefix="quprite-bench-")
        super().__init__([home / "node_modules/.bin/azurite-queue", "--queuePort", "0", "--location", self.directory,
                          "--silent", "--skipApiVersionCheck"], r"successfully listens on http://127\.0\.0\.1:(\d+)")
        # The wrapper's child is the one that works.
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        self.pid = int(children[0]) if children else self.pid

    def __exit__(self, *about):
        super().__exit__(*about)
        shutil.rmtree(self.directory, ignore_errors=True)


def load(server, operation, **options):
    """One run of the load generator: a dictionary by operation, and "foreign", the CPU that others used."""
    words = [str(word) for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    done = subprocess.run(pinned(1, [RELEASE / "quprite_bench_load", "--port", server.port, "--operation", operation,
                                     "--server-pid", server.pid, *words]), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"bench: {operation} could not run: {done.stderr}")
    said = json.loads(done.stdout)
    results = {result["operation"]: result | {"foreign": said["foreign"]} for result in said["results"]}
    for result in results.values():
        if result["unexpected"] or result["disconnected"]:
            raise SystemExit(f"bench: {operation}: {result['unexpected']} unexpected answers (the last of status "
                             f"{result['unexpected_status']}), {result['disconnected']} connections lost")
    return results


def measure(server, operation, **options):
    """A run that others did not disturb, or the last of some: (results, whether it was disturbed)."""
    for _ in range(TRIES):
        results = load(server, operation, **options)
        if next(iter(results.values()))["foreign"] <= MOST_FOREIGN:
            return results, False
    return results, True


def create_queues(server, first, count):
    """Creates the queues bench<first> and those that follow, signed with Shared Key."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for number in range(first, first + count):
        date, path = email.utils.formatdate(usegmt=True), f"/devstoreaccount1/bench{number}"
        text = ("PUT" + 12 * "\n" + f"x-ms-date:{date}\nx-ms-version:2021-12-02\n/devstoreaccount1{path}").encode()
        signature = base64.b64encode(hmac.new(base64.b64decode(KEY), text, hashlib.sha256).digest()).decode()
        connection.request("PUT", path, headers={"x-ms-date": date, "x-ms-version": "2021-12-02",
                                                 "Authorization": f"SharedKey devstoreaccount1:{signature}"})
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (201, 204):
            raise SystemExit(f"bench: a queue could not be made: {answer.status}")
    connection.close()


def first_answer(command, port):
    """(milliseconds from the start of a server's process to its first answer, the process)."""
    began = time.perf_counter()
    # Not pinned: the programs that do it take longer to start than the server.
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            if process.poll() is not None or time.perf_counter() - began > 60:
                raise SystemExit("bench: the server did not start") from None
            time.sleep(0.0002)
    with connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.recv(4096)
    return (time.perf_counter() - began) * 1000, process
