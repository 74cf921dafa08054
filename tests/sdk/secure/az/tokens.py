"""Shared access signatures by az: reads what is wanted, prints tokens, as JSON. One az makes all: it starts slowly."""

import io
import json
import os
import sys

from azcli import ENVIRONMENT

for variable in [name for name in os.environ if name.startswith("AZURE_")]:
    del os.environ[variable]
os.environ.update(ENVIRONMENT)

from azure.cli.core import get_default_cli  # noqa: E402  as it looks at the environment


def command(want):
    terms = {"start": want.get("start"), "expiry": want.get("expiry"), "ip": want.get("ip"),
             "permissions": want.get("letters")}
    if want["kind"] == "account":
        words = ["storage", "account", "generate-sas", "--services", want["services"], "--resource-types", want["types"]]
    else:
        words = ["storage", "queue", "generate-sas", "--name", want["queue"]]
        terms["policy-name"] = want.get("policy")
    for name, value in terms.items():
        words += [f"--{name}", value] if value else []
    return words + (["--https-only"] if want.get("protocol") == "https" else [])


def token(want, account, key):
    text = io.StringIO()
    az = get_default_cli()
    az.invoke([*command(want), "--account-name", account, "--account-key", key, "--output", "tsv"], out_file=text)
    return text.getvalue().strip()


wanted = json.load(sys.stdin)
json.dump([token(want, wanted["account"], wanted["key"]) for want in wanted["tokens"]], sys.stdout)
