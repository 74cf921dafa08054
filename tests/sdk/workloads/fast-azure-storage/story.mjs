// fast-azure-storage, Taskcluster's client: it knows Azure's own addresses and HTTPS and nothing else, so its
// connections are led to the server, which has a certificate for the name.

import assert from "node:assert/strict";
import https from "node:https";
import { createRequire } from "node:module";
import { after, beforeEach, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.QUPRITE_SDK_MODULES}/`);
const { Queue } = await import(pathToFileURL(require.resolve("fast-azure-storage")));

const accountId = "devstoreaccount1";
const accessKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const server = new URL(process.env.QUPRITE_SDK_ENDPOINT);

class Led extends https.Agent {
  createConnection(options, done) {
    return super.createConnection({ ...options, host: server.hostname, port: server.port }, done);
  }
}

const agent = new Led({ keepAlive: true });
const queue = new Queue({ accountId, accessKey, agent });
let names = 0;
const newName = () => `${process.env.QUPRITE_SDK_RUN}-fast-${(names += 1)}`;

async function made(metadata) {
  const name = newName();
  assert.equal(await queue.createQueue(name, metadata), true);
  return name;
}

const texts = (messages) => messages.map((message) => message.messageText);

after(() => agent.destroy());

describe("queues", () => {
  test("a queue is created, and created again", async () => {
    const name = await made({ owner: "me" });
    assert.equal(await queue.createQueue(name, { owner: "me" }), false);
    await assert.rejects(queue.createQueue(name, { owner: "you" }), { code: "QueueAlreadyExists", statusCode: 409 });
  });

  test("queues are listed by prefix, page by page, with their metadata", async () => {
    const prefix = `${newName()}-`;
    for (const end of ["a", "b", "c"]) await queue.createQueue(prefix + end, { end });
    const first = await queue.listQueues({ prefix, maxResults: 2, metadata: true });
    assert.deepEqual(first.queues.map(({ name, metadata }) => [name, metadata.end]), [[`${prefix}a`, "a"], [`${prefix}b`, "b"]]);
    const second = await queue.listQueues({ prefix, maxResults: 2, marker: first.nextMarker });
    assert.deepEqual(second.queues.map(({ name }) => name), [`${prefix}c`]);
    assert.ok(!second.nextMarker);
  });

  test("metadata keeps the case of its names, and tells how many messages there are", async () => {
    const name = await made();
    await queue.setMetadata(name, { Owner: "billing", tier: "2" });
    await queue.putMessage(name, "one");
    assert.deepEqual(await queue.getMetadata(name), { messageCount: 1, metadata: { Owner: "billing", tier: "2" } });
  });

  test("a queue that was deleted is gone", async () => {
    const name = await made();
    await queue.deleteQueue(name);
    await assert.rejects(queue.putMessage(name, "late"), { code: "QueueNotFound", statusCode: 404 });
    await assert.rejects(queue.deleteQueue(name), { code: "QueueNotFound" });
  });

  test("a name that no queue may have is refused", async () => {
    await assert.rejects(queue.createQueue("No_Queue"), { code: "InvalidResourceName", statusCode: 400 });
  });
});

describe("messages", () => {
  let name;
  beforeEach(async () => {
    name = await made();
  });

  test("a message is put, peeked, got and deleted", async () => {
    await queue.putMessage(name, "naïve 日本語 😀 &amp; &lt;b&gt;", { messageTTL: 60 });
    assert.deepEqual(texts(await queue.peekMessages(name)), ["naïve 日本語 😀 & <b>"]);
    const [message] = await queue.getMessages(name, { visibilityTimeout: 60 });
    assert.equal(message.messageText, "naïve 日本語 😀 & <b>");
    assert.equal(message.dequeueCount, 1);
    assert.ok(message.expirationTime > message.insertionTime && message.timeNextVisible > message.insertionTime);
    assert.deepEqual(await queue.getMessages(name), []);
    await queue.deleteMessage(name, message.messageId, message.popReceipt);
    await assert.rejects(queue.deleteMessage(name, message.messageId, message.popReceipt), { code: "MessageNotFound" });
  });

  test("a message that is updated gets a new pop receipt, which alone is good", async () => {
    await queue.putMessage(name, "before");
    const [message] = await queue.getMessages(name, { visibilityTimeout: 60 });
    const { popReceipt } = await queue.updateMessage(name, "after", message.messageId, message.popReceipt, { visibilityTimeout: 0 });
    assert.notEqual(popReceipt, message.popReceipt);
    const stale = [name, "once more", message.messageId, message.popReceipt, { visibilityTimeout: 0 }];
    await assert.rejects(queue.updateMessage(...stale), { code: "MessageNotFound", statusCode: 404 });
    const [again] = await queue.getMessages(name);
    assert.deepEqual([again.messageText, again.dequeueCount], ["after", 2]);
    await queue.deleteMessage(name, again.messageId, again.popReceipt);
  });

  test("a worker polls, works, extends and deletes until nothing is left", async () => {
    const tasks = Array.from({ length: 70 }, (_, number) => `task ${number}`);
    await Promise.all(tasks.map((task) => queue.putMessage(name, task)));
    const done = [];
    for (;;) {
      const claimed = await queue.getMessages(name, { numberOfMessages: 32, visibilityTimeout: 300 });
      if (claimed.length === 0) break;
      await Promise.all(claimed.map(async ({ messageId, messageText, popReceipt }) => {
        const longer = await queue.updateMessage(name, messageText, messageId, popReceipt, { visibilityTimeout: 600 });
        done.push(messageText);
        await queue.deleteMessage(name, messageId, longer.popReceipt);
      }));
    }
    assert.deepEqual(done.sort(), tasks.sort());
    assert.equal((await queue.getMetadata(name)).messageCount, 0);
  });

  test("messages are cleared, those that nobody sees too", async () => {
    await queue.putMessage(name, "seen");
    await queue.putMessage(name, "hidden", { visibilityTimeout: 300 });
    await queue.clearMessages(name);
    assert.equal((await queue.getMetadata(name)).messageCount, 0);
  });

  test("64 KiB fit, and one more does not", async () => {
    await queue.putMessage(name, "x".repeat(65536));
    await assert.rejects(queue.putMessage(name, "x".repeat(65537)), { code: "RequestBodyTooLarge", statusCode: 413 });
    assert.equal((await queue.peekMessages(name))[0].messageText.length, 65536);
    await queue.clearMessages(name);
  });

  test("what is out of range is refused", async () => {
    await assert.rejects(queue.getMessages(name, { numberOfMessages: 33 }), { code: "OutOfRangeQueryParameterValue" });
    await assert.rejects(queue.getMessages(name, { visibilityTimeout: 604801 }), { code: "OutOfRangeQueryParameterValue" });
  });
});

describe("credentials", () => {
  test("a shared access signature lets in what it says", async () => {
    const name = await made();
    const sas = queue.sas(name, { expiry: new Date(Date.now() + 3_600_000), permissions: { add: true, process: true } });
    const guest = new Queue({ accountId, sas, agent });
    await guest.putMessage(name, "from a guest");
    const [message] = await guest.getMessages(name);
    await guest.deleteMessage(name, message.messageId, message.popReceipt);
    await assert.rejects(guest.peekMessages(name), { code: "AuthorizationPermissionMismatch", statusCode: 403 });
    await assert.rejects(guest.deleteQueue(name), { statusCode: 403 });
  });

  test("one that has expired does not", async () => {
    const name = await made();
    const sas = queue.sas(name, { expiry: new Date(Date.now() - 60_000), permissions: { add: true } });
    await assert.rejects(new Queue({ accountId, sas, agent }).putMessage(name, "late"), { code: "AuthenticationFailed" });
  });

  test("another account's key does not", async () => {
    const stranger = new Queue({ accountId, accessKey: Buffer.from("stranger").toString("base64"), agent });
    await assert.rejects(stranger.listQueues(), { code: "AuthenticationFailed", statusCode: 403 });
  });
});
