// One request over HTTPS with whatever Node was told in its environment; prints "in", or why it stays out.

import { createRequire } from "node:module";

const { QueueServiceClient } = createRequire(`${process.env.QUPRITE_SDK_MODULES}/`)("@azure/storage-queue");
const service = QueueServiceClient.fromConnectionString(process.argv[2], { retryOptions: { maxTries: 1 } });
console.log(await service.getProperties().then(() => "in", (error) => error.code ?? error.message));
