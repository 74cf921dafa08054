"""The story of a queue, told with azure-storage-queue; the newest and Debian's version both tell it."""

import datetime
import unittest

from azure.core.exceptions import HttpResponseError
from azure.storage.queue import (AccessPolicy, AccountSasPermissions, BinaryBase64DecodePolicy,
                                 BinaryBase64EncodePolicy, CorsRule, Metrics, QueueAnalyticsLogging, QueueClient,
                                 QueueSasPermissions, QueueServiceClient, ResourceTypes, RetentionPolicy,
                                 generate_account_sas, generate_queue_sas)

import tap

HOUR = datetime.timedelta(hours=1)
KIB = 1024


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


class Story(unittest.TestCase):
    queues = 0

    def setUp(self):
        self.service = QueueServiceClient.from_connection_string(tap.connection_string())
        Story.queues += 1
        self.name = f"{tap.RUN}-py-{Story.queues}"
        self.queue = self.client()

    def client(self, **options):
        return QueueClient.from_connection_string(tap.connection_string(), self.name, **options)

    def refused(self, status, code, call, *arguments, **options):
        with self.assertRaises(HttpResponseError) as caught:
            answer = call(*arguments, **options)
            list(answer or [])  # a lazy answer asks only when it is read
        self.assertEqual((caught.exception.status_code, caught.exception.error_code), (status, code))


class Queues(Story):
    def test_creating_a_queue_again_changes_nothing(self):
        self.queue.create_queue()
        # The server's answer is 204; this client makes an error of it, alone among the clients.
        self.refused(204, "QueueAlreadyExists", self.queue.create_queue)

    def test_creating_a_queue_with_other_metadata_is_refused(self):
        self.queue.create_queue(metadata={"colour": "green"})
        self.refused(409, "QueueAlreadyExists", self.queue.create_queue, metadata={"colour": "blue"})
        self.refused(409, "QueueAlreadyExists", self.queue.create_queue)

    def test_queues_are_listed_by_prefix_with_their_metadata(self):
        self.queue.create_queue(metadata={"colour": "green"})
        listed = list(self.service.list_queues(name_starts_with=self.name, include_metadata=True))
        self.assertEqual([(queue.name, queue.metadata) for queue in listed], [(self.name, {"colour": "green"})])
        self.assertEqual(list(self.service.list_queues(name_starts_with=self.name + "x")), [])

    def test_a_list_of_queues_comes_in_pages_and_in_order(self):
        for name in ("zeta", "alpha", "mid", "beta", "eta"):
            self.service.create_queue(f"{self.name}-{name}")
        pages = self.service.list_queues(name_starts_with=self.name, results_per_page=2).by_page()
        self.assertEqual([[queue.name.split("-")[-1] for queue in page] for page in pages],
                         [["alpha", "beta"], ["eta", "mid"], ["zeta"]])

    def test_metadata_is_set_read_and_taken_away(self):
        self.queue.create_queue()
        self.queue.set_queue_metadata({"colour": "green", "Size": "a b"})
        self.assertEqual(self.queue.get_queue_properties().metadata, {"colour": "green", "Size": "a b"})
        self.queue.set_queue_metadata({})
        self.assertEqual(self.queue.get_queue_properties().metadata, {})

    def test_stored_access_policies_are_set_read_and_taken_away(self):
        self.queue.create_queue()
        start, expiry = now(), now() + HOUR
        self.queue.set_queue_access_policy(
            {"worker": AccessPolicy(QueueSasPermissions(read=True, process=True), expiry, start)})
        policy = self.queue.get_queue_access_policy()["worker"]
        self.assertEqual(policy.permission, "rp")
        self.assertEqual([text[:19] for text in (policy.start, policy.expiry)],
                         [time.strftime("%Y-%m-%dT%H:%M:%S") for time in (start, expiry)])
        self.queue.set_queue_access_policy({})
        self.assertEqual(self.queue.get_queue_access_policy(), {})

    def test_a_stored_access_policy_may_be_only_a_name(self):
        self.queue.create_queue()
        self.queue.set_queue_access_policy({"later": None})
        self.assertEqual(list(self.queue.get_queue_access_policy()), ["later"])

    def test_a_deleted_queue_is_gone(self):
        self.queue.create_queue()
        self.queue.delete_queue()
        self.refused(404, "QueueNotFound", self.queue.delete_queue)
        self.assertEqual(list(self.service.list_queues(name_starts_with=self.name)), [])

    def test_a_missing_queue_is_named_as_such_by_every_operation(self):
        for call in (self.queue.get_queue_properties, self.queue.get_queue_access_policy, self.queue.receive_messages,
                     self.queue.peek_messages, self.queue.clear_messages, self.queue.set_queue_metadata):
            self.refused(404, "QueueNotFound", call)
        self.refused(404, "QueueNotFound", self.queue.send_message, "hello")

    def test_a_bad_name_is_refused(self):
        self.refused(400, "InvalidResourceName", self.service.create_queue, "No-Capitals")
        self.refused(400, "OutOfRangeInput", self.service.create_queue, "ab")


