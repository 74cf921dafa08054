"""A worker that receives one message, says which and when, and then works on it for ever."""

import sys
import time

from azure.storage.queue import QueueClient

connection_string, name, visibility_timeout = sys.argv[1:]
queue = QueueClient.from_connection_string(connection_string, name)
asked = time.monotonic()
message = next(iter(queue.receive_messages(visibility_timeout=int(visibility_timeout))))
print(asked, time.monotonic(), message.id, message.dequeue_count, flush=True)
time.sleep(600)
