"""What stands in for Microsoft Entra ID, without a network: tokens, an identity endpoint, an az that is logged in."""

import base64
import contextlib
import http.server
import json
import os
import pathlib
import sys
import threading
import time
import urllib.parse

TENANT = "12345678-1234-1234-1234-123456789abc"
USER = "99999999-8888-7777-6666-555555555555"
STORAGE = "https://storage.azure.com"
HOUR = 3600


def _part(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def token(**claims):
    """A token of the user's for storage, good for an hour, with these claims changed; its signature is none."""
    now = int(time.time())
    claims = {"aud": STORAGE, "iss": f"https://sts.windows.net/{TENANT}/", "iat": now - 60, "nbf": now - 60,
              "exp": now + HOUR, "oid": USER, "tid": TENANT, **claims}
    return ".".join(_part(json.dumps(part).encode()) for part in ({"alg": "none", "typ": "JWT"}, claims)) + ".c2ln"


class _IdentityEndpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        resource = query.get("resource", "").rstrip("/")
        self.server.asked.append(resource)
        known = "the secret" in (self.headers["X-IDENTITY-HEADER"], self.headers["secret"])
        answer = {"access_token": token(**{"aud": resource, **self.server.claims}), "token_type": "Bearer",
                  "expires_on": str(int(time.time()) + HOUR), "resource": resource}
        body = json.dumps(answer if known else {"error": "who are you?"}).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def identity_endpoint(**claims):
    """What an App Service gives its programs: yields the environment that leads there, and the resources asked for."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _IdentityEndpoint) as server:
        server.asked, server.claims = [], claims
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            place = f"http://127.0.0.1:{server.server_port}/token"
            # The second line is the older way to say the same; Debian's az knows no other.
            environment = {"IDENTITY_ENDPOINT": place, "IDENTITY_HEADER": "the secret",
                           "MSI_ENDPOINT": place, "MSI_SECRET": "the secret", "APPSETTING_WEBSITE_SITE_NAME": "site"}
            yield environment, server.asked
        finally:
            server.shutdown()


def az_that_is_logged_in(directory):
    """Makes an `az` that can `account get-access-token`, and nothing else; tells the PATH that finds it first."""
    az = pathlib.Path(directory) / "az"
    az.write_text(f"""#!{sys.executable}
import datetime, json, os, sys
sys.path.insert(0, {os.path.dirname(__file__)!r})
import entra
if sys.argv[1:3] != ["account", "get-access-token"]:
    sys.exit("az: not what was expected: " + " ".join(sys.argv[1:]))
resource = sys.argv[sys.argv.index("--resource") + 1] if "--resource" in sys.argv else ""
expiry = datetime.datetime.now() + datetime.timedelta(hours=1)
print(json.dumps({{"accessToken": entra.token(aud=resource), "expiresOn": expiry.strftime("%Y-%m-%d %H:%M:%S.%f"),
                  "expires_on": int(expiry.timestamp()), "tenant": entra.TENANT, "tokenType": "Bearer"}}))
""")
    az.chmod(0o755)
    return f"{directory}{os.pathsep}{os.environ['PATH']}"
