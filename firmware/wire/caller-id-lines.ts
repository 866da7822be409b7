/**
 * What Hayes modems and the "Whozz Calling?" boxes print about callers, line by line, for both
 * ends. Sources: modem manuals (Rockwell, 3Com, Multi-Tech) for `AT#CID` and `AT+VCID`;
 * CallerID.com's manuals of the 2, 4 and 8 line boxes for columns.
 */

import type { Codec, Decoded, Decoder } from "../base/codec.js";
import {
  encodeCallerId, readCallerId, type Absence, type CallerIdMessage, type NetworkTime,
} from "./caller-id.js";

/** A packet of 258 octets in hexadecimal, and some. */
export const lineBytesMax = 640;

const padding = new Set([0x00, 0x07, 0x0c, 0x11, 0x13]);
const cr = 0x0d;
const lf = 0x0a;

export const modemResults = [
  "OK", "ERROR", "CONNECT", "NO CARRIER", "NO DIALTONE", "NO DIAL TONE", "BUSY", "NO ANSWER",
] as const;
export type ModemResult = typeof modemResults[number];

export const modemTags = ["DATE", "TIME", "NMBR", "NAME", "MESG", "DDN_NMBR"] as const;
export type ModemTag = typeof modemTags[number];

export type ModemLine =
  | { readonly kind: "ring" }
  | { readonly kind: "result"; readonly result: ModemResult }
  /** `value` is what stands behind the equals sign; empty where nothing does. */
  | { readonly kind: "field"; readonly tag: ModemTag; readonly value: string }
  /** Unformatted: the message in hexadecimal; some modems leave its sum out. */
  | { readonly kind: "packet"; readonly message: CallerIdMessage; readonly sum: boolean }
  /** Our own command, until `ATE0` is obeyed. */
  | { readonly kind: "echo"; readonly command: string }
  /** Length of ring or silence in tenths of a second (`AT+VDR=1`). */
  | { readonly kind: "cadence"; readonly on: boolean; readonly tenths: number };

export type WhozzLine =
  | ({ readonly kind: "call"; readonly layout: "comprehensive" | "limited";
      readonly line: string; readonly direction: "incoming" | "outgoing";
      /** Absent in limited lines, as are duration, sum and ring. */
      readonly phase?: "start" | "end"; readonly durationSeconds?: number;
      readonly sumGood?: boolean;
      /** Distinctive ring A to D and how often it rang, `B3`; means something at the end. */
      readonly ring?: string;
      /** As printed: a number, `Private`, `Out-of-Area`, or empty. */
      readonly number: string; readonly name: string } & NetworkTime)
  | ({ readonly kind: "detail"; readonly line: string; readonly event: WhozzDetail;
      readonly second: number } & NetworkTime);

export type WhozzDetail = "ring" | "offHook" | "onHook" | "hookFlash";

export interface LineDecoder<M> extends Decoder<M> {
  /** A line has begun and not ended. */
  readonly pending: boolean;
  /** After a silence: the line is taken as it stands. */
  flush(): Iterable<Decoded<M>>;
}

export interface LineCodec<M> extends Codec<M> {
  decoder(): LineDecoder<M>;
}

export const modemCodec: LineCodec<ModemLine> = {
  encode: (line) => printed(modemText(line)),
  decoder: () => new Lines(readModemLine,
    /(?=RING|OK$|ERROR$|(?:DDN_)?[A-Z]{4} ?=|(?:04|8[02])[0-9A-F]{4})/g),
};

export const whozzCodec: LineCodec<WhozzLine> = {
  encode: (line) => printed(whozzText(line)),
  decoder: () => new Lines(readWhozzLine, /(?=\$?\d\d(?: [IO] [SE] | [RFNH] | {2}))/g),
};

function printed(text: string): Uint8Array {
  return Buffer.from(`${text}\r\n`, "latin1");
}

/** Puts lines together; a line behind noise without an end of its own is found by `begins`. */
class Lines<M> implements LineDecoder<M> {
  readonly #read: (text: string) => M | string;
  readonly #begins: RegExp;
  readonly #buffer = Buffer.alloc(lineBytesMax);
  #length = 0;

  constructor(read: (text: string) => M | string, begins: RegExp) {
    this.#read = read;
    this.#begins = begins;
  }

  get pending(): boolean {
    return this.#length > 0;
  }