class Service(Story):
    def test_service_properties_are_set_and_read(self):
        kept = RetentionPolicy(enabled=True, days=5)
        metrics = Metrics(enabled=True, include_apis=True, retention_policy=kept)
        cors = CorsRule(["http://example.test"], ["GET", "PUT"], allowed_headers=["x-ms-meta-*"],
                        exposed_headers=["*"], max_age_in_seconds=60)
        self.service.set_service_properties(
            analytics_logging=QueueAnalyticsLogging(read=True, write=True, delete=False, retention_policy=kept),
            hour_metrics=metrics, minute_metrics=Metrics(enabled=False), cors=[cors])
        self.addCleanup(self.service.set_service_properties, analytics_logging=QueueAnalyticsLogging(),
                        hour_metrics=Metrics(), minute_metrics=Metrics(), cors=[])
        read = self.service.get_service_properties()
        logging, hours = read["analytics_logging"], read["hour_metrics"]
        self.assertEqual((logging.read, logging.write, logging.delete, logging.retention_policy.days),
                         (True, True, False, 5))
        self.assertEqual((hours.enabled, hours.include_apis, hours.retention_policy.days), (True, True, 5))
        self.assertFalse(read["minute_metrics"].enabled)
        self.assertEqual([(rule.allowed_origins, rule.allowed_methods, rule.max_age_in_seconds) for rule in read["cors"]],
                         [("http://example.test", "GET,PUT", 60)])

    def test_statistics_are_read_from_the_secondary(self):
        secondary = QueueServiceClient.from_connection_string(tap.secondary_connection_string())
        replication = secondary.get_service_stats()["geo_replication"]
        self.assertEqual(replication["status"], "live")
        self.assertLess(abs(now() - replication["last_sync_time"]), HOUR)

    def test_a_wrong_key_is_refused(self):
        stranger = QueueServiceClient(tap.ENDPOINT, {"account_name": tap.ACCOUNT, "account_key": "bm90IHRoZSBrZXk="})
        self.refused(403, "AuthenticationFailed", stranger.get_service_properties)


