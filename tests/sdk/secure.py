"""The clients that come in by every way but a plain key over plain HTTP: HTTPS, tokens, shared access signatures."""

from clients import (AZ_APT, HERE, NODE, PYTHON_APT, SYSTEM_PYTHON, VENV, Client, Command, _az_debian, _az_newest,
                     _javascript, _pinned, _python_debian, _python_newest)

SERVER = ("--tls", "auto", "--oauth", "basic")
LIBRARIES = {"PYTHONPATH": f"{HERE}:{HERE / 'secure'}"}


def _story(arguments, **environment):
    return Command(arguments, {**LIBRARIES, **environment}, SERVER)


def _python_story(chapter, python):
    return _story([python, HERE / f"secure/python/{chapter}.py"])


def _javascript_story(chapter, modules):
    return _story(["node", "--test-reporter=tap", HERE / f"secure/javascript/{chapter}.mjs"],
                  QUPRITE_SDK_MODULES=modules)


def _az_story(chapter, az):
    # The story itself needs no packages, but unittest as new as Debian's.
    return _story([SYSTEM_PYTHON, HERE / f"secure/az/{chapter}.py"], QUPRITE_SDK_AZ=az)


# The walk with the tokens of a client asks by itself; the client only makes the tokens.

def _walk(*maker, **environment):
    return _story([SYSTEM_PYTHON, HERE / "secure/sas.py"], **environment,
                  QUPRITE_SDK_TOKENS=" ".join(str(word) for word in maker))


def _python_walk(_, python):
    return _walk(python, HERE / "secure/python/tokens.py")


def _javascript_walk(_, modules):
    return _walk("node", HERE / "secure/javascript/tokens.mjs", QUPRITE_SDK_MODULES=modules)


def _az_walk(_, az):
    python = SYSTEM_PYTHON if az == "/usr/bin/az" else az.split()[0]
    return _walk(python, HERE / "secure/az/tokens.py")


def _modules(version, oldest_node):
    return lambda: _javascript(version, oldest_node)().environment["QUPRITE_SDK_MODULES"]


def _chapter(chapter, about, python, javascript, az):
    """All the clients of a chapter; what runs with each is told by `python`, `javascript` and `az`."""
    def client(name, version, story, tool, packages):
        return Client(f"{chapter}-{name}", chapter, f"{about} {version}", lambda: story(chapter, tool()), packages)

    def modules(version):
        return _pinned(f"javascript/{version}/package.json", "@azure/storage-queue")

    return [
        client("python-debian", "Debian's python3-azure-storage", python, _python_debian, PYTHON_APT),
        client("python-newest", _pinned("python/newest/requirements.txt", "azure-storage-queue"), python,
               _python_newest, VENV),
        client("javascript-12.0.0", modules("12.0.0"), javascript, _modules("12.0.0", oldest_node=18), NODE),
        client("javascript-newest", modules("newest"), javascript, _modules("newest", oldest_node=20), NODE),
        client("az-debian", "Debian's azure-cli", az, _az_debian, AZ_APT),
        client("az-newest", _pinned("az/newest/requirements.txt", "azure-cli"), az, _az_newest, VENV),
    ]


CLIENTS = [
    *_chapter("tls", "HTTPS with", _python_story, _javascript_story, _az_story),
    *_chapter("bearer", "Microsoft Entra ID tokens with", _python_story, _javascript_story, _az_story),
    *_chapter("sas", "shared access signatures by", _python_walk, _javascript_walk, _az_walk),
]
