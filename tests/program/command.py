"""quprite exec: a command runs as if it had been started alone, and its server is there as long as it. Standard library
only."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.path.abspath(os.environ.get("QUPRITE_BIN", ROOT / "build/release/quprite"))
KEY = "a2V5"
# Asks the server of the command whether it is ready, and prints the status.
READY = "import os,urllib.request as u;print(u.urlopen(os.environ['QUPRITE_QUEUE_ENDPOINT'].rsplit('/',1)[0]+'/readyz').status)"


def execute(*command, options=(), **more):
    return subprocess.run([PROGRAM, "exec", *options, "--", *command], capture_output=True, text=True, timeout=30, **more)


def shell(script, **more):
    """Runs a script for which $Q is the program."""
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=30,
                          env=dict(os.environ, Q=PROGRAM), **more)


class Commands(unittest.TestCase):
    def test_the_connection_string_has_the_first_account_and_its_key(self):
        told = execute("sh", "-c", 'echo "$AZURE_STORAGE_CONNECTION_STRING"',
                       options=["--account", f"zeta:{KEY}", "--account", "alpha:YQ=="]).stdout
        self.assertIn(f"AccountName=zeta;AccountKey={KEY};", told)
        told = execute("sh", "-c", 'echo "$AZURE_STORAGE_CONNECTION_STRING"', options=["--account", f"devstoreaccount1:{KEY}"]).stdout
        self.assertIn(f"AccountName=devstoreaccount1;AccountKey={KEY};", told)

    def test_queues_beside_the_accounts_of_a_config_are_those_of_the_first(self):
        declared = {"accounts": [{"name": "zeta", "keys": [KEY]}, {"name": "alpha", "keys": [KEY]}], "queues": ["orders"]}
        count = "import os,urllib.request as u;print(u.urlopen(os.environ['QUPRITE_QUEUE_ENDPOINT']+'/orders?comp=metadata').status)"
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(declared, file)
            file.flush()
            done = execute(sys.executable, "-c", count + ";print(os.environ['QUPRITE_QUEUE_ENDPOINT'].rsplit('/',1)[1])",
                           options=["--config", file.name, "--auth", "off"])
            self.assertEqual(done.stdout, "200\nzeta\n", done.stderr)

    def test_a_port_that_is_asked_for_is_taken_the_usual_one_too(self):
        done = execute("sh", "-c", "echo $QUPRITE_QUEUE_ENDPOINT", options=["--port", "10001", "--host", "127.0.0.7"])
        self.assertTrue(done.stdout.startswith("http://127.0.0.7:10001/"), done.stdout + done.stderr)

    def test_settings_of_another_server_are_not_those_of_a_command(self):
        with tempfile.TemporaryDirectory() as directory:
            others = dict(os.environ, QUPRITE_PORT="1", QUPRITE_DATA=f"{directory}/other.db",
                          QUPRITE_READY_FILE=f"{directory}/ready.json", QUPRITE_READY="json")
            done = execute("echo", "done", env=others)
            self.assertEqual((done.returncode, done.stdout), (0, "done\n"), done.stderr)
            self.assertEqual(os.listdir(directory), [])

    def test_where_the_server_is_can_be_asked_for(self):
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory, "ready.json")
            done = execute("cat", file, options=["--ready-file", file, "--ready", "json"])
            first, second = done.stdout.splitlines()
            self.assertEqual(first, second)
            self.assertIn("AccountKey=Eby8", json.loads(first)["connectionString"])
            self.assertFalse(file.exists())

    def test_the_end_of_a_child_that_is_not_the_command_ends_nothing(self):
        done = shell('sleep 0.1 & exec "$Q" exec -- sh -c "sleep 0.4; echo done; exit 3"')
        self.assertEqual((done.returncode, done.stdout), (3, "done\n"), done.stderr)

    def test_a_command_that_stops_may_go_on(self):
        running = subprocess.Popen([PROGRAM, "exec", "--", "sh", "-c", "echo $$; kill -STOP $$; echo on; exit 5"],
                                   stdout=subprocess.PIPE, text=True)
        command = int(running.stdout.readline())
        while Path(f"/proc/{command}/stat").read_text().split()[2] != "T":
            time.sleep(0.01)
        self.assertIsNone(running.poll())
        os.kill(command, signal.SIGCONT)
        self.assertEqual((running.stdout.read(), running.wait(timeout=10)), ("on\n", 5))
        running.stdout.close()

    def interrupted(self, send):
        """What a command prints, and the exit code, that takes its time with a signal."""
        script = ("import signal,sys,time\n"
                  "def end(*_):\n"
                  f"  {READY.replace(';', chr(10) + '  ')}\n"
                  "  sys.exit(7)\n"
                  "signal.signal(signal.SIGINT, end)\n"
                  "signal.signal(signal.SIGTERM, end)\n"
                  "print('ready', flush=True)\n"
                  "while True: time.sleep(0.01)\n")
        running = subprocess.Popen([PROGRAM, "exec", "--", sys.executable, "-c", script], stdout=subprocess.PIPE,
                                   text=True, start_new_session=True)
        self.assertEqual(running.stdout.readline(), "ready\n")
        send(running.pid)
        told = running.stdout.read(), running.wait(timeout=10)
        running.stdout.close()
        return told

    def test_a_command_that_is_interrupted_has_its_server_until_it_has_ended(self):
        self.assertEqual(self.interrupted(lambda pid: os.killpg(pid, signal.SIGINT)), ("200\n", 7))

    def test_sigterm_is_passed_on_to_the_command(self):
        self.assertEqual(self.interrupted(lambda pid: os.kill(pid, signal.SIGTERM)), ("200\n", 7))

    def test_a_command_has_the_files_that_it_was_given_and_none_of_the_servers(self):
        reader, writer = os.pipe()
        os.write(writer, b"given")
        os.close(writer)
        done = execute("sh", "-c", f"cat <&{reader}; ls /proc/self/fd | wc -l", pass_fds=[reader])
        os.close(reader)
        given, count = done.stdout.split("given")
        self.assertEqual((given, int(count)), ("", 5), done.stderr)  # three, the pipe, and the directory

    def test_a_command_has_the_signals_and_limits_that_it_was_given(self):
        look = 'grep -E "Sig(Ign|Blk)" /proc/self/status; ulimit -Sn'
        for script in (look, f"trap '' HUP INT; {look}", f"ulimit -Sn 200; {look}"):
            with self.subTest(script):
                alone = shell(script.replace(look, f"exec sh -c '{look}'"))
                served = shell(script.replace(look, f"exec \"$Q\" exec -- sh -c '{look}'"))
                self.assertEqual(served.stdout, alone.stdout, served.stderr)

    def test_signals_that_are_blocked_do_not_keep_it_from_seeing_the_end(self):
        previous = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        try:
            self.assertEqual(execute("sh", "-c", "exit 4").returncode, 4)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, previous)

    def test_a_command_is_told_of_the_end_of_the_parent(self):
        with tempfile.TemporaryDirectory() as directory:
            told = Path(directory, "told")
            parent = subprocess.Popen(
                ["sh", "-c", '"$0" exec --exit-with-parent -- sh -c "trap \'echo told >$1; exit\' TERM; echo up; '
                             'while :; do sleep 0.01; done" & wait', PROGRAM, told],
                stdout=subprocess.PIPE, text=True, env=dict(os.environ))
            parent.stdout.readline()
            parent.kill()
            parent.wait()
            for _ in range(500):
                if told.exists():
                    break
                time.sleep(0.01)
            parent.stdout.close()
            self.assertTrue(told.exists())


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(bad > 0)
