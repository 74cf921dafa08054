// What stands in for Microsoft Entra ID, without a network: tokens, an identity endpoint, an az that is logged in.

import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

export const tenant = "12345678-1234-1234-1234-123456789abc";
export const user = "99999999-8888-7777-6666-555555555555";
export const storage = "https://storage.azure.com";

const hour = 3600;
const seconds = () => Math.floor(Date.now() / 1000);
const part = (content) => Buffer.from(JSON.stringify(content)).toString("base64url");

/** A token of the user's for storage, good for an hour, with these claims changed; its signature is none. */
export function token(claims = {}) {
  const now = seconds();
  const all = {
    aud: storage, iss: `https://sts.windows.net/${tenant}/`, iat: now - 60, nbf: now - 60, exp: now + hour,
    oid: user, tid: tenant, ...claims,
  };
  return `${part({ alg: "none", typ: "JWT" })}.${part(all)}.c2ln`;
}

/** A credential as programs write their own. */
export const holding = (text) => {
  const answer = { token: text, expiresOnTimestamp: Date.now() + 3_600_000 };
  return { getToken: async () => answer };
};

/** What an App Service gives its programs: the environment that leads there, and the resources asked for. */
export async function identityEndpoint(context) {
  const asked = [];
  const server = createServer((request, response) => {
    const resource = new URL(request.url, "http://localhost").searchParams.get("resource").replace(/\/$/, "");
    asked.push(resource);
    const known = request.headers["x-identity-header"] === "the secret";
    response.writeHead(known ? 200 : 401, { "Content-Type": "application/json" });
    response.end(JSON.stringify(known
      ? { access_token: token({ aud: resource }), expires_on: `${seconds() + hour}`, resource, token_type: "Bearer" }
      : { error: "who are you?" }));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  context.after(() => server.close());
  const place = `http://127.0.0.1:${server.address().port}/token`;
  return { environment: { IDENTITY_ENDPOINT: place, IDENTITY_HEADER: "the secret" }, asked };
}

/** An `az` that can `account get-access-token`, and nothing else: the environment that finds it first. */
export function azThatIsLoggedIn() {
  const directory = mkdtempSync(join(process.env.QUPRITE_SDK_SCRATCH, "az-"));
  const answer = {
    accessToken: token(), expiresOn: "2099-01-01 00:00:00.000000", expires_on: seconds() + hour, tenant,
    tokenType: "Bearer",
  };
  writeFileSync(join(directory, "az"), `#!/bin/sh
test "$1 $2 $6" = "account get-access-token ${storage}" || { echo "az: not what was expected: $*" >&2; exit 1; }
echo '${JSON.stringify(answer)}'
`, { mode: 0o755 });
  return { PATH: `${directory}:${process.env.PATH}` };
}
