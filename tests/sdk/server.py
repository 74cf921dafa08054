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
def server(log, options=(), home=None):
    """Yields the address of a server that writes its log to `log`. With `options` it keeps its data in `home`."""
    binary = os.environ.get("QUPRITE_BIN", str(BINARY))
    place = ["--data", f"{home}/quprite.db", *options] if options else ["--in-memory"]
    try:
        process = subprocess.Popen([binary, "--port", "0", "--quiet", *place],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
    except OSError as problem:
        raise NotReady(f"{binary} does not start ({problem.strerror}); "
                       "build it, name it in QUPRITE_BIN or a running server in QUPRITE_SDK_ENDPOINT") from None
    try:
        yield _address(process, binary, log)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _address(process, binary, log):
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline().decode() if selector.select(READY_WITHIN_SECONDS) else ""
    match = re.search(r"https?://[^ /\s]+", line)
    if not match:
        log.seek(0)
        raise NotReady(f"{binary} named no address within {READY_WITHIN_SECONDS} s; it said {line!r} {log.read()[-500:]}")
    return match.group()


def how_to_trust(log):
    """The environment variables that the server told its clients to set, so that they trust its certificate."""
    log.seek(0)
    return dict(re.findall(r"^ +[^:]+: +([A-Z_]+)=(\S+)$", log.read(), re.MULTILINE))
