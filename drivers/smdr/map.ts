/** Record lines → finished calls and events of the call model. Pure. */

import type { EventCause } from "../../firmware/model/causes.js";
import type { CallEvent, EventHeader, PartyRoles } from "../../firmware/model/events.js";
import {
  deviceId, type CallId, type DeviceId, type LinkId,
} from "../../firmware/model/identifiers.js";
import type { CompletedCall } from "../../firmware/model/records.js";
import type { CallLine } from "./formats/format.js";

export const driverName = "smdr";
/** Under which the session notes, in seconds, how far the PBX's clock seemed ahead. */
const driftField = "clockDriftSeconds";

/** Where and when a line was received, and its own time in UTC. */
export interface LineContext {
  readonly link: LinkId;
  readonly receivedAtMs: number;
  readonly occurredAtMs: number;
}

export function header(context: LineContext, cause: EventCause, line: CallLine): EventHeader {
  const more = Object.keys(line.privateFields).length > 0;
  return {
    link: context.link, cause, receivedAtMs: context.receivedAtMs,
    occurredAtMs: context.occurredAtMs,
    ...(more ? { privateData: { driver: driverName, fields: line.privateFields } } : {}),
  };
}

export function roles(line: CallLine, device: DeviceId): PartyRoles {
  const { callingNumber, calledNumber, trunk } = line;
  return {
    ...(callingNumber === undefined ? {} : { callingDevice: { device: deviceId(callingNumber) } }),
    calledDevice: { device: calledNumber === undefined ? device : deviceId(calledNumber) },
    ...(trunk === undefined ? {} : { networkInterface: deviceId(trunk) }),
  };
}

export function delivered(
  line: CallLine, context: LineContext, call: CallId, device: DeviceId,
): CallEvent {
  return { ...header(context, "newCall", line), type: "delivered", connection: { call, device },
    alertingDevice: { device }, ...roles(line, device) };
}

export function established(
  line: CallLine, context: LineContext, call: CallId, device: DeviceId,
): CallEvent {
  return { ...header(context, "normal", line), type: "established", connection: { call, device },
    answeringDevice: { device }, ...roles(line, device) };
}

/** A clock that prints the end of a call started earlier by all that the call took. */
export function startOf(line: CallLine, printedMs: number): number {
  return line.clock === "start" ? printedMs
    : printedMs - line.durationMs - (line.ringMs ?? 0);
}

export function endOf(line: CallLine, printedMs: number): number {
  return line.clock === "end" ? printedMs : printedMs + line.durationMs + (line.ringMs ?? 0);
}

export function completedCall(
  line: CallLine, link: LinkId, startedAtMs: number, more: Readonly<Record<string, string>>,
): CompletedCall {
  const { device, trunk, callingNumber, calledNumber, ringMs, accountCode, cost } = line;
  return {
    link, direction: line.direction,
    ...(device === undefined ? {} : { device: deviceId(device) }),
    ...(trunk === undefined ? {} : { trunk: deviceId(trunk) }),
    ...(callingNumber === undefined ? {} : { callingNumber }),
    ...(calledNumber === undefined ? {} : { calledNumber }),
    pbxTime: line.pbxTime, startedAtMs,
    ...(line.privateFields[driftField] === undefined ? {}
      : { pbxClockOffsetMs: Number(line.privateFields[driftField]) * 1_000 }),
    ...(ringMs === undefined ? {} : { ringMs }), durationMs: line.durationMs,
    answered: line.answered,
    ...(line.transferred === true ? { transferred: true } : {}),
    ...(accountCode === undefined ? {} : { accountCode }),
    ...(cost === undefined ? {} : { cost }),
    ...(line.reference === undefined ? {} : { pbxReference: line.reference }),
    privateFields: { ...line.privateFields, ...more },
  };
}

/** The parts of one call, in order of printing, as one line about the whole. */
export function joined(parts: readonly CallLine[]): CallLine | undefined {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined || parts.length === 1) return first;
  const devices = parts.map((part) => part.device)
    .filter((device): device is string => device !== undefined);
  const visited = devices.filter((device, index) => devices[index - 1] !== device);
  const answerer = parts.find((part) => part.answered && part.device !== undefined)?.device
    ?? first.device;
  return {
    // What the first part does not say, a later one may.
    ...parts.reduceRight((all, part) => ({ ...all, ...part })),
    ...(answerer === undefined ? {} : { device: answerer }),
    durationMs: parts.reduce((sum, part) => sum + part.durationMs, 0),
    answered: parts.some((part) => part.answered),
    ...(visited.length > 1 ? { transferred: true } : {}),
    continued: false,
    privateFields: { ...first.privateFields, parts: String(parts.length),
      devices: visited.join(" ") },
  };
}
