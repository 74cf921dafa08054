"""Queues of a test's own on the server that the environment names."""

import json
import os
import pathlib
import re

import pytest
from azure.storage.queue import QueueClient, QueueServiceClient

CONNECTION_STRING = os.environ["AZURE_STORAGE_CONNECTION_STRING"]


@pytest.fixture(scope="session")
def service():
    with QueueServiceClient.from_connection_string(CONNECTION_STRING) as client:
        yield client


@pytest.fixture
def name(request, worker_id):
    """A name that no other test has: of the worker and the test."""
    return f"{worker_id}-" + re.sub("[^a-z0-9]+", "-", request.node.name.lower())[-50:].strip("-")


@pytest.fixture
def queue(name):
    with QueueClient.from_connection_string(CONNECTION_STRING, name) as client:
        client.create_queue()
        yield client
        client.delete_queue()


@pytest.fixture(autouse=True)
def record(worker_id, request):
    """Tells story.py which worker ran what on which server."""
    yield
    line = json.dumps({"worker": worker_id, "test": request.node.nodeid, "server": CONNECTION_STRING,
                       "pid": os.getpid()})
    with open(pathlib.Path(os.environ["QUPRITE_PYTEST_RECORD"]), "a") as file:
        file.write(line + "\n")
