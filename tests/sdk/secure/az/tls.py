"""HTTPS with the az command, by a certificate that the server made for itself."""

import unittest

import tap
from azcli import Refused, az

LOCALHOST = tap.ENDPOINT.replace("127.0.0.1", "localhost")
PLAIN = tap.ENDPOINT.replace("https:", "http:")


class Encrypted(unittest.TestCase):
    def tell_a_story(self, name, endpoint):
        place = {"AZURE_STORAGE_CONNECTION_STRING": tap.connection_string(endpoint)}
        queue = ("--queue-name", name)
        az("storage queue create", "--name", name, **place)
        az("storage message put", *queue, "--content", "hello", **place)
        [got] = az("storage message get", *queue, **place)
        self.assertEqual(got["content"], "hello")
        az("storage message delete", *queue, "--id", got["id"], "--pop-receipt", got["popReceipt"], **place)
        self.assertEqual(az("storage message peek", *queue, **place), [])
        self.assertEqual([queue["name"] for queue in az("storage queue list", "--prefix", name, **place)], [name])

    def test_the_server_is_trusted_at_its_address(self):
        self.tell_a_story(f"{tap.RUN}-address", tap.ENDPOINT)

    def test_the_server_is_trusted_as_localhost(self):
        self.tell_a_story(f"{tap.RUN}-name", LOCALHOST)

    def test_http_goes_on_working_on_the_same_port(self):
        self.tell_a_story(f"{tap.RUN}-plain", PLAIN)

    def test_a_client_that_was_not_told_of_the_authority_does_not_trust_it(self):
        # az storage would try again for a minute and a half.
        ask = ("rest", "--skip-authorization-header", "--url", f"{tap.ENDPOINT}?comp=list")
        with self.assertRaisesRegex(Refused, "CERTIFICATE_VERIFY_FAILED"):
            az(*ask, REQUESTS_CA_BUNDLE=None)
        with self.assertRaisesRegex(Refused, "NoAuthenticationInformation"):
            az(*ask)

    def test_a_token_for_https_is_refused_over_http(self):
        name = f"{tap.RUN}-sas"
        az("storage queue create", "--name", name)
        token = az("storage queue generate-sas", "--name", name, "--permissions", "a", "--expiry",
                   "2036-01-01T00:00:00Z", "--https-only")
        self.assertIn("spr=https", token)

        def put(endpoint):
            holding = f"QueueEndpoint={endpoint};SharedAccessSignature={token}"
            return az("storage message put", "--queue-name", name, "--content", "hello",
                      AZURE_STORAGE_CONNECTION_STRING=holding)

        with self.assertRaisesRegex(Refused, "ErrorCode:AuthorizationProtocolMismatch"):
            put(PLAIN)
        self.assertEqual(put(tap.ENDPOINT)["content"], "hello")


if __name__ == "__main__":
    tap.main()
