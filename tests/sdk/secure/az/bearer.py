"""`az … --auth-mode login`, logged in as the managed identity of an App Service; there is no network to log in by."""

import json
import os
import pathlib
import time
import unittest

import entra
import tap
from azcli import Refused, az


def log_in():
    """Leaves what `az login --identity` would leave; that itself asks Azure which subscriptions there are."""
    home = pathlib.Path(os.environ["QUPRITE_SDK_SCRATCH"]) / "azure"
    home.mkdir(parents=True, exist_ok=True)
    user = {"name": "systemAssignedIdentity", "type": "servicePrincipal", "assignedIdentityInfo": "MSI"}
    subscription = {"id": entra.USER, "name": "none", "state": "Enabled", "isDefault": True, "tenantId": entra.TENANT,
                    "environmentName": "AzureCloud", "user": user}
    (home / "azureProfile.json").write_text(json.dumps({"subscriptions": [subscription]}))


class LoggedIn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        log_in()

    def setUp(self):
        self.environment, self.asked = self.enterContext(entra.identity_endpoint())

    def az(self, command, *arguments, environment=None):
        return az(command, *arguments, "--auth-mode", "login", "--account-name", tap.ACCOUNT, "--queue-endpoint",
                  tap.ENDPOINT, AZURE_STORAGE_CONNECTION_STRING=None, **(environment or self.environment))

    def test_a_queue_is_made_filled_emptied_and_listed(self):
        name = f"{tap.RUN}-login"
        queue = ("--queue-name", name)
        self.assertEqual(self.az("storage queue create", "--name", name), {"created": True})
        self.az("storage message put", *queue, "--content", "hello")
        [got] = self.az("storage message get", *queue)
        self.assertEqual(got["content"], "hello")
        self.az("storage message delete", *queue, "--id", got["id"], "--pop-receipt", got["popReceipt"])
        self.assertEqual(self.az("storage message peek", *queue), [])
        self.assertEqual([queue["name"] for queue in self.az("storage queue list", "--prefix", name)], [name])
        # The older version also gets a token for the management of resources, and leaves it unused.
        self.assertLessEqual({entra.STORAGE}, set(self.asked))

    def test_a_token_that_is_over_is_refused(self):
        with entra.identity_endpoint(exp=int(time.time()) - 1) as (environment, _):
            with self.assertRaisesRegex(Refused, "ErrorCode:InvalidAuthenticationInfo"):
                self.az("storage queue exists", "--name", f"{tap.RUN}-over", environment=environment)

    def test_a_user_delegation_sas_sends_and_receives_nothing(self):
        name = f"{tap.RUN}-user"
        self.az("storage queue create", "--name", name)
        expiry = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(time.time() + entra.HOUR))
        token = self.az("storage queue generate-sas", "--as-user", "--name", name, "--permissions", "a",
                        "--expiry", expiry)
        self.assertRegex(token, f"(^|&)skoid={entra.USER}(&|$)")
        place = {"AZURE_STORAGE_CONNECTION_STRING": f"QueueEndpoint={tap.ENDPOINT};SharedAccessSignature={token}"}
        az("storage message put", "--queue-name", name, "--content", "hello", **place)
        # So az puts AuthorizationPermissionMismatch.
        with self.assertRaisesRegex(Refused, "You do not have the required permissions"):
            az("storage message get", "--queue-name", name, **place)


if os.environ["QUPRITE_SDK_AZ"] == "/usr/bin/az":
    del LoggedIn.test_a_user_delegation_sas_sends_and_receives_nothing  # Debian's version cannot ask for one


if __name__ == "__main__":
    tap.main()
