"""Starts the server as the tools start Azurite, and waits for what they wait for. Standard library only.

Each tool's command line, environment and wait condition are as its source has them; where a test says "its own ports"
the tool lets ports be chosen, else they are Azurite's own, 10000 to 10002."""
import contextlib
import fcntl
import http.client
import json
import os
import queue
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.path.abspath(os.environ.get("QUPRITE_BIN", ROOT / "build/release/quprite"))
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
EVERYWHERE = ["--blobHost", "0.0.0.0", "--queueHost", "0.0.0.0", "--tableHost", "0.0.0.0"]
PORTS = (10000, 10001, 10002)


class Program:
    """One of Azurite's programs, by the name that tools start."""

    def __init__(self, name, *arguments, **environment):
        self.directory = tempfile.TemporaryDirectory(prefix="quprite-contract-")
        link = Path(self.directory.name, name)
        link.symlink_to(PROGRAM)
        self.process = subprocess.Popen([link, *arguments], cwd=self.directory.name, text=True,
                                        env=dict(os.environ, **environment), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines, self.output = queue.Queue(), []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def wait_for(self, pattern, seconds=20):
        """The first line that the pattern is found in, of those that have come or will."""
        for line in self.output:
            if re.search(pattern, line):
                return line
        while True:
            line = self.lines.get(timeout=seconds)
            if line is None:
                raise AssertionError(f"no line has '{pattern}': {self.output}")
            self.output.append(line)
            if re.search(pattern, line):
                return line

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=10)
        self.reader.join()
        while not self.lines.empty():
            self.output.append(self.lines.get())
        self.process.stdout.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.directory.cleanup()


def answers(port, path, method="GET", trusted=None):
    """(status, body) of a request that nobody signed; over HTTPS where a certificate is trusted."""
    connection = (http.client.HTTPSConnection("127.0.0.1", port, timeout=10,
                                              context=ssl.create_default_context(cafile=trusted))
                  if trusted else http.client.HTTPConnection("127.0.0.1", port, timeout=10))
    connection.request(method, path, headers={"x-ms-version": "2025-05-05"})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def certificate(directory):
    """Names of files: a certificate and its key in PEM, and both of them in a PFX whose password is "secret"."""
    pem, key, pfx = (Path(directory, name) for name in ("cert.pem", "key.pem", "cert.pfx"))
    for command in (["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                     "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem],
                    ["pkcs12", "-export", "-in", pem, "-inkey", key, "-out", pfx, "-passout", "pass:secret"]):
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    return pem, key, pfx


