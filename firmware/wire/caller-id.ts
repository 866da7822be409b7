/**
 * Caller identification as the network sends it on-hook between ring bursts, once a box has made
 * octets of the tones: a message type, a length, the body, and an octet that makes the sum of all
 * zero modulo 256. Sources: Bellcore GR-30-CORE and ETSI EN 300 659-3 as told by the makers of
 * modems and boxes. SDMF has date, time and number in fixed places, MDMF typed parameters.
 */

import type { Codec, Decoded, Decoder } from "../base/codec.js";

/** A type, a length, 255 octets, a sum. */
export const messageOctetsMax = 258;
/** Noise is handed over in pieces of at most so much. */
export const garbageOctetsMax = 256;

export type Absence = "private" | "outOfArea";

/** As the network sends it: no year, no zone. */
export interface NetworkTime {
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

export type CallerParameter =
  | ({ readonly kind: "dateTime" } & NetworkTime)
  | { readonly kind: "number" | "dialled" | "name"; readonly text: string }
  | { readonly kind: "numberAbsence" | "nameAbsence"; readonly reason: Absence }
  | { readonly kind: "messageWaiting"; readonly on: boolean }
  /** 1 voice call, 2 ring back when free, 3 calling name delivery, 81h message waiting call. */
  | { readonly kind: "callType"; readonly value: number }
  /** How many messages wait in the network; 0 none. */
  | { readonly kind: "networkMessage"; readonly count: number }
  /** A type not known here, or a known one whose octets make no sense. */
  | { readonly kind: "other"; readonly type: number; readonly octets: Uint8Array };

export type CallerIdMessage =
  /** Neither number nor absence: the network sent an empty number. */
  | { readonly form: "sdmf"; readonly time: NetworkTime; readonly number?: string;
      readonly absence?: Absence }
  /** `messageWaiting` is message type 82h: it comes without a call. */
  | { readonly form: "mdmf"; readonly about: "call" | "messageWaiting";
      readonly parameters: readonly CallerParameter[] };

const sdmf = 0x04;
const mdmfCall = 0x80;
const mdmfMessageWaiting = 0x82;
/** Idle tone before a message: `U` after `U`. */
const channelSeizure = 0x55;
const timeOctets = 8;
/** Far more than any number has digits: noise that looks like SDMF is found out early. */
const sdmfOctetsMax = timeOctets + 32;
const callTypeMessageWaiting = 0x81;
const absenceCodes = { private: "P", outOfArea: "O" } as const;
const textTypes = { number: 0x02, dialled: 0x03, name: 0x07 } as const;
const absenceTypes = { numberAbsence: 0x04, nameAbsence: 0x08 } as const;
const textKinds: ReadonlyMap<number, keyof typeof textTypes> =
  new Map([[0x02, "number"], [0x03, "dialled"], [0x07, "name"]]);

export interface CallerIdDecoder extends Decoder<CallerIdMessage> {
  /** Octets that may still become a message, or noise not handed over yet. */
  readonly pending: boolean;
  /** After a silence: what has not become a message by now never will. */
  flush(): Iterable<Decoded<CallerIdMessage>>;
}

export interface CallerIdCodec extends Codec<CallerIdMessage> {
  decoder(): CallerIdDecoder;
}

export const callerIdCodec: CallerIdCodec = {
  encode: encodeCallerId,
  decoder: () => new Octets(),
};

/** Text beyond the octets that fit is cut off; a parameter that does not fit is left out. */
export function encodeCallerId(message: CallerIdMessage): Uint8Array {
  if (message.form === "sdmf") {
    const { time, number, absence } = message;
    const number8 = absence === undefined ? latin1(number ?? "") : latin1(absenceCodes[absence]);
    const body = Buffer.concat([latin1(timeText(time)),
      number8.subarray(0, sdmfOctetsMax - timeOctets)]);
    return withSum([sdmf, body.length, ...body]);
  }
  const body: number[] = [];
  for (const parameter of message.parameters) {
    const [type, octets] = parameterOctets(parameter);
    const cut = octets.subarray(0, 255);
    if (body.length + 2 + cut.length <= 255) body.push(type, cut.length, ...cut);
  }
  const type = message.about === "call" ? mdmfCall : mdmfMessageWaiting;
  return withSum([type, body.length, ...body]);
}

function withSum(octets: readonly number[]): Uint8Array {
  return Uint8Array.from([...octets, -sumOf(octets) & 0xff]);
}

function sumOf(octets: Iterable<number>): number {
  let sum = 0;
  for (const octet of octets) sum = (sum + octet) & 0xff;
  return sum;
}

function latin1(text: string): Buffer {
  return Buffer.from(text.replace(/[^\x00-\xff]/g, "?"), "latin1");
}

function timeText({ month, day, hour, minute }: NetworkTime): string {
  return [month, day, hour, minute].map((part) => String(part).padStart(2, "0")).join("");
}

/** `MMDDhhmm`; undefined where it is no date. */
export function readTime(text: string): NetworkTime | undefined {
  if (!/^\d{8}$/.test(text)) return undefined;
  const part = (at: number): number => Number(text.slice(at, at + 2));
  const [month, day, hour, minute] = [part(0), part(2), part(4), part(6)];
  const possible = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23
    && minute <= 59;
  return possible ? { month, day, hour, minute } : undefined;
}

/** `O` and `P` as they stand in place of a number or name. */
export function readAbsence(text: string): Absence | undefined {
  return text === "P" ? "private" : text === "O" ? "outOfArea" : undefined;
}

function parameterOctets(parameter: CallerParameter): readonly [number, Uint8Array] {
  switch (parameter.kind) {
    case "dateTime": return [0x01, latin1(timeText(parameter))];
    case "number": case "dialled": case "name":
      return [textTypes[parameter.kind], latin1(parameter.text)];
    case "numberAbsence": case "nameAbsence":
      return [absenceTypes[parameter.kind], latin1(absenceCodes[parameter.reason])];
    case "messageWaiting": return [0x0b, Uint8Array.of(parameter.on ? 0xff : 0)];
    case "callType": return [0x11, Uint8Array.of(parameter.value)];
    case "networkMessage": return [0x13, Uint8Array.of(parameter.count)];
    case "other": return [parameter.type, parameter.octets];
  }
}

function readParameter(type: number, octets: Uint8Array): CallerParameter {
  return knownParameter(type, octets) ?? { kind: "other", type, octets: Uint8Array.from(octets) };
}

function knownParameter(type: number, octets: Uint8Array): CallerParameter | undefined {
  const text = Buffer.from(octets).toString("latin1");
  const textKind = textKinds.get(type);
  if (textKind !== undefined) return { kind: textKind, text };
  if (type === 0x01) {
    const time = readTime(text);
    return time === undefined ? undefined : { kind: "dateTime", ...time };
  }
  if (type === 0x04 || type === 0x08) {
    const reason = readAbsence(text);
    return reason === undefined ? undefined
      : { kind: type === 0x04 ? "numberAbsence" : "nameAbsence", reason };
  }
  const [octet, ...more] = octets;
  if (octet === undefined || more.length > 0) return undefined;
  if (type === 0x0b) {
    return octet === 0xff || octet === 0 ? { kind: "messageWaiting", on: octet !== 0 } : undefined;
  }
  if (type === 0x11) return { kind: "callType", value: octet };
  return type === 0x13 ? { kind: "networkMessage", count: octet } : undefined;
}

/** What stands at the beginning of some octets. */
type Verdict =
  | { readonly is: "more" }
  | { readonly is: "bad"; readonly reason: string }
  | { readonly is: "message"; readonly octets: number; readonly message: CallerIdMessage };

const more: Verdict = { is: "more" };
const noStart = "no caller identification begins here";

/** A whole message with its sum, or why not. */
export function readCallerId(octets: Uint8Array): CallerIdMessage | string {
  const verdict = examine(octets);
  if (verdict.is === "bad") return verdict.reason;
  if (verdict.is === "more") return "cut short";
  return verdict.octets === octets.length ? verdict.message : "octets follow the message";
}

/** Says as early as can be known that no message begins here, so that the next one is found. */
function examine(octets: Uint8Array): Verdict {
  const [type, length] = octets;
  if (type !== sdmf && type !== mdmfCall && type !== mdmfMessageWaiting) {
    return { is: "bad", reason: noStart };
  }
  if (length === undefined) return more;
  const body = octets.subarray(2, 2 + length);
  const reason = type === sdmf ? sdmfFault(body, length) : mdmfFault(body, length);
  if (reason !== undefined) return { is: "bad", reason };
  const whole = length + 3;
  if (octets.length < whole) return more;
  if (sumOf(octets.subarray(0, whole)) !== 0) return { is: "bad", reason: "the sum is wrong" };
  const message = type === sdmf ? readSdmf(body) : readMdmf(type, body);
  if (message === undefined) return { is: "bad", reason: "no date where SDMF has one" };
  return { is: "message", octets: whole, message };
}

function sdmfFault(body: Uint8Array, length: number): string | undefined {
  if (length < timeOctets || length > sdmfOctetsMax) return "not a length that SDMF can have";
  const digits = body.subarray(0, timeOctets).every((octet) => octet >= 0x30 && octet <= 0x39);
  return digits ? undefined : "no date where SDMF has one";
}

function mdmfFault(body: Uint8Array, length: number): string | undefined {
  let at = 0;
  while (at < body.length) {
    const parameterLength = body[at + 1];
    if (parameterLength === undefined && at + 1 < length) return undefined;
    at += 2 + (parameterLength ?? 0);
    if (at > length) return "a parameter is longer than its message";
  }
  return undefined;
}

function readSdmf(body: Uint8Array): CallerIdMessage | undefined {
  const text = Buffer.from(body).toString("latin1");
  const time = readTime(text.slice(0, timeOctets));
  if (time === undefined) return undefined;
  const number = text.slice(timeOctets);
  const absence = readAbsence(number);
  return { form: "sdmf", time, ...(absence !== undefined ? { absence }
    : number === "" ? {} : { number }) };
}

function readMdmf(type: number, body: Uint8Array): CallerIdMessage {
  const parameters: CallerParameter[] = [];
  for (let at = 0; at < body.length;) {
    const end = at + 2 + (body[at + 1] ?? 0);
    parameters.push(readParameter(body[at] ?? 0, body.subarray(at + 2, end)));
    at = end;
  }
  return { form: "mdmf", about: type === mdmfCall ? "call" : "messageWaiting", parameters };
}

class Octets implements CallerIdDecoder {
  readonly #kept = Buffer.alloc(messageOctetsMax);
  #length = 0;
  #noise: number[] = [];
  #reason = noStart;

