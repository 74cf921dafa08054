// Shared access signatures by @azure/storage-queue's own generators: reads what is wanted, prints tokens, as JSON.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const azure = createRequire(`${process.env.QUPRITE_SDK_MODULES}/`)("@azure/storage-queue");
const wanted = JSON.parse(readFileSync(0, "utf8"));
const credential = new azure.StorageSharedKeyCredential(wanted.account, wanted.key);

const date = (text) => text && new Date(text);

function range(addresses) {
  const [start, end] = addresses.split("-");
  return { start, end };
}

function token(want) {
  const terms = {
    startsOn: date(want.start), expiresOn: date(want.expiry), protocol: want.protocol,
    ipRange: want.ip && range(want.ip),
  };
  if (want.kind === "account") {
    return azure.generateAccountSASQueryParameters({
      ...terms, services: azure.AccountSASServices.parse(want.services).toString(),
      resourceTypes: azure.AccountSASResourceTypes.parse(want.types).toString(),
      permissions: azure.AccountSASPermissions.parse(want.letters),
    }, credential);
  }
  const powers = want.kind === "policy"
    ? { identifier: want.policy }
    : { permissions: azure.QueueSASPermissions.parse(want.letters) };
  return azure.generateQueueSASQueryParameters({ ...terms, ...powers, queueName: want.queue }, credential);
}

console.log(JSON.stringify(wanted.tokens.map((want) => token(want).toString())));
