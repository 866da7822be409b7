/**
 * The scenarios, each with exactly what a gRPC client must see: type, device, state after, cause,
 * calling>called, and the other party. Lines in brackets may come in any order among themselves:
 * the versions clear the connections of a call in different orders.
 */

import assert from "node:assert/strict";
import { status, type ServiceError } from "@grpc/grpc-js";
import { CallsService, RequestedAgentState } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { AgentState, EventType } from "../../proto/gen/cti/gateway/v1/model_pb.js";
import type { AsteriskOffice } from "./asterisk-office.js";

export interface Scenario {
  readonly name: string;
  /** Event types beyond call control that the table contains. */
  readonly also?: readonly EventType[];
  run(office: AsteriskOffice): Promise<void>;
  readonly expected: readonly (string | readonly string[])[];
}

/** The trunk calls 1001, which answers. */
export async function incoming({ phone, watched, talking }: AsteriskOffice): Promise<void> {
  await phone("trunk").dial("5550100");
  await phone(1001).event("CALL_INCOMING");
  await phone(1001).accept();
  await phone("trunk").event("CALL_ESTABLISHED");
  await watched.connection(EventType.ESTABLISHED, "1001");
  await talking("trunk", 1001);
}

/** 1001 calls 1002, which answers. */
export async function internal({ phone, watched, talking }: AsteriskOffice): Promise<void> {
  await phone(1001).dial("1002");
  await phone(1002).event("CALL_INCOMING");
  await phone(1002).accept();
  await phone(1001).event("CALL_ESTABLISHED");
  await watched.connection(EventType.ESTABLISHED, "1002");
  await talking(1001, 1002);
}

/** What `transfer` must dial so that the newest call of 1001 takes the place of its oldest. */
async function replacing({ asterisk }: AsteriskOffice): Promise<string> {
  const channels = (await asterisk.cli("core show channels concise")).split("\n")
    .map((line) => line.split("!")[0] ?? "").filter((name) => name.startsWith("PJSIP/1001-"));
  const oldest = channels.sort()[0] ?? "";
  const fact = (name: string): Promise<string> => asterisk.get(oldest, `CHANNEL(pjsip,${name})`);
  const dialog = `${await fact("call-id")};to-tag=${await fact("local_tag")}`
    + `;from-tag=${await fact("remote_tag")}`;
  return `sip:x@127.0.0.1:${asterisk.sipPort}?Replaces=${encodeURIComponent(dialog)}`;
}

/** The agent's newest state. */
async function agentIs({ watched }: AsteriskOffice, type: EventType): Promise<void> {
  await watched.until(EventType[type], () => watched.events.findLast((event) =>
    event.agentState !== AgentState.UNSPECIFIED)?.type === type);
}