  get pending(): boolean {
    return this.#length > 0 || this.#noise.length > 0;
  }

  push(chunk: Uint8Array): Iterable<Decoded<CallerIdMessage>> {
    const found: Decoded<CallerIdMessage>[] = [];
    for (const octet of chunk) {
      this.#kept[this.#length] = octet;
      this.#length += 1;
      this.#settle(found, false);
    }
    return found;
  }

  flush(): Iterable<Decoded<CallerIdMessage>> {
    const found: Decoded<CallerIdMessage>[] = [];
    this.#settle(found, true);
    this.#endNoise(found);
    return found;
  }

  #settle(found: Decoded<CallerIdMessage>[], atEnd: boolean): void {
    while (this.#length > 0) {
      const verdict = examine(this.#kept.subarray(0, this.#length));
      if (verdict.is === "message") {
        this.#endNoise(found);
        found.push({ kind: "message", message: verdict.message });
        this.#drop(verdict.octets);
      } else if (verdict.is === "bad") {
        this.#reject(verdict.reason, found);
      } else if (atEnd) {
        this.#reject("cut short", found);
      } else {
        return;
      }
    }
  }

  /** The first octet begins no message; the next one may. */
  #reject(reason: string, found: Decoded<CallerIdMessage>[]): void {
    const octet = this.#kept[0] ?? 0;
    this.#drop(1);
    if (octet === channelSeizure && this.#noise.length === 0) return;
    if (reason !== noStart || this.#noise.length >= garbageOctetsMax) this.#endNoise(found);
    if (this.#noise.length === 0) this.#reason = reason;
    this.#noise.push(octet);
  }

  #endNoise(found: Decoded<CallerIdMessage>[]): void {
    if (this.#noise.length === 0) return;
    found.push({ kind: "garbage", bytes: Uint8Array.from(this.#noise), reason: this.#reason });
    this.#noise = [];
  }

  #drop(octets: number): void {
    this.#kept.copyWithin(0, octets, this.#length);
    this.#length -= octets;
  }
}

/** What any message says about a caller. */
export interface CallerFacts {
  readonly time?: NetworkTime;
  readonly number?: string;
  readonly numberAbsence?: Absence;
  readonly name?: string;
  readonly nameAbsence?: Absence;
  readonly dialled?: string;
  readonly callType?: number;
  readonly messageWaiting?: boolean;
  readonly networkMessages?: number;
  /** Hexadecimal, `<type> <octets>`. */
  readonly others?: string;
}

/** The message in one reading; `O` or `P` sent in the number's own place counts as absence. */
export function factsOf(message: CallerIdMessage): CallerFacts {
  if (message.form === "sdmf") {
    const { time, number, absence } = message;
    return { time, ...(absence === undefined ? {} : { numberAbsence: absence }),
      ...(number === undefined ? {} : { number: number.trim() }) };
  }
  return message.parameters.reduce<CallerFacts>(
    (facts, parameter) => ({ ...facts, ...factOf(parameter, facts) }), {});
}

/** A call that only tells of messages waiting rings nobody. */
export function isCall(message: CallerIdMessage): boolean {
  if (message.form === "sdmf") return true;
  return message.about === "call" && !message.parameters.some((parameter) =>
    parameter.kind === "callType" && parameter.value === callTypeMessageWaiting);
}

function factOf(parameter: CallerParameter, before: CallerFacts): CallerFacts {
  switch (parameter.kind) {
    case "dateTime": {
      const { month, day, hour, minute } = parameter;
      return { time: { month, day, hour, minute } };
    }
    case "number": return numberFact(parameter.text.trim());
    case "name": return nameFact(parameter.text.trim());
    case "dialled": return parameter.text.trim() === "" ? {} : { dialled: parameter.text.trim() };
    case "numberAbsence": return { numberAbsence: parameter.reason };
    case "nameAbsence": return { nameAbsence: parameter.reason };
    case "messageWaiting": return { messageWaiting: parameter.on };
    case "callType": return { callType: parameter.value };
    case "networkMessage": return { networkMessages: parameter.count };
    case "other": {
      const text = `${Buffer.of(parameter.type).toString("hex")} ${
        Buffer.from(parameter.octets).toString("hex")}`.trim();
      return { others: before.others === undefined ? text : `${before.others}; ${text}` };
    }
  }
}

/** A number as printed or sent: `O` and `P` are none. */
export function numberFact(text: string): CallerFacts {
  const absence = readAbsence(text);
  if (absence !== undefined) return { numberAbsence: absence };
  return text === "" ? {} : { number: text };
}

export function nameFact(text: string): CallerFacts {
  const absence = readAbsence(text);
  if (absence !== undefined) return { nameAbsence: absence };
  return text === "" ? {} : { name: text };
}
