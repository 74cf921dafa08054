"""The image that tests/image/run has built: what is in it, and how it runs as a container would run it."""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import yaml

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY / "tests/crash"))
import wire  # noqa: E402

ROOT = Path(os.environ["QUPRITE_IMAGE_ROOT"])
IMAGE = json.loads(Path(os.environ["QUPRITE_IMAGE_CONFIG"]).read_text())["Docker"]
CONFIG = IMAGE["config"]
COMPOSE = yaml.safe_load((REPOSITORY / "docker/compose.yaml").read_text())["services"]
AT_MOST_BYTES = 12_000_000
USER = CONFIG["User"]
ADDRESS = "http://127.0.0.1:10001"

# Root of its own that cannot be written, /data that can, the image's user and nothing of this machine's environment.
ENTER = """
mount --make-rprivate / && mount --bind "$ROOT" "$ROOT" && mount --bind "$DATA" "$ROOT/data" &&
mount -o remount,ro,bind "$ROOT" && mount -t proc proc "$ROOT/proc" && mount --bind /dev "$ROOT/dev" &&
exec env -i "$@"
"""


def in_image(data, *command, environment=()):
    """The command line that runs a command in the image, with `data` as its volume."""
    uid, gid = USER.split(":")
    return ["unshare", "--mount", "env", f"ROOT={ROOT}", f"DATA={data}", "sh", "-euc", ENTER, "sh", *CONFIG["Env"], *environment,
            "/usr/sbin/chroot", f"--userspec={uid}:{gid}", "--groups=", str(ROOT),
            "sh", "-c", f'cd {CONFIG["WorkingDir"]} && exec "$@"', "sh", *(command or CONFIG["Cmd"])]


def wait_until(condition):
    for _ in range(1000):
        if condition():
            return True
        time.sleep(0.01)
    return False


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(*request, **named):
    """A signed request from outside of the container, and its answer."""
    connection = wire.Connection(ADDRESS)
    with connection.socket:
        return connection.ask(*request, **named)


class Contents(unittest.TestCase):
    def test_its_files_are_at_most_12_mb(self):
        size = sum(file.lstat().st_size for file in ROOT.rglob("*") if file.is_file() and not file.is_symlink())
        print(f"the image's files: {size / 1e6:.2f} MB")
        self.assertLess(size, AT_MOST_BYTES)
        self.assertGreater(size, 1_000_000)

    def test_its_user_is_not_root_and_has_a_name(self):
        uid, gid = USER.split(":")
        self.assertNotIn("0", (uid, gid))
        users = [line.split(":") for line in (ROOT / "etc/passwd").read_text().splitlines()]
        self.assertEqual([user[0] for user in users if user[2:4] == [uid, gid]], ["quprite"])

    def test_the_volume_is_the_users(self):
        self.assertEqual(list(CONFIG["Volumes"]), ["/data"])
        stat = (ROOT / "data").stat()
        self.assertEqual(f"{stat.st_uid}:{stat.st_gid}", USER)

    def test_nothing_else_can_be_written_by_the_user(self):
        for file in ROOT.rglob("*"):
            if not file.is_symlink() and file not in (ROOT / "data", ROOT / "tmp"):
                self.assertEqual((file.stat().st_uid, file.stat().st_mode & 0o6022), (0, 0), file)

    def test_it_has_a_shell_with_what_tools_use_to_look_for_open_ports(self):
        for tool in ("sh", "cat", "grep", "awk", "nc"):
            self.assertEqual(os.readlink(ROOT / "bin" / tool), "busybox")

    def test_the_names_of_azurite_lead_to_quprite(self):
        for name in ("azurite", "azurite-queue"):
            self.assertEqual((ROOT / "usr/local/bin" / name).resolve(), (ROOT / "usr/local/bin/quprite").resolve())

    def test_it_is_labelled_and_brings_its_licence(self):
        labels = CONFIG["Labels"]
        self.assertEqual(labels["org.opencontainers.image.title"], "quprite")
        self.assertEqual(labels["org.opencontainers.image.licenses"], "MIT")
        self.assertEqual((ROOT / "usr/share/doc/quprite/LICENSE").read_text(), (REPOSITORY / "LICENSE").read_text())

    def test_its_configuration_is_what_fixtures_rest_on(self):
        self.assertEqual(sorted(CONFIG["ExposedPorts"]), ["10000/tcp", "10001/tcp", "10002/tcp"])
        self.assertEqual(CONFIG["Healthcheck"]["Test"], ["CMD", "quprite", "healthcheck"])
        self.assertFalse(CONFIG.get("Entrypoint"), "`docker run quprite azurite …` has to run azurite")
        self.assertEqual(CONFIG["Cmd"][0], "azurite")  # with the ports that tools wait for

    def test_the_program_is_of_the_machine_that_built_it(self):
        machine = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]
        self.assertEqual(IMAGE["architecture"], machine)
        self.assertNotRegex((REPOSITORY / "docker/Dockerfile").read_text(), "amd64|arm64|x86_64|aarch64")


