"""Celery on kombu's azurestoragequeues transport: tasks sent, retried, failed, delayed, and workers killed."""

import contextlib
import datetime
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import kombu
from azure.core.exceptions import HttpResponseError
from azure.storage.queue import QueueServiceClient

import application
import effects
import tap

HERE = pathlib.Path(__file__).resolve().parent
SERVICE = QueueServiceClient.from_connection_string(tap.connection_string())


@contextlib.contextmanager
def worker(*options, pool="solo"):
    """A worker that is ready; killed with all its processes in the end."""
    # Mingle and gossip talk over queues whose names Azure does not allow.
    command = [sys.executable, "-m", "celery", "-A", "application", "worker", "--without-mingle", "--without-gossip",
               "--without-heartbeat", "--pool", pool, "--hostname", f"{tap.RUN}@w", "--loglevel", "INFO", *options]
    log = pathlib.Path(os.environ["QUPRITE_SDK_SCRATCH"], "worker.log")
    with open(log, "w") as output:
        process = subprocess.Popen(command, cwd=HERE, start_new_session=True, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT)
    try:
        if not effects.wait_until(lambda: " ready." in log.read_text() or process.poll() is not None):
            raise AssertionError("the worker was not ready in time")
        if process.poll() is not None:
            raise AssertionError("the worker ended: " + log.read_text()[-2000:])
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def messages(queue=application.QUEUE):
    return SERVICE.get_queue_client(queue).get_queue_properties().approximate_message_count


def line_that_begins(text):
    return next((line for line in effects.left() if line.startswith(text)), None)


class Tasks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        running = worker("--queues", f"{application.QUEUE},{tap.RUN}_high.prio")
        running.__enter__()
        cls.addClassCleanup(running.__exit__, None, None, None)

    def setUp(self):
        effects.forget()

    def test_a_task_is_run_once_and_its_message_is_gone(self):
        application.note.delay("hello")
        application.note.delay("the end")
        self.assertEqual(effects.wait_for("the end"), ["hello", "the end"])
        self.assertEqual(messages(), 0)

    def test_tasks_come_in_the_order_in_which_they_were_sent(self):
        sent = [f"task {number}" for number in range(20)]
        for text in sent:
            application.note.delay(text)
        self.assertEqual(effects.wait_for(*sent), sent)

    def test_arguments_arrive_as_they_were(self):
        text = "Grüße, 世界 🎉 <&> \"quoted\" 'too'"
        application.note.delay(text)
        self.assertEqual(effects.wait_for(text), [text])

    def test_a_chain_hands_results_on_over_the_queue(self):
        (application.add.s(2, 3) | application.add.s(4) | application.note_sum.s()).apply_async()
        self.assertEqual(effects.wait_for("sum 9"), ["sum 9"])

    def test_a_task_that_fails_is_retried_until_it_does_not(self):
        application.third_time_lucky.delay()
        self.assertEqual(effects.wait_for("lucky"), ["attempt 1", "attempt 2", "attempt 3", "lucky"])

    def test_a_task_that_goes_on_failing_fails_for_good(self):
        application.never_lucky.apply_async(link_error=application.mourn.s())
        failed = "failed OSError no luck application.never_lucky"
        self.assertEqual(effects.wait_for(failed), ["unlucky"] * 3 + [failed])
        self.assertEqual(messages(), 0)

    def test_a_failure_is_told_to_the_task_that_asked_for_it(self):
        application.broken.apply_async(link_error=application.mourn.s())
        failed = "failed ValueError broken on purpose application.broken"
        self.assertEqual(effects.wait_for(failed), [failed])

    def test_a_countdown_is_kept(self):
        sent = time.monotonic()
        application.note.apply_async(["counted down"], countdown=1)
        application.note.delay("at once")
        self.assertEqual(effects.wait_for("counted down"), ["at once", "counted down"])
        self.assertGreaterEqual(time.monotonic() - sent, 1)

    def test_an_eta_that_is_past_is_now(self):
        past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
        application.note.apply_async(["late"], eta=past)
        self.assertEqual(effects.wait_for("late"), ["late"])

    def test_a_task_that_has_expired_is_not_run(self):
        application.note.apply_async(["stale"], expires=datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc))
        application.note.delay("fresh")
        self.assertEqual(effects.wait_for("fresh"), ["fresh"])

    def test_a_queue_whose_name_azure_refuses_gets_one_it_allows(self):
        application.note.apply_async(["urgent"], queue=f"{tap.RUN}_high.prio")
        self.assertEqual(effects.wait_for("urgent"), ["urgent"])
        names = [queue.name for queue in SERVICE.list_queues(name_starts_with=tap.RUN)]
        self.assertIn(f"{tap.RUN}-high-prio", names)


