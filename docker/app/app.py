"""Takes orders from a queue that was there before it: compose waits until the server is healthy."""
import os

from azure.storage.queue import QueueClient

queue = QueueClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"], "orders")
for order in ("one coffee", "two teas"):
    queue.send_message(order)
for message in queue.receive_messages():
    print(f"serving {message.content}", flush=True)
    queue.delete_message(message)
