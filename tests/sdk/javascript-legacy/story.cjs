// The story of a queue, told with azure-storage, the client that came before @azure/storage-queue.

"use strict";

const assert = require("node:assert/strict");
const { createRequire } = require("node:module");
const { beforeEach, describe, test } = require("node:test");
const { promisify } = require("node:util");

const azure = createRequire(`${process.env.QUPRITE_SDK_MODULES}/`)("azure-storage");

const account = "devstoreaccount1";
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const endpoint = `${process.env.QUPRITE_SDK_ENDPOINT}/${account}`;
const connectionString =
  `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};QueueEndpoint=${endpoint};`;
const { Permissions, Resources, Services } = azure.Constants.AccountSasConstants;

const hour = 3_600_000;
const anHourAgo = new Date(Date.now() - hour);
const inAnHour = new Date(Math.floor((Date.now() + hour) / 1000) * 1000);

// Every operation of the client, as a promise in place of a callback.
const promising = (client) =>
  new Proxy(client, { get: (target, operation) => promisify(target[operation]).bind(target) });

const legacy = azure.createQueueService(connectionString);
const service = promising(legacy);
const holding = (token) => promising(azure.createQueueServiceWithSas(endpoint, token));

let queues = 0;
let name;

beforeEach(() => {
  queues += 1;
  name = `${process.env.QUPRITE_SDK_RUN}-old-${queues}`;
});

async function refused(status, code, answer) {
  await assert.rejects(answer, (error) => {
    assert.deepEqual([error.statusCode, error.code], [status, code], error.message);
    return true;
  });
}

const send = (text, options = {}) => service.createMessage(name, text, options);
const receive = async (numOfMessages = 32) => texts(await service.getMessages(name, { numOfMessages }));
const peek = async () => texts(await service.peekMessages(name, { numOfMessages: 32 }));
const count = async () => (await service.getQueueMetadata(name)).approximateMessageCount;
const texts = (messages) => messages.map((message) => message.messageText);
const secondsBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 1000);
const list = async (prefix, options = {}) =>
  (await service.listQueuesSegmentedWithPrefix(prefix, null, options)).entries;

describe("queues", () => {
  test("creating a queue again changes nothing", async () => {
    await service.createQueue(name);
    await service.createQueue(name);
  });

  test("creating a queue with other metadata is refused", async () => {
    await service.createQueue(name, { metadata: { colour: "green" } });
    await service.createQueue(name, { metadata: { colour: "green" } });
    await refused(409, "QueueAlreadyExists", service.createQueue(name, { metadata: { colour: "blue" } }));
    await refused(409, "QueueAlreadyExists", service.createQueue(name));
  });

  test("a queue is created and deleted only if that is needed", async () => {
    assert.equal((await service.createQueueIfNotExists(name)).created, true);
    assert.equal((await service.createQueueIfNotExists(name)).created, false);
    assert.equal((await service.doesQueueExist(name)).exists, true);
    assert.equal(await service.deleteQueueIfExists(name), true);
    assert.equal(await service.deleteQueueIfExists(name), false);
    assert.equal((await service.doesQueueExist(name)).exists, false);
  });

  test("queues are listed by prefix with their metadata", async () => {
    await service.createQueue(name, { metadata: { colour: "green" } });
    const listed = await list(name, { include: "metadata" });
    assert.deepEqual(listed.map((item) => [item.name, { ...item.metadata }]), [[name, { colour: "green" }]]);
    assert.deepEqual(await list(`${name}x`), []);
  });

  test("a list of queues comes in pages and in order", async () => {
    for (const last of ["zeta", "alpha", "mid", "beta", "eta"]) await service.createQueue(`${name}-${last}`);
    const pages = [];
    let token = null;
    do {
      const page = await service.listQueuesSegmentedWithPrefix(name, token, { maxResults: 2 });
      pages.push(page.entries.map((item) => item.name.split("-").pop()));
      token = page.continuationToken;
    } while (token);
    assert.deepEqual(pages, [["alpha", "beta"], ["eta", "mid"], ["zeta"]]);
  });

  test("metadata is set, read and taken away", async () => {
    await service.createQueue(name);
    await service.setQueueMetadata(name, { colour: "green", size: "a b" });
    assert.deepEqual((await service.getQueueMetadata(name)).metadata, { colour: "green", size: "a b" });
    await service.setQueueMetadata(name, {});
    assert.deepEqual((await service.getQueueMetadata(name)).metadata, {});
  });

  test("stored access policies are set, read and taken away", async () => {
    await service.createQueue(name);
    await service.setQueueAcl(name, { worker: { Permissions: "rp", Start: anHourAgo, Expiry: inAnHour } });
    const { worker } = (await service.getQueueAcl(name)).signedIdentifiers;
    assert.equal(worker.Permissions, "rp");
    assert.equal(worker.Expiry.getTime(), inAnHour.getTime());
    await service.setQueueAcl(name, {});
    assert.deepEqual((await service.getQueueAcl(name)).signedIdentifiers, {});
  });

  test("a deleted queue is gone", async () => {
    await service.createQueue(name);
    await service.deleteQueue(name);
    await refused(404, "QueueNotFound", service.deleteQueue(name));
    assert.deepEqual(await list(name), []);
  });

  test("a missing queue is named as such by every operation", async () => {
    for (const call of ["getQueueMetadata", "getQueueAcl", "getMessages", "peekMessages", "clearMessages"]) {
      await refused(404, "QueueNotFound", service[call](name));
    }
    await refused(404, "QueueNotFound", service.setQueueMetadata(name, {}));
    await refused(404, "QueueNotFound", send("hello"));
  });
});

