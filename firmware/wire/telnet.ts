/**
 * Telnet as far as a serial port over it needs: data, options, subnegotiations (RFC 854, RFC 855).
 * Both ends; binary (RFC 856), so that no line end is changed.
 */

import type { Codec, Decoded, Decoder } from "../base/codec.js";

export const verbs = { will: 251, wont: 252, do: 253, dont: 254 } as const;
export type Verb = keyof typeof verbs;
/** RFC 856, RFC 857, RFC 858, RFC 2217. */
export const options = { binary: 0, echo: 1, suppressGoAhead: 3, comPort: 44 } as const;

/** Octets of one subnegotiation; a COM port's needs six. */
export const subnegotiationMax = 512;

const iac = 255;
const begin = 250;
const end = 240;

export type TelnetMessage =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "option"; readonly verb: Verb; readonly option: number }
  | { readonly kind: "subnegotiation"; readonly option: number; readonly bytes: Uint8Array }
  | { readonly kind: "command"; readonly code: number };

function escaped(bytes: Uint8Array): Uint8Array {
  const count = bytes.reduce((sum, byte) => byte === iac ? sum + 1 : sum, 0);
  if (count === 0) return bytes;
  const out = new Uint8Array(bytes.length + count);
  let at = 0;
  for (const byte of bytes) {
    out[at] = byte;
    at += 1;
    if (byte !== iac) continue;
    out[at] = iac;
    at += 1;
  }
  return out;
}

function verbOf(code: number): Verb | undefined {
  return (["will", "wont", "do", "dont"] as const).find((verb) => verbs[verb] === code);
}

type State = "data" | "command" | "option" | "sub" | "sub-command";

class TelnetDecoder implements Decoder<TelnetMessage> {
  #state: State = "data";
  #verb: Verb = "will";
  #sub: number[] = [];

  push(chunk: Uint8Array): Iterable<Decoded<TelnetMessage>> {
    const found: Decoded<TelnetMessage>[] = [];
    let data: number[] = [];
    const tell = (message: TelnetMessage): void => { found.push({ kind: "message", message }); };
    const flush = (): void => {
      if (data.length > 0) tell({ kind: "data", bytes: Uint8Array.from(data) });
      data = [];
    };
    for (const byte of chunk) {
      switch (this.#state) {
        case "data":
          if (byte === iac) this.#state = "command";
          else data.push(byte);
          break;
        case "command":
          this.#state = "data";
          if (byte === iac) data.push(byte);
          else {
            flush();
            this.#command(byte, tell);
          }
          break;
        case "option":
          this.#state = "data";
          tell({ kind: "option", verb: this.#verb, option: byte });
          break;
        case "sub":
          if (byte === iac) this.#state = "sub-command";
          else this.#collect(byte);
          break;
        case "sub-command": {
          const ended = this.#subCommand(byte);
          if (ended !== undefined) found.push(ended);
          break;
        }
      }
    }
    flush();
    return found;
  }

  #command(byte: number, tell: (message: TelnetMessage) => void): void {
    const verb = verbOf(byte);
    if (verb !== undefined) {
      this.#verb = verb;
      this.#state = "option";
    } else if (byte === begin) {
      this.#sub = [];
      this.#state = "sub";
    } else tell({ kind: "command", code: byte });
  }

  #subCommand(byte: number): Decoded<TelnetMessage> | undefined {
    this.#state = "sub";
    if (byte === iac) {
      this.#collect(byte);
      return undefined;
    }
    // Whatever else comes here ends it; only SE does so properly.
    this.#state = "data";
    const [option, ...bytes] = this.#sub;
    this.#sub = [];
    if (byte === end && option !== undefined && bytes.length < subnegotiationMax) {
      return { kind: "message", message: { kind: "subnegotiation", option,
        bytes: Uint8Array.from(bytes) } };
    }
    return { kind: "garbage", bytes: Uint8Array.from(bytes),
      reason: byte === end ? "a subnegotiation without option, or too long"
        : "a subnegotiation that does not end" };
  }

  /** One too many marks it as too long. */
  #collect(byte: number): void {
    if (this.#sub.length <= subnegotiationMax) this.#sub.push(byte);
  }
}

export const telnet: Codec<TelnetMessage> = {
  encode: (message) => {
    switch (message.kind) {
      case "data": return escaped(message.bytes);
      case "option": return Uint8Array.of(iac, verbs[message.verb], message.option);
      case "command": return Uint8Array.of(iac, message.code);
      case "subnegotiation":
        return Buffer.concat([Uint8Array.of(iac, begin, message.option), escaped(message.bytes),
          Uint8Array.of(iac, end)]);
    }
  },
  decoder: () => new TelnetDecoder(),
};
