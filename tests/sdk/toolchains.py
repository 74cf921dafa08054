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


def _go(directory="go"):
    def prepare():
        manifest = _sources(directory, "go.mod", "go.sum", "*.go")
        go = _needs("go", ["go", "version"], _said(f"{directory}/go.mod", r"^go (\S+)"), "Debian 12 has 1.19")
        home = _installed(directory.rpartition("/")[2], manifest, go, lambda home: _build_go(home, HERE / directory))
        return Command([home / "story"])
    return prepare


def _build_go(home, directory):
    # What it downloads and compiles stays beside the story, so that a change of the story finds it again.
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false",
                   "GOMODCACHE": str(cache() / "go-modules"), "GOCACHE": str(cache() / "go-build")}
    _do("go", "build", "-o", home / "story", ".", cwd=directory, environment=environment)


def _java():
    oldest = _said("java/pom.xml", r"<java.version>(.+)</")
    java = _needs("javac", ["javac", "-version"], oldest, "apt-get install default-jdk-headless")
    if not shutil.which("mvn"):
        raise Missing("mvn is not installed (apt-get install maven)")
    libraries = _installed("java-libraries", [HERE / "java/pom.xml"], "mvn", _fetch_jars)
    classes = _installed("java", _sources("java", "pom.xml", "*.java"), java,
                         lambda home: _compile_java(home, libraries))
    return Command(["java", *SMALL_JAVA, "-cp", f"{classes}:{libraries}/*", "Story"])


def _fetch_jars(home):
    environment = {**os.environ, "MAVEN_OPTS": " ".join(SMALL_JAVA)}
    _do("mvn", "--batch-mode", "--no-transfer-progress", "--quiet", f"-Dmaven.repo.local={cache() / 'maven'}",
        "dependency:copy-dependencies", f"-DoutputDirectory={home}", cwd=HERE / "java", environment=environment)


def _compile_java(home, libraries):
    _do("javac", *(f"-J{option}" for option in SMALL_JAVA), "-encoding", "UTF-8", "-cp", f"{libraries}/*", "-d", home,
        *_sources("java", "*.java"))


def _rust():
    oldest = _said("rust/Cargo.toml", r'^rust-version = "(.+)"')
    cargo = _needs("cargo", ["cargo", "--version"], oldest, "Debian 12's is of Rust 1.63")
    home = _installed("rust", _sources("rust", "Cargo.toml", "src/*.rs"), cargo, _build_rust)
    return Command([home / "story"])


def _build_rust(home):
    # In a copy, as cargo writes its lock file beside the manifest. What it compiles is there for the next story.
    shutil.copytree(HERE / "rust", home / "rust")
    target = cache() / "rust-target"
    _do("cargo", "build", "--quiet", cwd=home / "rust", environment={**os.environ, "CARGO_TARGET_DIR": str(target)})
    shutil.copy(target / "debug/story", home)


SMALL_JAVA = ["-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8"]

CLIENTS = [
    Client("go", "go", "azure-sdk-for-go azqueue " + _said("go/go.mod", r"azqueue/v2 v(\S+)"), _go(), []),
    Client("dapr", "workloads", "dapr/components-contrib "
           + _said("workloads/dapr/go.mod", r"components-contrib v(\S+)"), _go("workloads/dapr"), []),
    Client("java", "java", "com.azure:azure-storage-queue "
           + _said("java/pom.xml", r"azure-storage-queue</artifactId>\s+<version>(.+)</"),
           _java, ["default-jdk-headless", "maven"]),
    Client("rust", "rust", "azure_storage_queue " + _said("rust/Cargo.toml", r'^azure_storage_queue .*"=([\d.]+)"'),
           _rust, []),
]