export const scenarios: readonly Scenario[] = [
  { name: "incoming by trunk, answered, the caller hangs up",
    async run(office) {
      await incoming(office);
      await office.phone("trunk").hangUp();
    },
    expected: [
      "originated trunk connected newCall 0612345678>5550100",
      "delivered 1001 alerting newCall 0612345678>5550100",
      "established 1001 connected newCall 0612345678>5550100",
      ["connectionCleared trunk null normalClearing",
        "connectionCleared 1001 null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "internal, cancelled while ringing",
    async run({ phone, watched }) {
      await phone(1001).dial("1002");
      await phone(1002).event("CALL_INCOMING");
      await watched.connection(EventType.DELIVERED, "1002");
      await phone(1001).hangUp();
    },
    expected: [
      "serviceInitiated 1001 initiated newCall",
      "originated 1001 connected newCall 1001>1002",
      "delivered 1002 alerting newCall 1001>1002",
      ["connectionCleared 1002 null callCancelled",
        "connectionCleared 1001 null normalClearing"],
      "callCleared null callCancelled",
    ] },
  { name: "internal, refused with busy",
    async run({ phone, watched }) {
      await phone(1001).dial("1002");
      await phone(1002).event("CALL_INCOMING");
      await watched.connection(EventType.DELIVERED, "1002");
      await phone(1002).hangUp();
      await phone(1001).event("CALL_CLOSED");
    },
    expected: [
      "serviceInitiated 1001 initiated newCall",
      "originated 1001 connected newCall 1001>1002",
      "delivered 1002 alerting newCall 1001>1002",
      "failed 1002 fail busy 1001>1002",
      ["connectionCleared 1002 null busy",
        "connectionCleared 1001 null busy"],
      "callCleared null busy",
    ] },
  { name: "unknown number", async run({ phone }) { await phone("trunk").dial("5559999"); },
    expected: [
      "originated trunk connected newCall 0612345678>5559999",
      "failed trunk fail numberUnallocated 0612345678>5559999",
      "connectionCleared trunk null numberUnallocated",
      "callCleared null numberUnallocated",
    ] },
  { name: "outgoing by trunk",
    async run({ phone, watched, talking }) {
      await phone(1001).dial("00612345678");
      await phone("trunk").event("CALL_INCOMING");
      await watched.connection(EventType.DELIVERED, "trunk");
      await phone("trunk").accept();
      await phone(1001).event("CALL_ESTABLISHED");
      await watched.connection(EventType.ESTABLISHED, "trunk");
      await talking(1001, "trunk");
      await phone(1001).hangUp();
    },
    expected: [
      "serviceInitiated 1001 initiated newCall",
      "originated 1001 connected newCall 1001>00612345678",
      "networkReached trunk connected newCall 1001>00612345678",
      "delivered trunk alerting networkSignal 1001>00612345678",
      "established trunk connected networkSignal 1001>00612345678",
      ["connectionCleared trunk null normalClearing",
        "connectionCleared 1001 null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "hold and retrieve",
    async run(office) {
      await internal(office);
      await office.phone(1001).hold();
      await office.watched.connection(EventType.HELD, "1001");
      await office.phone(1001).resume();
      await office.watched.connection(EventType.RETRIEVED, "1001");
      await office.phone(1002).hangUp();
    },
    expected: [
      "serviceInitiated 1001 initiated newCall",
      "originated 1001 connected newCall 1001>1002",
      "delivered 1002 alerting newCall 1001>1002",
      "established 1002 connected newCall 1001>1002",
      "held 1001 hold normal",
      "retrieved 1001 connected normal",
      ["connectionCleared 1002 null normalClearing",
        "connectionCleared 1001 null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "blind transfer by the phone (REFER)",
    async run(office) {
      const { phone } = office;
      await incoming(office);
      await phone(1001).transfer("1002");
      await phone(1002).event("CALL_INCOMING");
      await phone(1002).accept();
      await office.watched.connection(EventType.ESTABLISHED, "1002");
      await office.talking("trunk", 1002);
      await phone("trunk").hangUp();
    },
    expected: [
      "originated trunk connected newCall 0612345678>5550100",
      "delivered 1001 alerting newCall 0612345678>5550100",
      "established 1001 connected newCall 0612345678>5550100",
      "transferred 1001 null singleStepTransfer to 1002",
      "delivered 1002 alerting singleStepTransfer 0612345678>1002 by 1001",
      "established 1002 connected singleStepTransfer 0612345678>1002 by 1001",
      ["connectionCleared trunk null normalClearing",
        "connectionCleared 1002 null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "call in a queue, answered by an agent, pause",
    also: [EventType.AGENT_BUSY, EventType.AGENT_READY, EventType.AGENT_NOT_READY,
      EventType.AGENT_LOGGED_ON, EventType.AGENT_LOGGED_OFF],
    async run(office) {
      const { phone, under, link } = office;
      const agent = (state: RequestedAgentState, reason = "") =>
        under.client.unary(CallsService.method.setAgentState,
          { link, device: "1002", state, acdGroup: "support", reason });
      await agent(RequestedAgentState.LOGGED_ON);
      await phone("trunk").dial("5550600");
      await phone(1002).event("CALL_INCOMING");
      await phone(1002).accept();
      await agentIs(office, EventType.AGENT_BUSY);
      await office.talking("trunk", 1002);
      await phone(1002).hangUp();
      await office.watched.quiet();
      await agentIs(office, EventType.AGENT_READY);
      await agent(RequestedAgentState.NOT_READY, "lunch");
      await agent(RequestedAgentState.READY);
      await agent(RequestedAgentState.LOGGED_OFF);
    },
    expected: [
      "agentLoggedOn 1002 normal",
      "agentReady 1002 normal",
      "originated trunk connected newCall 0612345678>5550600",
      "queued support queued enteringDistribution 0612345678>5550600",
      "diverted support null distributed 0612345678>5550600 to 1002",
      "delivered 1002 alerting distributed 0612345678>5550600 by support",
      "established 1002 connected distributed 0612345678>5550600 by support",
      "agentBusy 1002 normal",
      ["connectionCleared 1002 null normalClearing",
        "connectionCleared trunk null normalClearing"],
      "agentReady 1002 normal",
      "callCleared null normalClearing",
      "agentNotReady 1002 normal lunch",
      "agentReady 1002 normal",
      "agentLoggedOff 1002 normal",
    ] },
  { name: "attended transfer by the phone (REFER with Replaces)",
    async run(office) {
      const { phone, watched } = office;
      await incoming(office);
      await phone(1001).hold();
      await watched.connection(EventType.HELD, "1001");
      await phone(1001).dial("1003");
      await phone(1003).event("CALL_INCOMING");
      await phone(1003).accept();
      await watched.connection(EventType.ESTABLISHED, "1003");
      await office.talking(1001, 1003);
      await phone(1001).transfer(await replacing(office));
      await watched.until("transferred", () =>
        watched.events.some(({ type }) => type === EventType.TRANSFERRED));
      await office.talking("trunk", 1003);
      await phone("trunk").hangUp();
    },
    expected: [
      "originated trunk connected newCall 0612345678>5550100",
      "delivered 1001 alerting newCall 0612345678>5550100",
      "established 1001 connected newCall 0612345678>5550100",
      "held 1001 hold normal",
      "serviceInitiated 1001 initiated consultation",
      "originated 1001 connected consultation 1001>1003",
      "delivered 1003 alerting consultation 1001>1003",
      "established 1003 connected consultation 1001>1003",
      "transferred 1001 null transfer to 1003",
      ["connectionCleared 1003 null normalClearing",
        "connectionCleared trunk null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "consultation and transfer by service",
    async run(office) {
      const { phone, watched, under, link } = office;
      await internal(office);
      const existingCall = await watched.connection(EventType.ESTABLISHED, "1002");
      const consulting = under.client.unary(CallsService.method.consultationCall,
        { link, existingCall, number: "1003" });
      await phone(1003).event("CALL_INCOMING");
      await phone(1003).accept();
      const { connection: activeCall } = await consulting;
      await watched.connection(EventType.ESTABLISHED, "1003");
      await office.talking(1002, 1003);
      await under.client.unary(CallsService.method.transferCall,
        { link, heldCall: existingCall, ...(activeCall === undefined ? {} : { activeCall }) });
      await office.talking(1001, 1003);
      await phone(1001).hangUp();
    },
    expected: [
      "serviceInitiated 1001 initiated newCall",
      "originated 1001 connected newCall 1001>1002",
      "delivered 1002 alerting newCall 1001>1002",
      "established 1002 connected newCall 1001>1002",
      "digitsGenerated 1002 unspecified normal digits *",
      "digitsGenerated 1002 unspecified normal digits 2",
      "held 1002 hold normal",
      "digitsGenerated 1002 unspecified normal digits 1",
      "digitsGenerated 1002 unspecified normal digits 0",
      "digitsGenerated 1002 unspecified normal digits 0",
      "digitsGenerated 1002 unspecified normal digits 3",
      "serviceInitiated 1002 initiated consultation",
      "originated 1002 connected consultation 1002>1003",
      "delivered 1003 alerting consultation 1002>1003",
      "established 1003 connected consultation 1002>1003",
      "transferred 1002 null transfer to 1003",
      ["connectionCleared 1001 null normalClearing",
        "connectionCleared 1003 null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "single-step transfer by service",
    async run(office) {
      const { phone, watched, under, link } = office;
      await incoming(office);
      const activeCall = await watched.connection(EventType.ESTABLISHED, "1001");
      const transferring = under.client.unary(CallsService.method.singleStepTransferCall,
        { link, activeCall, number: "1002" });
      await phone(1002).event("CALL_INCOMING");
      await phone(1002).accept();
      await transferring;
      await watched.connection(EventType.ESTABLISHED, "1002");
      await office.talking("trunk", 1002);
      await phone("trunk").hangUp();
    },
    expected: [
      "originated trunk connected newCall 0612345678>5550100",
      "delivered 1001 alerting newCall 0612345678>5550100",
      "established 1001 connected newCall 0612345678>5550100",
      "transferred 1001 null singleStepTransfer to 1002",
      "delivered 1002 alerting singleStepTransfer 0612345678>1002 by 1001",
      "established 1002 connected singleStepTransfer 0612345678>1002 by 1001",
      ["connectionCleared trunk null normalClearing",
        "connectionCleared 1002 null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "deflection of a ringing call by service",
    async run(office) {
      const { phone, watched, under, link } = office;
      await phone("trunk").dial("5550100");
      await phone(1001).event("CALL_INCOMING");
      const connection = await watched.connection(EventType.DELIVERED, "1001");
      const deflecting = under.client.unary(CallsService.method.deflectCall,
        { link, connection, number: "1002" });
      await phone(1002).event("CALL_INCOMING");
      await phone(1002).accept();
      await deflecting;
      await watched.connection(EventType.ESTABLISHED, "1002");
      await office.talking("trunk", 1002);
      await phone(1002).hangUp();
    },
    expected: [
      "originated trunk connected newCall 0612345678>5550100",
      "delivered 1001 alerting newCall 0612345678>5550100",
      "diverted 1001 null redirected 0612345678>5550100 to 1002",
      "delivered 1002 alerting redirected 0612345678>1002 by 1001",
      "established 1002 connected redirected 0612345678>1002 by 1001",
      ["connectionCleared 1002 null normalClearing",
        "connectionCleared trunk null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "click to dial, then hang up by service",
    async run(office) {
      const { phone, watched, under, link } = office;
      const making = under.client.unary(CallsService.method.makeCall,
        { link, device: "1001", number: "1002" });
      await phone(1001).event("CALL_INCOMING");
      await phone(1001).accept();
      const { connection } = await making;
      await phone(1002).event("CALL_INCOMING");
      await phone(1002).accept();
      await watched.connection(EventType.ESTABLISHED, "1002");
      await office.talking(1001, 1002);
      await under.client.unary(CallsService.method.clearConnection,
        { link, ...(connection === undefined ? {} : { connection }) });
    },
    expected: [
      "serviceInitiated 1001 initiated makeCall",
      "originated 1001 connected makeCall 1001>1002",
      "delivered 1002 alerting newCall 1001>1002",
      "established 1002 connected newCall 1001>1002",
      ["connectionCleared 1002 null normalClearing",
        "connectionCleared 1001 null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "click to dial, refused at the device",
    async run({ phone, under, link }) {
      const making = under.client.unary(CallsService.method.makeCall,
        { link, device: "1001", number: "1002" });
      await phone(1001).event("CALL_INCOMING");
      await phone(1001).hangUp();
      // The phone refuses before or after the answer is sent: the events say it either way.
      await making.catch((error: ServiceError) => {
        assert.equal(error.code, status.FAILED_PRECONDITION);
      });
    },
    expected: [
      "serviceInitiated 1001 initiated makeCall",
      "failed 1001 fail busy",
      "connectionCleared 1001 null busy",
      "callCleared null busy",
    ] },
  { name: "no answer",
    async run({ phone }) {
      await phone(1001).dial("1903");
      await phone(1003).event("CALL_INCOMING");
    },
    expected: [
      "serviceInitiated 1001 initiated newCall",
      "originated 1001 connected newCall 1001>1903",
      "delivered 1003 alerting newCall 1001>1903",
      ["connectionCleared 1003 null callNotAnswered",
        "connectionCleared 1001 null normalClearing"],
      "callCleared null callNotAnswered",
    ] },
  { name: "queue: no agent answers, then the caller gives up",
    async run(office) {
      const { phone, under, link, watched } = office;
      await under.client.unary(CallsService.method.setAgentState, { link, device: "1002",
        state: RequestedAgentState.LOGGED_ON, acdGroup: "support" });
      await phone("trunk").dial("5550600");
      await phone(1002).event("CALL_INCOMING");
      await watched.until("back in the queue", () =>
        watched.events.filter(({ type }) => type === EventType.QUEUED).length > 1, 15_000);
      await phone("trunk").hangUp();
      await watched.quiet();
      await under.client.unary(CallsService.method.setAgentState, { link, device: "1002",
        state: RequestedAgentState.LOGGED_OFF, acdGroup: "support" });
    },
    expected: [
      "originated trunk connected newCall 0612345678>5550600",
      "queued support queued enteringDistribution 0612345678>5550600",
      "diverted support null distributed 0612345678>5550600 to 1002",
      "delivered 1002 alerting distributed 0612345678>5550600 by support",
      "connectionCleared 1002 null callNotAnswered",
      "queued support queued callNotAnswered 0612345678>5550600 by support",
      ["connectionCleared support null callCancelled",
        "connectionCleared trunk null normalClearing"],
      "callCleared null callCancelled",
    ] },
  { name: "queue: the agent is a Local channel",
    async run(office) {
      const { phone, asterisk, watched } = office;
      await asterisk.cli(
        "queue add member Local/1003@from-internal/n to support penalty 0 as Berta"
        + " state_interface PJSIP/1003");
      await phone("trunk").dial("5550600");
      await phone(1003).event("CALL_INCOMING");
      await phone(1003).accept();
      await watched.connection(EventType.ESTABLISHED, "1003");
      await office.talking("trunk", 1003);
      await phone(1003).hangUp();
      await watched.quiet();
      await asterisk.cli("queue remove member Local/1003@from-internal/n from support");
    },
    expected: [
      "originated trunk connected newCall 0612345678>5550600",
      "queued support queued enteringDistribution 0612345678>5550600",
      "diverted support null distributed 0612345678>5550600 to 1003",
      "delivered 1003 alerting distributed 0612345678>5550600 by support",
      "established 1003 connected distributed 0612345678>5550600 by support",
      ["connectionCleared 1003 null normalClearing",
        "connectionCleared trunk null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "park by service, retrieve from another phone",
    async run(office) {
      const { phone, under, link, watched } = office;
      await internal(office);
      const parking = await watched.connection(EventType.ESTABLISHED, "1002");
      await under.client.unary(CallsService.method.parkCall, { link, connection: parking });
      await watched.connection(EventType.QUEUED);
      await watched.connection(EventType.CONNECTION_CLEARED, "1002");
      await phone(1003).dial("701");
      await watched.connection(EventType.ESTABLISHED, "1003");
      await office.talking(1001, 1003);
      await phone(1003).hangUp();
    },
    expected: [
      "serviceInitiated 1001 initiated newCall",
      "originated 1001 connected newCall 1001>1002",
      "delivered 1002 alerting newCall 1001>1002",
      "established 1002 connected newCall 1001>1002",
      "queued 701 queued park 1001>1002",
      "connectionCleared 1002 null normalClearing",
      "serviceInitiated 1003 initiated newCall",
      "originated 1003 connected newCall 1003>701",
      "diverted 701 null park 1001>1002 to 1003 by 1002",
      "connectionCleared 1003 null park",
      "callCleared null park",
      "established 1003 connected park 1001>1002",
      ["connectionCleared 1003 null normalClearing",
        "connectionCleared 1001 null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "digits from the phone and by service",
    async run(office) {
      const { phone, under, link, watched } = office;
      await internal(office);
      await phone(1001).digits("5");
      await watched.connection(EventType.DIGITS_GENERATED, "1001");
      const connection = await watched.connection(EventType.ESTABLISHED, "1002");
      await under.client.unary(CallsService.method.generateDigits,
        { link, connection, digits: "42" });
      await phone(1002).event("CALL_DTMF_START");
      await phone(1001).hangUp();
    },
    expected: [
      "serviceInitiated 1001 initiated newCall",
      "originated 1001 connected newCall 1001>1002",
      "delivered 1002 alerting newCall 1001>1002",
      "established 1002 connected newCall 1001>1002",
      "digitsGenerated 1001 unspecified normal digits 5",
      ["connectionCleared 1001 null normalClearing",
        "connectionCleared 1002 null normalClearing"],
      "callCleared null normalClearing",
    ] },
  { name: "conference of three",
    async run({ phone, watched, inBridge }) {
      for (const [others, name] of ([1001, 1002, 1003] as const).entries()) {
        await phone(name).dial("800");
        await inBridge(others + 1, name);
        await watched.until("conference", () =>
          watched.events.filter(({ type }) => type === EventType.CONFERENCED).length === others);
      }
      for (const name of [1002, 1001, 1003] as const) {
        await phone(name).hangUp();
        await watched.connection(EventType.CONNECTION_CLEARED, String(name));
      }
    },
    expected: [
      "serviceInitiated 1001 initiated newCall",
      "originated 1001 connected newCall 1001>800",
      "serviceInitiated 1002 initiated newCall",
      "originated 1002 connected newCall 1002>800",
      "conferenced 1001 connected conference to 1002",
      "serviceInitiated 1003 initiated newCall",
      "originated 1003 connected newCall 1003>800",
      "conferenced 1001 connected conference to 1003",
      ["connectionCleared 1002 null normalClearing",
        "connectionCleared 1001 null normalClearing",
        "connectionCleared 1003 null normalClearing"],
      "callCleared null normalClearing",
    ] },
];