class Messages(Story):
    def setUp(self):
        super().setUp()
        self.queue.create_queue()

    def receive(self, **options):
        return next(iter(self.queue.receive_messages(**options)), None)

    def test_a_message_is_sent_peeked_received_and_deleted(self):
        sent = self.queue.send_message("hello")
        peeked = self.queue.peek_messages()[0]
        self.assertEqual((peeked.id, peeked.content, peeked.dequeue_count, peeked.pop_receipt), (sent.id, "hello", 0, None))
        received = self.receive()
        self.assertEqual((received.id, received.content, received.dequeue_count), (sent.id, "hello", 1))
        self.assertIsNone(self.receive())
        self.queue.delete_message(received)
        self.refused(404, "MessageNotFound", self.queue.delete_message, received)

    def test_messages_come_in_the_order_they_were_sent(self):
        for number in range(5):
            self.queue.send_message(str(number))
        self.assertEqual([message.content for message in self.queue.receive_messages()], list("01234"))

    def test_receiving_comes_in_pages(self):
        for number in range(5):
            self.queue.send_message(str(number))
        pages = self.queue.receive_messages(messages_per_page=2).by_page()
        self.assertEqual([[message.content for message in page] for page in pages], [["0", "1"], ["2", "3"], ["4"]])

    def test_peeking_many_changes_nothing(self):
        for number in range(3):
            self.queue.send_message(str(number))
        for _ in range(2):
            self.assertEqual([message.content for message in self.queue.peek_messages(max_messages=32)], list("012"))

    def test_a_message_sent_with_a_delay_is_hidden_but_counted(self):
        sent = self.queue.send_message("later", visibility_timeout=60)
        self.assertEqual((sent.next_visible_on - sent.inserted_on).total_seconds(), 60)
        self.assertEqual(self.queue.peek_messages(), [])
        self.assertIsNone(self.receive())
        self.assertEqual(self.queue.get_queue_properties().approximate_message_count, 1)

    def test_a_message_lives_as_long_as_it_was_sent_for(self):
        week = self.queue.send_message("a week by default")
        self.assertEqual((week.expires_on - week.inserted_on).days, 7)
        minutes = self.queue.send_message("ten minutes", time_to_live=600)
        self.assertEqual((minutes.expires_on - minutes.inserted_on).total_seconds(), 600)
        self.assertEqual(self.queue.send_message("for ever", time_to_live=-1).expires_on.year, 9999)
        self.refused(400, "InvalidQueryParameterValue", self.queue.send_message, "never seen",
                     visibility_timeout=60, time_to_live=60)

    def test_every_text_comes_back_as_it_was_sent(self):
        texts = ["", "  spaces\tand\nlines  ", "naïve 日本語 😀", "<tag attr=\"'&amp;\">]]>", "👩‍👩‍👧 " * 100]
        for text in texts:
            self.queue.send_message(text)
        self.assertEqual([message.content or "" for message in self.queue.receive_messages()], texts)

    def test_bytes_come_back_through_base64(self):
        client = self.client(message_encode_policy=BinaryBase64EncodePolicy(),
                             message_decode_policy=BinaryBase64DecodePolicy())
        client.send_message(bytes(range(256)))
        self.assertEqual(next(iter(client.receive_messages())).content, bytes(range(256)))

    def test_a_text_of_64_kib_is_taken_and_one_byte_more_is_refused(self):
        largest = "x" * (64 * KIB)
        self.queue.send_message(largest)
        self.assertEqual(self.receive().content, largest)
        self.refused(413, "RequestBodyTooLarge", self.queue.send_message, largest + "x")

    def test_64_kib_are_counted_in_bytes_of_utf_8(self):
        largest = "é" * (32 * KIB)
        self.queue.send_message(largest)
        self.assertEqual(self.receive().content, largest)
        self.refused(413, "RequestBodyTooLarge", self.queue.send_message, largest + "x")

    def test_an_update_extends_the_time_and_rewrites_the_text(self):
        self.queue.send_message("first")
        received = self.receive(visibility_timeout=30)
        updated = self.queue.update_message(received, visibility_timeout=60, content="second")
        self.assertNotEqual(updated.pop_receipt, received.pop_receipt)
        self.assertGreater(updated.next_visible_on, received.next_visible_on)
        self.refused(404, "MessageNotFound", self.queue.delete_message, received.id, received.pop_receipt)
        shown = self.queue.update_message(received.id, updated.pop_receipt, visibility_timeout=0)
        again = self.receive()
        self.assertEqual((again.id, again.content, again.dequeue_count), (received.id, "second", 2))
        self.refused(404, "MessageNotFound", self.queue.delete_message, shown.id, shown.pop_receipt)
        self.queue.delete_message(again)

    def test_the_receipt_of_a_sent_message_updates_and_deletes_it(self):
        sent = self.queue.send_message("first")
        updated = self.queue.update_message(sent.id, sent.pop_receipt, content="second", visibility_timeout=0)
        self.assertEqual(self.queue.peek_messages()[0].content, "second")
        self.queue.delete_message(sent.id, updated.pop_receipt)
        self.assertEqual(self.queue.peek_messages(), [])

    def test_clearing_removes_hidden_messages_too(self):
        self.queue.send_message("seen")
        self.queue.send_message("hidden", visibility_timeout=60)
        self.assertEqual(self.queue.get_queue_properties().approximate_message_count, 2)
        self.queue.clear_messages()
        self.assertEqual(self.queue.get_queue_properties().approximate_message_count, 0)


