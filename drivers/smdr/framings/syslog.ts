/**
 * Record lines inside syslog messages: the headers of RFC 5424 and RFC 3164 are taken off. Over
 * TCP messages are counted or end with a line end (RFC 6587), whichever each begins with.
 *
 * Assumed: behind an RFC 3164 time stamp, a word that ends with a colon or holds `[` is the tag,
 * and the host's name is missing.
 * Assumed: a message that begins with no priority is the record line itself.
 */

import type { Framed, Framing } from "../framing.js";

export interface SyslogSettings {
  /** APP-NAME or tag of the messages that count; absent: all. */
  readonly apps?: readonly string[] | undefined;
  /** HOSTNAME of the senders that count; absent: all. */
  readonly hosts?: readonly string[] | undefined;
}

/** Longest message over TCP; RFC 5424 wants 2 048 at least. */
export const messageBytesMax = 16_384;
/** Structured data that is longer is taken for text. */
const headerCharsMax = 4_096;

const lf = 0x0a;
const space = 0x20;

export interface SyslogHeader {
  /** Octets before the text. */
  readonly octets: number;
  readonly host?: string;
  readonly app?: string;
}

const priority = /^<\d{1,3}>/;
const iso = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)`;
const modern = new RegExp(String.raw`^1 (?:-|${iso}) (\S{1,255}) (\S{1,48}) \S{1,128} \S{1,32} `);
const bsdStamp = new RegExp(
  String.raw`^(?:[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d|${iso}) `);
const bsdTag = /^([^\s:[\]]{1,64})(?:\[[^\]\s]{0,32}\])?:[ ]?/;
const word = /^(\S{1,255}) /;

/** What stands before the text of a message. */
export function syslogHeader(message: Uint8Array): SyslogHeader {
  // One octet, one character: places are octets.
  const text = Buffer.from(message.subarray(0, headerCharsMax)).toString("latin1");
  const pri = priority.exec(text)?.[0].length;
  if (pri === undefined) return { octets: 0 };
  const rest = text.slice(pri);
  const found = modern.exec(rest);
  if (found !== null) {
    const data = structuredEnd(rest, found[0].length);
    if (data !== undefined) {
      const [, host, app] = found;
      return { octets: pri + data, ...named("host", host), ...named("app", app) };
    }
  }
  const stamp = bsdStamp.exec(rest)?.[0].length ?? 0;
  let at = stamp;
  let host: string | undefined;
  let tag = bsdTag.exec(rest.slice(at));
  if (tag === null && stamp > 0) {
    const name = word.exec(rest.slice(at));
    if (name !== null) {
      host = name[1];
      at += name[0].length;
      tag = bsdTag.exec(rest.slice(at));
    }
  }
  // Without a time stamp, nothing tells a tag from a text with a colon.
  if (stamp === 0) return { octets: pri };
  return { octets: pri + at + (tag?.[0].length ?? 0), ...named("host", host),
    ...named("app", tag?.[1]) };
}

function named(name: "host" | "app", text: string | undefined): Partial<SyslogHeader> {
  return text === undefined || text === "-" ? {} : { [name]: text };
}

/** Behind the structured data that begins at `at`, its blank and a byte order mark. */
function structuredEnd(text: string, at: number): number | undefined {
  let end = at;
  if (text[end] === "-") {
    end += 1;
  } else {
    if (text[end] !== "[") return undefined;
    for (let quoted = false; ; end += 1) {
      const sign = text[end];
      if (sign === undefined) return undefined;
      if (quoted && sign === "\\") end += 1;
      else if (sign === "\"") quoted = !quoted;
      else if (!quoted && sign === "]" && text[end + 1] !== "[") break;
    }
    end += 1;
  }
  if (text[end] === undefined) return end;
  if (text[end] !== " ") return undefined;
  end += 1;
  return text.startsWith("\u00ef\u00bb\u00bf", end) ? end + 3 : end;
}

export class SyslogFraming implements Framing {
  readonly silenceEndsLine = false;
  readonly #settings: SyslogSettings;
  readonly #datagrams: boolean;
  #waiting: Uint8Array = new Uint8Array(0);

  constructor(settings: SyslogSettings, datagrams: boolean) {
    this.#settings = settings;
    this.#datagrams = datagrams;
  }

  open(): readonly Framed[] {
    this.#waiting = new Uint8Array(0);
    return [{ kind: "condition", condition: { type: "ready" } }];
  }

  receive(bytes: Uint8Array): readonly Framed[] {
    if (this.#datagrams) return this.#message(bytes);
    const all = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    const framed: Framed[] = [];
    let at = 0;
    while (at < all.length) {
      const taken = this.#frame(all.subarray(at), framed);
      if (taken === 0) break;
      at += taken;
    }
    this.#waiting = Uint8Array.from(all.subarray(at));
    return framed;
  }

  elapsed(): readonly Framed[] {
    return [];
  }

  end(): readonly Framed[] {
    const rest = this.#waiting;
    this.#waiting = new Uint8Array(0);
    return rest.length === 0 ? [] : this.#message(rest);
  }

  /** Takes one message off the beginning; 0 octets where its end has not come. */
  #frame(bytes: Uint8Array, framed: Framed[]): number {
    const counted = countOf(bytes);
    if (counted === "unknown") return 0;
    if (counted !== undefined) {
      const end = counted.headOctets + counted.octets;
      if (bytes.length < end) return 0;
      framed.push({ kind: "skipped", bytes: counted.headOctets },
        ...this.#message(bytes.subarray(counted.headOctets, end)));
      return end;
    }
    const end = bytes.indexOf(lf);
    if (end >= 0) {
      framed.push(...this.#message(bytes.subarray(0, end)), { kind: "skipped", bytes: 1 });
      return end + 1;
    }
    if (bytes.length <= messageBytesMax) return 0;
    const lost = Uint8Array.from(bytes.subarray(0, messageBytesMax));
    framed.push({ kind: "garbage", bytes: lost,
      reason: `no end of a syslog message within ${messageBytesMax} bytes` });
    return messageBytesMax;
  }

  #message(bytes: Uint8Array): readonly Framed[] {
    if (bytes.length === 0) return [];
    const { octets, host, app } = syslogHeader(bytes);
    const { apps, hosts } = this.#settings;
    const wanted = (apps === undefined || (app !== undefined && apps.includes(app)))
      && (hosts === undefined || (host !== undefined && hosts.includes(host)));
    if (!wanted) return [{ kind: "skipped", bytes: bytes.length }];
    const text = Uint8Array.from(bytes.subarray(octets));
    return [...(octets === 0 ? [] : [{ kind: "skipped", bytes: octets } as const]),
      { kind: "text", bytes: text, ends: true }];
  }
}

/** RFC 6587 3.4.1: the count of a message, if one stands there; unknown until its blank comes. */
function countOf(
  bytes: Uint8Array,
): { readonly octets: number; readonly headOctets: number } | "unknown" | undefined {
  let octets = 0;
  for (let at = 0; at < 7; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return "unknown";
    if (byte === space && at > 0) {
      // What follows a count is a priority; a record line that begins with a number is not one.
      const next = bytes[at + 1];
      if (next === undefined) return "unknown";
      return next === 0x3c && octets <= messageBytesMax ? { octets, headOctets: at + 1 }
        : undefined;
    }
    if (byte < 0x30 || byte > 0x39 || (at === 0 && byte === 0x30)) return undefined;
    octets = octets * 10 + byte - 0x30;
  }
  return undefined;
}