class WithoutWorkers(unittest.TestCase):
    def setUp(self):
        self.queue = f"{tap.RUN}-idle"

    def test_tasks_wait_in_the_queue_until_they_are_purged(self):
        for number in range(3):
            application.note.apply_async([f"{number}"], queue=self.queue)
        self.assertEqual(messages(self.queue), 3)
        with application.app.connection_for_write() as connection:
            self.assertEqual(connection.default_channel.queue_purge(self.queue), 3)
        self.assertEqual(messages(self.queue), 0)

    def test_a_task_that_is_too_long_for_a_message_is_refused_when_it_is_sent(self):
        with self.assertRaises(HttpResponseError) as caught:
            application.note.apply_async(["x" * 100_000], queue=self.queue, retry=False)
        self.assertEqual((caught.exception.status_code, caught.exception.error_code), (413, "RequestBodyTooLarge"))

    def test_a_queue_is_declared_and_deleted(self):
        def listed():
            return [queue.name for queue in SERVICE.list_queues(name_starts_with=f"{tap.RUN}-short-lived")]

        name = f"{tap.RUN}_short_lived"
        with application.app.connection_for_write() as connection:
            queue = kombu.Queue(name, kombu.Exchange(name), routing_key=name, channel=connection.default_channel)
            queue.declare()
            self.assertEqual(listed(), [f"{tap.RUN}-short-lived"])
            queue.delete()
        self.assertEqual(listed(), [])


class Killed(unittest.TestCase):
    def setUp(self):
        effects.forget()

    def test_a_task_whose_process_is_killed_is_put_back_and_done_by_another(self):
        with worker("--concurrency", "2", pool="prefork"):
            application.survives.delay("work")
            self.assertTrue(effects.wait_until(lambda: "work begun" in effects.left()))
            first = line_that_begins("work begun by ").split()[-1]
            os.kill(int(first), signal.SIGKILL)
            done = effects.wait_for("work done")
        self.assertIn("work done", done)
        runs = [line.split()[-1] for line in done if line.startswith("work begun by ")]
        self.assertEqual((len(runs), runs[0]), (2, first))
        self.assertNotEqual(runs[1], first)

    def test_a_worker_told_to_quit_puts_its_task_back_for_the_next(self):
        with worker("--concurrency", "1", pool="prefork") as process:
            application.survives.delay("job")
            self.assertTrue(effects.wait_until(lambda: "job begun" in effects.left()))
            self.assertEqual(messages(), 0, "this transport deletes what it receives")
            os.kill(process.pid, signal.SIGQUIT)
            process.wait(30)
        self.assertEqual(messages(), 1)
        with worker():
            self.assertIn("job done", effects.wait_for("job done"))
        self.assertEqual(messages(), 0)

    def test_a_worker_killed_outright_leaves_what_it_had_not_received(self):
        with worker() as process:
            application.survives.delay("first")
            self.assertTrue(effects.wait_until(lambda: "first begun" in effects.left()))
            application.note.delay("second")
            process.kill()
            process.wait()
        self.assertEqual(messages(), 1)
        with worker():
            self.assertIn("second", effects.wait_for("second"))


if __name__ == "__main__":
    tap.main()
