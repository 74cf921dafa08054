"""dramatiq on dramatiq_azure: messages sent, retried, delayed, dead-lettered, and a worker killed."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import tap

# The broker reads it when it is imported, and so do the workers.
os.environ["AZURE_STORAGE_CONNECTION_STR"] = tap.connection_string()

import dramatiq  # noqa: E402
from azure.storage.queue import BinaryBase64DecodePolicy, QueueServiceClient  # noqa: E402
from dramatiq_azure import DelayTooLong, MessageTooLarge  # noqa: E402

import application  # noqa: E402
import effects  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SERVICE = QueueServiceClient.from_connection_string(tap.connection_string())
BROKER = dramatiq.get_broker()
DAY_MS = 24 * 3600 * 1000


@contextlib.contextmanager
def worker(*queues):
    """Two threads in a process, by dramatiq's own command; killed with all its processes in the end."""
    command = [sys.executable, "-m", "dramatiq", "application", "--processes", "1", "--threads", "2", "--queues", *queues]
    log = pathlib.Path(os.environ["QUPRITE_SDK_SCRATCH"], "worker.log")
    with open(log, "w") as output:
        process = subprocess.Popen(command, cwd=HERE, start_new_session=True, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT)
    try:
        if not effects.wait_until(lambda: "is ready for action" in log.read_text() or process.poll() is not None):
            raise AssertionError("the worker was not ready: " + log.read_text()[-2000:])
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def messages(queue):
    return SERVICE.get_queue_client(queue).get_queue_properties().approximate_message_count


def dead_letters(queue=application.QUEUE):
    client = SERVICE.get_queue_client(f"{queue}-dlq", message_decode_policy=BinaryBase64DecodePolicy())
    return [dramatiq.Message.decode(message.content) for message in client.peek_messages(32)]


class Actors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        running = worker(application.QUEUE)
        running.__enter__()
        cls.addClassCleanup(running.__exit__, None, None, None)

    def setUp(self):
        effects.forget()
        SERVICE.get_queue_client(f"{application.QUEUE}-dlq").clear_messages()

    def gone(self):
        """Whether the queue is empty; a message is deleted only when its actor has ended."""
        return effects.wait_until(lambda: messages(application.QUEUE) == 0)

    def test_an_actor_is_called_once_and_its_message_is_gone(self):
        application.note.send("hello")
        self.assertEqual(effects.wait_for("hello"), ["hello"])
        self.assertTrue(self.gone())
        self.assertEqual(effects.left(), ["hello"])

    def test_every_one_of_many_messages_is_worked_on(self):
        sent = sorted(f"message {number}" for number in range(50))
        for text in sent:
            application.note.send(text)
        self.assertEqual(sorted(effects.wait_for(*sent)), sent)
        self.assertTrue(self.gone())

    def test_arguments_arrive_as_they_were(self):
        text = "Grüße, 世界 🎉 <&> \"quoted\" 'too'"
        application.note.send(text)
        self.assertEqual(effects.wait_for(text), [text])

    def test_a_pipeline_hands_results_on_over_the_queue(self):
        (application.add.message(2, 3) | application.add.message(4)).run()
        self.assertEqual(effects.wait_for("sum 9"), ["sum 5", "sum 9"])

    def test_a_message_that_fails_is_retried_until_it_does_not(self):
        application.third_time_lucky.send()
        self.assertEqual(effects.wait_for("lucky"), ["attempt 1", "attempt 2", "attempt 3", "lucky"])
        self.assertTrue(self.gone())
        self.assertEqual(dead_letters(), [])

    def test_a_message_that_goes_on_failing_becomes_a_dead_letter(self):
        sent = application.never_lucky.send()
        self.assertTrue(effects.wait_until(dead_letters))
        [dead] = dead_letters()
        self.assertEqual((dead.message_id, dead.actor_name, dead.options["retries"]), (sent.message_id, "never_lucky", 3))
        self.assertIn("OSError: no luck", dead.options["traceback"])
        self.assertEqual(effects.left(), ["unlucky"] * 3)
        self.assertTrue(self.gone())

    def test_a_dead_letter_has_the_arguments_of_its_message(self):
        application.broken.send("broken on purpose, ä")
        self.assertTrue(effects.wait_until(dead_letters))
        [dead] = dead_letters()
        self.assertEqual(dead.args, ("broken on purpose, ä",))

    def test_another_actor_is_told_of_a_message_that_is_given_up(self):
        application.broken_and_mourned.send()
        mourned = "mourned broken_and_mourned after 0 retries"
        self.assertEqual(effects.wait_for(mourned), [mourned])

    def test_a_delay_is_kept_by_the_server(self):
        sent = time.monotonic()
        application.note.send_with_options(args=("delayed",), delay=2000)
        application.note.send("at once")
        self.assertEqual(effects.wait_for("delayed"), ["at once", "delayed"])
        self.assertGreaterEqual(time.monotonic() - sent, 2)


class WithoutWorkers(unittest.TestCase):
    def setUp(self):
        self.queue = f"{tap.RUN}-idle"
        BROKER.declare_queue(self.queue)

    def message(self, *arguments):
        return dramatiq.Message(queue_name=self.queue, actor_name="note", args=arguments, kwargs={}, options={})

    def test_a_queue_and_its_queue_of_dead_letters_are_made_when_an_actor_names_them(self):
        names = [queue.name for queue in SERVICE.list_queues(name_starts_with=self.queue)]
        self.assertEqual(names, [self.queue, f"{self.queue}-dlq"])

    def test_a_delayed_message_is_invisible_until_its_time(self):
        BROKER.enqueue(self.message("later"), delay=60_000)
        client = SERVICE.get_queue_client(self.queue)
        self.assertEqual((messages(self.queue), client.peek_messages()), (1, []))
        BROKER.flush(self.queue)
        self.assertEqual(messages(self.queue), 0)

    def test_flushing_empties_a_queue(self):
        for number in range(3):
            BROKER.enqueue(self.message(number))
        self.assertEqual(messages(self.queue), 3)
        BROKER.flush(self.queue)
        self.assertEqual(messages(self.queue), 0)

    def test_a_message_that_is_too_long_is_refused_by_its_error(self):
        with self.assertRaises(MessageTooLarge):
            BROKER.enqueue(self.message("x" * 100_000))

    def test_a_delay_of_more_than_seven_days_is_refused_by_its_error(self):
        with self.assertRaises(DelayTooLong):
            BROKER.enqueue(self.message("too late"), delay=8 * DAY_MS)
        self.assertEqual(messages(self.queue), 0)


class Killed(unittest.TestCase):
    def test_the_message_of_a_killed_worker_comes_back_to_the_next(self):
        effects.forget()
        with worker(application.SLOW_QUEUE):
            sent = application.survives.send("work")
            self.assertEqual(effects.wait_for("work begun"), ["work begun"])
        self.assertEqual(messages(application.SLOW_QUEUE), 1, "a message is deleted only when its actor has ended")
        with worker(application.SLOW_QUEUE):
            self.assertEqual(effects.wait_for("work done"), ["work begun", "work begun", "work done"])
            self.assertTrue(effects.wait_until(lambda: messages(application.SLOW_QUEUE) == 0), sent)


if __name__ == "__main__":
    tap.main()
