"""The clients whose stories are compiled: how each is built, once for its very manifest and sources."""

import os
import re
import shutil
import subprocess

from clients import HERE, Client, Command, Missing, _do, _installed, cache


def _sources(directory, *patterns):
    return sorted(path for pattern in patterns for path in (HERE / directory).glob(pattern))


def _needs(tool, version, oldest, hint):
    """What a toolchain says of itself, or why it will not do."""
    if not shutil.which(tool):
        raise Missing(f"{tool} is not installed ({hint})")
    said = subprocess.run(version, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    found = re.search(r"\d+(\.\d+)*", said).group()
    if _numbers(found) < _numbers(oldest):
        raise Missing(f"{tool} {found} is too old for it, {oldest} or newer is needed ({hint})")
    return found


def _numbers(version):
    return [int(number) for number in version.split(".")]


def _said(manifest, pattern):
    return re.search(pattern, (HERE / manifest).read_text(), re.MULTILINE).group(1)


def _go():
    manifest = _sources("go", "go.mod", "go.sum", "*.go")
    go = _needs("go", ["go", "version"], _said("go/go.mod", r"^go (\S+)"), "Debian 12 has 1.19")
    home = _installed("go", manifest, go, _build_go)
    return Command([home / "story"])


def _build_go(home):
    # What it downloads and compiles stays beside the story, so that a change of the story finds it again.
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false",
                   "GOMODCACHE": str(cache() / "go-modules"), "GOCACHE": str(cache() / "go-build")}
    _do("go", "build", "-o", home / "story", ".", cwd=HERE / "go", environment=environment)


CLIENTS = [
    Client("go", "go", "azqueue " + _said("go/go.mod", r"azqueue/v2 v(\S+)"), _go, []),
]
