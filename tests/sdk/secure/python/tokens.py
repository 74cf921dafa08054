"""Shared access signatures by azure-storage-queue's own generators: reads what is wanted, prints tokens, as JSON."""

import inspect
import json
import sys

from azure.storage.queue import (AccountSasPermissions, QueueSasPermissions, ResourceTypes, generate_account_sas,
                                 generate_queue_sas)


def token(want, account, key):
    terms = {name: want.get(name) for name in ("start", "expiry", "ip", "protocol") if want.get(name)}
    if want["kind"] == "account":
        if want["services"] != "q":
            if "services" not in inspect.signature(generate_account_sas).parameters:
                return None  # Debian's makes tokens for queues alone
            terms["services"] = want["services"]
        return generate_account_sas(account, key, ResourceTypes.from_string(want["types"]),
                                    AccountSasPermissions.from_string(want["letters"]), **terms)
    if want["kind"] == "policy":
        return generate_queue_sas(account, want["queue"], key, policy_id=want["policy"], **terms)
    return generate_queue_sas(account, want["queue"], key, QueueSasPermissions.from_string(want["letters"]), **terms)


wanted = json.load(sys.stdin)
json.dump([token(want, wanted["account"], wanted["key"]) for want in wanted["tokens"]], sys.stdout)