describe("the service", () => {
  test("service properties are set and read", async (context) => {
    const off = { Version: "1.0", Enabled: false, RetentionPolicy: { Enabled: false } };
    const RetentionPolicy = { Enabled: true, Days: 5 };
    const Logging = { Version: "1.0", Delete: false, Read: true, Write: true, RetentionPolicy };
    const rule = { AllowedOrigins: ["http://example.test"], AllowedMethods: ["GET", "PUT"],
      AllowedHeaders: ["x-ms-meta-*"], ExposedHeaders: ["*"], MaxAgeInSeconds: 60 };
    context.after(() => service.setServiceProperties({
      Logging: { ...Logging, Read: false, Write: false, RetentionPolicy: { Enabled: false } },
      HourMetrics: off, MinuteMetrics: off, Cors: {},
    }));
    await service.setServiceProperties({
      Logging, HourMetrics: { Version: "1.0", Enabled: true, IncludeAPIs: true, RetentionPolicy },
      MinuteMetrics: off, Cors: { CorsRule: [rule] },
    });
    const read = await service.getServiceProperties();
    assert.deepEqual(read.Logging, Logging);
    assert.deepEqual([read.HourMetrics.Enabled, read.HourMetrics.IncludeAPIs, read.MinuteMetrics.Enabled],
      [true, true, false]);
    assert.deepEqual(read.Cors.CorsRule.map((found) => ({ ...found })), [rule]);
  });

  test("statistics are read from the secondary", async () => {
    const both = azure.createQueueService(account, key,
      { primaryHost: endpoint, secondaryHost: `${endpoint}-secondary` });
    const { LocationMode } = azure.StorageUtilities;
    const { GeoReplication } = await promising(both).getServiceStats({ locationMode: LocationMode.SECONDARY_ONLY });
    assert.equal(GeoReplication.Status, "live");
    assert.ok(Math.abs(Date.now() - GeoReplication.LastSyncTime) < hour);
  });

  test("a wrong key is refused", async () => {
    const stranger = promising(azure.createQueueService(account, "bm90IHRoZSBrZXk=", endpoint));
    await refused(403, "AuthenticationFailed", stranger.getServiceProperties());
  });
});

