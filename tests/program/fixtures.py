"""What fixtures rest on: exec, ready files, health checks, queues made at the start. Standard library only."""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.path.abspath(os.environ.get("QUPRITE_BIN", ROOT / "build/release/quprite"))


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60, **options)


def wait_for(condition):
    for _ in range(500):
        if condition():
            return True
        time.sleep(0.01)
    return False


class Fixtures(unittest.TestCase):
    def test_a_command_is_run_with_a_server_of_its_own_and_its_exit_code_is_told(self):
        script = 'echo "$AZURE_STORAGE_CONNECTION_STRING|$AzureWebJobsStorage|$QUPRITE_QUEUE_ENDPOINT"; exit 7'
        done = run("exec", "--", "sh", "-c", script)
        self.assertEqual(done.returncode, 7, done.stderr)
        connection_string, web_jobs, endpoint = done.stdout.strip().split("|")
        self.assertEqual(connection_string, web_jobs)
        self.assertIn(f"QueueEndpoint={endpoint};", connection_string)
        self.assertNotIn(":10001/", endpoint)

    def test_the_server_of_a_command_answers_it(self):
        check = "import os,urllib.request as u;print(u.urlopen(os.environ['QUPRITE_QUEUE_ENDPOINT'].rsplit('/',1)[0]+'/readyz').status)"
        self.assertEqual(run("exec", "--", sys.executable, "-c", check).stdout.strip(), "200")

    def test_a_command_that_is_killed_counts_128_and_its_signal(self):
        self.assertEqual(run("exec", "--", "sh", "-c", "kill -9 $$").returncode, 128 + signal.SIGKILL)

    def test_a_command_that_is_not_there_is_named(self):
        done = run("exec", "--", "no-such-command")
        self.assertEqual(done.returncode, 127)
        self.assertIn("'no-such-command'", done.stderr)

    def test_exec_without_a_command_is_refused(self):
        self.assertEqual(run("exec", "--quiet").returncode, 2)

    def test_a_ready_file_tells_where_the_server_is(self):
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory, "ready.json")
            server = subprocess.Popen([PROGRAM, "--in-memory", "--port", "0", "--quiet", "--ready", "json", "--ready-file", file],
                                      stdout=subprocess.PIPE, text=True)
            try:
                told = json.loads(server.stdout.readline())
                self.assertEqual(told, json.loads(file.read_text()))
                self.assertEqual(told["pid"], server.pid)
                port = told["queueEndpoint"].split(":")[2].split("/")[0]
                self.assertEqual(run("healthcheck", "--port", port).returncode, 0)
            finally:
                server.terminate()
                self.assertEqual(server.wait(timeout=10), 0)
                server.stdout.close()
            self.assertEqual(run("healthcheck", "--port", port).returncode, 1)
            self.assertFalse(file.exists())

    def test_a_ready_file_of_an_earlier_server_goes_and_is_for_its_owner_alone(self):
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory, "ready.json")
            file.write_text("stale")
            done = run("exec", "--ready-file", file, "--", "stat", "-c", "%a %s", file)
            self.assertEqual(done.stdout.split()[0], "600", done.stderr)
            self.assertEqual(os.listdir(directory), [])
            file.write_text("stale")
            self.assertEqual(run("--in-memory", "--ready-file", file, "--config", directory).returncode, 2)
            self.assertEqual(os.listdir(directory), [])

    def test_a_ready_file_that_cannot_be_is_told_before_the_port_is_bound(self):
        with tempfile.TemporaryDirectory() as directory:
            for name in (directory, f"{directory}/none/ready.json"):
                done = run("--in-memory", "--port", "0", "--ready-file", name)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(f"--ready-file: cannot write '{name}'", done.stderr)
            self.assertEqual(os.listdir(directory), [])

    def test_a_pipe_as_ready_file_is_written_to(self):
        with tempfile.TemporaryDirectory() as directory:
            pipe = Path(directory, "pipe")
            os.mkfifo(pipe)
            reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True)
            server = subprocess.Popen([PROGRAM, "--in-memory", "--port", "0", "--quiet", "--ready-file", pipe],
                                      stdout=subprocess.PIPE, text=True)
            self.assertEqual(json.loads(reader.stdout.read())["pid"], server.pid)
            server.terminate()
            server.wait(timeout=10)
            self.assertTrue(pipe.is_fifo())
            for process in (reader, server):
                process.wait()
                process.stdout.close()

    def test_azurites_names_tell_where_they_are_to_who_asks(self):
        with tempfile.TemporaryDirectory() as directory:
            link, file = Path(directory, "azurite-queue"), Path(directory, "ready.json")
            link.symlink_to(PROGRAM)
            server = subprocess.Popen([link, "--queuePort", "0", "--inMemoryPersistence", "-s"], text=True,
                                      env=dict(os.environ, QUPRITE_READY_FILE=str(file)), stdout=subprocess.PIPE)
            for _ in range(2):
                server.stdout.readline()
            self.assertEqual(json.loads(file.read_text())["pid"], server.pid)
            server.terminate()
            server.wait(timeout=10)
            server.stdout.close()

    def test_a_server_that_says_nothing_is_not_healthy(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            done = run("healthcheck", "--port", str(silent.getsockname()[1]))
            self.assertEqual(done.returncode, 1)
            self.assertIn("it does not answer", done.stderr)

    def test_the_end_of_a_child_that_somebody_left_does_not_end_a_server(self):
        server = subprocess.Popen(["sh", "-c", 'sleep 0.1 & exec "$0" --in-memory --port 0 --quiet', PROGRAM],
                                  stdout=subprocess.PIPE, text=True)
        port = server.stdout.readline().split("://127.0.0.1:")[1].split()[0]
        self.assertTrue(wait_for(lambda: not Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()))
        self.assertEqual(run("healthcheck", "--port", port).returncode, 0)
        server.terminate()
        self.assertEqual(server.wait(timeout=10), 0)
        server.stdout.close()

    def test_names_that_sqlite_takes_for_something_else_are_files(self):
        with tempfile.TemporaryDirectory() as directory:
            for name in (":memory:", "file:x.db?mode=memory"):
                self.assertEqual(run("exec", "--data", name, "--", "true", cwd=directory).returncode, 0)
            self.assertEqual(sorted(os.listdir(directory)), [":memory:", "file:x.db?mode=memory"])

    def test_what_cannot_be_opened_is_told_by_the_option_that_names_it(self):
        for arguments, told in ((["--data", "/none/x.db"], "--data: "), (["--log-file", "/none/x", "--in-memory"], "--log-file: "),
                                (["azurite-queue", "-d", "/none/x", "--inMemoryPersistence"], "--debug: ")):
            port = ["--queuePort", "0"] if arguments[0] == "azurite-queue" else ["--port", "0"]
            done = run(*arguments, *port)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(told, done.stderr)

    def test_a_queue_with_a_wrong_name_stops_the_start(self):
        done = run("--in-memory", "--port", "0", "--queue", "Not_Allowed")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--queue: 'Not_Allowed'", done.stderr)

    def test_a_config_file_declares_what_is_there_and_a_second_start_adds_nothing(self):
        declared = {"queues": ["returns", {"name": "orders", "metadata": {"owner": "me"}, "messages": ["one", "two"]}]}
        count = ("import os,urllib.request as u;"
                 "r=u.urlopen(os.environ['QUPRITE_QUEUE_ENDPOINT']+'/orders?comp=metadata');"
                 "print(r.headers['x-ms-approximate-messages-count'], r.headers['x-ms-meta-owner'])")
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory, "config.json")
            file.write_text(json.dumps(declared))
            for _ in range(2):
                done = run("exec", "--config", file, "--data", f"{directory}/store.db", "--auth", "off", "--",
                           sys.executable, "-c", count)
                self.assertEqual((done.returncode, done.stdout), (0, "2 me\n"), done.stderr)

    def test_a_config_file_that_is_wrong_stops_the_start_and_tells_line_and_column(self):
        with tempfile.TemporaryDirectory() as directory:
            file, data = Path(directory, "config.json"), Path(directory, "store.db")
            for text, place in (('{\n  "queues": ["Orders"]\n}', "2:14: queues[0]: 'Orders'"),
                                ('{\n  "queues": [\n', "3:1: this is no JSON"),
                                ('{"accounts": [{"name": "elsewhere"}]}', "1:15: account 'elsewhere' has no keys")):
                file.write_text(text)
                done = run("--config", file, "--data", data, "--port", "0")
                self.assertEqual(done.returncode, 2)
                self.assertIn(f"{file}:{place}", done.stderr)
                self.assertFalse(data.exists())
            done = run("--config", directory, "--in-memory", "--port", "0")
            self.assertEqual((done.returncode, "--config" in done.stderr and directory in done.stderr), (2, True))

    def test_a_server_that_nobody_asks_takes_no_time_of_the_processor(self):
        server = subprocess.Popen([PROGRAM, "--in-memory", "--port", "0", "--quiet"], stdout=subprocess.PIPE, text=True)
        port = int(server.stdout.readline().split("://127.0.0.1:")[1].split()[0])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for _ in range(200):  # close enough to one another to have it look out for more
            connection.request("GET", "/readyz")
            connection.getresponse().read()

        def ticks():
            return sum(map(int, Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
        before = ticks()
        time.sleep(0.5)
        self.assertLessEqual(ticks() - before, 0.05 * os.sysconf("SC_CLK_TCK"))
        connection.close()
        server.terminate()
        self.assertEqual(server.wait(timeout=10), 0)
        server.stdout.close()

    def test_a_server_outlives_the_thread_that_started_it(self):
        started = []
        thread = threading.Thread(target=lambda: started.append(subprocess.Popen(
            [PROGRAM, "--in-memory", "--port", "0", "--quiet", "--exit-with-parent"], stdout=subprocess.PIPE, text=True)))
        thread.start()
        thread.join()
        [server] = started
        port = server.stdout.readline().split("://127.0.0.1:")[1].split()[0]
        self.assertEqual(run("healthcheck", "--port", port).returncode, 0)
        server.terminate()
        self.assertEqual(server.wait(timeout=10), 0)
        server.stdout.close()

    def test_a_server_ends_with_its_parent(self):
        parent = subprocess.Popen(
            ["sh", "-c", f'"{PROGRAM}" --in-memory --port 0 --quiet --exit-with-parent & echo $! >&2; wait'],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        server = int(parent.stderr.readline())
        self.assertTrue(parent.stdout.readline().startswith("quprite is ready"))
        parent.kill()
        parent.wait()
        parent.stdout.close()
        parent.stderr.close()
        self.assertTrue(wait_for(lambda: not Path(f"/proc/{server}/cmdline").exists()
                                 or not Path(f"/proc/{server}/cmdline").read_bytes()))


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(bad > 0)
