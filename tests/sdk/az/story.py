"""The story of a queue, told with the az command; the newest and Debian's version both tell it."""

import unittest

import tap
from azcli import Refused, az


class Story(unittest.TestCase):
    queue = f"{tap.RUN}-az"

    @classmethod
    def setUpClass(cls):
        cls.created = [az("storage queue create", "--name", cls.queue, "--metadata", "colour=green") for _ in range(2)]

    def refused(self, words, *command):
        with self.assertRaises(Refused) as caught:
            az(*command)
        self.assertIn(words, str(caught.exception))

    def test_creating_a_queue_again_changes_nothing(self):
        self.assertEqual(self.created, [{"created": True}, {"created": False}])
        self.assertEqual(az("storage queue exists", "--name", self.queue), {"exists": True})

    def test_creating_a_queue_with_other_metadata_is_refused(self):
        self.refused("ErrorCode:QueueAlreadyExists", "storage queue create", "--fail-on-exist", "--name", self.queue,
                     "--metadata", "colour=blue")

    def test_queues_are_listed_by_prefix_with_their_metadata(self):
        other = f"{self.queue}-other"
        az("storage queue create", "--name", other, "--metadata", "colour=red")
        listed = az("storage queue list", "--prefix", other, "--include-metadata")
        self.assertEqual([(queue["name"], queue["metadata"]) for queue in listed], [(other, {"colour": "red"})])
        az("storage queue metadata update", "--name", other, "--metadata", "size=9")
        self.assertEqual(az("storage queue metadata show", "--name", other), {"size": "9"})
        self.assertEqual(az("storage queue delete", "--name", other), {"deleted": True})
        self.refused("ErrorCode:QueueNotFound", "storage queue delete", "--fail-not-exist", "--name", other)
        self.assertEqual(az("storage queue exists", "--name", other), {"exists": False})

    def test_a_stored_access_policy_is_made_and_read(self):
        az("storage queue policy create", "--queue-name", self.queue, "--name", "worker", "--permissions", "rp",
           "--start", "2026-01-01T00:00:00Z", "--expiry", "2036-01-01T00:00:00Z")
        policy = az("storage queue policy list", "--queue-name", self.queue)["worker"]
        self.assertEqual((policy["permission"], policy["expiry"][:10]), ("rp", "2036-01-01"))

    def test_statistics_are_read_from_the_secondary(self):
        stats = az("storage queue stats", "--connection-string", tap.secondary_connection_string())
        self.assertEqual(stats["geoReplication"]["status"], "live")

    def test_a_message_is_put_peeked_got_updated_and_deleted(self):
        queue = ("--queue-name", self.queue)
        sent = az("storage message put", *queue, "--content", "naïve 日本語 😀", "--time-to-live", "600")
        [peeked] = az("storage message peek", *queue)
        self.assertEqual((peeked["id"], peeked["content"], peeked["dequeueCount"]), (sent["id"], "naïve 日本語 😀", 0))
        [got] = az("storage message get", *queue, "--visibility-timeout", "60")
        self.assertEqual((got["id"], got["content"], got["dequeueCount"]), (sent["id"], "naïve 日本語 😀", 1))
        updated = az("storage message update", *queue, "--id", got["id"], "--pop-receipt", got["popReceipt"],
                     "--content", "second", "--visibility-timeout", "60")
        self.refused("ErrorCode:MessageNotFound", "storage message delete", *queue, "--id", got["id"],
                     "--pop-receipt", got["popReceipt"])
        az("storage message delete", *queue, "--id", got["id"], "--pop-receipt", updated["popReceipt"])
        az("storage message put", *queue, "--content", "cleared")
        az("storage message clear", *queue)
        self.assertEqual(az("storage message peek", *queue), [])

    def test_a_missing_queue_is_named_as_such(self):
        self.refused("ErrorCode:QueueNotFound", "storage message get", "--queue-name", f"{self.queue}-missing")

    @unittest.skipIf(tap.SAS_SKIPPED, tap.SAS_SKIPPED)
    def test_a_token_to_send_sends_and_receives_nothing(self):
        queue = f"{self.queue}-sas"
        az("storage queue create", "--name", queue)
        token = az("storage queue generate-sas", "--name", queue, "--permissions", "a", "--expiry", "2036-01-01T00:00:00Z")
        as_sender = ("--queue-name", queue, "--connection-string",
                     f"QueueEndpoint={tap.ENDPOINT};SharedAccessSignature={token}")
        az("storage message put", *as_sender, "--content", "hello")
        self.refused("You do not have the required permissions", "storage message get", *as_sender)


if __name__ == "__main__":
    tap.main()
