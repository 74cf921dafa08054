"""A dramatiq application whose broker is the queue server, by way of dramatiq_azure; its actors leave effects."""

import time

import dramatiq
from dramatiq_azure import ASQBroker

import effects
import tap

QUEUE = f"{tap.RUN}-dramatiq"
SLOW_QUEUE = f"{tap.RUN}-slow"

dramatiq.set_broker(ASQBroker(dead_letter=True))


@dramatiq.actor(queue_name=QUEUE)
def note(text):
    effects.leave(text)


@dramatiq.actor(queue_name=QUEUE)
def add(one, other):
    effects.leave(f"sum {one + other}")
    return one + other


@dramatiq.actor(queue_name=QUEUE, max_retries=5, min_backoff=10, max_backoff=100)
def third_time_lucky():
    attempts = 1 + sum(line.startswith("attempt") for line in effects.left())
    effects.leave(f"attempt {attempts}")
    if attempts < 3:
        raise OSError("no luck")
    effects.leave("lucky")


@dramatiq.actor(queue_name=QUEUE, max_retries=2, min_backoff=10, max_backoff=100)
def never_lucky():
    effects.leave("unlucky")
    raise OSError("no luck")


@dramatiq.actor(queue_name=QUEUE, max_retries=0)
def broken(text):
    raise ValueError(text)


@dramatiq.actor(queue_name=QUEUE, max_retries=0, on_retry_exhausted="mourn")
def broken_and_mourned():
    raise ValueError("broken on purpose")


@dramatiq.actor(queue_name=QUEUE)
def mourn(message, details):
    effects.leave(f"mourned {message['actor_name']} after {details['retries']} retries")


@dramatiq.actor(queue_name=SLOW_QUEUE)
def survives(name):
    """Works for ever the first time, so that it can be killed; the second time it is done at once."""
    again = f"{name} begun" in effects.left()
    effects.leave(f"{name} begun")
    if not again:
        time.sleep(600)
    effects.leave(f"{name} done")
