"""Shared access signatures made by a client's own generators let in exactly what they say.

A walk of all operations with each token, compared with what the documentation says of its letters.
"""

import http.client
import json
import os
import re
import shlex
import ssl
import subprocess
import time
import unittest
import urllib.parse

import documented
import entra
import tap

OPERATIONS = documented.operations()
ACCOUNT_LETTERS = "rwdlacup"
QUEUE_LETTERS = "raup"
VERSION = "2026-04-06"
QUEUE = f"{tap.RUN}-walk"


def instant(hours):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * entra.HOUR))


class Want(dict):
    """A token to make, and what the documentation says to it: a function of an operation."""

    def __init__(self, name, expected, secure=True, **terms):
        super().__init__({"expiry": instant(1), **terms})
        self.name, self.expected, self.secure = name, expected, secure


def account_sas(name, types="sco", letters=ACCOUNT_LETTERS, services="q", verdict=None, **terms):
    expected = (lambda _: verdict) if verdict else (lambda it: it.by_account_sas(types, letters))
    return Want(f"account SAS {name}", expected, kind="account", types=types, letters=letters,
                services=services, **terms)


def queue_sas(name, letters=QUEUE_LETTERS, verdict=None, **terms):
    # Under another URL its signature is wrong before anything else is.
    def expected(operation):
        return verdict if verdict and operation.on_queue() else operation.by_queue_sas(letters)
    return Want(f"service SAS {name}", expected, kind="queue", letters=letters, **{"queue": QUEUE, **terms})


def policy_sas(letter):
    return Want(f"stored access policy {letter}", lambda it: it.by_queue_sas(letter), kind="policy",
                policy=f"only-{letter}", queue=QUEUE, expiry=None)


class Walk(unittest.TestCase):
    untouched = None

    @classmethod
    def setUpClass(cls):
        host = urllib.parse.urlsplit(tap.ENDPOINT).netloc
        trusting = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
        cls.connections = {True: http.client.HTTPSConnection(host, context=trusting),
                           False: http.client.HTTPConnection(host)}
        for connection in cls.connections.values():
            cls.addClassCleanup(connection.close)

    def ask(self, method, target, body="", secure=True, **headers):
        connection = self.connections[secure]
        connection.request(method, f"/{tap.ACCOUNT}{target}", body.encode(), {"x-ms-version": VERSION, **headers})
        answer = connection.getresponse()
        return answer.status, answer.headers["x-ms-error-code"], answer.read().decode()

    def as_owner(self, method, target, body=""):
        status, code, answer = self.ask(method, target, body, Authorization=f"Bearer {entra.token()}")
        self.assertLess(status, 300, f"{method} {target}: {code}")
        return answer

    def message(self):
        """A queue with its policies and one message, as if nobody had touched them yet: the place of the message."""
        if Walk.untouched is None:
            policies = "".join(
                f"<SignedIdentifier><Id>only-{letter}</Id><AccessPolicy><Start>{instant(-1)}</Start>"
                f"<Expiry>{instant(1)}</Expiry><Permission>{letter}</Permission></AccessPolicy></SignedIdentifier>"
                for letter in QUEUE_LETTERS)
            self.as_owner("PUT", f"/{QUEUE}")
            self.as_owner("PUT", f"/{QUEUE}?comp=acl", f"<SignedIdentifiers>{policies}</SignedIdentifiers>")
            self.as_owner("DELETE", f"/{QUEUE}/messages")
            sent = self.as_owner("POST", f"/{QUEUE}/messages",
                                 "<QueueMessage><MessageText>hello</MessageText></QueueMessage>")
            Walk.untouched = [re.search(f"<{name}>(.*)</{name}>", sent)[1] for name in ("MessageId", "PopReceipt")]
        return Walk.untouched

    def walk(self, pairs):
        self.assertEqual([line for want, token in pairs for line in self.differences(want, token)], [])

    def attempt(self, operation, token, secure):
        message, receipt = self.message()
        target = (operation.target.replace("{queue}", QUEUE).replace("{id}", message)
                  .replace("{receipt}", urllib.parse.quote(receipt, safe="")))
        status, code, _ = self.ask(operation.method, target + ("&" if "?" in target else "?") + token, operation.body,
                                   secure)
        if status < 300 and set(operation.account_letters) & set("wcdaup"):
            Walk.untouched = None
        return "ok" if status == operation.success else f"{status} {code}"

    def differences(self, want, token):
        said = dict(urllib.parse.parse_qsl(token, strict_parsing=True))
        yield from (f"{want.name}: {name}={said.get(name)}" for name, term in (("sp", "letters"), ("srt", "types"), ("ss", "services"))
                    if sorted(said.get(name, "")) != sorted(want.get(term, "")))
        for operation in OPERATIONS:
            found, expected = self.attempt(operation, token, want.secure), want.expected(operation)
            if found != expected:
                yield f"{want.name}: {operation.method} {operation.name}: {found}, documented is {expected}"


