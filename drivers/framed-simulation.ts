/**
 * PBXs that wrap their call records into frames (`smdr/FRAMINGS.md`), on real lines: each record is
 * of a call that ends now. What is not acknowledged waits and comes again.
 */

import { shownAt } from "../firmware/base/local-time.js";
import { ok, type Result } from "../firmware/base/result.js";
import type { World } from "../firmware/base/world.js";
import { everySoOften, lineFaults, minuteMs, onLine, playFault, type FarEndPlan }
  from "./simulated-line.js";
import { smdrCall, type PrintedCall, type Simulation } from "./simulation.js";
import { lineOf, smdrCodec } from "./smdr/codec.js";
import { formatOf } from "./smdr/formats/index.js";
import { createNecPolledPeer, createNecTcpPeer, createOxePeer, createRspPeer, createUnaskedPeer,
  type FramedPeer, type FramedPeerPlan } from "./smdr/framed-peers.js";
import type { Fields } from "./smdr/layout.js";

export const framedKinds =
  ["avaya-rsp", "nec-free", "nec-polled", "nec-tcp", "isdx", "oxe-tcp"] as const;
export type FramedKind = typeof framedKinds[number];

export interface FramedSimulationPlan extends FarEndPlan {
  readonly framing: FramedKind;
}

export interface FramedSimulation extends Simulation {
  readonly peer: FramedPeer;
}

/** What the PBX's clock shows, where the gateway's default is. */
const zone = "Europe/Paris";
const stations = 20;
const isdxOctets = 22;

const peers: Readonly<Record<FramedKind, (plan: FramedPeerPlan) => FramedPeer>> = {
  "avaya-rsp": createRspPeer,
  "nec-free": (plan) => createUnaskedPeer(plan, "nec"),
  "nec-polled": createNecPolledPeer,
  "nec-tcp": createNecTcpPeer,
  "isdx": (plan) => createUnaskedPeer(plan, "isdx"),
  "oxe-tcp": createOxePeer,
};

export async function simulateFramed(
  plan: FramedSimulationPlan,
): Promise<Result<FramedSimulation>> {
  const made = await onLine(plan, (world, send) => {
    const peer = peers[plan.framing]({ world, send });
    return Object.assign(peer, { stop: () => { peer.close(); } });
  });
  if (!made.ok) return made;
  const { world, line, peer, stop } = made.value;
  if ("file" in plan.line) peer.connected();
  let errorMs = 0;
  const now = (backMs = 0): Shown =>
    shownAt(world.clock.wall().getTime() + errorMs - backMs, zone);
  let dated = "";
  const print = (call: PrintedCall): void => {
    const at = now();
    if (plan.framing === "avaya-rsp" && dated !== dayOf(at)) {
      dated = dayOf(at);
      peer.print(cmRecord("date", { monthDay: dated }));
    }
    peer.print(recordOf(plan.framing, call, at, now(call.talkMs)));
  };
  const finish = (call: PrintedCall): void => {
    world.clock.after(call.ringMs + call.talkMs, "simulation.call", () => { print(call); });
  };
  return ok({ stop, peer,
    description: `call records (${plan.framing}) on ${line.description}`,
    call: (call) => { finish(smdrCall(call)); },
    fault: (fault) => {
      playFault(world, fault, {
        ...lineFaults(world, line, () => { peer.connected(); }),
        truncate: () => { peer.damage(1); },
        miss: (count) => { peer.lose(count); },
        clock: (ms) => { errorMs = ms; },
      });
    },
    traffic: everySoOften(world, () => { print(someCall(world)); }) });
}

type Shown = ReturnType<typeof shownAt>;

const two = (value: number): string => String(value).padStart(2, "0");
const dayOf = (at: Shown): string => two(at.month) + two(at.day);

function someCall({ random }: World): PrintedCall {
  return { device: String(2_101 + random.integer(stations)), trunk: two(1 + random.integer(16)),
    number: `01${String(10_000_000 + random.integer(89_999_999))}`,
    direction: random.integer(10) < 6 ? "incoming" : "outgoing",
    ringMs: 2_000 + random.integer(20_000), talkMs: 6_000 + random.integer(5 * minuteMs) };
}

