"""Starting and stopping the server that a test talks to."""
import os, re, selectors, signal, subprocess, time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..'))
READY = re.compile(rb'http://[^ /\s]+')


def binary():
    """The server to test: $QUPRITE_BIN, or the release build."""
    path = os.environ.get('QUPRITE_BIN') or os.path.join(ROOT, 'build', 'release', 'quprite')
    if not os.access(path, os.X_OK):
        raise SystemExit('no server at %s: build it (tests/run build), or name another by QUPRITE_BIN' % path)
    return path


class NotStarted(SystemExit):
    """The server is not ready, and will not be."""


class ServerProcess:
    """A running server; `address` is its 'http://HOST:PORT'. Killed at the end of a with block."""

    def __init__(self, *options, stderr=None):
        self.process = subprocess.Popen([binary(), '--port', '0', '--quiet', *options], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=stderr)
        self.pid, self.address = self.process.pid, None

    def wait_until_ready(self, timeout=20):
        """Waits for the line with the address. False where the server ended first (as it does when killed)."""
        seen, end = b'', time.monotonic() + timeout
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while b'\n' not in seen:
                left = end - time.monotonic()
                if left <= 0 or not selector.select(left):
                    self.kill()
                    raise NotStarted('the server was not ready within %d s; it said %r' % (timeout, seen))
                piece = os.read(self.process.stdout.fileno(), 65536)
                if not piece: return False
                seen += piece
        found = READY.search(seen)
        if not found:
            self.kill()
            raise NotStarted('no address in the first line of the server: %r' % seen)
        self.address = found.group().decode()
        return True

    def kill(self):
        """kill -9, and waits until it is gone."""
        if self.process.poll() is None: self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self, timeout=10):
        """SIGTERM; the exit status, or None where it did not end in time and had to be killed."""
        self.process.send_signal(signal.SIGTERM)
        try: return self.process.wait(timeout)
        except subprocess.TimeoutExpired: return None
        finally: self.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def started(*options, **arguments):
    """A server that is ready."""
    server = ServerProcess(*options, **arguments)
    if not server.wait_until_ready(): raise NotStarted('the server ended with status %s before it was ready' % server.process.wait())
    return server
