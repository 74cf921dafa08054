"""Microsoft Entra ID tokens with azure-storage-queue and azure-identity; there is no network to get them from."""

import datetime
import os
import re
import time
import unittest
from unittest import mock

import requests
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.identity import AzureCliCredential, DefaultAzureCredential, ManagedIdentityCredential
from azure.storage.queue import QueueClient, QueueSasPermissions, QueueServiceClient, generate_queue_sas

import entra
import tap

HOUR = datetime.timedelta(hours=1)
# What DefaultAzureCredential looks into before a managed identity or az: nothing of the user's own.
NOWHERE = {"HOME": os.environ["QUPRITE_SDK_SCRATCH"]}


class Holding:
    """A credential as programs write their own."""

    def __init__(self, token):
        self.token = token

    def get_token(self, *scopes, **_):
        return AccessToken(self.token, int(time.time()) + entra.HOUR)


class LedToATenant:
    """A credential that has only a token that is over, until it is asked for one of a tenant."""

    def __init__(self):
        self.asked = []

    def get_token(self, *scopes, tenant_id=None, **_):
        self.asked.append((*scopes, tenant_id))
        over = {} if tenant_id else {"exp": int(time.time()) - 1}
        return AccessToken(entra.token(**over), int(time.time()) + entra.HOUR)


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


class Story(unittest.TestCase):
    queues = 0

    def setUp(self):
        Story.queues += 1
        self.name = f"{tap.RUN}-bearer-{Story.queues}"

    def service(self, credential):
        return QueueServiceClient(tap.ENDPOINT, credential=credential, retry_total=0)

    def tell_a_story(self, credential):
        service = self.service(credential)
        queue = service.get_queue_client(self.name)
        queue.create_queue()
        queue.send_message("hello")
        received = next(iter(queue.receive_messages()))
        queue.delete_message(received)
        self.assertEqual([queue.name for queue in service.list_queues(name_starts_with=self.name)], [self.name])
        queue.set_queue_access_policy({})
        queue.delete_queue()

    def refused(self, status, code, call, *arguments):
        with self.assertRaises(HttpResponseError) as caught:
            list(call(*arguments) or [])
        self.assertEqual((caught.exception.status_code, caught.exception.error_code), (status, code))
        return caught.exception


class Credentials(Story):
    def test_a_credential_of_the_programs_own_gets_in(self):
        self.tell_a_story(Holding(entra.token()))

    def test_a_token_for_the_account_itself_gets_in(self):
        self.tell_a_story(Holding(entra.token(aud=f"https://{tap.ACCOUNT}.queue.core.windows.net")))

    def test_a_managed_identity_gets_in(self):
        with entra.identity_endpoint() as (environment, asked), mock.patch.dict(os.environ, environment):
            self.tell_a_story(ManagedIdentityCredential())
            self.assertEqual(set(asked), {entra.STORAGE})

    def test_the_account_of_the_azure_cli_gets_in(self):
        path = entra.az_that_is_logged_in(os.environ["QUPRITE_SDK_SCRATCH"])
        with mock.patch.dict(os.environ, {"PATH": path}):
            self.tell_a_story(AzureCliCredential())

    def test_the_default_credential_gets_in_by_a_managed_identity(self):
        with entra.identity_endpoint() as (environment, asked), mock.patch.dict(os.environ, {**NOWHERE, **environment}):
            self.tell_a_story(DefaultAzureCredential())
            self.assertEqual(set(asked), {entra.STORAGE})

    def test_the_default_credential_gets_in_by_the_azure_cli(self):
        path = entra.az_that_is_logged_in(os.environ["QUPRITE_SDK_SCRATCH"])
        with mock.patch.dict(os.environ, {**NOWHERE, "PATH": path}):
            # Without an identity endpoint a managed identity is sought in the network.
            self.tell_a_story(DefaultAzureCredential(exclude_managed_identity_credential=True))


    def test_the_challenge_leads_to_a_token_of_its_tenant(self):
        credential = LedToATenant()
        self.tell_a_story(credential)
        challenge = requests.get(f"{tap.ENDPOINT}?comp=list", headers={"x-ms-version": "2021-02-12"}).headers
        [tenant] = re.findall(r"https://login\.microsoftonline\.com/([-0-9a-f]+)/", challenge["WWW-Authenticate"])
        scope = f"{entra.STORAGE}/.default"
        self.assertEqual(credential.asked[:2], [(scope, None), (scope, tenant)])