@unittest.skipIf(tap.SAS_SKIPPED, tap.SAS_SKIPPED)
class SharedAccess(Story):
    def setUp(self):
        super().setUp()
        self.queue.create_queue()

    def holding(self, token):
        return QueueClient(tap.ENDPOINT, self.name, credential=token)

    def queue_token(self, **terms):
        return generate_queue_sas(tap.ACCOUNT, self.name, tap.KEY, **terms)

    def account_token(self, **terms):
        return generate_account_sas(tap.ACCOUNT, tap.KEY, expiry=now() + HOUR, **terms)

    def test_a_token_to_send_sends_and_receives_nothing(self):
        sender = self.holding(self.queue_token(permission=QueueSasPermissions(add=True), expiry=now() + HOUR))
        sender.send_message("hello")
        self.refused(403, "AuthorizationPermissionMismatch", sender.receive_messages)
        self.assertEqual(self.queue.peek_messages()[0].content, "hello")

    def test_a_token_to_process_receives_and_deletes(self):
        self.queue.send_message("hello")
        worker = self.holding(self.queue_token(permission=QueueSasPermissions(process=True), expiry=now() + HOUR))
        worker.delete_message(next(iter(worker.receive_messages())))
        self.refused(403, "AuthorizationPermissionMismatch", worker.send_message, "hello")

    def test_a_token_by_stored_policy_lives_as_long_as_the_policy(self):
        self.queue.set_queue_access_policy({"sender": AccessPolicy(QueueSasPermissions(add=True), now() + HOUR, now() - HOUR)})
        sender = self.holding(self.queue_token(policy_id="sender"))
        sender.send_message("hello")
        self.queue.set_queue_access_policy({})
        self.refused(403, "AuthenticationFailed", sender.send_message, "hello")

    def test_a_token_that_is_over_is_refused(self):
        late = self.holding(self.queue_token(permission=QueueSasPermissions(read=True), expiry=now() - HOUR))
        self.refused(403, "AuthenticationFailed", late.peek_messages)

    def test_an_account_token_to_send_sends_and_receives_nothing(self):
        sender = self.holding(self.account_token(resource_types=ResourceTypes(object=True),
                                                 permission=AccountSasPermissions(add=True)))
        sender.send_message("hello")
        self.refused(403, "AuthorizationPermissionMismatch", sender.receive_messages)

    def test_an_account_token_reaches_only_its_resource_types(self):
        token = self.account_token(resource_types=ResourceTypes(service=True), permission=AccountSasPermissions(list=True, read=True))
        listed = QueueServiceClient(tap.ENDPOINT, token).list_queues(name_starts_with=self.name)
        self.assertEqual([queue.name for queue in listed], [self.name])
        self.refused(403, "AuthorizationResourceTypeMismatch", self.holding(token).peek_messages)


if __name__ == "__main__":
    tap.main()
