/**
 * OmniPCX Enterprise over IP (port 2533 of the call server): we say that we want tickets, it says
 * its role, we ask to begin, and it sends a ticket as each call ends and asks now and then whether
 * we are still there. A message is two octets of its length, the higher first, and so many octets.
 * All this is from a public client that is used with real ones (Jeepers-Gitters/OXE_EAcc). Nothing
 * answers a ticket: what is on its way when the connection breaks is lost.
 * Assumed: a role other than P is that of a call server on standby, which has no tickets.
 * Assumed: a call server asks every half minute, and begins each ticket with 01 00 and its kind.
 */

import type { Text } from "../../../firmware/base/result.js";
import type { Framed, Framing } from "../framing.js";

/** Longer messages are none: the stream is out of step. */
export const bodyBytesMax = 4_096;
export const roleMs = 15_000;
/** Three of its questions missed. */
export const silenceMs = 95_000;

/** A ticket of any kind that is known; the text of a call ends before its padding. */
export const ticketBytes = 772;
const lengthBytes = 2;
const kindBytes = 4;
/** The longest message that is no ticket. */
const wordBytesMax = 16;
/** Kinds of tickets: none, a call, a change of the PBX's data, quality of a voice connection. */
export const kinds = { none: 1, call: 2, change: 6, quality: 7 } as const;
export const words = { want: "S", main: "P", begin: "\0\0", test: "TEST_REQ", here: "TEST_RSP" };

const outOfStep = "no message of this protocol";

export function messageOf(body: Uint8Array | string): Buffer {
  const octets = Buffer.from(body as string, "latin1");
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt16BE(octets.length);
  return Buffer.concat([length, octets]);
}

/** Whole messages at the front of what is kept, and whether what follows can be none. */
export function messagesIn(
  kept: Buffer,
): { readonly messages: readonly Buffer[]; readonly octets: number; readonly wrong: boolean } {
  const messages: Buffer[] = [];
  let at = 0;
  while (kept.length - at >= lengthBytes) {
    const length = kept.readUInt16BE(at);
    const body = kept.subarray(at + lengthBytes, at + lengthBytes + length);
    const begins = body.length < lengthBytes || body.readUInt16BE(0) === 0x0100;
    if (length > bodyBytesMax || (length > wordBytesMax && !begins)) {
      return { messages, octets: at, wrong: true };
    }
    if (body.length < length) break;
    messages.push(Buffer.from(body));
    at += lengthBytes + length;
  }
  return { messages, octets: at, wrong: false };
}

export class OxeTcp implements Framing {
  readonly silenceEndsLine = false;
  #kept: Buffer = Buffer.alloc(0);
  #begun = false;
  #lost = false;

  open(): readonly Framed[] {
    return [{ kind: "reply", bytes: messageOf(words.want) }, { kind: "wait", ms: roleMs }];
  }

  receive(bytes: Uint8Array): readonly Framed[] {
    if (this.#lost) return [{ kind: "garbage", bytes, reason: outOfStep }];
    this.#kept = Buffer.concat([this.#kept, bytes]);
    const { messages, octets, wrong } = messagesIn(this.#kept);
    const framed = messages.flatMap((body) => this.#message(body));
    this.#kept = Buffer.from(this.#kept.subarray(octets));
    if (wrong && !this.#lost) {
      framed.push(...this.#gone({ en: "what came is no message of an OmniPCX Enterprise",
        fr: "ce qui est arrivé n'est pas un message d'OmniPCX Enterprise" }));
    }
    if (this.#lost) return [...framed, ...this.end()];
    return [...framed, { kind: "wait", ms: this.#begun ? silenceMs : roleMs }];
  }

  elapsed(): readonly Framed[] {
    return this.#gone(this.#begun
      ? { en: `nothing heard for ${silenceMs / 1_000} s`,
        fr: `rien entendu en ${silenceMs / 1_000} s` }
      : { en: "the call server does not say its role", fr: "le serveur ne dit pas son rôle" });
  }

  end(): readonly Framed[] {
    const rest = this.#kept;
    this.#kept = Buffer.alloc(0);
    return rest.length === 0 ? []
      : [{ kind: "garbage", bytes: rest, reason: this.#lost ? outOfStep : "cut short" }];
  }

  #gone(reason: Text): Framed[] {
    this.#lost = true;
    return [{ kind: "wait", ms: undefined },
      { kind: "condition", condition: { type: "lost", reason } }];
  }

  #message(body: Buffer): readonly Framed[] {
    const skipped: Framed = { kind: "skipped", bytes: lengthBytes + body.length };
    const text = body.toString("latin1");
    if (text === words.test) return [skipped, { kind: "reply", bytes: messageOf(words.here) }];
    if (body.length === 1 && !this.#begun) {
      if (text !== words.main) {
        return [skipped, ...this.#gone({ en: "this call server is on standby",
          fr: "ce serveur d'appels est en secours" })];
      }
      this.#begun = true;
      return [skipped, { kind: "condition", condition: { type: "ready" } },
        { kind: "reply", bytes: messageOf(words.begin) }];
    }
    if (body.length <= wordBytesMax || body[2] !== kinds.call) return [skipped];
    const end = body.findLastIndex((octet) => octet !== 0) + 1;
    const printed = body.subarray(kindBytes, Math.max(kindBytes, end));
    return [{ kind: "skipped", bytes: lengthBytes + kindBytes },
      { kind: "text", bytes: printed, ends: true },
      { kind: "skipped", bytes: body.length - kindBytes - printed.length }];
  }
}
