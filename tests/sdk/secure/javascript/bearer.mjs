// Microsoft Entra ID tokens with @azure/storage-queue and, where it is there, @azure/identity; there is no network to
// get them from.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { beforeEach, describe, test } from "node:test";

import { azThatIsLoggedIn, holding, identityEndpoint, storage, tenant, token, user } from "./entra.mjs";

const load = createRequire(`${process.env.QUPRITE_SDK_MODULES}/`);
const azure = load("@azure/storage-queue");
const identity = identityOrNone();
const { AnonymousCredential, QueueClient, QueueServiceClient } = azure;

const account = "devstoreaccount1";
const endpoint = `${process.env.QUPRITE_SDK_ENDPOINT}/${account}`;
const hour = 3_600_000;
const seconds = () => Math.floor(Date.now() / 1000);

let queues = 0;
let name;

beforeEach(() => {
  queues += 1;
  name = `${process.env.QUPRITE_SDK_RUN}-bearer-${queues}`;
});

function identityOrNone() {
  try {
    return load("@azure/identity");
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return undefined; // 12.0.0 is tested by itself
    throw error;
  }
}

async function tellAStory(credential) {
  const service = new QueueServiceClient(endpoint, credential);
  const queue = service.getQueueClient(name);
  await queue.create();
  await queue.sendMessage("hello");
  const [received] = (await queue.receiveMessages()).receivedMessageItems;
  await queue.deleteMessage(received.messageId, received.popReceipt);
  const listed = [];
  for await (const item of service.listQueues({ prefix: name })) listed.push(item.name);
  assert.deepEqual(listed, [name]);
  await queue.setAccessPolicy([]);
  await queue.delete();
}

async function refused(status, code, answer) {
  await assert.rejects(answer, (error) => {
    const found = error.code ?? error.details?.errorCode ?? error.details?.Code;
    assert.deepEqual([error.statusCode, found], [status, code], error.message);
    return true;
  });
}

/** Sets environment variables for the rest of one test. */
function settle(context, changes) {
  const before = { ...process.env };
  Object.assign(process.env, changes);
  context.after(() => {
    for (const change of Object.keys(changes)) delete process.env[change];
    Object.assign(process.env, before);
  });
}

describe("credentials", () => {
  test("a credential of the program's own gets in", () => tellAStory(holding(token())));

  test("a token for the account itself gets in", () =>
    tellAStory(holding(token({ aud: `https://${account}.queue.core.windows.net` }))));

  if (!identity) return;

  test("the challenge leads to a token of its tenant", async () => {
    const asked = [];
    await tellAStory({
      getToken: async (scopes, options) => {
        asked.push([[scopes].flat(), options.tenantId]);
        const over = options.tenantId ? {} : { exp: seconds() - 1 };
        return { token: token(over), expiresOnTimestamp: Date.now() + hour };
      },
    });
    const { headers } = await fetch(`${endpoint}?comp=list`, { headers: { "x-ms-version": "2021-02-12" } });
    const [, challenging] = /login\.microsoftonline\.com\/([-0-9a-f]+)\//.exec(headers.get("www-authenticate"));
    assert.deepEqual(asked.slice(0, 2), [[[`${storage}/.default`], undefined], [[`${storage}/.default`], challenging]]);
  });

  test("the account of the azure cli gets in", async (context) => {
    settle(context, azThatIsLoggedIn());
    await tellAStory(new identity.AzureCliCredential());
  });

  test("the default credential gets in by a managed identity", async (context) => {
    const { environment, asked } = await identityEndpoint(context);
    settle(context, { ...environment, HOME: process.env.QUPRITE_SDK_SCRATCH });
    await tellAStory(new identity.DefaultAzureCredential());
    assert.deepEqual([...new Set(asked)], [storage]);
  });

  test("the default credential gets in by the azure cli", async (context) => {
    // "dev": without an identity endpoint a managed identity would be sought in the network.
    settle(context, { ...azThatIsLoggedIn(), AZURE_TOKEN_CREDENTIALS: "dev", HOME: process.env.QUPRITE_SDK_SCRATCH });
    await tellAStory(new identity.DefaultAzureCredential());
  });
});

