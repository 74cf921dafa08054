"""What an application's own tests of its queues look like. Run by many workers at once: see story.py beside this file."""

import base64
import datetime
import os
import time

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import (AccessPolicy, BinaryBase64DecodePolicy, BinaryBase64EncodePolicy, QueueClient,
                                 QueueSasPermissions, TextBase64DecodePolicy, TextBase64EncodePolicy,
                                 generate_queue_sas)

KIB = 1024
HOUR = datetime.timedelta(hours=1)


def first(queue, **options):
    return next(iter(queue.receive_messages(**options)), None)


def count(queue):
    return queue.get_queue_properties().approximate_message_count


def sibling(queue, **options):
    """Another client of the same queue."""
    return QueueClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"], queue.queue_name, **options)


@pytest.mark.parametrize("text", ["hello", "", " blank ", "Grüße, 世界 🎉", "<a>&amp;</a>", "line\nline", "x" * 64 * KIB],
                         ids=["ascii", "empty", "blanks", "unicode", "markup", "lines", "longest"])
def test_a_message_arrives_as_it_was_sent(queue, text):
    queue.send_message(text)
    # An empty text is an empty element of XML, which this client reads as none.
    assert (first(queue).content or "") == text


@pytest.mark.parametrize("length", [0, 1, 255, 4 * KIB, 48 * KIB])
def test_bytes_arrive_as_base64(queue, length):
    data = bytes(number % 256 for number in range(length))
    binary = sibling(queue, message_encode_policy=BinaryBase64EncodePolicy(),
                     message_decode_policy=BinaryBase64DecodePolicy())
    binary.send_message(data)
    assert (queue.peek_messages()[0].content or "") == base64.b64encode(data).decode()
    if length:
        assert first(binary).content == data


def test_text_arrives_as_base64(queue):
    encoded = sibling(queue, message_encode_policy=TextBase64EncodePolicy(),
                      message_decode_policy=TextBase64DecodePolicy())
    encoded.send_message("Grüße")
    assert queue.peek_messages()[0].content == base64.b64encode("Grüße".encode()).decode()
    assert first(encoded).content == "Grüße"


def test_a_message_that_is_too_long_is_refused(queue):
    with pytest.raises(HttpResponseError) as refused:
        queue.send_message("x" * (64 * KIB + 1))
    assert (refused.value.status_code, refused.value.error_code) == (413, "RequestBodyTooLarge")


@pytest.mark.parametrize("wanted, sent", [(1, 3), (3, 3), (32, 5), (32, 40)])
def test_no_more_messages_are_received_at_a_time_than_wanted(queue, wanted, sent):
    for number in range(sent):
        queue.send_message(str(number))
    page = next(queue.receive_messages(messages_per_page=wanted).by_page())
    assert [message.content for message in page] == [str(number) for number in range(min(wanted, sent))]


def test_a_number_of_messages_out_of_range_is_refused(queue):
    with pytest.raises(HttpResponseError) as refused:
        queue.peek_messages(max_messages=0)  # more than 32 the client itself refuses
    assert (refused.value.status_code, refused.value.error_code) == (400, "OutOfRangeQueryParameterValue")


def test_a_received_message_is_invisible_and_still_counted(queue):
    queue.send_message("hello")
    assert first(queue).dequeue_count == 1
    assert first(queue) is None
    assert queue.peek_messages() == []
    assert count(queue) == 1


def test_a_message_given_back_is_received_again(queue):
    queue.send_message("hello")
    queue.update_message(first(queue), visibility_timeout=0)
    assert first(queue).dequeue_count == 2


def test_an_update_changes_the_content(queue):
    queue.send_message("before")
    updated = queue.update_message(first(queue), visibility_timeout=0, content="after")
    assert updated.content == "after"
    assert first(queue).content == "after"


def test_an_old_pop_receipt_deletes_nothing(queue):
    queue.send_message("hello")
    received = first(queue)
    queue.update_message(received.id, received.pop_receipt, visibility_timeout=60)
    with pytest.raises(ResourceNotFoundError) as refused:
        queue.delete_message(received.id, received.pop_receipt)
    assert refused.value.error_code == "MessageNotFound"


