"""HTTPS with azure-storage-queue, by a certificate that the server made for itself."""

import datetime
import os
import ssl
import unittest

import requests
from azure.core.exceptions import HttpResponseError, ServiceRequestError
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.queue import QueueClient, QueueSasPermissions, QueueServiceClient, generate_queue_sas

import tap

AUTHORITY = os.environ["REQUESTS_CA_BUNDLE"]
LOCALHOST = tap.ENDPOINT.replace("127.0.0.1", "localhost")
PLAIN = tap.ENDPOINT.replace("https:", "http:")


class OneVersion(requests.adapters.HTTPAdapter):
    """Speaks one version of TLS and no other."""

    def __init__(self, version):
        self.context = ssl.create_default_context(cafile=AUTHORITY)
        self.context.minimum_version = self.context.maximum_version = version
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, ssl_context=self.context, **options)


class Encrypted(unittest.TestCase):
    queues = 0

    def setUp(self):
        Encrypted.queues += 1
        self.name = f"{tap.RUN}-tls-{Encrypted.queues}"

    def service(self, endpoint=tap.ENDPOINT, **options):
        return QueueServiceClient.from_connection_string(tap.connection_string(endpoint), retry_total=0, **options)

    def tell_a_story(self, service):
        queue = service.get_queue_client(self.name)
        queue.create_queue()
        queue.send_message("naïve 日本語 😀")
        received = next(iter(queue.receive_messages()))
        self.assertEqual(received.content, "naïve 日本語 😀")
        queue.delete_message(received)
        self.assertEqual([queue.name for queue in service.list_queues(name_starts_with=self.name)], [self.name])
        queue.delete_queue()

    def distrusts(self, service):
        with self.assertRaisesRegex(ServiceRequestError, "CERTIFICATE_VERIFY_FAILED"):
            service.get_service_properties()

    def test_the_server_is_trusted_at_its_address(self):
        self.tell_a_story(self.service())

    def test_the_server_is_trusted_as_localhost(self):
        self.tell_a_story(self.service(LOCALHOST))

    def test_http_goes_on_working_on_the_same_port(self):
        self.tell_a_story(self.service(PLAIN))

    def test_the_authority_can_be_named_in_the_program(self):
        del os.environ["REQUESTS_CA_BUNDLE"]
        self.addCleanup(os.environ.__setitem__, "REQUESTS_CA_BUNDLE", AUTHORITY)
        self.distrusts(self.service())
        self.tell_a_story(self.service(connection_verify=AUTHORITY))

    def test_a_client_of_tls_1_2_alone_gets_in(self):
        self.only(ssl.TLSVersion.TLSv1_2)

    def test_a_client_of_tls_1_3_alone_gets_in(self):
        self.only(ssl.TLSVersion.TLSv1_3)

    def only(self, version):
        with requests.Session() as session:
            session.mount("https://", OneVersion(version))
            # By name: Debian's urllib3 does not check an address in a context that it is given.
            self.tell_a_story(self.service(LOCALHOST, transport=RequestsTransport(session=session)))

    def test_a_token_for_https_is_refused_over_http(self):
        self.service().create_queue(self.name)
        expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        token = generate_queue_sas(tap.ACCOUNT, self.name, tap.KEY, permission=QueueSasPermissions(add=True),
                                   expiry=expiry, protocol="https")
        self.assertIn("spr=https", token)
        with self.assertRaises(HttpResponseError) as caught:
            QueueClient(PLAIN, self.name, credential=token).send_message("hello")
        self.assertEqual((caught.exception.status_code, caught.exception.error_code),
                         (403, "AuthorizationProtocolMismatch"))
        QueueClient(tap.ENDPOINT, self.name, credential=token).send_message("hello")


if __name__ == "__main__":
    tap.main()
