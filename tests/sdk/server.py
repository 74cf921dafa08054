"""Starts a private quprite server for one client's story."""

import contextlib
import os
import pathlib
import re
import selectors
import subprocess

BINARY = pathlib.Path(__file__).resolve().parents[2] / "build/release/quprite"
READY_WITHIN_SECONDS = 10


class NotReady(Exception):
    pass


@contextlib.contextmanager
def server():
    binary = os.environ.get("QUPRITE_BIN", str(BINARY))
    try:
        process = subprocess.Popen([binary, "--port", "0", "--in-memory", "--quiet"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    except OSError as problem:
        raise NotReady(f"{binary} does not start ({problem.strerror}); "
                       "build it, name it in QUPRITE_BIN or a running server in QUPRITE_SDK_ENDPOINT") from None
    try:
        yield _address(process, binary)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _address(process, binary):
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline().decode() if selector.select(READY_WITHIN_SECONDS) else ""
    match = re.search(r"http://[^ /\s]+", line)
    if not match:
        raise NotReady(f"{binary} said no address within {READY_WITHIN_SECONDS} s; it said {line!r}")
    return match.group()