def test_a_sent_message_is_deleted_by_the_receipt_of_sending(queue):
    sent = queue.send_message("hello")
    queue.delete_message(sent.id, sent.pop_receipt)
    assert count(queue) == 0


def test_a_message_may_be_sent_for_later(queue):
    queue.send_message("later", visibility_timeout=3600)
    assert (first(queue), count(queue)) == (None, 1)


def test_a_message_may_live_for_ever(queue):
    queue.send_message("immortal", time_to_live=-1)
    assert queue.peek_messages()[0].expires_on.year == 9999


def test_clearing_empties_a_queue(queue):
    for number in range(5):
        queue.send_message(str(number))
    queue.clear_messages()
    assert (count(queue), first(queue)) == (0, None)


def test_two_receivers_share_a_queue(queue):
    for number in range(10):
        queue.send_message(str(number))
    one, other = sibling(queue), sibling(queue)
    received = []
    while message := first(one):
        received += [message.content] + [message.content for message in other.receive_messages(max_messages=2)]
    assert sorted(received, key=int) == [str(number) for number in range(10)]


def test_metadata_is_kept(queue):
    queue.set_queue_metadata({"colour": "green", "size": "a b"})
    assert queue.get_queue_properties().metadata == {"colour": "green", "size": "a b"}


def test_a_queue_is_listed_with_its_metadata(queue, service):
    queue.set_queue_metadata({"colour": "green"})
    listed = service.list_queues(name_starts_with=queue.queue_name, include_metadata=True)
    assert [(found.name, found.metadata) for found in listed] == [(queue.queue_name, {"colour": "green"})]


def test_a_queue_with_other_metadata_exists_already(queue):
    with pytest.raises(ResourceExistsError) as refused:
        queue.create_queue(metadata={"colour": "green"})
    assert refused.value.error_code == "QueueAlreadyExists"


def test_a_queue_that_is_not_there_is_named_as_such(queue, name):
    with pytest.raises(ResourceNotFoundError) as refused:
        QueueClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"], f"{name}-x").peek_messages()
    assert refused.value.error_code == "QueueNotFound"


def test_a_shared_access_signature_allows_what_it_says(queue):
    queue.send_message("hello")
    expiry = datetime.datetime.now(datetime.timezone.utc) + HOUR
    sas = generate_queue_sas(queue.account_name, queue.queue_name, queue.credential.account_key,
                             permission=QueueSasPermissions(read=True), expiry=expiry)
    guest = QueueClient.from_queue_url(queue.url, sas)
    assert guest.peek_messages()[0].content == "hello"
    with pytest.raises(HttpResponseError) as refused:
        guest.send_message("not allowed")
    assert refused.value.error_code == "AuthorizationPermissionMismatch"


def test_a_stored_access_policy_is_kept(queue):
    now = datetime.datetime.now(datetime.timezone.utc)
    queue.set_queue_access_policy({"worker": AccessPolicy(QueueSasPermissions(process=True), now + HOUR, now)})
    assert queue.get_queue_access_policy()["worker"].permission == "p"


@pytest.mark.parametrize("number", range(8))
def test_workers_do_not_meet(queue, number):
    """The same steps in eight tests at once: each sees its own messages only."""
    for step in range(10):
        queue.send_message(f"{number} {step}")
    received = [message.content for message in queue.receive_messages(messages_per_page=4)]
    assert received == [f"{number} {step}" for step in range(10)]


@pytest.mark.skipif("QUPRITE_PYTEST_FAIL" not in os.environ,
                    reason="fails only where it is told to")
def test_fails_where_it_is_told_to(queue):
    queue.send_message("hello")
    assert count(queue) == 2


@pytest.mark.skipif("QUPRITE_PYTEST_HANG" not in os.environ, reason="hangs only where it is told to")
@pytest.mark.parametrize("number", range(2))
def test_hangs_where_it_is_told_to(queue, number):
    if number:
        time.sleep(600)
