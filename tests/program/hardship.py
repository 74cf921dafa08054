"""What the program does where things around it go wrong. Standard library only."""
import http.client
import os
import resource
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.path.abspath(os.environ.get("QUPRITE_BIN", ROOT / "build/release/quprite"))
BODY = "<QueueMessage><MessageText>" + "x" * 4096 + "</MessageText></QueueMessage>"


def start(*arguments, **options):
    """A server without signatures, and the port it is on."""
    server = subprocess.Popen([PROGRAM, "--port", "0", "--auth", "off", "--queue", "orders", *arguments],
                              stdout=subprocess.PIPE, text=True, **options)
    line = server.stdout.readline()
    return server, int(line.split("://127.0.0.1:")[1].split()[0])


def ask(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, "/devstoreaccount1" + path, body, {"x-ms-version": "2021-12-02"})
    status = connection.getresponse().status
    connection.close()
    return status


def refuse(*arguments, **options):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=30, **options)
    return done.returncode, done.stderr


class Hardship(unittest.TestCase):
    def stop(self, server):
        server.terminate()
        self.assertEqual(server.wait(timeout=5), 0)
        server.stdout.close()

    def test_a_log_that_nobody_reads_stops_nothing(self):
        server, port = start("--in-memory", stderr=subprocess.PIPE)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for _ in range(2_000):
            connection.request("GET", "/devstoreaccount1/orders/messages", headers={"x-ms-version": "2021-12-02"})
            self.assertEqual(connection.getresponse().read() != b"", True)
        connection.close()
        self.stop(server)
        server.stderr.close()

    def test_a_file_that_may_not_grow_costs_the_requests_that_need_it_and_no_more(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))

        with tempfile.TemporaryDirectory() as directory:
            file = f"{directory}/quprite.db"
            server, port = start("--data", file, "--quiet", stderr=subprocess.DEVNULL, preexec_fn=limit)
            statuses = [ask(port, "POST", "/orders/messages", BODY) for _ in range(300)]
            self.assertEqual(set(statuses), {201, 503})
            self.assertEqual(ask(port, "GET", "/orders/messages?peekonly=true"), 200)
            self.stop(server)
            server, port = start("--data", file, "--quiet", stderr=subprocess.DEVNULL)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/devstoreaccount1/orders?comp=metadata", headers={"x-ms-version": "2021-12-02"})
            count = connection.getresponse().getheader("x-ms-approximate-messages-count")
            connection.close()
            self.assertEqual(int(count), statuses.count(201))
            self.stop(server)

    def test_a_second_server_on_a_file_is_refused_by_name_and_the_first_goes_on(self):
        with tempfile.TemporaryDirectory() as directory:
            file = f"{directory}/quprite.db"
            for made_before in (False, True):  # and with nothing done to it since it was opened
                server, port = start("--data", file, "--quiet", stderr=subprocess.DEVNULL)
                if made_before:
                    self.assertEqual(ask(port, "GET", "/orders/messages?peekonly=true"), 200)
                code, said = refuse("--port", "0", "--data", file)
                self.assertNotEqual(code, 0)
                self.assertIn(file, said)
                self.assertIn("in use by another process", said)
                self.assertEqual(ask(port, "POST", "/orders/messages", BODY), 201)
                self.stop(server)

    def test_another_program_cannot_write_to_a_file_that_is_served(self):
        with tempfile.TemporaryDirectory() as directory:
            file = f"{directory}/quprite.db"
            server, port = start("--data", file, "--quiet", stderr=subprocess.DEVNULL)
            stranger = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('delete from queue')"
            done = subprocess.run([sys.executable, "-c", stranger, file], capture_output=True, text=True)
            self.assertIn("database is locked", done.stderr)
            self.assertEqual(ask(port, "GET", "/orders/messages?peekonly=true"), 200)
            self.stop(server)

    def test_a_key_is_private_whatever_was_there_before(self):
        with tempfile.TemporaryDirectory() as directory:
            key = Path(directory, "tls/key.pem")
            key.parent.mkdir()
            for before in ("junk", None):  # None: the good one of the round before
                if before:
                    key.write_text(before)
                key.chmod(0o644)
                server, _ = start("--data", f"{directory}/quprite.db", "--tls", "auto", "--quiet",
                                  stderr=subprocess.DEVNULL)
                self.stop(server)
                self.assertEqual(key.stat().st_mode & 0o777, 0o600)

    def test_the_lines_on_trust_can_be_used_anywhere(self):
        with tempfile.TemporaryDirectory() as directory:
            server, _ = start("--data", "quprite.db", "--tls", "auto", "--quiet", cwd=directory,
                              stderr=subprocess.PIPE)
            self.stop(server)
            authority = os.path.realpath(f"{directory}/tls/ca.pem")
            self.assertIn(f"REQUESTS_CA_BUNDLE={authority}\n", server.stderr.read())
            server.stderr.close()

    def test_an_encrypted_key_is_refused_and_nobody_is_asked(self):
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-passout", "pass:abcd", "-subj", "/CN=x",
                            "-keyout", f"{directory}/key", "-out", f"{directory}/cert"], check=True, capture_output=True)
            code, said = refuse("--in-memory", "--cert", f"{directory}/cert", "--key", f"{directory}/key", input="abcd\n")
            self.assertEqual(code, 2)
            self.assertIn(f"--key: cannot read the private key of '{directory}/cert' from '{directory}/key'", said)
            self.assertIn("not encrypted", said)
            self.assertNotIn("pass phrase", said)

    def test_malformed_accounts_name_where_they_come_from(self):
        for variable in ("AZURITE_ACCOUNTS", "QUPRITE_ACCOUNT"):
            code, said = refuse("--in-memory", "--port", "0", env=dict(os.environ, **{variable: "ab:x"}))
            self.assertEqual((code, f"{variable}: account 'ab' is not allowed" in said), (2, True), said)
        code, said = refuse("--in-memory", "--port", "0", "--account", "ab:x")
        self.assertEqual((code, "--account: account 'ab' is not allowed" in said), (2, True), said)

    def test_without_a_home_no_certificate_is_made_just_anywhere(self):
        with tempfile.TemporaryDirectory() as directory:
            code, said = refuse("--in-memory", "--port", "0", "--tls", "auto", cwd=directory, env={})
            self.assertEqual(code, 2)
            self.assertIn("--data FILE is needed", said)
            self.assertEqual(os.listdir(directory), [])

    def test_an_accounts_file_that_is_wrong_is_named(self):
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory, "accounts")
            for content in (None, "", "# only a comment\n", "name\n", "\x7fELF\x01:x\n", "good:AAAA\ngood:AAAA\n"):
                with self.subTest(content=content):
                    if content is not None:
                        file.write_text(content)
                    code, said = refuse("--in-memory", "--port", "0", "--accounts-file", str(file))
                    self.assertEqual(code, 2)
                    self.assertIn(f"--accounts-file '{file}'", said)
                    self.assertTrue(said.strip().isprintable())

    def read_again(self, option, first, second, wrong):
        """Accounts "one" and then "two", as the file that the option names has them, and then nothing that is good."""
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory, "accounts")
            file.write_text(first)
            server = subprocess.Popen([PROGRAM, "--in-memory", "--port", "0", "--auth", "off", option, file],
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            port = int(server.stdout.readline().split("http://127.0.0.1:")[1].split()[0])

            def served(account):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", f"/{account}?comp=list")
                status = connection.getresponse().status
                connection.close()
                return status == 200

            self.assertEqual((served("one"), served("two")), (True, False))
            file.write_text(second)
            server.send_signal(signal.SIGHUP)
            while "accounts read again" not in server.stderr.readline():
                pass
            self.assertEqual((served("one"), served("two")), (False, True))
            file.write_text(wrong)
            server.send_signal(signal.SIGHUP)
            while "accounts kept as they were" not in server.stderr.readline():
                pass
            self.assertTrue(served("two"))
            self.stop(server)
            server.stderr.close()

    def test_accounts_are_read_again_on_sighup_and_kept_where_that_fails(self):
        self.read_again("--accounts-file", "# mine\none:AAAA\n", "two:AAAA\n", "")

    def test_those_of_a_config_file_are_too(self):
        one, two = ('{"accounts": [{"name": "%s", "keys": ["AAAA"]}]}' % name for name in ("one", "two"))
        self.read_again("--config", one, two, "{")


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(bad > 0)
