/** A thread of its own that plays a PBX of CSTA phase III: monitors, snapshots, calls. */

import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { CstaDevice, CstaEvent, CstaMessage } from "../../firmware/wire/csta/message.js";
import {
  benchCodec, callerOf, cstaEventsPerCall, cstaEventsPerStep, cstaStepsPerCall, firstDevice,
  type CstaOrder, type CstaSenderPlan,
} from "./csta-load.js";
import { nowMs } from "./figures.js";

const plan = workerData as CstaSenderPlan;
const { notes: { sentAt, answered, counts } } = plan;
const enum Counted { calls, events, monitors, snapshots, lost }
/** Calls between one step of a call and its next, at a constant rate. */
const lag = 50;
const answerMs = 1;

const number = (text: string): CstaDevice => ({ kind: "dialingNumber", text });
const codec = benchCodec();
let socket: Socket | undefined;
let timer: NodeJS.Timeout | undefined;
let underWay = 0;
let calls = 0;

function count(what: Counted, more = 1): void {
  counts[what] = (counts[what] ?? 0) + more;
}

function send(message: CstaMessage): void {
  const bytes = codec.encode(message);
  assert(bytes !== undefined, message.kind);
  socket?.write(bytes);
}

const deviceOf = (call: number): string => String(firstDevice + call % plan.devices);

function eventsOf(call: number, step: number): readonly CstaEvent[] {
  const callID = (call % 0x1_0000).toString(16).padStart(4, "0");
  const device = number(deviceOf(call));
  const caller = number(callerOf(call));
  const at = { callID, deviceID: device };
  const roles = { callingDevice: caller, calledDevice: device,
    lastRedirectionDevice: "notKnown" as const };
  switch (step) {
    case 0: return [{ type: "delivered", connection: at, alertingDevice: device, ...roles,
      localConnectionInfo: "alerting", cause: "newCall" }];
    case 1: return [{ type: "established", establishedConnection: at, answeringDevice: device,
      ...roles, localConnectionInfo: "connected", cause: "newCall" }];
    default: return [caller, device].map((releasing): CstaEvent => ({ type: "connectionCleared",
      droppedConnection: { callID, deviceID: releasing }, releasingDevice: releasing,
      localConnectionInfo: releasing === device ? "null" : "connected",
      cause: "normalClearing" }));
  }
}

/** The octets of a step; its moment is noted by who writes them. */
function stepBytes(call: number, step: number): Buffer {
  const monitorCrossRefID = (call % plan.devices).toString(16).padStart(4, "0");
  count(Counted.events, cstaEventsPerStep[step]);
  return Buffer.concat(eventsOf(call, step).map((event) =>
    codec.encode({ kind: "event", monitorCrossRefID, event }) ?? Buffer.alloc(0)));
}

function write(due: readonly (readonly [call: number, step: number])[]): void {
  if (due.length === 0) return;
  const bytes = Buffer.concat(due.map(([call, step]) => stepBytes(call, step)));
  const now = nowMs();
  for (const [call, step] of due) sentAt[call * cstaStepsPerCall + step] = now;
  socket?.write(bytes);
}

function atRate(eventsPerSecond: number): void {
  const slotsPerMs = eventsPerSecond / 1_000 * cstaStepsPerCall / cstaEventsPerCall;
  const startMs = nowMs();
  const first = calls;
  let slot = 0;
  const turn = (): void => {
    const due: [number, number][] = [];
    for (const until = Math.floor((nowMs() - startMs) * slotsPerMs); slot < until; slot += 1) {
      const step = slot % cstaStepsPerCall;
      const call = Math.floor(slot / cstaStepsPerCall) - step * lag;
      if (call < 0) continue;
      due.push([first + call, step]);
      if (step === 0) calls += 1;
    }
    write(due);
    timer = setTimeout(turn, 1);
  };
  turn();
}

function inWindow(window: number, applications: number): void {
  const first = calls;
  const before = answered.slice(0, applications);
  const turn = (): void => {
    let slowest = Infinity;
    for (let n = 0; n < applications; n += 1) {
      slowest = Math.min(slowest, (answered[n] ?? 0) - (before[n] ?? 0));
    }
    const due: [number, number][] = [];
    for (; calls - first < slowest + window; calls += 1) {
      due.push([calls, 0], [calls, 1], [calls, 2]);
      count(Counted.calls);
    }
    write(due);
    timer = setTimeout(turn, due.length === 0 ? 1 : 0);
  };
  turn();
}

function startMonitor(
  from: Socket, invokeID: number, device: string,
): void {
  underWay += 1;
  if (plan.monitorsAtOnceMax === undefined) answer();
  else if (underWay > plan.monitorsAtOnceMax) from.destroy();
  else setTimeout(answer, answerMs);
  function answer(): void {
    underWay -= 1;
    if (from.destroyed) return;
    count(Counted.monitors);
    send({ kind: "result", invokeID, service: "MonitorStart", result: { monitorCrossRefID:
      (Number(device) - firstDevice).toString(16).padStart(4, "0") } });
  }
}

function hear(from: Socket, message: CstaMessage): void {
  if (message.kind === "associate") {
    send({ kind: "associated", version: message.versions[0] ?? "4" });
    send({ kind: "invoke", invokeID: 1, service: "SystemStatus",
      argument: { systemStatus: "normal" } });
  }
  if (message.kind !== "invoke") return;
  const { invokeID } = message;
  switch (message.service) {
    case "MonitorStart": {
      const { monitorObject } = message.argument;
      startMonitor(from, invokeID,
        "deviceObject" in monitorObject ? monitorObject.deviceObject.text : "");
      return;
    }
    case "SnapshotDevice":
      count(Counted.snapshots);
      send({ kind: "result", invokeID, service: "SnapshotDevice", result: { snapshotData: [] } });
      return;
    case "SystemStatus": case "MonitorStop":
      send({ kind: "result", invokeID, service: message.service, result: {} });
      return;
    case "RequestSystemStatus":
      send({ kind: "result", invokeID, service: "RequestSystemStatus",
        result: { systemStatus: "normal" } });
      return;
    default:
      send({ kind: "error", invokeID,
        error: { category: "operation", value: "serviceNotSupported" } });
  }
}

const server = createServer((accepted) => {
  socket = accepted;
  underWay = 0;
  accepted.setNoDelay(true);
  const decoder = codec.decoder();
  accepted.on("error", () => undefined);
  accepted.on("close", () => { count(Counted.lost); });
  accepted.on("data", (chunk) => {
    for (const decoded of decoder.push(chunk)) {
      if (decoded.kind === "message") hear(accepted, decoded.message);
    }
  });
});

const port = parentPort;
assert(port !== null, "this file is a worker");
port.on("message", (order: CstaOrder) => {
  clearTimeout(timer);
  switch (order.order) {
    case "rate": atRate(order.eventsPerSecond); break;
    case "window": inWindow(order.calls, order.applications); break;
    case "pause": break;
    case "close":
      socket?.destroy();
      server.close();
      port.close();
  }
});
server.listen(0, "127.0.0.1", () => {
  port.postMessage({ port: (server.address() as AddressInfo).port });
});
