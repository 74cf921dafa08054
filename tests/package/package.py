"""The package that tests/package/run has made, in a minimal Debian of its own; the tests run in their order."""
import gzip
import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path
from urllib.request import urlopen

DEBIAN = Path(os.environ["QUPRITE_DEBIAN"])
PACKAGE = DEBIAN / "quprite.deb"
LEFT_BY_DPKG = re.compile(r"^/(var/(log|cache|lib/(dpkg|apt))|proc|dev)/")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **options)


def in_debian(*command, user="root"):
    # With nothing of this machine's environment but a proxy.
    proxies = [f"{name}={value}" for name, value in os.environ.items() if name.lower().endswith("_proxy")]
    return ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp", "DEBIAN_FRONTEND=noninteractive", *proxies,
            "/usr/sbin/chroot", f"--userspec={user}", str(DEBIAN), *command]


def files():
    """What there is in that Debian, without its logs and lists."""
    found = run(*in_debian("find", "/", "-xdev")).stdout.splitlines()
    return {name for name in found if not LEFT_BY_DPKG.match(name)}


def options():
    """The names of the options, as the program tells them."""
    return re.findall(r"^  (--[a-z-]+)", run(*in_debian("quprite", "--help")).stdout, re.M)


class Package(unittest.TestCase):
    def test_1_lintian_finds_nothing(self):
        done = run("lintian", "--fail-on", "error,warning", "--allow-root", PACKAGE)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_2_it_can_be_installed_by_what_it_says_that_it_needs(self):
        updated = run(*in_debian("apt-get", "update", "-qq"))
        self.assertEqual(updated.returncode, 0, updated.stderr)
        needs = run("dpkg-deb", "--field", PACKAGE, "Depends").stdout
        names = re.findall(r"(?:^|, )([^ ,]+)", needs)
        done = run(*in_debian("apt-get", "install", "-y", "-qq", "--no-install-recommends", *names))
        self.assertEqual(done.returncode, 0, done.stderr)
        type(self).before = files()
        done = run(*in_debian("dpkg", "--install", "/quprite.deb"))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_3_it_brings_what_belongs_to_a_package(self):
        told = run(*in_debian("dpkg", "--listfiles", "quprite")).stdout.splitlines()
        for name in ("/usr/bin/quprite", "/usr/share/man/man1/quprite.1.gz", "/usr/lib/systemd/user/quprite.service",
                     "/usr/share/bash-completion/completions/quprite", "/usr/share/doc/quprite/copyright"):
            self.assertIn(name, told)
        self.assertEqual(run(*in_debian("dpkg", "--verify", "quprite")).stdout, "")

    def test_4_the_installed_program_serves_a_user_and_ends_when_it_is_told_to(self):
        server = subprocess.Popen(in_debian("quprite", "--port", "0", "--ready", "json", "--quiet", "--data", "/tmp/q.db",
                                            user="nobody:nogroup"), stdout=subprocess.PIPE, text=True)
        try:
            endpoint = json.loads(server.stdout.readline())["queueEndpoint"]
            self.assertEqual(urlopen(endpoint.rsplit("/", 1)[0] + "/readyz", timeout=10).status, 200)
            port = endpoint.split(":")[2].split("/")[0]
            self.assertEqual(run(*in_debian("quprite", "healthcheck", "--port", port)).returncode, 0)
        finally:
            server.terminate()
            self.assertEqual(server.wait(timeout=10), 0)
            server.stdout.close()
        for file in (DEBIAN / "tmp").glob("q.db*"):
            file.unlink()

    def test_5_every_option_is_in_the_manual_page(self):
        page = gzip.decompress((DEBIAN / "usr/share/man/man1/quprite.1.gz").read_bytes()).decode().replace("\\-", "-")
        self.assertEqual(re.findall(r"^\.TP\n\\fB(--[a-z-]+)\\fR", page, re.M), options())
        self.assertIn("--port", options())
        self.assertNotIn("@", page)

    def test_6_bash_completes_every_option_and_the_values_that_are_files(self):
        def completed(*words):
            script = (". /usr/share/bash-completion/completions/quprite; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); "
                      "_quprite; printf '%s\\n' \"${COMPREPLY[@]}\"")
            return run(*in_debian("bash", "-uc", script, "bash", "quprite", *words)).stdout.split()

        self.assertEqual(completed("--"), options())
        self.assertEqual(completed("--in-m"), ["--in-memory"])
        self.assertEqual(completed("--exact", "--in-m"), ["--in-memory"])
        self.assertEqual(completed("--port", "--"), [])
        self.assertEqual(completed("--data", "/quprite.d"), ["/quprite.deb"])
        self.assertEqual(completed("he"), ["healthcheck"])

    def test_7_systemd_finds_the_unit_in_order(self):
        unit = (DEBIAN / "usr/lib/systemd/user/quprite.service").read_text()
        program = re.search(r"^ExecStart=(\S+) (.*)$", unit, re.M)
        self.assertTrue((DEBIAN / program[1].lstrip("/")).exists())
        self.assertEqual(run(*in_debian(program[1], *program[2].split(), "--version")).returncode, 0)
        # It asks for the program below the root of this machine.
        copy = DEBIAN / "tmp/quprite.service"
        copy.write_text(unit.replace(program[1], str(DEBIAN / program[1].lstrip("/"))))
        done = run("systemd-analyze", "verify", "--user", "--man=no", copy, env={**os.environ, "XDG_RUNTIME_DIR": "/tmp"})
        copy.unlink()
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_8_purging_it_leaves_nothing(self):
        self.assertEqual(run(*in_debian("dpkg", "--purge", "quprite")).returncode, 0)
        self.assertEqual(files() ^ self.before, set())
        self.assertNotEqual(run(*in_debian("quprite", "--version")).returncode, 0)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(bad > 0)