describe("messages", () => {
  beforeEach(() => service.createQueue(name));

  test("a message is sent, peeked, received and deleted", async () => {
    const sent = await send("hello");
    const peeked = await service.peekMessage(name);
    assert.deepEqual([peeked.messageId, peeked.messageText, peeked.dequeueCount], [sent.messageId, "hello", 0]);
    const received = await service.getMessage(name);
    assert.deepEqual([received.messageId, received.messageText, received.dequeueCount], [sent.messageId, "hello", 1]);
    assert.deepEqual(await receive(), []);
    await service.deleteMessage(name, received.messageId, received.popReceipt);
    await refused(404, "MessageNotFound", service.deleteMessage(name, received.messageId, received.popReceipt));
  });

  test("messages come in batches, in the order they were sent", async () => {
    for (const text of "01234") await send(text);
    assert.deepEqual(await receive(2), ["0", "1"]);
    assert.deepEqual(await receive(), ["2", "3", "4"]);
    assert.deepEqual(await receive(), []);
  });

  test("peeking many changes nothing", async () => {
    for (const text of "012") await send(text);
    for (const _ of [1, 2]) assert.deepEqual(await peek(), ["0", "1", "2"]);
  });

  test("a message sent with a delay is hidden but counted", async () => {
    const sent = await send("later", { visibilityTimeout: 60 });
    assert.equal(secondsBetween(sent.insertionTime, sent.timeNextVisible), 60);
    assert.deepEqual(await peek(), []);
    assert.deepEqual(await receive(), []);
    assert.equal(await count(), 1);
  });

  test("a message lives as long as it was sent for", async () => {
    const week = await send("a week by default");
    assert.equal(secondsBetween(week.insertionTime, week.expirationTime), 7 * 86_400);
    const minutes = await send("ten minutes", { messageTimeToLive: 600 });
    assert.equal(secondsBetween(minutes.insertionTime, minutes.expirationTime), 600);
    const ever = await send("for ever", { messageTimeToLive: -1 });
    assert.equal(new Date(ever.expirationTime).getUTCFullYear(), 9999);
    await refused(400, "InvalidQueryParameterValue",
      send("never seen", { visibilityTimeout: 60, messageTimeToLive: 60 }));
  });

  test("every text comes back as it was sent", async () => {
    const sent = ["", "  spaces\tand\nlines  ", "naïve 日本語 😀", "<tag attr=\"'&amp;\">]]>", "👩‍👩‍👧 ".repeat(100)];
    for (const text of sent) await send(text);
    assert.deepEqual(await receive(), sent);
  });

  test("bytes come back through Base64", async () => {
    const old = azure.createQueueService(connectionString);
    old.messageEncoder = new azure.QueueMessageEncoder.BinaryBase64QueueMessageEncoder();
    const every = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
    await promising(old).createMessage(name, every);
    assert.deepEqual((await promising(old).getMessage(name)).messageText, every);
  });

  test("a text of 64 KiB is taken and one byte more is refused", async () => {
    for (const largest of ["x".repeat(65_536), "é".repeat(32_768)]) {
      await send(largest);
      assert.deepEqual(await receive(), [largest]);
      await refused(413, "RequestBodyTooLarge", send(`${largest}x`));
    }
  });

  test("an update extends the time and rewrites the text", async () => {
    await send("first");
    const { messageId, popReceipt, timeNextVisible } = await service.getMessage(name, { visibilityTimeout: 30 });
    const updated = await service.updateMessage(name, messageId, popReceipt, 60, { messageText: "second" });
    assert.notEqual(updated.popReceipt, popReceipt);
    assert.ok(secondsBetween(timeNextVisible, updated.timeNextVisible) > 0);
    await refused(404, "MessageNotFound", service.deleteMessage(name, messageId, popReceipt));
    await service.updateMessage(name, messageId, updated.popReceipt, 0, {});
    const again = await service.getMessage(name);
    assert.deepEqual([again.messageId, again.messageText, again.dequeueCount], [messageId, "second", 2]);
    await service.deleteMessage(name, messageId, again.popReceipt);
  });

  test("the receipt of a sent message updates and deletes it", async () => {
    const sent = await send("first");
    const { messageId, popReceipt } = sent;
    const updated = await service.updateMessage(name, messageId, popReceipt, 0, { messageText: "second" });
    assert.deepEqual(await peek(), ["second"]);
    await service.deleteMessage(name, messageId, updated.popReceipt);
    assert.deepEqual(await peek(), []);
  });

  test("clearing removes hidden messages too", async () => {
    await send("seen");
    await send("hidden", { visibilityTimeout: 60 });
    assert.equal(await count(), 2);
    await service.clearMessages(name);
    assert.equal(await count(), 0);
  });
});

const noSas = process.env.QUPRITE_SDK_SAS === "0" && "QUPRITE_SDK_SAS=0 leaves out shared access signatures";

describe("shared access signatures", { skip: noSas }, () => {
  beforeEach(() => service.createQueue(name));

  const queueToken = (AccessPolicy) => legacy.generateSharedAccessSignature(name, { AccessPolicy });
  const accountToken = (permissions, types) => azure.generateAccountSharedAccessSignature(account, key, {
    AccessPolicy: { Services: Services.QUEUE, ResourceTypes: types, Permissions: permissions, Expiry: inAnHour },
  });

  test("a token to send sends and receives nothing", async () => {
    const sender = holding(queueToken({ Permissions: "a", Expiry: inAnHour }));
    await sender.createMessage(name, "hello");
    await refused(403, "AuthorizationPermissionMismatch", sender.getMessages(name));
  });

  test("a token to process receives and deletes", async () => {
    await send("hello");
    const worker = holding(queueToken({ Permissions: "p", Expiry: inAnHour }));
    const received = await worker.getMessage(name);
    await worker.deleteMessage(name, received.messageId, received.popReceipt);
    await refused(403, "AuthorizationPermissionMismatch", worker.createMessage(name, "hello"));
  });

  test("a token by stored policy lives as long as the policy", async () => {
    await service.setQueueAcl(name, { sender: { Permissions: "a", Start: anHourAgo, Expiry: inAnHour } });
    const sender = holding(legacy.generateSharedAccessSignature(name, { Id: "sender" }));
    await sender.createMessage(name, "hello");
    await service.setQueueAcl(name, {});
    await refused(403, "AuthenticationFailed", sender.createMessage(name, "hello"));
  });

  test("a token that is over is refused", async () => {
    const late = holding(queueToken({ Permissions: "r", Expiry: anHourAgo }));
    await refused(403, "AuthenticationFailed", late.peekMessages(name));
  });

  test("an account token to send sends and receives nothing", async () => {
    const sender = holding(accountToken(Permissions.ADD, Resources.OBJECT));
    await sender.createMessage(name, "hello");
    await refused(403, "AuthorizationPermissionMismatch", sender.getMessages(name));
  });

  test("an account token reaches only its resource types", async () => {
    const reader = holding(accountToken(Permissions.READ + Permissions.LIST, Resources.SERVICE));
    const { entries } = await reader.listQueuesSegmentedWithPrefix(name, null);
    assert.deepEqual(entries.map((item) => item.name), [name]);
    await refused(403, "AuthorizationResourceTypeMismatch", reader.peekMessages(name));
  });
});
