/** FIAS records ⇄ what hotel and telephones tell each other. Pure. */

import { shownAt } from "../../firmware/base/local-time.js";
import {
  callingRights, type CallingRight, type Guest, type HotelMessage, type RoomCharge,
  type RoomCondition, type WakeUpResult, type WakeUpTime,
} from "../../firmware/model/hotel.js";
import {
  dayField, dayOfField, durationField, timeField, timeOfField, writeRecord, type FiasRecord,
} from "./record.js";

/**
 * Assumed: room status is 1 dirty and vacant, 2 dirty and occupied, 3 clean and vacant, 4 clean and
 * occupied, 5 inspected and vacant, 6 inspected and occupied.
 */
const statuses: readonly RoomCondition[] = ["dirty", "clean", "inspected"];

/** Assumed: class of service is 0 barred, 1 local, 2 national, 3 unrestricted. */
function rightOf(field: string): CallingRight | undefined {
  return callingRights[Number(field)];
}

/** Assumed: a wake-up is answered OK when the guest answered, NR no answer, BY busy, UR failed. */
const results: Readonly<Record<WakeUpResult, string>> =
  { answered: "OK", noAnswer: "NR", busy: "BY", failed: "UR" };

/** The records that the front desk shall send and take, and their fields. */
export const descriptions: readonly (readonly [record: string, fields: string])[] = [
  ["GI", "RNG#GNGFGLGSSF"], ["GO", "RNG#GSSF"], ["GC", "RNG#GNGFGLGSRO"],
  ["RE", "RNRSMLCSDN"], ["WR", "RNDATI"], ["WC", "RNDATI"], ["WA", "RNDATIAS"],
  ["PS", "RNPTDDDUTAP#SODATI"], ["PA", "RNASP#DATI"], ["DR", "DATI"], ["DS", "DATI"],
  ["DE", "DATI"],
];

const flag = (field: string | undefined): boolean | undefined =>
  field === "Y" ? true : field === "N" ? false : undefined;

/** What a record of the front desk says; empty where it says nothing that we know. */
export function messagesOf({ id, fields }: FiasRecord): readonly HotelMessage[] {
  if (id === "DS") return [{ type: "resyncStart" }];
  if (id === "DE") return [{ type: "resyncEnd" }];
  if (id === "DR") return [{ type: "resyncRequest" }];
  const room = fields.get("RN");
  if (room === undefined || room === "") return [];
  const shared = fields.get("GS") === "Y";
  switch (id) {
    case "GI": return [{ type: "checkedIn", room, guest: guestOf(fields), shared,
      ...rest(fields, guestFields) }, ...roomData(room, fields)];
    // Assumed: a check-out with the share flag Y leaves the room taken by the other guest.
    case "GO": return [{ type: "checkedOut", room, shared, ...rest(fields, guestFields) }];
    case "GC": {
      const movedFrom = fields.get("RO") ?? "";
      return [{ type: "guestChanged", room, guest: guestOf(fields),
        ...(movedFrom === "" || movedFrom === room ? {} : { movedFrom }),
        ...rest(fields, guestFields) }, ...roomData(room, fields)];
    }
    case "RE": return roomData(room, fields);
    case "WR": {
      const at = wakeUpTime(fields);
      return at === undefined ? [] : [{ type: "wakeUpSet", room, at }];
    }
    case "WC": {
      const at = wakeUpTime(fields);
      return [{ type: "wakeUpCleared", room, ...(at === undefined ? {} : { at }) }];
    }
    default: return [];
  }
}

const guestFields: ReadonlySet<string> =
  new Set(["RN", "G#", "GN", "GF", "GL", "GS", "SF", "RO", "ML", "DN", "CS", "RS", "DA", "TI"]);

function guestOf(fields: FiasRecord["fields"]): Guest {
  const given = (name: string): string | undefined => fields.get(name) || undefined;
  const [reservation, name, firstName, language] = ["G#", "GN", "GF", "GL"].map(given);
  return {
    ...(reservation === undefined ? {} : { reservation }),
    ...(name === undefined ? {} : { name }),
    ...(firstName === undefined ? {} : { firstName }),
    ...(language === undefined ? {} : { language }),
  };
}

function rest(
  fields: FiasRecord["fields"], known: ReadonlySet<string>,
): { readonly privateFields?: Readonly<Record<string, string>> } {
  const others = [...fields].filter(([name, value]) => !known.has(name) && value !== "");
  return others.length === 0 ? {} : { privateFields: Object.fromEntries(others) };
}

