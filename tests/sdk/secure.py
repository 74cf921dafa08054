"""The clients that come in by every way but a plain key over plain HTTP: HTTPS, tokens, shared access signatures."""

from clients import (AZ_APT, HERE, NODE, PYTHON_APT, VENV, Client, Command, _az_debian, _az_newest, _javascript,
                     _pinned, _python_debian, _python_newest)

SERVER = ("--tls", "auto", "--oauth", "basic")
LIBRARIES = {"PYTHONPATH": f"{HERE}:{HERE / 'secure'}"}


def _python_story(python, chapter):
    return lambda: Command([python(), HERE / f"secure/python/{chapter}.py"], LIBRARIES, SERVER)


def _az_story(az, chapter):
    # The story itself needs no packages, but a Python that Debian has: its TLS is the one to test with.
    return lambda: Command(["/usr/bin/python3", HERE / f"secure/az/{chapter}.py"],
                           {**LIBRARIES, "QUPRITE_SDK_AZ": az()}, SERVER)


def _javascript_story(version, oldest_node, chapter):
    def prepare():
        arguments, environment, _ = _javascript(version, oldest_node)()
        return Command([*arguments[:-1], HERE / f"secure/javascript/{chapter}.mjs"], environment, SERVER)
    return prepare


def _chapter(chapter, about):
    newest_python = _pinned("python/newest/requirements.txt", "azure-storage-queue")
    javascript = {version: _pinned(f"javascript/{version}/package.json", "@azure/storage-queue")
                  for version in ("12.0.0", "newest")}
    newest_az = _pinned("az/newest/requirements.txt", "azure-cli")
    return [
        Client(f"{chapter}-python-debian", chapter, f"{about} with Debian's python3-azure-storage",
               _python_story(_python_debian, chapter), PYTHON_APT),
        Client(f"{chapter}-python-newest", chapter, f"{about} with {newest_python}",
               _python_story(_python_newest, chapter), VENV),
        Client(f"{chapter}-javascript-12.0.0", chapter, f"{about} with {javascript['12.0.0']}",
               _javascript_story("12.0.0", 18, chapter), NODE),
        Client(f"{chapter}-javascript-newest", chapter, f"{about} with {javascript['newest']}",
               _javascript_story("newest", 20, chapter), NODE),
        Client(f"{chapter}-az-debian", chapter, f"{about} with Debian's azure-cli", _az_story(_az_debian, chapter),
               AZ_APT),
        Client(f"{chapter}-az-newest", chapter, f"{about} with {newest_az}", _az_story(_az_newest, chapter), VENV),
    ]


CLIENTS = [*_chapter("tls", "HTTPS"), *_chapter("bearer", "tokens")]