class Refusals(Story):
    def no_good(self, detail, **claims):
        error = self.refused(401, "InvalidAuthenticationInfo",
                             self.service(Holding(entra.token(**claims))).get_service_properties)
        self.assertEqual(error.message.splitlines()[-1].lower(), f"authenticationerrordetail:{detail}".lower())

    def test_a_token_for_another_audience_is_refused(self):
        detail = "Audience validation failed. Audience did not match."
        self.no_good(detail, aud="https://vault.azure.net")
        self.no_good(detail, aud="https://other.queue.core.windows.net")

    def test_a_token_of_another_issuer_is_refused(self):
        self.no_good("Issuer validation failed. Issuer did not match.", iss="https://example.com/")

    def test_a_token_that_is_over_is_refused(self):
        self.no_good("Lifetime validation failed. The token is expired.", exp=int(time.time()) - 1)

    def test_a_token_that_has_not_begun_is_refused(self):
        self.no_good("Lifetime validation failed.", nbf=int(time.time()) + 60)

    def test_a_token_that_is_none_is_refused(self):
        for text in ("none", "a.b.c", entra.token().replace(".c2ln", "")):
            self.refused(401, "InvalidAuthenticationInfo", self.service(Holding(text)).get_service_properties)

    def test_who_says_nothing_is_told_whom_to_ask(self):
        answer = requests.get(f"{tap.ENDPOINT}?comp=list", headers={"x-ms-version": "2021-02-12"})
        self.assertEqual((answer.status_code, answer.headers["x-ms-error-code"]), (401, "NoAuthenticationInformation"))
        self.assertRegex(answer.headers["WWW-Authenticate"],
                         r"^Bearer authorization_uri=https://login\.microsoftonline\.com/[-0-9a-f]+/oauth2/authorize "
                         r"resource_id=https://storage\.azure\.com$")

    def test_a_token_is_not_sent_over_http(self):
        with self.assertRaisesRegex(ValueError, "Token credential is only supported with HTTPS."):
            QueueServiceClient(tap.ENDPOINT.replace("https:", "http:"), credential=Holding(entra.token()))


class UserDelegation(Story):
    def setUp(self):
        super().setUp()
        service = self.service(Holding(entra.token()))
        self.queue = service.get_queue_client(self.name)
        self.queue.create_queue()
        self.key = service.get_user_delegation_key(start=now() - HOUR, expiry=now() + HOUR)

    def token(self, permission, **terms):
        return generate_queue_sas(tap.ACCOUNT, self.name, user_delegation_key=self.key,
                                  permission=QueueSasPermissions.from_string(permission),
                                  **{"expiry": now() + HOUR, **terms})

    def holding(self, permission, **terms):
        return QueueClient(tap.ENDPOINT, self.name, credential=self.token(permission, **terms), retry_total=0)

    def test_the_key_is_the_users(self):
        self.assertEqual((self.key.signed_oid, self.key.signed_tid, self.key.signed_service),
                         (entra.USER, entra.TENANT, "q"))

    def test_one_sends_and_another_receives(self):
        self.holding("a").send_message("hello")
        worker = self.holding("p")
        received = next(iter(worker.receive_messages()))
        self.assertEqual(received.content, "hello")
        worker.delete_message(received)

    def test_a_letter_that_is_not_there_is_refused(self):
        sent = self.queue.send_message("hello")
        calls = {"r": lambda queue: queue.peek_messages(), "a": lambda queue: queue.send_message("hello"),
                 "u": lambda queue: queue.update_message(sent, visibility_timeout=0),
                 "p": lambda queue: queue.delete_message(sent)}
        for letter in calls:
            for other in set(calls) - {letter}:
                self.refused(403, "AuthorizationPermissionMismatch", calls[letter], self.holding(other))
        self.refused(403, "AuthorizationFailure", self.holding("raup").clear_messages)

    def test_one_that_is_over_or_of_another_queue_is_refused(self):
        self.refused(403, "AuthenticationFailed", self.holding("r", expiry=now() - HOUR).peek_messages)
        other = QueueClient(tap.ENDPOINT, f"{self.name}-other", credential=self.token("r"))
        self.refused(403, "AuthenticationFailed", other.peek_messages)

    def test_one_for_a_user_needs_that_users_token_too(self):
        address = f"{tap.ENDPOINT}/{self.name}?{self.token('r', user_delegation_oid=entra.USER)}"
        with_token = QueueClient.from_queue_url(address, credential=Holding(entra.token()))
        self.assertEqual(with_token.peek_messages(), [])
        another = QueueClient.from_queue_url(address, credential=Holding(entra.token(oid=entra.TENANT)))
        self.refused(403, "AuthenticationFailed", another.peek_messages)
        self.refused(403, "AuthenticationFailed", QueueClient.from_queue_url(address).peek_messages)

    def test_the_key_is_not_for_who_has_only_the_accounts_key(self):
        service = QueueServiceClient.from_connection_string(tap.connection_string())
        self.refused(403, "AuthenticationFailed",
                     lambda: [service.get_user_delegation_key(start=now(), expiry=now() + HOUR)])


if not hasattr(QueueServiceClient, "get_user_delegation_key"):
    # Debian's version cannot ask for a key, and is not led by a challenge.
    del UserDelegation, Credentials.test_the_challenge_leads_to_a_token_of_its_tenant


if __name__ == "__main__":
    tap.main()