function roomData(room: string, fields: FiasRecord["fields"]): readonly HotelMessage[] {
  const found: HotelMessage[] = [];
  const lamp = flag(fields.get("ML"));
  const quiet = flag(fields.get("DN"));
  const right = rightOf(fields.get("CS") || "none");
  const status = Number(fields.get("RS") || NaN) - 1;
  const condition = statuses[Math.floor(status / 2)];
  if (right !== undefined) found.push({ type: "callingRight", room, right });
  if (lamp !== undefined) found.push({ type: "messageWaiting", room, on: lamp });
  if (quiet !== undefined) found.push({ type: "doNotDisturb", room, on: quiet });
  if (condition !== undefined) {
    found.push({ type: "roomCondition", room, condition, occupied: status % 2 === 1 });
  }
  return found;
}

function wakeUpTime(fields: FiasRecord["fields"]): WakeUpTime | undefined {
  const time = timeOfField(fields.get("TI") ?? "");
  const date = dayOfField(fields.get("DA") ?? "");
  return time === undefined ? undefined : { time, ...(date === undefined ? {} : { date }) };
}

/** What the record is written with. */
export interface Stamp {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly salesOutlet?: string | undefined;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `DA` and `TI` of a moment, by the hotel's clock. */
export function stampFields(
  atMs: number, timeZone: string,
): readonly (readonly [string, string])[] {
  const { year, month, day, hour, minute, second } = shownAt(atMs, timeZone);
  return [["DA", `${two(year % 100)}${two(month)}${two(day)}`],
    ["TI", `${two(hour)}${two(minute)}${two(second)}`]];
}

function wakeUpFields(at: WakeUpTime, { nowMs, timeZone }: Stamp): FieldPairs {
  const [today = ["DA", ""]] = stampFields(nowMs, timeZone);
  return [at.date === undefined ? today : ["DA", dayField(at.date)], ["TI", timeField(at.time)]];
}

type FieldPairs = readonly (readonly [string, string | undefined])[];

/** The record that tells the front desk; undefined: it has no word for this. */
export function recordOf(message: HotelMessage, stamp: Stamp): string | undefined {
  switch (message.type) {
    case "resyncRequest": return writeRecord("DR", stampFields(stamp.nowMs, stamp.timeZone));
    case "messageWaiting":
      return writeRecord("RE", [["RN", message.room], ["ML", message.on ? "Y" : "N"]]);
    case "doNotDisturb":
      return writeRecord("RE", [["RN", message.room], ["DN", message.on ? "Y" : "N"]]);
    case "roomCondition": {
      const status = statuses.indexOf(message.condition);
      return status < 0 ? undefined : writeRecord("RE", [["RN", message.room],
        ["RS", String(status * 2 + (message.occupied ? 2 : 1))]]);
    }
    case "wakeUpSet":
      return writeRecord("WR", [["RN", message.room], ...wakeUpFields(message.at, stamp)]);
    case "wakeUpCleared":
      return writeRecord("WC", [["RN", message.room],
        ...message.at === undefined ? [] : wakeUpFields(message.at, stamp)]);
    case "wakeUpResult":
      return writeRecord("WA", [["RN", message.room],
        ...message.at === undefined ? stampFields(stamp.nowMs, stamp.timeZone)
          : wakeUpFields(message.at, stamp),
        ["AS", results[message.result]]]);
    case "charge": return chargeRecord(message.room, message.charge, stamp);
    default: return undefined;
  }
}

/**
 * Posting type C: an amount. Assumed: a posting of type T without an amount is priced by the front
 * desk from what was dialled and the duration.
 */
function chargeRecord(
  room: string, { number, startedAtMs, durationMs, dialled, amount }: RoomCharge, stamp: Stamp,
): string {
  return writeRecord("PS", [["RN", room], ["PT", amount === undefined ? "T" : "C"],
    ["DD", dialled], ["DU", durationField(durationMs)],
    ["TA", amount === undefined ? undefined : String(amount)], ["P#", String(number)],
    ["SO", stamp.salesOutlet], ...stampFields(startedAtMs, stamp.timeZone)]);
}

/** What a posting's answer means: `later` may be tried again. */
export function answerOf(status: string): "taken" | "later" | "refused" {
  if (status === "OK") return "taken";
  // Assumed: BY busy, NA night audit, NR no response and RY retry are answers that pass.
  return ["BY", "NA", "NR", "RY"].includes(status) ? "later" : "refused";
}