class Running(unittest.TestCase):
    def setUp(self):
        self.data = tempfile.mkdtemp()
        os.chown(self.data, *map(int, USER.split(":")))
        self.server = None

    def tearDown(self):
        if self.server and self.server.poll() is None:
            self.server.kill()
            self.server.wait()
        shutil.rmtree(self.data)

    def start(self, *command, environment=()):
        self.log = Path(self.data, "log")
        with self.log.open("w") as log:
            self.server = subprocess.Popen(in_image(self.data, *command, environment=environment), stdout=log, stderr=log)
        self.assertTrue(wait_until(lambda: self.server.poll() is not None or is_listening(10001)))
        self.assertIsNone(self.server.poll(), self.log.read_text())

    def stop(self):
        self.server.terminate()
        self.assertEqual(self.server.wait(timeout=10), 0, self.log.read_text())

    def run_in_image(self, *command):
        return subprocess.run(in_image(self.data, *command), capture_output=True, text=True, timeout=60)

    def is_healthy(self):
        return self.run_in_image(*CONFIG["Healthcheck"]["Test"][1:]).returncode == 0


class Container(Running):
    def test_it_serves_on_every_address_and_is_healthy_while_it_does(self):
        self.assertFalse(self.is_healthy())
        self.start()
        self.assertTrue(wait_until(lambda: all(map(is_listening, (10000, 10001, 10002)))))
        self.assertTrue(self.is_healthy())
        self.assertEqual(urlopen("http://127.0.0.2:10001/readyz", timeout=10).status, 200)
        self.assertEqual(urlopen(f"{ADDRESS}/readyz", timeout=10).status, 200)
        self.stop()
        self.assertFalse(self.is_healthy())

    def test_it_runs_as_its_user(self):
        self.start()
        status = Path(f"/proc/{self.server.pid}/status").read_text().split("\n")
        uid, gid = USER.split(":")
        self.assertIn(f"Uid:\t{uid}\t{uid}\t{uid}\t{uid}", status)
        self.assertIn(f"Gid:\t{gid}\t{gid}\t{gid}\t{gid}", status)
        self.assertEqual(Path(f"/proc/{self.server.pid}/exe").resolve().name, "quprite")
        self.stop()

    def test_the_root_of_these_tests_cannot_be_written(self):
        self.assertNotEqual(self.run_in_image("sh", "-c", ">/usr/local/bin/file").returncode, 0)
        self.assertEqual(self.run_in_image("sh", "-c", ">/data/file").returncode, 0)

    def test_what_it_acknowledged_is_there_after_a_restart_with_the_same_volume(self):
        self.start()
        self.assertEqual(ask("PUT", "/kept").status, 201)
        self.assertEqual(ask("POST", "/kept/messages", body=wire.message_body("one coffee")).status, 201)
        self.stop()
        self.assertTrue(list(Path(self.data).rglob("quprite.db")))
        self.start()
        self.assertEqual([message.text for message in wire.told(ask("GET", "/kept/messages"))], ["one coffee"])
        self.stop()

    def test_options_can_be_given_by_the_command_and_by_the_environment(self):
        self.start("quprite", "--in-memory", environment=["QUPRITE_QUEUE=orders"])
        self.assertEqual(ask("GET", "/orders", query=[("comp", "metadata")]).status, 200)
        self.assertFalse(list(Path(self.data).rglob("quprite.db")))
        self.stop()

    def test_a_shell_in_it_sees_the_open_port_as_testcontainers_for_java_looks(self):
        self.start()
        for port, told in ((10001, True), (10009, False)):
            look = f"cat /proc/net/tcp* | awk '{{print $2}}' | grep -i ':0*{port:x}'"
            self.assertEqual(self.run_in_image("/bin/sh", "-c", look).returncode == 0, told)
            self.assertEqual(self.run_in_image("/bin/sh", "-c", f"nc -w 1 127.0.0.1 {port} </dev/null").returncode == 0, told)
        self.stop()

    def test_the_application_of_the_compose_file_is_served(self):
        queue, application = COMPOSE["queue"], COMPOSE["application"]
        self.assertTrue(queue["read_only"])
        self.assertEqual(queue["volumes"], ["queue:/data"])
        self.assertEqual(application["depends_on"], {"queue": {"condition": "service_healthy"}})
        self.start(environment=[f"{name}={value}" for name, value in queue["environment"].items()])
        # Here the two share a network, and there is no name server to know "queue".
        told = [f"{name}={value.replace('//queue:', '//127.0.0.1:')}" for name, value in application["environment"].items()]
        done = subprocess.run(["env", "-i", "PATH=/usr/bin:/bin", *told, "/usr/sbin/chroot", "--userspec=nobody:nogroup",
                               os.environ["QUPRITE_APPLICATION_ROOT"], "python3", "/app.py"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout, "serving one coffee\nserving two teas\n", done.stderr)
        self.stop()


class Azurite(Running):
    """The image where it is started as Azurite's is."""

    def test_it_serves_as_azurite_with_the_arguments_of_aspire(self):
        self.start("azurite", "-l", "/data", "--blobHost", "0.0.0.0", "--queueHost", "0.0.0.0", "--tableHost", "0.0.0.0",
                   "--disableProductStyleUrl", "--skipApiVersionCheck")
        self.assertTrue(wait_until(lambda: all(map(is_listening, (10000, 10001, 10002)))))
        self.assertTrue(self.is_healthy())
        self.stop()


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    bad, skipped = len(result.failures) + len(result.errors), len(result.skipped)
    print(f"{result.testsRun - bad - skipped} passed, {bad} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(bad > 0)
