/** What is known of a caller → events of the call model and finished calls. Pure. */

import type { EventCause } from "../../firmware/model/causes.js";
import type { CallEvent, EventHeader, PartyRoles } from "../../firmware/model/events.js";
import {
  deviceId, type CallId, type DeviceId, type LinkId, type Party,
} from "../../firmware/model/identifiers.js";
import type { CompletedCall } from "../../firmware/model/records.js";
import type { CallerFacts, NetworkTime } from "../../firmware/wire/caller-id.js";

export const driverName = "caller-id";

/** A caller as box and network tell of him. */
export interface Caller extends CallerFacts {
  /** Words that the model has no place for. */
  readonly more?: Readonly<Record<string, string>>;
}

/** The line and where its calls go. */
export interface LinePlace {
  readonly link: LinkId;
  readonly device: DeviceId;
  /** Which line of a box with several. */
  readonly trunk?: DeviceId;
}

export interface Moment {
  readonly receivedAtMs: number;
  /** Milliseconds since 1970 UTC of the network's or box's own time, where it told one. */
  readonly occurredAtMs?: number;
}

export function together(before: Caller, news: Caller): Caller {
  return { ...before, ...news, more: { ...before.more, ...news.more } };
}

/** Whether it says who calls, or that this is not told. */
export function identifies(caller: Caller): boolean {
  const { number, numberAbsence, name, nameAbsence } = caller;
  return [number, numberAbsence, name, nameAbsence].some((each) => each !== undefined);
}

/** Digits without the separators that boxes print for the eye. */
export function dialable(number: string): string | undefined {
  const digits = number.replace(/[\s().-]/g, "");
  return digits === "" ? undefined : digits;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

export function timeText({ month, day, hour, minute }: NetworkTime): string {
  return `${two(month)}/${two(day)} ${two(hour)}:${two(minute)}`;
}

const absences = { private: "private", outOfArea: "out of area" } as const;

export function privateFields(caller: Caller): Readonly<Record<string, string>> {
  const { number, numberAbsence, name, nameAbsence, time, dialled, callType } = caller;
  const { networkMessages, others, more } = caller;
  return {
    ...(numberAbsence === undefined ? {} : { numberAbsence: absences[numberAbsence] }),
    ...(nameAbsence === undefined ? {} : { nameAbsence: absences[nameAbsence] }),
    ...(number === undefined && name !== undefined ? { name } : {}),
    ...(time === undefined ? {} : { networkTime: timeText(time) }),
    ...(dialled === undefined ? {} : { dialled }),
    ...(callType === undefined ? {} : { callType: String(callType) }),
    ...(networkMessages === undefined ? {} : { networkMessages: String(networkMessages) }),
    ...(others === undefined ? {} : { otherParameters: others }),
    ...more,
  };
}

export function header(
  { link }: LinePlace, moment: Moment, cause: EventCause, caller: Caller,
): EventHeader {
  const fields = privateFields(caller);
  return {
    link, cause, ...moment,
    ...(Object.keys(fields).length > 0 ? { privateData: { driver: driverName, fields } } : {}),
  };
}

/** The party outside; nobody where number is private, out of area or not told. */
export function outsideParty({ number, name }: Caller): Party | undefined {
  const digits = number === undefined ? undefined : dialable(number);
  if (digits === undefined) return undefined;
  return { device: deviceId(digits), ...(name === undefined ? {} : { name }) };
}

export function incomingRoles(place: LinePlace, caller: Caller): PartyRoles {
  const party = outsideParty(caller);
  return {
    ...(party === undefined ? {} : { callingDevice: party }),
    calledDevice: { device: place.device },
    ...(place.trunk === undefined ? {} : { networkInterface: place.trunk }),
  };
}

export function originated(
  place: LinePlace, moment: Moment, call: CallId, caller: Caller,
): CallEvent {
  const party = outsideParty(caller);
  const { device, trunk } = place;
  return { ...header(place, moment, "newCall", caller), type: "originated",
    connection: { call, device }, callingDevice: { device },
    ...(party === undefined ? {} : { calledDevice: party }),
    ...(trunk === undefined ? {} : { networkInterface: trunk }) };
}

/** The connection and the call end together: the port knows one connection of each call. */
export function cleared(
  place: LinePlace, moment: Moment, cause: EventCause, call: CallId,
): readonly CallEvent[] {
  const { link, device } = place;
  return [
    { link, cause, ...moment, type: "connectionCleared", connection: { call, device },
      releasingDevice: { device } },
    { link, cause, ...moment, type: "callCleared", call },
  ];
}

/** A call that is over, as far as the port can tell. */
export interface FinishedCall {
  readonly direction: "incoming" | "outgoing";
  readonly caller: Caller;
  readonly call?: CallId;
  readonly startedAtMs: number;
  readonly ringMs?: number;
  readonly durationMs: number;
  readonly answered: boolean;
  /** How it ended, and why the record may say too little. */
  readonly end: string;
  /** What the gateway's clock showed at the start: for networks that send no time. */
  readonly shown: NetworkTime;
}

export function completedCall(place: LinePlace, finished: FinishedCall): CompletedCall {
  const { caller, call, ringMs, direction } = finished;
  const outside = outsideParty(caller)?.device;
  const dialled = caller.dialled === undefined ? undefined : dialable(caller.dialled);
  return {
    link: place.link, direction, device: place.device,
    ...(place.trunk === undefined ? {} : { trunk: place.trunk }),
    ...(direction === "incoming" ? {
      ...(outside === undefined ? {} : { callingNumber: outside }),
      ...(dialled === undefined ? {} : { calledNumber: dialled }),
    } : outside === undefined ? {} : { calledNumber: outside }),
    pbxTime: timeText(caller.time ?? finished.shown),
    startedAtMs: finished.startedAtMs,
    ...(ringMs === undefined ? {} : { ringMs }), durationMs: finished.durationMs,
    answered: finished.answered,
    ...(call === undefined ? {} : { call }),
    privateFields: { ...privateFields(caller),
      ...(caller.name === undefined ? {} : { name: caller.name }),
      ...(caller.time === undefined ? { clock: "gateway" } : {}), end: finished.end },
  };
}
