"""The day of a queue: az makes it, Python's client works with it, and a worker dies on the way.

Deadlines run in real time here, with timeouts of 1 and 2 s; no other story waits."""

import pathlib
import subprocess
import sys
import time
import unittest

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

import tap
from azcli import az

WORKER = pathlib.Path(__file__).with_name("worker.py")
BUSY_MACHINE_SECONDS = 2  # how late a message may be back before that is called wrong


class Day(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.name = f"{tap.RUN}-day"
        az("storage queue create", "--name", cls.name)

    def setUp(self):
        self.queue = QueueClient.from_connection_string(tap.connection_string(), self.name)
        self.queue.clear_messages()

    def receive(self, **options):
        return next(iter(self.queue.receive_messages(**options)), None)

    def receive_when_it_is_back(self, deadline):
        while time.monotonic() < deadline + BUSY_MACHINE_SECONDS:
            message = self.receive()
            if message:
                return message, time.monotonic()
            time.sleep(0.02)
        self.fail(f"the message was not back {BUSY_MACHINE_SECONDS} s after its time")

    def test_a_queue_made_with_az_serves_the_python_client(self):
        sent = self.queue.send_message("hello")
        self.assertEqual([(message.id, message.content) for message in self.queue.peek_messages()], [(sent.id, "hello")])
        received = self.receive()
        self.assertEqual((received.id, received.dequeue_count), (sent.id, 1))
        self.queue.delete_message(received)
        self.assertEqual(self.queue.get_queue_properties().approximate_message_count, 0)

    def test_the_message_of_a_killed_worker_comes_back_to_another(self):
        sent = self.queue.send_message("work")
        with subprocess.Popen([sys.executable, WORKER, tap.connection_string(), self.name, "2"], text=True,
                              stdout=subprocess.PIPE) as worker:
            asked, received, message, dequeue_count = worker.stdout.readline().split()
            worker.kill()
        self.assertEqual((message, dequeue_count), (sent.id, "1"))
        again, back = self.receive_when_it_is_back(float(received) + 2)
        self.assertGreaterEqual(back - float(asked), 2, "the message was back before its time")
        self.assertEqual((again.id, again.content, again.dequeue_count), (sent.id, "work", 2))
        self.queue.delete_message(again)

    def test_an_update_keeps_a_message_past_its_first_timeout(self):
        self.queue.send_message("long work")
        received = self.receive(visibility_timeout=1)
        extended = self.queue.update_message(received, visibility_timeout=60)
        time.sleep(1.2)
        self.assertIsNone(self.receive())
        with self.assertRaises(ResourceNotFoundError):
            self.queue.delete_message(received.id, received.pop_receipt)
        self.queue.delete_message(received.id, extended.pop_receipt)

    def test_a_worker_that_is_late_but_alone_may_still_delete(self):
        self.queue.send_message("slow work")
        received = self.receive(visibility_timeout=1)
        time.sleep(1.2)
        self.queue.delete_message(received)
        self.assertEqual(self.queue.peek_messages(), [])


if __name__ == "__main__":
    tap.main()
