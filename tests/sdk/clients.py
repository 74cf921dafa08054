"""The matrix: which client runs which story, and how its environment comes to be."""

import collections
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

import workloads

HERE = pathlib.Path(__file__).resolve().parent
SYSTEM_PYTHON = "/usr/bin/python3"

# `server`: the options of a server that keeps its data in a file; without, it is a plain one in memory.
Command = collections.namedtuple("Command", "arguments environment server", defaults=[{}, ()])
Client = collections.namedtuple("Client", "name family about prepare packages")


class Missing(Exception):
    """This machine lacks what a client needs."""


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "quprite" / "sdk"


def _installed(name, manifest, recipe, install):
    """A directory that `install` has filled once for this very manifest; later runs find it ready."""
    key = hashlib.sha256(recipe.encode())
    for path in manifest:
        key.update(path.read_bytes())
    home = cache() / f"{name}-{key.hexdigest()[:16]}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{home}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = home / ".complete"
        if not done.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            install(home)
            done.touch()
    return home


def _do(*command, cwd=None, environment=None):
    finished = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if finished.returncode:
        last_words = " / ".join(finished.stdout.strip().splitlines()[-3:])
        raise Missing(f"{pathlib.Path(command[0]).name} could not install it: {last_words}")


def _venv(name, manifest):
    if subprocess.run(f"{SYSTEM_PYTHON} -c 'import ensurepip'", stderr=subprocess.DEVNULL, shell=True).returncode:
        raise Missing("python3-venv is not installed (apt-get install python3-venv)")
    home = _installed(name, [manifest], os.path.realpath(SYSTEM_PYTHON), lambda home: _fill_venv(home, manifest))
    return home / "bin/python"


def _fill_venv(home, manifest):
    # The manifest names every package there is, so pip has nothing to resolve and nothing to build.
    _do(SYSTEM_PYTHON, "-m", "venv", home)
    _do(home / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--no-compile", "--only-binary=:all:", "-r", manifest)


def _from_debian(family, tool):
    """What Debian's package of a client, named in its manifest, brings."""
    [package] = _words(HERE / family / "debian/apt.txt")
    if subprocess.run(tool, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, shell=True).returncode:
        raise Missing(f"{package} is not installed (apt-get install {package})")


def _words(manifest):
    return manifest.read_text().split()


def _python_debian():
    _from_debian("python", f"{SYSTEM_PYTHON} -c 'import azure.storage.queue'")
    return SYSTEM_PYTHON


def _python_newest():
    return _venv("python", HERE / "python/newest/requirements.txt")


def _az_debian():
    _from_debian("az", "test -x /usr/bin/az")
    return "/usr/bin/az"


def _az_newest():
    return f"{_venv('az', HERE / 'az/newest/requirements.txt')} -m azure.cli"


def _python_story(python):
    return lambda: Command([python(), HERE / "python/story.py"])


def _az_story(az):
    return lambda: Command([sys.executable, HERE / "az/story.py"], {"QUPRITE_SDK_AZ": az()})


def _day(python, az):
    return lambda: Command([python(), HERE / "day/story.py"], {"QUPRITE_SDK_AZ": az()})


def _javascript(version, oldest_node, folder=None, story="javascript/story.mjs"):
    def prepare():
        for tool in ("node", "npm"):
            if not shutil.which(tool):
                raise Missing(f"{tool} is not installed (apt-get install nodejs npm)")
        node = subprocess.run(["node", "--version"], text=True, stdout=subprocess.PIPE).stdout.strip()
        if int(re.match(r"v(\d+)", node).group(1)) < oldest_node:
            raise Missing(f"node {node} is too old for it, {oldest_node} or newer is needed")
        manifest = HERE / (folder or f"javascript/{version}")
        files = [manifest / name for name in ("package.json", "package-lock.json", ".npmrc")]
        home = _installed(f"javascript-{version}", files, "npm", lambda home: _fill_modules(home, files))
        return Command(["node", "--test-reporter=tap", HERE / story],
                       {"QUPRITE_SDK_MODULES": str(home)})
    return prepare


def _fill_modules(home, files):
    for path in files:
        shutil.copy(path, home)
    _do("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=home)


def _pinned(manifest, package):
    pin = re.search(rf'{package}"?(==|: ")([^"\s]+)', (HERE / manifest).read_text())
    return f"{package} {pin.group(2)}"


NODE = ["nodejs", "npm"]
VENV = ["python3-venv"]
PYTHON_APT = _words(HERE / "python/debian/apt.txt")
AZ_APT = _words(HERE / "az/debian/apt.txt")

CLIENTS = [
    Client("python-debian", "python", "Debian 12's azure-storage-queue 12.6.0b1", _python_story(_python_debian),
           PYTHON_APT),
    Client("python-newest", "python", _pinned("python/newest/requirements.txt", "azure-storage-queue"),
           _python_story(_python_newest), VENV),
    *(Client(f"javascript-{version}", "javascript",
             _pinned(f"javascript/{version}/package.json", "@azure/storage-queue"),
             _javascript(version, oldest_node), NODE)
      for version, oldest_node in (("12.0.0", 18), ("12.10.0", 18), ("12.17.0", 18), ("12.26.0", 20), ("newest", 20))),
    Client("javascript-legacy", "javascript", _pinned("javascript-legacy/package.json", "azure-storage"),
           _javascript("legacy", 18, "javascript-legacy", "javascript-legacy/story.cjs"), NODE),
    Client("az-debian", "az", "Debian 12's azure-cli 2.45.0", _az_story(_az_debian), AZ_APT),
    Client("az-newest", "az", _pinned("az/newest/requirements.txt", "azure-cli"), _az_story(_az_newest), VENV),
    Client("day-debian", "day", "the day of a queue, with Debian's az and Python", _day(_python_debian, _az_debian),
           PYTHON_APT + AZ_APT),
    Client("day-newest", "day", "the day of a queue, with the newest az and Python", _day(_python_newest, _az_newest),
           VENV),
]
CLIENTS += workloads.clients(sys.modules[__name__])


import secure  # noqa: E402  as it takes from above what it is made of
CLIENTS += secure.CLIENTS


def missing_packages(clients):
    """Debian packages to install; a tool from elsewhere counts as there."""
    tools = {"nodejs": "node", "npm": "npm", "default-jdk-headless": "javac", "maven": "mvn"}
    there = {package: shutil.which(tool) for package, tool in tools.items()}
    wanted = sorted({package for client in clients for package in client.packages})
    return [package for package in wanted if not (there[package] if package in there else _has(package))]


def _has(package):
    status = subprocess.run(f"dpkg-query -W -f '${{Status}}' {package}", shell=True, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return "install ok installed" in status.stdout


import toolchains  # noqa: E402  as it takes from above what it is made of
CLIENTS += toolchains.CLIENTS
