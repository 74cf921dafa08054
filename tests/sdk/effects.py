"""What tasks of the workloads leave behind, as lines of a file: the tasks write them, the stories wait for them."""

import os
import pathlib
import time

FILE = pathlib.Path(os.environ["QUPRITE_SDK_SCRATCH"], "effects")
PATIENCE_SECONDS = 30


def leave(line):
    # One write of less than a pipe's size, appended: two processes do not mix their lines.
    with open(FILE, "a", encoding="utf-8") as file:
        file.write(line + "\n")


def left():
    return FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else []


def forget():
    FILE.unlink(missing_ok=True)


def wait_for(*lines):
    """Every line left, as soon as these are among them; else what there is when patience ends."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and not set(lines) <= set(left()):
        time.sleep(0.02)
    return left()


def wait_until(condition):
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False
