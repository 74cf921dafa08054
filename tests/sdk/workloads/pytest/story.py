"""`quprite exec -- pytest`: a suite of the Python client's, by eight workers, on a server that lives as long as it does."""

import collections
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

import server
import tap

HERE = pathlib.Path(__file__).resolve().parent
QUPRITE = os.environ.get("QUPRITE_BIN", str(server.BINARY))
WORKERS = 8


class Suite:
    """One `quprite exec -- pytest`, in a directory of its own."""

    def __init__(self, *arguments, workers=2, **environment):
        self.home = pathlib.Path(tempfile.mkdtemp(dir=os.environ["QUPRITE_SDK_SCRATCH"]))
        self.record = self.home / "record"
        for name in ("work", "tmp"):
            (self.home / name).mkdir()
        command = [QUPRITE, "exec", "--", sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", f"{workers}",
                   "--basetemp", str(self.home / "basetemp"), *arguments, str(HERE)]
        self.process = subprocess.Popen(
            command, cwd=self.home / "work", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env=dict(os.environ, QUPRITE_PYTEST_RECORD=str(self.record), TMPDIR=str(self.home / "tmp"),
                                AZURE_STORAGE_CONNECTION_STRING="UseDevelopmentStorage=true", **environment))

    def wait(self):
        self.output, _ = self.process.communicate(timeout=120)
        return self.process.returncode

    def counted(self, word):
        found = re.search(rf"(\d+) {word}", self.output.splitlines()[-1])
        return int(found.group(1)) if found else 0

    def records(self):
        return [json.loads(line) for line in self.record.read_text().splitlines()] if self.record.exists() else []

    def port(self):
        [connection_string] = {record["server"] for record in self.records()}
        endpoint = re.search("QueueEndpoint=([^;]+)", connection_string).group(1)
        return urllib.parse.urlsplit(endpoint).port

    def left_behind(self):
        """Files in its directories, processes of its own, and a port that still answers."""
        things = [str(path) for name in ("work", "tmp") for path in (self.home / name).rglob("*")]
        mark = f"QUPRITE_PYTEST_RECORD={self.record}".encode()
        for environment in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in environment.read_bytes().split(b"\0"):
                    things.append(str(environment))
            except OSError:
                continue  # it has ended meanwhile, or is somebody else's
        with socket.socket() as probe:
            if self.records() and probe.connect_ex(("127.0.0.1", self.port())) == 0:
                things.append(f"port {self.port()}")
        return things


class PytestUnderExec(unittest.TestCase):
    def test_a_suite_passes_on_a_server_of_its_own_by_eight_workers(self):
        suite = Suite(workers=WORKERS)
        self.assertEqual(suite.wait(), 0, suite.output[-3000:])
        self.assertGreaterEqual(suite.counted("passed"), 30)
        records = suite.records()
        self.assertEqual(len(records), suite.counted("passed"))
        self.assertEqual({record["worker"] for record in records}, {f"gw{number}" for number in range(WORKERS)})
        self.assertEqual(len({record["pid"] for record in records}), WORKERS)
        # Neither the port that the caller's environment means nor the server that this story was given.
        self.assertNotIn(suite.port(), (10001, urllib.parse.urlsplit(tap.SERVER).port))
        self.assertEqual(suite.left_behind(), [])

    def test_a_suite_that_fails_returns_its_exit_code(self):
        suite = Suite("-k", "fails_where_it_is_told_to or metadata_is_kept", QUPRITE_PYTEST_FAIL="1")
        self.assertEqual(suite.wait(), 1, suite.output[-3000:])
        self.assertEqual((suite.counted("passed"), suite.counted("failed")), (1, 1))
        self.assertIn("assert 1 == 2", suite.output)
        self.assertEqual(suite.left_behind(), [])

    def test_the_other_exit_codes_of_pytest_are_returned_too(self):
        for expected, arguments in ((5, ("-k", "nothing_of_this_name")), (4, ("--no-such-option",))):
            suite = Suite(*arguments, workers=0)
            self.assertEqual(suite.wait(), expected, suite.output[-3000:])
            self.assertEqual(suite.left_behind(), [])

    def test_suites_at_the_same_time_have_servers_of_their_own(self):
        suites = [Suite("-k", "workers_do_not_meet") for _ in range(2)]
        self.assertEqual([suite.wait() for suite in suites], [0, 0], suites[0].output[-3000:])
        self.assertEqual([suite.counted("passed") for suite in suites], [8, 8])
        self.assertEqual(len(collections.Counter(suite.port() for suite in suites)), 2)
        self.assertEqual([suite.left_behind() for suite in suites], [[], []])

    def test_a_suite_ends_when_its_server_is_told_to(self):
        suite = Suite("-k", "hangs_where_it_is_told_to", QUPRITE_PYTEST_HANG="1")
        end = time.monotonic() + 30
        while time.monotonic() < end and not suite.records():
            time.sleep(0.02)
        suite.process.send_signal(signal.SIGTERM)
        self.assertNotEqual(suite.wait(), 0)
        end = time.monotonic() + 10
        while time.monotonic() < end and suite.left_behind():
            time.sleep(0.02)
        self.assertEqual(suite.left_behind(), [])


if __name__ == "__main__":
    tap.main()