  push(chunk: Uint8Array): Iterable<Decoded<M>> {
    const found: Decoded<M>[] = [];
    for (const byte of chunk) {
      if (byte === cr || byte === lf) {
        this.#endLine(found);
      } else if (!padding.has(byte)) {
        if (this.#length === lineBytesMax) this.#giveUpHalf(found);
        this.#buffer[this.#length] = byte;
        this.#length += 1;
      }
    }
    return found;
  }

  flush(): Iterable<Decoded<M>> {
    const found: Decoded<M>[] = [];
    this.#endLine(found);
    return found;
  }

  /** The newer half stays: a line may be about to end in it. */
  #giveUpHalf(found: Decoded<M>[]): void {
    const half = lineBytesMax / 2;
    const bytes = Uint8Array.from(this.#buffer.subarray(0, half));
    this.#buffer.copyWithin(0, half, lineBytesMax);
    this.#length = half;
    found.push({ kind: "garbage", bytes, reason: `no end of line within ${lineBytesMax} bytes` });
  }

  #endLine(found: Decoded<M>[]): void {
    const bytes = Uint8Array.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    const text = Buffer.from(bytes).toString("latin1");
    if (text.trim() === "") return;
    const whole = this.#read(text);
    if (typeof whole !== "string") {
      found.push({ kind: "message", message: whole });
      return;
    }
    for (const { index } of text.matchAll(this.#begins)) {
      const message = index === 0 ? whole : this.#read(text.slice(index));
      if (typeof message === "string") continue;
      found.push({ kind: "garbage", bytes: bytes.subarray(0, index), reason: whole },
        { kind: "message", message });
      return;
    }
    found.push({ kind: "garbage", bytes, reason: whole });
  }
}

function modemText(line: ModemLine): string {
  switch (line.kind) {
    case "ring": return "RING";
    case "result": return line.result;
    case "field": return `${line.tag} = ${line.value.replace(/[\x00-\x1f]/g, "")}`.trimEnd();
    case "echo": return line.command;
    case "cadence": return `${line.on ? "DRON" : "DROF"}=${line.tenths}`;
    case "packet": {
      const octets = encodeCallerId(line.message);
      return Buffer.from(line.sum ? octets : octets.subarray(0, -1)).toString("hex").toUpperCase();
    }
  }
}

/** A string is why the line makes no sense. */
export function readModemLine(printedText: string): ModemLine | string {
  const text = printedText.trim();
  if (/^RING(?: ?[A-Z0-9])?$/.test(text)) return { kind: "ring" };
  const result = modemResults.find((each) => each === text
    || (each === "CONNECT" && text.startsWith("CONNECT ")));
  if (result !== undefined) return { kind: "result", result };
  if (/^AT[\x20-\x7e]*$/i.test(text)) return { kind: "echo", command: text };
  const cadence = /^DRO(N|F) ?= ?(\d{1,5})$/.exec(text);
  if (cadence !== null) {
    return { kind: "cadence", on: cadence[1] === "N", tenths: Number(cadence[2]) };
  }
  const field = /^([A-Z_]{4,8}) ?=(.*)$/.exec(text);
  const tag = modemTags.find((each) => each === field?.[1]);
  if (tag !== undefined) {
    const value = field?.[2]?.trim() ?? "";
    const packet = tag === "MESG" ? readPacket(value) : undefined;
    return typeof packet === "object" ? packet : { kind: "field", tag, value };
  }
  return readPacket(text);
}

function readPacket(hex: string): ModemLine | string {
  const noWord = "not a line that modems print";
  if (!/^(?:04|8[02])(?:[0-9A-F]{2})+$/i.test(hex)) return noWord;
  const octets = Buffer.from(hex, "hex");
  const message = readCallerId(octets);
  if (typeof message === "object") return { kind: "packet", message, sum: true };
  if (octets.length !== (octets[1] ?? 0) + 2) return message;
  const summed = octets.reduce((sum, octet) => sum + octet, 0);
  const without = readCallerId(Uint8Array.from([...octets, -summed & 0xff]));
  return typeof without === "string" ? without : { kind: "packet", message: without, sum: false };
}

const comprehensive = new RegExp(
  "^(\\d\\d) ([IO]) ([SE]) (\\d{4}) ([GB]) (?:([A-D])([0-9]| ?)) "
  + "(\\d\\d)/(\\d\\d) (\\d\\d):(\\d\\d) ([AP])M(?: (.{1,14})(?: (.{0,15}))?)?$");
const limited = new RegExp(
  "^\\$?(\\d\\d) {2,8}(\\d\\d)/(\\d\\d) {1,8}(\\d\\d):(\\d\\d) {1,5}([AP])M"
  + "(?: +(?![IO](?: |$))(\\S{1,14}))? +([IO])(?: +(.{0,15}?))?$");
const detail =
  /^(\d\d) ([RFNH]) {1,8}(\d\d)\/(\d\d) {1,2}(\d\d):(\d\d):(\d\d)$/;
const detailEvents: Readonly<Record<string, WhozzDetail>> = {
  R: "ring", F: "offHook", N: "onHook", H: "hookFlash",
};

/** A string is why the line makes no sense. */
export function readWhozzLine(printedText: string): WhozzLine | string {
  const text = printedText.trimEnd();
  const whole = comprehensive.exec(text);
  if (whole !== null) return readComprehensive(whole);
  const short = limited.exec(text);
  if (short !== null) return readLimited(short);
  const told = detail.exec(text);
  if (told === null) return "not a line that a Whozz Calling? box prints";
  const [, line = "", letter = "", month = "", day = "", hour = "", minute = "",
    second = ""] = told;
  const time = timeOf(month, day, hour, minute);
  const event = detailEvents[letter];
  if (time === undefined || event === undefined || Number(second) > 59) return noTime;
  return { kind: "detail", line, event, ...time, second: Number(second) };
}

const noTime = "not a date and time that a clock can show";

function readComprehensive(columns: readonly string[]): WhozzLine | string {
  const [, line = "", way, phase, seconds, sum, ring = "", count = "", month = "", day = "",
    hour = "", minute = "", half = "", number = "", name = ""] = columns;
  const time = timeOf(month, day, hour, minute, half);
  if (time === undefined) return noTime;
  return { kind: "call", layout: "comprehensive", line, direction: directionOf(way),
    phase: phase === "S" ? "start" : "end", durationSeconds: Number(seconds),
    sumGood: sum === "G", ring: `${ring}${count.trim()}`, ...time, number: number.trim(),
    name: name.trim() };
}

function readLimited(columns: readonly string[]): WhozzLine | string {
  const [, line = "", month = "", day = "", hour = "", minute = "", half = "", number = "", way,
    name = ""] = columns;
  const time = timeOf(month, day, hour, minute, half);
  if (time === undefined) return noTime;
  return { kind: "call", layout: "limited", line, direction: directionOf(way), ...time, number,
    name: name.trim() };
}

function directionOf(letter: string | undefined): "incoming" | "outgoing" {
  return letter === "O" ? "outgoing" : "incoming";
}

/** `half` is A or P where the clock has twelve hours. */
function timeOf(
  monthText: string, dayText: string, hourText: string, minuteText: string, half?: string,
): NetworkTime | undefined {
  const [month, day, shown, minute] = [monthText, dayText, hourText, minuteText].map(Number);
  if (month === undefined || day === undefined || shown === undefined || minute === undefined) {
    return undefined;
  }
  if (half !== undefined && (shown < 1 || shown > 12)) return undefined;
  const hour = half === undefined ? shown : shown % 12 + (half === "P" ? 12 : 0);
  const possible = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23
    && minute <= 59;
  return possible ? { month, day, hour, minute } : undefined;
}

const two = (value: number): string => String(value).padStart(2, "0");

function whozzText(line: WhozzLine): string {
  const date = `${two(line.month)}/${two(line.day)}`;
  if (line.kind === "detail") {
    const letter = Object.keys(detailEvents).find((each) => detailEvents[each] === line.event);
    return `${line.line} ${letter ?? "R"}     ${date} ${two(line.hour)}:${two(line.minute)}:${
      two(line.second)}`;
  }
  const hour = line.hour % 12 === 0 ? 12 : line.hour % 12;
  const half = line.hour < 12 ? "AM" : "PM";
  const time = `${two(hour)}:${two(line.minute)} ${half}`;
  const way = line.direction === "incoming" ? "I" : "O";
  const number = line.number.slice(0, 14).padEnd(14);
  const name = line.name.slice(0, 15);
  if (line.layout === "limited") {
    return [`$${line.line}`, date, time, number, way, name].join(" ".repeat(5)).trimEnd();
  }
  const seconds = String(Math.min(9_999, line.durationSeconds ?? 0)).padStart(4, "0");
  return `${line.line} ${way} ${line.phase === "end" ? "E" : "S"} ${seconds} ${
    line.sumGood === false ? "B" : "G"} ${(line.ring ?? "A0").padEnd(2)} ${date} ${time} ${
    number} ${name}`.trimEnd();
}

/** What the box prints in place of a number. */
export function whozzAbsence(number: string): Absence | undefined {
  if (/^(?:private|p)$/i.test(number)) return "private";
  return /^(?:out[- ]?of[- ]?area|unavailable|unknown|o)$/i.test(number) ? "outOfArea" : undefined;
}
