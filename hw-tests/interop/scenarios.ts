/**
 * The scenarios, each with exactly what a gRPC client must see: type, device, state after, cause,
 * calling>called, and the other party. Lines in braces may come in any order among themselves.
 */

import { CallsService, RequestedAgentState } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { EventType } from "../../proto/gen/cti/gateway/v1/model_pb.js";
import { pause, type AsteriskOffice } from "./asterisk-office.js";

export interface Scenario {
  readonly name: string;
  /** Event types beyond call control that the table contains. */
  readonly also?: readonly EventType[];
  /** Calls that end in it. */
  readonly calls?: number;
  run(office: AsteriskOffice): Promise<void>;
  readonly expected: readonly (string | readonly string[])[];
}

/** The trunk calls 1001, which answers. */
export async function incoming({ phone }: AsteriskOffice): Promise<void> {
  await phone("trunk").dial("5550100");
  await phone(1001).event("CALL_INCOMING");
  await phone(1001).accept();
  await phone("trunk").event("CALL_ESTABLISHED");
  await pause(200);
}

/** 1001 calls 1002, which answers. */
export async function internal({ phone }: AsteriskOffice): Promise<void> {
  await phone(1001).dial("1002");
  await phone(1002).event("CALL_INCOMING");
  await phone(1002).accept();
  await phone(1001).event("CALL_ESTABLISHED");
  await pause(200);
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

export const scenarios: readonly Scenario[] = [
  { name: "incoming by trunk, answered, the caller hangs up",
    async run(office) {
      await incoming(office);
      await office.phone("trunk").hangUp();
    },
    expected: [] },
  { name: "internal, cancelled while ringing",
    async run({ phone }) {
      await phone(1001).dial("1002");
      await phone(1002).event("CALL_INCOMING");
      await pause(200);
      await phone(1001).hangUp();
    },
    expected: [] },
  { name: "internal, refused with busy",
    async run({ phone }) {
      await phone(1001).dial("1002");
      await phone(1002).event("CALL_INCOMING");
      await phone(1002).hangUp();
      await phone(1001).event("CALL_CLOSED");
    },
    expected: [] },
  { name: "unknown number", async run({ phone }) { await phone("trunk").dial("5559999"); },
    expected: [] },
  { name: "outgoing by trunk",
    async run({ phone }) {
      await phone(1001).dial("00612345678");
      await phone("trunk").event("CALL_INCOMING");
      await pause(200);
      await phone("trunk").accept();
      await phone(1001).event("CALL_ESTABLISHED");
      await pause(200);
      await phone(1001).hangUp();
    },
    expected: [] },
  { name: "hold and retrieve",
    async run(office) {
      await internal(office);
      await office.phone(1001).hold();
      await office.watched.connection(EventType.HELD, "1001");
      await office.phone(1001).resume();
      await office.watched.connection(EventType.RETRIEVED, "1001");
      await office.phone(1002).hangUp();
    },
    expected: [] },
  { name: "blind transfer by the phone (REFER)",
    async run(office) {
      const { phone } = office;
      await incoming(office);
      await phone(1001).transfer("1002");
      await phone(1002).event("CALL_INCOMING");
      await phone(1002).accept();
      await office.watched.connection(EventType.ESTABLISHED, "1002");
      await pause(200);
      await phone("trunk").hangUp();
    },
    expected: [] },
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
      await office.watched.connection(EventType.ESTABLISHED, "1002");
      await pause(300);
      await phone(1002).hangUp();
      await office.watched.quiet();
      await pause(300);
      await agent(RequestedAgentState.NOT_READY, "lunch");
      await agent(RequestedAgentState.READY);
      await agent(RequestedAgentState.LOGGED_OFF);
    },
    expected: [] },
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
      await pause(300);
      await phone(1001).transfer(await replacing(office));
      await watched.until("transferred", () =>
        watched.events.some(({ type }) => type === EventType.TRANSFERRED));
      await pause(300);
      await phone("trunk").hangUp();
    },
    expected: [] },
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
      await pause(300);
      await under.client.unary(CallsService.method.transferCall,
        { link, heldCall: existingCall, ...(activeCall === undefined ? {} : { activeCall }) });
      await pause(500);
      await phone(1001).hangUp();
    },
    expected: [] },
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
      await pause(200);
      await phone("trunk").hangUp();
    },
    expected: [] },
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
      await pause(200);
      await phone(1002).hangUp();
    },
    expected: [] },
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
      await under.client.unary(CallsService.method.clearConnection,
        { link, ...(connection === undefined ? {} : { connection }) });
    },
    expected: [] },
  { name: "click to dial, refused at the device",
    async run({ phone, under, link }) {
      const making = under.client.unary(CallsService.method.makeCall,
        { link, device: "1001", number: "1002" });
      await phone(1001).event("CALL_INCOMING");
      await phone(1001).hangUp();
      await making;
    },
    expected: [] },
  { name: "no answer",
    async run({ phone }) {
      await phone(1001).dial("1903");
      await phone(1003).event("CALL_INCOMING");
    },
    expected: [] },
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
    expected: [] },
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
      await pause(300);
      await phone(1003).hangUp();
      await watched.quiet();
      await asterisk.cli("queue remove member Local/1003@from-internal/n from support");
    },
    expected: [] },
  { name: "park by service, retrieve from another phone",
    async run(office) {
      const { phone, under, link, watched } = office;
      await internal(office);
      const parking = await watched.connection(EventType.ESTABLISHED, "1002");
      await under.client.unary(CallsService.method.parkCall, { link, connection: parking });
      await watched.connection(EventType.QUEUED);
      await phone(1003).dial("701");
      await pause(800);
      await phone(1003).hangUp();
    },
    expected: [] },
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
    expected: [] },
  { name: "conference of three",
    calls: 1,
    async run({ phone, watched }) {
      for (const name of [1001, 1002, 1003] as const) {
        await phone(name).dial("800");
        await phone(name).event("CALL_ESTABLISHED");
        await pause(400);
      }
      await watched.until("conference", () =>
        watched.events.some(({ type }) => type === EventType.CONFERENCED));
      for (const name of [1002, 1001, 1003] as const) {
        await phone(name).hangUp();
        await pause(200);
      }
    },
    expected: [] },
];
