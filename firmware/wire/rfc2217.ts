/** The COM port control option of Telnet: what stands in its subnegotiations (RFC 2217). */

import { fail, ok, type Result } from "../base/result.js";

/** Client to server; the server answers and notifies with 100 more (RFC 2217 §2, §3, §4). */
export const comPortCodes = {
  signature: 0, setBaudRate: 1, setDataSize: 2, setParity: 3, setStopSize: 4, setControl: 5,
  notifyLineState: 6, notifyModemState: 7, flowControlSuspend: 8, flowControlResume: 9,
  setLineStateMask: 10, setModemStateMask: 11, purgeData: 12,
} as const;
export type ComPortName = keyof typeof comPortCodes;
export const serverOffset = 100;
/** Characters of a signature that is taken. */
export const signatureMax = 256;

/** §3: values of SET-CONTROL. Those that ask are 0, 4, 7, 10 and 13. */
export const controls = {
  askFlow: 0, flowNone: 1, flowXonXoff: 2, flowHardware: 3, askBreak: 4, breakOn: 5, breakOff: 6,
  askDtr: 7, dtrOn: 8, dtrOff: 9, askRts: 10, rtsOn: 11, rtsOff: 12, askInboundFlow: 13,
  inboundNone: 14, inboundXonXoff: 15, inboundHardware: 16, inboundDtr: 18, outboundDsr: 19,
} as const;

/** §2: values of SET-PARITY, from 1. */
export const parities = ["none", "odd", "even", "mark", "space"] as const;
/** §2: values of SET-STOPSIZE, from 1. */
export const stopSizes = [1, 2, 1.5] as const;

/** §4: bits of NOTIFY-MODEMSTATE. */
export const modemBits = { dcd: 128, ri: 64, dsr: 32, cts: 16, dcdChanged: 8, riEnded: 4,
  dsrChanged: 2, ctsChanged: 1 } as const;

export interface ComPortMessage {
  readonly name: ComPortName;
  readonly from: "client" | "server";
  /** Baud rate, size, state, mask ...; 0 where there is none, as in a signature. */
  readonly value: number;
  /** Of a signature; empty: it is asked for. */
  readonly text: string;
}

const names = Object.keys(comPortCodes) as readonly ComPortName[];
const textless: readonly ComPortName[] = ["flowControlSuspend", "flowControlResume"];

/** `bytes`: of the subnegotiation, without the option. Fault: `protocol-violation`. */
export function decodeComPort(bytes: Uint8Array): Result<ComPortMessage> {
  const [code = 255] = bytes;
  const from = code >= serverOffset ? "server" : "client";
  const name = names.find((one) => comPortCodes[one] === code % serverOffset);
  if (name === undefined || code >= 2 * serverOffset) {
    return fail("protocol-violation", `COM port command ${code} is not known`);
  }
  const rest = bytes.subarray(1);
  if (name === "signature") {
    return ok({ name, from, value: 0,
      text: Buffer.from(rest.subarray(0, signatureMax)).toString("latin1") });
  }
  const length = name === "setBaudRate" ? 4 : textless.includes(name) ? 0 : 1;
  if (rest.length < length) {
    return fail("protocol-violation", `COM port command ${name} with ${rest.length} octets`);
  }
  const value = length === 0 ? 0 : length === 1 ? rest[0] ?? 0
    : new DataView(rest.buffer, rest.byteOffset, 4).getUint32(0);
  return ok({ name, from, value, text: "" });
}

export function encodeComPort({ name, from, value, text }: ComPortMessage): Uint8Array {
  const code = comPortCodes[name] + (from === "server" ? serverOffset : 0);
  if (name === "signature") {
    return Buffer.concat([Uint8Array.of(code), Buffer.from(text.slice(0, signatureMax), "latin1")]);
  }
  if (textless.includes(name)) return Uint8Array.of(code);
  if (name !== "setBaudRate") return Uint8Array.of(code, value);
  const bytes = new Uint8Array(5);
  bytes[0] = code;
  new DataView(bytes.buffer).setUint32(1, value);
  return bytes;
}
