"""What the Python stories share: the address and keys of the server, and results in the form node's runner prints too."""

import os
import sys
import traceback
import unittest

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
SERVER = os.environ["QUPRITE_SDK_ENDPOINT"]
ENDPOINT = f"{SERVER}/{ACCOUNT}"
RUN = os.environ["QUPRITE_SDK_RUN"]
SAS_SKIPPED = os.environ.get("QUPRITE_SDK_SAS", "1") == "0" and "QUPRITE_SDK_SAS=0 leaves out shared access signatures"


def connection_string(endpoint=ENDPOINT, **more):
    parts = {"DefaultEndpointsProtocol": "http", "AccountName": ACCOUNT, "AccountKey": KEY, "QueueEndpoint": endpoint}
    return ";".join(f"{name}={value}" for name, value in {**parts, **more}.items())


def secondary_connection_string():
    # The Python client (and az, built on it) puts only a host where the secondary's URL belongs and keeps the primary's
    # path, so on a server with the account in the path the secondary is named like this.
    return connection_string(f"{ENDPOINT}-secondary", QueueSecondaryEndpoint=SERVER.split("//")[1])


def sentence(test):
    return test.id().split(".")[-1].removeprefix("test_").replace("_", " ")


class _Tap(unittest.TestResult):
    def _say(self, verdict, test, directive=""):
        print(f"{verdict} {self.testsRun} - {sentence(test)}{directive}", flush=True)

    def _complain(self, test, problem):
        self._say("not ok", test)
        kind, error, frames = problem
        frames = [frame for frame in traceback.extract_tb(frames) if frame.filename == sys.argv[0]]
        text = "".join(traceback.format_list(frames) + traceback.format_exception_only(kind, error))
        print("\n".join("  " + line for line in text.splitlines()[:30]), flush=True)

    def addSuccess(self, test):
        self._say("ok", test)

    def addSkip(self, test, reason):
        self._say("ok", test, f" # SKIP {reason}")

    def addFailure(self, test, problem):
        super().addFailure(test, problem)
        self._complain(test, problem)

    def addError(self, test, problem):
        super().addError(test, problem)
        self._complain(test, problem)


def main():
    result = _Tap()
    unittest.defaultTestLoader.loadTestsFromName("__main__").run(result)
    sys.exit(not result.wasSuccessful())
