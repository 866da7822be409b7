/**
 * The texts of Mitel's hotel protocol: function of three characters, status of two, extension of
 * five, right justified: `MW 1  2129`. Names and wake-up times make a text longer. Pure.
 */

import {
  callingRights, type CallingRight, type HotelMessage, type RoomCondition, type WakeUpResult,
} from "../../firmware/model/hotel.js";

export const extensionDigits = 5;
const nameLength = 20;
export const areYouThere = "AREYUTHERE";

/**
 * Assumed: a maid dials 1 in the room, 2 clean, 3 not clean, 4 out of service, 5 to be inspected,
 * 6 occupied and clean, 7 occupied and not clean, 8 vacant and clean, 9 vacant and not clean.
 */
export const usualConditions: Readonly<Record<string, RoomCondition>> = {
  1: "cleaning", 2: "clean", 3: "dirty", 4: "outOfService", 5: "clean", 6: "clean", 7: "dirty",
  8: "clean", 9: "dirty",
};

/**
 * Assumed: a WKP text of ten characters tells how a wake-up ended, with A answered, N no answer and
 * B busy in the status.
 */
const results: Readonly<Record<string, WakeUpResult>> =
  { A: "answered", N: "noAnswer", B: "busy" };

/** Assumed: restrictions are 0 barred, 1 local, 2 national, 3 unrestricted. */
const rightDigit = (right: CallingRight): string => String(callingRights.indexOf(right));

/** What the PBX says. `hello`: it asks whether we are there; undefined: no text of the protocol. */
export function readText(
  text: string, conditions: Readonly<Record<string, RoomCondition>>,
): readonly HotelMessage[] | "hello" | undefined {
  if (text.startsWith(areYouThere)) return "hello";
  if (text.startsWith("RQINZ")) return [{ type: "resyncRequest" }];
  const name = text.slice(0, 3);
  const status = text.slice(3, 4);
  const isWakeUpTime = name === "WKP" && /^(\d{4}| {4})/.test(text.slice(3)) && text.length > 10;
  const room = text.slice(isWakeUpTime ? 7 : 5).trim();
  if (!/^[0-9A-Za-z*#]{1,16}$/.test(room)) return undefined;
  switch (name) {
    case "STS": {
      const condition = conditions[status];
      return condition === undefined ? []
        : [{ type: "roomCondition", room, condition, occupied: status === "6" || status === "7" }];
    }
    case "MW ": return onOff(status, (on) => ({ type: "messageWaiting", room, on }));
    case "DND": return onOff(status, (on) => ({ type: "doNotDisturb", room, on }));
    case "CHK": return onOff(status, (on) => on
      ? { type: "checkedIn", room, guest: {}, shared: false }
      : { type: "checkedOut", room, shared: false });
    case "WKP": return isWakeUpTime ? wakeUp(room, text.slice(3, 7)) : wakeUpEnd(room, status);
    default: return undefined;
  }
}

function onOff(
  status: string, make: (on: boolean) => HotelMessage,
): readonly HotelMessage[] | undefined {
  return status === "1" || status === "0" ? [make(status === "1")] : undefined;
}

function wakeUp(room: string, time: string): readonly HotelMessage[] | undefined {
  if (time === "    ") return [{ type: "wakeUpCleared", room }];
  return Number(time.slice(0, 2)) > 23 || Number(time.slice(2)) > 59 ? undefined
    : [{ type: "wakeUpSet", room, at: { time: `${time.slice(0, 2)}:${time.slice(2)}` } }];
}

function wakeUpEnd(room: string, status: string): readonly HotelMessage[] | undefined {
  const result = results[status];
  return result === undefined ? undefined : [{ type: "wakeUpResult", room, result }];
}

/** A room whose number does not fit has no text: undefined. */
function short(name: string, status: string, room: string): string | undefined {
  return /^[0-9A-Za-z*#]{1,5}$/.test(room)
    ? name + status.padEnd(2) + room.padStart(extensionDigits) : undefined;
}

/** Operations: 1 adds a name, 2 replaces it. */
function nameText(operation: "1" | "2", name: string, room: string): string | undefined {
  const end = short("NAM", operation, room);
  return end && `${end.slice(0, 5)}${name.slice(0, nameLength).padEnd(nameLength)} ${end.slice(5)}`;
}

/** ASCII letters only: the displays of such telephones know no others. */
export function plainName(name: string | undefined, firstName: string | undefined): string {
  return [name, firstName].filter((part) => part !== undefined).join(" ").normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "").replace(/[^ -~]/g, "?").trim();
}

function wakeUpText(time: string, room: string): string | undefined {
  const end = short("WKP", "", room);
  return end && `WKP${time} ${end.slice(5)}`;
}

/** The texts that tell the PBX, in order; undefined: it cannot be told. */
export function textsOf(message: HotelMessage): readonly string[] | undefined {
  const texts = wordsOf(message);
  return texts.some((text) => text === undefined) || texts.length === 0 ? undefined
    : texts.filter((text) => text !== undefined);
}

function wordsOf(message: HotelMessage): readonly (string | undefined)[] {
  switch (message.type) {
    case "checkedIn": {
      const name = plainName(message.guest.name, message.guest.firstName);
      return [short("CHK", "1", message.room),
        ...name === "" ? [] : [nameText("1", name, message.room)]];
    }
    // Assumed: a check-out takes the guest's name from the extension.
    case "checkedOut": return [short("CHK", "0", message.room)];
    case "guestChanged": return [nameText("2",
      plainName(message.guest.name, message.guest.firstName), message.room)];
    case "callingRight": return [short("RST", rightDigit(message.right), message.room)];
    case "messageWaiting": return [short("MW ", message.on ? "1" : "0", message.room)];
    case "doNotDisturb": return [short("DND", message.on ? "1" : "0", message.room)];
    // The PBX holds one wake-up a room and knows no date: the bridge tells it the next one.
    case "wakeUpSet": return [wakeUpText(message.at.time.replace(":", ""), message.room)];
    case "wakeUpCleared": return [wakeUpText("    ", message.room)];
    case "resyncStart": return ["GRS       "];
    case "resyncEnd": return ["END       "];
    default: return [];
  }
}
