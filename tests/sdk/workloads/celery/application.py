"""A Celery application whose broker is the queue server; its tasks leave effects, it has no result backend."""

import os
import time

from celery import Celery

import effects
import tap

QUEUE = f"{tap.RUN}-celery"

app = Celery("application", broker=f"azurestoragequeues://{tap.KEY}@{tap.ENDPOINT}")
app.conf.update(
    task_default_queue=QUEUE,
    task_ignore_result=True,
    broker_transport_options={"polling_interval": 0.1},
    broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=1,
)


@app.task
def note(text):
    effects.leave(text)
    return text


@app.task
def add(one, other):
    return one + other


@app.task
def note_sum(number):
    effects.leave(f"sum {number}")


@app.task(bind=True, max_retries=3)
def third_time_lucky(self):
    effects.leave(f"attempt {self.request.retries + 1}")
    if self.request.retries < 2:
        raise self.retry(countdown=0.1)
    effects.leave("lucky")


@app.task(bind=True, max_retries=2, default_retry_delay=0.1)
def never_lucky(self):
    effects.leave("unlucky")
    raise self.retry(exc=OSError("no luck"))


@app.task
def broken():
    raise ValueError("broken on purpose")


@app.task
def mourn(request, error, _traceback):
    effects.leave(f"failed {type(error).__name__} {error} {request.task}")


@app.task(acks_late=True, reject_on_worker_lost=True)
def survives(name):
    """Works for ever the first time, so that it can be killed; the second time it is done at once."""
    begun = f"{name} begun"
    again = begun in effects.left()
    effects.leave(f"{begun} by {os.getpid()}")
    effects.leave(begun)
    if not again:
        time.sleep(600)
    effects.leave(f"{name} done")
