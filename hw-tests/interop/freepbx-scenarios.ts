/** Scenarios on a dialplan with FreePBX's habits; the rows are those of `scenarios.ts`. */

import { EventType } from "../../proto/gen/cti/gateway/v1/model_pb.js";
import type { Scenario } from "./scenarios.js";

export const freepbxScenarios: readonly Scenario[] = [
  { name: "FreePBX-like: direct inward dialling through the subroutines",
    async run({ phone, watched, talking }) {
      await phone("trunk").dial("5551001");
      await phone(1001).event("CALL_INCOMING");
      await phone(1001).accept();
      await watched.connection(EventType.ESTABLISHED, "1001");
      await talking("trunk", 1001);
      await phone("trunk").hangUp();
    },
    expected: [
      "originated trunk connected newCall 0612345678>5551001",
      "delivered 1001 alerting newCall 0612345678>5551001",
      "established 1001 connected newCall 0612345678>5551001",
      ["connectionCleared trunk null normalClearing",
        "connectionCleared 1001 null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "FreePBX-like: a ring group of Local channels, one answers",
    async run({ phone, watched, talking }) {
      await phone("trunk").dial("5550620");
      await phone(1001).event("CALL_INCOMING");
      await phone(1002).event("CALL_INCOMING");
      await watched.connection(EventType.DELIVERED, "1001");
      await watched.connection(EventType.DELIVERED, "1002");
      await phone(1002).accept();
      await watched.connection(EventType.ESTABLISHED, "1002");
      await watched.connection(EventType.CONNECTION_CLEARED, "1001");
      await talking("trunk", 1002);
      await phone("trunk").hangUp();
    },
    expected: [
      "originated trunk connected newCall 0612345678>5550620",
      ["delivered 1001 alerting newCall 0612345678>5550620",
        "delivered 1002 alerting newCall 0612345678>5550620"],
      "established 1002 connected newCall 0612345678>5550620",
      "connectionCleared 1001 null multipleAlerting",
      ["connectionCleared trunk null normalClearing",
        "connectionCleared 1002 null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "FreePBX-like: a queue whose agent is a Local channel with a hint",
    async run({ phone, watched, asterisk, talking }) {
      await asterisk.cli("queue add member Local/1002@from-queue/n to 640 penalty 0 as Berta"
        + " state_interface hint:1002@ext-local");
      await phone("trunk").dial("5550640");
      await phone(1002).event("CALL_INCOMING");
      await phone(1002).accept();
      await watched.connection(EventType.ESTABLISHED, "1002");
      await talking("trunk", 1002);
      await phone(1002).hangUp();
      await watched.quiet();
      await asterisk.cli("queue remove member Local/1002@from-queue/n from 640");
    },
    expected: [
      "originated trunk connected newCall 0612345678>5550640",
      "queued 640 queued enteringDistribution 0612345678>5550640",
      "diverted 640 null distributed 0612345678>5550640 to 1002",
      "delivered 1002 alerting distributed 0612345678>5550640 by 640",
      "established 1002 connected distributed 0612345678>5550640 by 640",
      ["connectionCleared 1002 null normalClearing",
        "connectionCleared trunk null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "FreePBX-like: a ring group, the caller gives up",
    async run({ phone, watched }) {
      await phone("trunk").dial("5550620");
      await watched.connection(EventType.DELIVERED, "1001");
      await watched.connection(EventType.DELIVERED, "1002");
      await phone("trunk").hangUp();
    },
    expected: [
      "originated trunk connected newCall 0612345678>5550620",
      ["delivered 1001 alerting newCall 0612345678>5550620",
        "delivered 1002 alerting newCall 0612345678>5550620"],
      ["connectionCleared trunk null normalClearing",
        "connectionCleared 1001 null callCancelled",
        "connectionCleared 1002 null callCancelled"],
      "callCleared null callCancelled",
    ] },
  { name: "FreePBX-like: the queue's Local channel is not answered, then the caller gives up",
    async run({ phone, watched, asterisk }) {
      await asterisk.cli("queue add member Local/1002@from-queue/n to 640 penalty 0 as Berta"
        + " state_interface hint:1002@ext-local");
      await phone("trunk").dial("5550640");
      await phone(1002).event("CALL_INCOMING");
      await watched.until("back in the queue", () =>
        watched.events.filter(({ type }) => type === EventType.QUEUED).length > 1, 15_000);
      await phone("trunk").hangUp();
      await watched.quiet();
      await asterisk.cli("queue remove member Local/1002@from-queue/n from 640");
    },
    expected: [
      "originated trunk connected newCall 0612345678>5550640",
      "queued 640 queued enteringDistribution 0612345678>5550640",
      "diverted 640 null distributed 0612345678>5550640 to 1002",
      "delivered 1002 alerting distributed 0612345678>5550640 by 640",
      "connectionCleared 1002 null callNotAnswered",
      "queued 640 queued callNotAnswered 0612345678>5550640 by 640",
      ["connectionCleared 640 null callCancelled",
        "connectionCleared trunk null normalClearing"],
      "callCleared null callCancelled",
    ] },
  { name: "FreePBX-like: do not disturb by *78, a call meanwhile, and off by *79",
    async run({ phone, watched }) {
      await phone(1001).dial("*78");
      await watched.quiet();
      await phone("trunk").dial("5551001");
      await watched.quiet(2);
      await phone(1001).dial("*79");
    },
    expected: [
      "serviceInitiated 1001 initiated newCall",
      "originated 1001 connected newCall 1001>*78",
      "doNotDisturb 1001 normal on",
      "connectionCleared 1001 null normalClearing",
      "callCleared null normalClearing",
      "originated trunk connected newCall 0612345678>5551001",
      "failed trunk fail busy 0612345678>5551001",
      "connectionCleared trunk null busy",
      "callCleared null busy",
      "serviceInitiated 1001 initiated newCall",
      "originated 1001 connected newCall 1001>*79",
      "doNotDisturb 1001 normal off",
      "connectionCleared 1001 null normalClearing",
      "callCleared null normalClearing",
    ] },
];