describe("refusals", () => {
  // 12.0.0 speaks a version of the service that knew no challenge yet.
  const old = !identity;
  const noGood = (text) => {
    const answer = new QueueServiceClient(endpoint, holding(text)).getProperties();
    return refused(old ? 400 : 401, "InvalidAuthenticationInfo", answer);
  };

  test("a token for another audience is refused", async () => {
    await noGood(token({ aud: "https://vault.azure.net" }));
    await noGood(token({ aud: "https://other.queue.core.windows.net" }));
  });

  test("a token of another issuer is refused", () => noGood(token({ iss: "https://example.com/" })));

  test("a token that is over is refused", () => noGood(token({ exp: seconds() - 1 })));

  test("a token that has not begun is refused", () => noGood(token({ nbf: seconds() + 60 })));

  test("a token that is none is refused", async () => {
    for (const text of ["none", "a.b.c", token().replace(".c2ln", "")]) await noGood(text);
  });

  test("who says nothing stays out", async () => {
    const answer = new QueueServiceClient(endpoint, new AnonymousCredential()).getProperties();
    await (old ? refused(404, "ResourceNotFound", answer) : refused(401, "NoAuthenticationInformation", answer));
  });
});

if (QueueServiceClient.prototype.getUserDelegationKey) {
  describe("user delegation", () => {
    const inAnHour = new Date(Date.now() + hour);
    const anHourAgo = new Date(Date.now() - hour);
    let queue;
    let key;

    beforeEach(async () => {
      const service = new QueueServiceClient(endpoint, holding(token()));
      queue = service.getQueueClient(name);
      await queue.create();
      key = await service.getUserDelegationKey(anHourAgo, inAnHour);
    });

    const address = (permissions, terms = {}, place = name) => {
      const sas = azure.generateQueueSASQueryParameters({
        queueName: name, permissions: azure.QueueSASPermissions.parse(permissions), expiresOn: inAnHour, ...terms,
      }, key, account);
      return `${endpoint}/${place}?${sas}`;
    };
    const delegated = (...terms) => new QueueClient(address(...terms), new AnonymousCredential());

    test("the key is the user's", () => {
      assert.deepEqual([key.signedObjectId, key.signedTenantId, key.signedService], [user, tenant, "q"]);
    });

    test("one sends and another receives", async () => {
      await delegated("a").sendMessage("hello");
      const worker = delegated("p");
      const [received] = (await worker.receiveMessages()).receivedMessageItems;
      assert.equal(received.messageText, "hello");
      await worker.deleteMessage(received.messageId, received.popReceipt);
    });

    test("a letter that is not there is refused", async () => {
      const sent = await queue.sendMessage("hello");
      const calls = {
        r: (client) => client.peekMessages(),
        a: (client) => client.sendMessage("hello"),
        u: (client) => client.updateMessage(sent.messageId, sent.popReceipt, "other", 0),
        p: (client) => client.deleteMessage(sent.messageId, sent.popReceipt),
      };
      for (const letter of Object.keys(calls)) {
        for (const other of Object.keys(calls).filter((it) => it !== letter)) {
          await refused(403, "AuthorizationPermissionMismatch", calls[letter](delegated(other)));
        }
      }
      await refused(403, "AuthorizationFailure", delegated("raup").clearMessages());
    });

    test("one that is over or of another queue is refused", async () => {
      await refused(403, "AuthenticationFailed", delegated("r", { expiresOn: anHourAgo }).peekMessages());
      await refused(403, "AuthenticationFailed", delegated("r", {}, `${name}-other`).peekMessages());
    });

    test("one for a user needs that user's token too", async () => {
      const his = address("r", { delegatedUserObjectId: user });
      assert.deepEqual((await new QueueClient(his, holding(token())).peekMessages()).peekedMessageItems, []);
      await refused(403, "AuthenticationFailed", new QueueClient(his, holding(token({ oid: tenant }))).peekMessages());
      await refused(403, "AuthenticationFailed", new QueueClient(his, new AnonymousCredential()).peekMessages());
    });
  });
}