def sentences():
    """What the tests are called, and the tokens that each walks with."""
    yield from ((f"an account token opens what its letter says of the {resources}",
                 [account_sas(f"srt={kind} sp={letter}", types=kind, letters=letter) for letter in ACCOUNT_LETTERS])
                for kind, resources in (("s", "service"), ("c", "queues"), ("o", "messages")))
    yield "a queue token opens what its letter says", [queue_sas(f"sp={letter}", letter) for letter in QUEUE_LETTERS]
    yield "a queue token opens what its stored access policy says", [policy_sas(letter) for letter in QUEUE_LETTERS]
    yield "a token with every letter opens all that its kind can", [account_sas("in full"), queue_sas("in full")]
    for kind in (account_sas, queue_sas):
        name = "an account token" if kind is account_sas else "a queue token"
        yield f"{name} holds only in its time", [
            kind("that is over", expiry=instant(-1), verdict=documented.REFUSED),
            kind("that has not begun", start=instant(0.5), verdict=documented.REFUSED),
            kind("that has begun", start=instant(-1))]
        yield f"{name} holds only for its addresses", [
            kind("of this address", ip="127.0.0.1"), kind("of these addresses", ip="127.0.0.0-127.0.0.9"),
            kind("of another address", ip="10.0.0.1", verdict="403 AuthorizationSourceIPMismatch")]
        yield f"{name} holds only for its protocol", [
            kind("for HTTPS, over HTTPS", protocol="https"),
            kind("for HTTPS, over HTTP", protocol="https", secure=False, verdict="403 AuthorizationProtocolMismatch"),
            kind("for both, over HTTP", secure=False)]
    yield "an account token holds only for its services", [
        account_sas("of all services", services="bqtf"),
        account_sas("of the other services", services="btf", verdict="403 AuthorizationServiceMismatch"),
        account_sas("of queues", services="q")]
    yield "a queue token holds only for its queue", [
        queue_sas("of another queue", queue=f"{QUEUE}-other", verdict=documented.REFUSED)]


def make(wants):
    """The client's own tokens, None for what its generator cannot make; one process makes them all."""
    order = {"account": tap.ACCOUNT, "key": tap.KEY, "tokens": wants}
    made = subprocess.run(shlex.split(os.environ["QUPRITE_SDK_TOKENS"]), input=json.dumps(order), text=True, check=True,
                          stdout=subprocess.PIPE)
    return json.loads(made.stdout)


def main():
    walks = list(sentences())
    tokens = iter(make([want for _, wants in walks for want in wants]))
    for sentence, wants in walks:
        pairs = [(want, token) for want, token in zip(wants, tokens) if token]
        setattr(Walk, "test_" + sentence.replace(" ", "_"), lambda self, pairs=pairs: self.walk(pairs))
    tap.main()


if __name__ == "__main__":
    main()