def sdk(port, account="devstoreaccount1", key=KEY, trusted=None):
    """What the tools' clients ask of the queues: (list with one result, properties of a queue just made)."""
    from azure.storage.queue import QueueServiceClient
    scheme = "https" if trusted else "http"
    service = QueueServiceClient.from_connection_string(
        f"DefaultEndpointsProtocol={scheme};AccountName={account};AccountKey={key};"
        f"QueueEndpoint={scheme}://127.0.0.1:{port}/{account};", connection_verify=str(trusted) if trusted else True)
    listed = list(service.list_queues(results_per_page=1))
    made = service.create_queue("contract")
    return listed, made.get_queue_properties().approximate_message_count


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextlib.contextmanager
def usual_ports():
    """Azurite's own ports, for one test run of this machine at a time."""
    with open(Path(tempfile.gettempdir(), "quprite-contracts.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Contracts(unittest.TestCase):
    def listens(self, *ports):
        for port in ports:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()

    def three_lines(self, program):
        for service in ("Blob", "Queue", "Table"):
            program.wait_for(f"{service} service is successfully listening")

    def test_testcontainers_for_dotnet(self):
        with usual_ports(), Program("azurite", *EVERYWHERE, "--inMemoryPersistence", "--extentMemoryLimit", "64") as azurite:
            self.three_lines(azurite)
            self.listens(*PORTS)
            self.assertEqual(sdk(10001)[1], 0)

    def test_testcontainers_for_node_on_its_own_ports_with_an_account_of_its_own(self):
        blob, queues, table = free_ports(3)
        with Program("azurite", "--blobHost", "0.0.0.0", "--blobPort", str(blob), "--queueHost", "0.0.0.0", "--queuePort",
                     str(queues), "--tableHost", "0.0.0.0", "--tablePort", str(table), "--inMemoryPersistence",
                     "--skipApiVersionCheck", AZURITE_ACCOUNTS=f"mine:{KEY}") as azurite:
            for pattern in (".*Blob service is successfully listening.*", ".*Queue service is successfully listening.*",
                            ".*Table service is successfully listening.*"):
                azurite.wait_for(pattern)
            self.assertEqual(sdk(queues, "mine")[1], 0)

    def test_testcontainers_for_java(self):
        with usual_ports(), Program("azurite", *EVERYWHERE) as azurite:
            self.three_lines(azurite)
            self.listens(*PORTS)
            # Its check inside the container: the internal port, in hexadecimal, in state LISTEN.
            sockets = Path("/proc/net/tcp").read_text()
            for port in PORTS:
                self.assertRegex(sockets, rf"00000000:{port:04X} 00000000:0000 0A")
            self.assertEqual(sdk(10001)[1], 0)

    def test_testcontainers_for_java_and_node_over_https_with_either_kind_of_certificate(self):
        with tempfile.TemporaryDirectory() as directory:
            pem, key, pfx = certificate(directory)
            for options in (["--cert", pem, "--key", key], ["--cert", pfx, "--pwd", "secret", "--oauth", "basic"]):
                with usual_ports(), Program("azurite", *EVERYWHERE, "--inMemoryPersistence", *options) as azurite:
                    self.three_lines(azurite)
                    self.listens(*PORTS)
                    self.assertEqual(sdk(10001, trusted=pem)[1], 0)
                    self.assertEqual(answers(10000, "/devstoreaccount1?comp=list", trusted=pem)[0], 200)

    def test_testcontainers_for_go_with_all_services_and_with_queues_alone(self):
        with usual_ports(), Program("azurite", *EVERYWHERE) as azurite:
            azurite.wait_for("Queue service is successfully listening")
            self.listens(*PORTS)
        with usual_ports(), Program("azurite-queue", "--queueHost", "0.0.0.0", "--queuePort", "10001") as azurite:
            azurite.wait_for("Azurite Queue service successfully listens on http://0.0.0.0:10001")
            self.listens(10001)
            self.assertEqual(sdk(10001)[1], 0)

    def test_testcontainers_for_python(self):
        # It gives no command, so that the image's own counts, and waits for the first port.
        [command] = re.findall(r"^CMD (.*)", (ROOT / "docker/Dockerfile").read_text(), re.MULTILINE)
        with usual_ports(), Program(*json.loads(command), QUPRITE_HOST="0.0.0.0",
                                    AZURITE_ACCOUNTS=f"devstoreaccount1:{KEY}") as azurite:
            self.three_lines(azurite)
            self.listens(10000)
            self.assertEqual(sdk(10001)[1], 0)
            self.assertIn("quprite.db", os.listdir(azurite.directory.name))

    def test_dotnet_aspire(self):
        with usual_ports(), tempfile.TemporaryDirectory() as data:
            with Program("azurite", "-l", data, *EVERYWHERE, "--disableProductStyleUrl", "--skipApiVersionCheck") as azurite:
                self.three_lines(azurite)
                status, body = answers(10000, "/devstoreaccount1?comp=list&maxresults=1")  # its storage's health
                self.assertEqual((status, "<Containers />" in body), (200, True))
                listed, count = sdk(10001)  # a queue's health: List Queues of one, then its properties
                self.assertEqual((listed, count), ([], 0))

    def test_the_lines_are_azurites(self):
        blob, queues, table = free_ports(3)
        with Program("azurite", "--blobPort", str(blob), "--queuePort", str(queues), "--tablePort", str(table), "-s") as azurite:
            azurite.wait_for("Table service is successfully listening")
            self.assertEqual(azurite.stop(), 0)
            said = "".join(line for line in azurite.output if line)
        for line in (f"Azurite Queue service is starting at http://127.0.0.1:{queues}\n",
                     f"Azurite Queue service is successfully listening at http://127.0.0.1:{queues}\n",
                     "Azurite Queue service is closing...\n", "Azurite Queue service successfully closed\n"):
            self.assertIn(line, said)
        with Program("azurite-queue", "--queuePort", str(queues), "-s") as azurite:
            azurite.wait_for("successfully listens")
            self.assertEqual(azurite.output[:2], [
                f"Azurite Queue service is starting on 127.0.0.1:{queues}\n",
                f"Azurite Queue service successfully listens on http://127.0.0.1:{queues}\n"])

    def test_a_port_that_is_taken_is_told_in_azurites_words(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with Program("azurite-queue", "--queuePort", str(port)) as azurite:
                azurite.wait_for(f"Exit due to unhandled error: listen EADDRINUSE: address already in use 127.0.0.1:{port}")
                self.assertEqual(azurite.process.wait(timeout=5), 1)

    def test_wrong_options_stop_it_before_it_listens(self):
        for arguments, said in (
                (["--quuePort", "1"], 'The option "quuePort" is unknown. Did you mean the following one?'),
                (["--quuePort", "1"], "--queuePort"),
                (["--inMemoryPersistence", "-l", "/tmp"], "The --inMemoryPersistence option is not supported when the "
                                                          "--location option is set."),
                (["--queuePort", "99999"], "--queuePort: '99999' is not allowed; 0 to 65535 is"),
                (["--oauth", "full"], "--oauth: 'full' is not allowed; basic is"),
                (["--tableHost", "300.1.1.1"], "--tableHost: '300.1.1.1' is not allowed; a numeric IPv4 or IPv6 address"),
                (["--location"], "--location needs a value")):
            with self.subTest(arguments=arguments), Program("azurite", *arguments) as azurite:
                azurite.wait_for(re.escape(said))
                self.assertEqual(azurite.process.wait(timeout=5), 1)

    def test_blobs_and_tables_are_answered_honestly(self):
        blob, queues, table = free_ports(3)
        with Program("azurite", "--blobPort", str(blob), "--queuePort", str(queues), "--tablePort", str(table), "-s",
                     "--inMemoryPersistence") as azurite:
            self.three_lines(azurite)
            account = "/devstoreaccount1"
            for port in (blob, table):
                self.assertEqual(answers(port, account + "?restype=account&comp=properties")[0], 200)
                self.assertIn("<StorageServiceProperties>", answers(port, account + "?restype=service&comp=properties")[1])
            self.assertEqual(answers(table, account + "/Tables"), (200, '{"value":[]}'))
            for port, path, method in ((blob, "/photos?restype=container", "PUT"), (blob, "/photos?comp=list", "GET"), (blob, "/photos/cat.jpg", "GET"),
                                       (table, "/Tables", "POST"), (table, "/people()", "GET")):
                status, body = answers(port, account + path, method)
                self.assertEqual(status, 501)
                self.assertIn("quprite serves queues only", body)
            self.assertEqual(answers(blob, account + "?comp=list", "HEAD"), (200, ""))

    def test_the_subcommand_is_as_good_as_the_name(self):
        done = subprocess.run([PROGRAM, "azurite", "--version"], capture_output=True, text=True, timeout=10)
        self.assertEqual((done.returncode, done.stdout.split("\n")[0]), (0, "3.37.0"))
        helped = subprocess.run([PROGRAM, "azurite-queue", "--help"], capture_output=True, text=True, timeout=10)
        self.assertIn("--queuePort", helped.stdout)
        self.assertNotIn("--blobPort", helped.stdout)

    def test_the_debug_log_goes_to_its_file(self):
        [port] = free_ports(1)
        with tempfile.TemporaryDirectory() as directory:
            log = Path(directory, "debug.log")
            with Program("azurite-queue", "--queuePort", str(port), "-d", str(log), "--inMemoryPersistence") as azurite:
                azurite.wait_for("successfully listens")
                sdk(port)
                azurite.stop()
            self.assertIn("CreateQueue 201", log.read_text())


if __name__ == "__main__":
    result = unittest.TextTestRunner(sys.stdout, verbosity=1).run(unittest.defaultTestLoader.loadTestsFromTestCase(Contracts))
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