function recordOf(
  framing: FramedKind, call: PrintedCall, end: Shown, start: Shown,
): Uint8Array {
  switch (framing) {
    case "avaya-rsp": return cmCall(call, end);
    case "isdx": return isdxRecord(call, end);
    case "oxe-tcp": return oxeTicket(call, end, start);
    default: return necRecord(call, end, start);
  }
}

function written(format: string, layout: string, fields: Fields): Buffer {
  const found = formatOf(format);
  const settings = { dateOrder: "mdy" } as const;
  const line = lineOf(found, settings, layout, fields);
  if (typeof line === "string") throw new Error(`the peer cannot print that: ${line}`);
  return Buffer.from(smdrCodec(found, settings).encode(line));
}

/** Each record of Communication Manager ends with CR, LF and three NUL. */
function cmRecord(layout: string, fields: Fields): Buffer {
  return Buffer.concat([written("avaya-cm", layout, fields), Buffer.alloc(3)]);
}

function cmCall(call: PrintedCall, end: Shown): Buffer {
  const tenths = Math.round(call.talkMs / (minuteMs / 10));
  const minutes = Math.floor(tenths / 10);
  const incoming = call.direction === "incoming";
  const circuit = call.trunk.padStart(3, "0");
  return cmRecord("printer", { time: two(end.hour) + two(end.minute),
    duration: `${Math.floor(minutes / 60)}${two(minutes % 60)}${tenths % 10}`,
    condition: call.talkMs === 0 ? incoming ? "H" : "E" : incoming ? "9" : "7",
    accessUsed: "801", dialled: incoming ? call.device : call.number,
    calling: incoming ? call.number.slice(-5) : call.device,
    ...(incoming ? { inCircuit: circuit } : { outCircuit: circuit }), featureFlag: "0" });
}

/** Its first column is STX on the line. */
function necRecord(call: PrintedCall, end: Shown, start: Shown): Buffer {
  const stamp = (at: Shown): string => dayOf(at) + two(at.hour) + two(at.minute) + two(at.second);
  const incoming = call.direction === "incoming";
  const text = written("nec-neax", incoming ? "KE" : "KA", { head: "\u00020!",
    type: incoming ? "KE" : "KA", route: "001", trunk: call.trunk.padStart(3, "0"),
    callerKind: incoming ? "2" : "0", tenant: "01", station: call.device,
    start: stamp(start), end: stamp(end), conditions: "000",
    dialled: incoming ? call.device : call.number,
    ...(incoming ? { caller: call.number } : {}),
    startYear: two(start.year % 100), endYear: two(end.year % 100) });
  return Buffer.from(text.toString("latin1").slice(1).trimEnd(), "latin1");
}

function oxeTicket(call: PrintedCall, end: Shown, start: Shown): Buffer {
  const stamp = (at: Shown): string => `${at.year}${dayOf(at)} ${
    [at.hour, at.minute, at.second].map(two).join(":")}`;
  const incoming = call.direction === "incoming";
  const seconds = String(Math.round(call.talkMs / 1_000));
  const called = incoming ? call.device : call.number;
  const text = written("alcatel-oxe", "ED5.2", { version: "ED5.2", calledNumber: called,
    chargedNumber: call.device, callingNumber: incoming ? call.number : call.device,
    callType: incoming ? "4" : "0", costType: "0", end: stamp(end), units: "0", cost: "0",
    duration: seconds, trunk: call.trunk, trunkGroup: "1", initialNumber: called,
    waiting: String(Math.round(call.ringMs / 1_000)), effectiveDuration: seconds, redirected: "0",
    start: stamp(start), nodeTimeOffset: "0", timeDelta: "0" });
  return Buffer.from(text.toString("latin1").trimEnd(), "latin1");
}

/** No public source describes the fields: the digits are time, device and number, packed. */
function isdxRecord(call: PrintedCall, end: Shown): Buffer {
  const digits = [dayOf(end), two(end.hour), two(end.minute), call.device.padStart(8, "0"),
    call.number.padStart(16, "0"), String(Math.round(call.talkMs / 1_000)).padStart(8, "0")];
  return Buffer.from(`eeff${digits.join("")}`.padEnd(2 * isdxOctets, "0"), "hex");
}
