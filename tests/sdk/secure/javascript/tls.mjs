// HTTPS with @azure/storage-queue, by a certificate that the server made for itself.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";

const azure = createRequire(`${process.env.QUPRITE_SDK_MODULES}/`)("@azure/storage-queue");
const { QueueClient, QueueServiceClient, StorageSharedKeyCredential } = azure;

const account = "devstoreaccount1";
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const endpoint = `${process.env.QUPRITE_SDK_ENDPOINT}/${account}`;
const plain = endpoint.replace("https:", "http:");
const connectionString = (place) =>
  `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=${key};QueueEndpoint=${place};`;

let stories = 0;

async function tellAStory(place) {
  stories += 1;
  const name = `${process.env.QUPRITE_SDK_RUN}-tls-${stories}`;
  const service = QueueServiceClient.fromConnectionString(connectionString(place));
  const queue = service.getQueueClient(name);
  await queue.create();
  await queue.sendMessage("naïve 日本語 😀");
  const [received] = (await queue.receiveMessages()).receivedMessageItems;
  assert.equal(received.messageText, "naïve 日本語 😀");
  await queue.deleteMessage(received.messageId, received.popReceipt);
  const listed = [];
  for await (const item of service.listQueues({ prefix: name })) listed.push(item.name);
  assert.deepEqual(listed, [name]);
  await queue.delete();
}

// What Node trusts and which versions it speaks is settled when it starts, so another one is started.
function visit(changes) {
  const environment = { ...process.env, ...changes };
  for (const name of Object.keys(environment)) if (environment[name] === undefined) delete environment[name];
  const visitor = new URL("visit.mjs", import.meta.url).pathname;
  return execFileSync(process.execPath, [visitor, connectionString(endpoint)], { env: environment, encoding: "utf8" })
    .trim();
}

test("the server is trusted at its address", () => tellAStory(endpoint));

test("the server is trusted as localhost", () => tellAStory(endpoint.replace("127.0.0.1", "localhost")));

test("http goes on working on the same port", () => tellAStory(plain));

test("a client that was not told of the authority does not trust it", () => {
  assert.match(visit({ NODE_EXTRA_CA_CERTS: undefined }), /self.signed certificate|SELF_SIGNED|UNABLE_TO_VERIFY/i);
});

test("a client of tls 1.2 alone gets in", () => {
  assert.equal(visit({ NODE_OPTIONS: "--tls-max-v1.2" }), "in");
});

test("a client of tls 1.3 alone gets in", () => {
  assert.equal(visit({ NODE_OPTIONS: "--tls-min-v1.3" }), "in");
});

test("a token for https is refused over http", async () => {
  const name = `${process.env.QUPRITE_SDK_RUN}-sas`;
  await new QueueClient(connectionString(endpoint), name).create();
  const token = azure.generateQueueSASQueryParameters({
    queueName: name, permissions: azure.QueueSASPermissions.parse("a"), expiresOn: new Date(Date.now() + 3_600_000),
    protocol: azure.SASProtocol.Https,
  }, new StorageSharedKeyCredential(account, key)).toString();
  assert.match(token, /spr=https(&|$)/);
  await assert.rejects(new QueueClient(`${plain}/${name}?${token}`).sendMessage("hello"), (error) => {
    const found = error.code ?? error.details?.errorCode ?? error.details?.Code;
    assert.deepEqual([error.statusCode, found], [403, "AuthorizationProtocolMismatch"], error.message);
    return true;
  });
  await new QueueClient(`${endpoint}/${name}?${token}`).sendMessage("hello");
});
