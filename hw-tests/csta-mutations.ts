/**
 * Damaged PDUs of CSTA for every decoder of its encodings, from a seed: any length field, any
 * depth, cuts, bits, splices, in frames that fit and in frames that do not.
 */

import fc from "fast-check";
import { acseVariants } from "../firmware/wire/csta/acse.js";
import { cstaBerCodec } from "../firmware/wire/csta/ber-codec.js";
import { cstaFramer, framingNames } from "../firmware/wire/csta/framing.js";
import type { CstaCodec, CstaMessage } from "../firmware/wire/csta/message.js";
import type { CstaPhase } from "../firmware/wire/csta/phase.js";
import { phase1, phase2 } from "../firmware/wire/csta/phase1-2.js";
import { phase3 } from "../firmware/wire/csta/phase3.js";
import { cstaXmlCodec } from "../firmware/wire/csta/xml-codec.js";
import { xmlFrame } from "../firmware/wire/csta/xml8.js";
import { messages, sessions } from "./csta-messages.js";
import { samples } from "./csta-octets.js";

/** Whole numbers from 0 up to, not including, `below`. */
export type Random = (below: number) => number;

/** The same numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) % below;
  };
}

const seed = 180_218_285;
const samplesOfEach = 3;
/** Elements in each other that a mutation puts in. */
const depthMax = 3_000;
/** PDUs after which a decoder is a new one: what it waits for is then forgotten. */
const perDecoder = 64;

/** A decoder under test, with whole PDUs for it and how one becomes a frame. */
interface Subject {
  readonly name: string;
  readonly pdus: readonly Buffer[];
  readonly frame: (pdu: Buffer) => Buffer;
  /** Heads of elements that hold others. */
  readonly nests: readonly string[];
  /** Messages that were read, and pieces of garbage. */
  readonly fresh: () => (bytes: Buffer) => Omit<Count, "pdus">;
}

export interface Count {
  pdus: number;
  read: number;
  garbage: number;
}

const berNests = ["3080", "a080", "a082ffff", "6b80", "30847fffffff", "7e80"]
  .map((hex) => Buffer.from(hex, "hex").toString("latin1"));
const xmlNests = ["<a>", "<extensions>", "<a b='", "&amp;", "<![CDATA["];

function berMessages(): readonly CstaMessage[] {
  const found = samples.flatMap((sample) => fc.sample(sample, { numRuns: samplesOfEach, seed }));
  return [...found.map((sample, n): CstaMessage => {
    const invokeID = n % 0x7fff + 1;
    return sample.of === "event"
      ? { kind: "event", invokeID, monitorCrossRefID: "0005", event: sample.value }
      : sample.of === "result"
        ? { kind: "result", invokeID, service: sample.service, result: sample.value }
        : { kind: "invoke", invokeID, service: sample.service,
          argument: sample.value } as CstaMessage;
  }),
  { kind: "error", invokeID: 3, error: { category: "operation", value: "generic" } },
  { kind: "reject", invokeID: 3, problem: "mistypedArgument" },
  { kind: "associate", user: "AMHOST", password: "77777", versions: ["3", "4"] },
  { kind: "associated", version: "4", product: "aps 1" },
  { kind: "association-refused", reason: "authentication-failed" },
  { kind: "release" }, { kind: "released" }, { kind: "abort", reason: "" }];
}

function reader(codecOf: () => CstaCodec): Subject["fresh"] {
  return () => {
    const codec = codecOf();
    const decoder = codec.decoder();
    return (bytes) => {
      const count = { read: 0, garbage: 0 };
      for (const each of decoder.push(bytes)) {
        count[each.kind === "message" ? "read" : "garbage"] += 1;
        // What was read of it can be written, or not, but is never thrown at either.
        if (each.kind === "message") codec.encode(each.message);
      }
      return count;
    };
  };
}

/** The tables of a phase alone: elements that no frame has sifted. */
function elementReader(phase: CstaPhase): Subject["fresh"] {
  let operation = 0;
  return () => (bytes) => {
    operation = (operation + 1) % 400;
    const found = [phase.decodeEvent(bytes), phase.decodeError(bytes),
      phase.decodeArgument(operation, bytes), phase.decodeResult(operation, bytes)];
    const garbage = found.filter((each) => typeof each === "string").length;
    return { read: found.length - garbage, garbage };
  };
}

function subjects(): readonly Subject[] {
  const all = berMessages();
  const phases = { "phase I": phase1, "phase II": phase2, "phase III": phase3 };
  const ber = Object.entries(phases).flatMap(([name, phase]): readonly Subject[] => {
    const codecOf = (framing: typeof framingNames[number]): CstaCodec => cstaBerCodec({ phase,
      framing: { name: framing }, acse: phase === phase3 ? acseVariants.panasonic
        : acseVariants.phase2 });
    const bare = codecOf("none");
    const pdus = all.map((message) => bare.encode(message))
      .flatMap((pdu) => pdu === undefined ? [] : [Buffer.from(pdu)]);
    return [...framingNames.map((framing): Subject => {
      const framer = cstaFramer({ name: framing });
      return { name: `${name}, ${framing}`, pdus, nests: berNests,
        frame: (pdu) => Buffer.from(framer.encode({ kind: "pdu", pdu }) ?? pdu),
        fresh: reader(() => codecOf(framing)) };
    }), { name: `${name}, elements`, frame: (pdu) => pdu, nests: berNests,
      pdus: pdus.map((pdu) => pdu.subarray(Math.max(0, pdu.indexOf(0x30)))),
      fresh: elementReader(phase) }];
  });
  const xml = (["plain", "avaya"] as const).map((name): Subject => {
    const codecOf = (): CstaCodec => cstaXmlCodec(name === "avaya" ? { personality: name } : {});
    const codec = codecOf();
    const pdus = [...fc.sample(messages, { numRuns: 300, seed }),
      ...fc.sample(sessions, { numRuns: 40, seed })].flatMap((message) => {
      const frame = codec.encode(message);
      return frame === undefined ? [] : [Buffer.from(frame.subarray(8))];
    });
    return { name: `XML, ${name}`, pdus, nests: xmlNests, fresh: reader(codecOf),
      frame: (pdu) => Buffer.from(xmlFrame(1, pdu.toString("utf8")) ?? pdu) };
  });
  return [...ber, ...xml];
}

function spliced(bytes: Buffer, from: number, to: number, piece: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(to)]);
}

const lengths = ["00", "01", "7f", "80", "8100", "81ff", "820000", "82ffff", "8401000000",
  "84ffffffff", "fe", "ff", "1f"].map((hex) => Buffer.from(hex, "hex"));

/** One change to the PDU; `other` is another of its encoding. */
function changed(bytes: Buffer, other: Buffer, nests: readonly string[], random: Random): Buffer {
  const at = random(bytes.length + 1);
  const to = Math.min(bytes.length, at + random(8));
  switch (random(9)) {
    case 0: return bytes.subarray(0, at);
    case 1: return spliced(bytes, at, to, Buffer.alloc(0));
    case 2: return spliced(bytes, at, at + 1, lengths[random(lengths.length)] as Buffer);
    case 3: return spliced(bytes, at, at, Buffer.from(
      (nests[random(nests.length)] ?? "").repeat(1 + random(random(40) === 0 ? depthMax : 24)),
      "latin1"));
    case 4: return spliced(bytes, at, to, other.subarray(random(other.length + 1)));
    case 5: return spliced(bytes, at, at, bytes.subarray(random(bytes.length + 1)));
    case 6: return spliced(bytes, at, at,
      Buffer.from(Array.from({ length: 1 + random(6) }, () => random(256))));
    default: {
      const copy = Buffer.from(bytes);
      for (let left = 1 + random(4); left > 0 && copy.length > 0; left -= 1) {
        const place = random(copy.length);
        copy[place] = (copy[place] ?? 0) ^ 1 << random(8);
      }
      return copy;
    }
  }
}

export interface MutationRun {
  readonly counts: Readonly<Record<string, Count>>;
  /** What was thrown at which octets; the first of them. */
  readonly thrown: readonly string[];
  readonly throws: number;
}

const thrownMax = 5;

/** `total` damaged PDUs to all decoders in turn; `look` after every `lookEvery` of them. */
export function mutate(
  total: number, random: Random, look: () => void = () => {}, lookEvery = 100_000,
): MutationRun {
  const all = subjects().map((subject) => ({ subject, push: subject.fresh(),
    count: { pdus: 0, read: 0, garbage: 0 } }));
  const thrown: string[] = [];
  let throws = 0;
  for (let n = 0; n < total; n += 1) {
    const each = all[n % all.length] as typeof all[number];
    const { subject: { pdus, frame, nests, fresh }, count } = each;
    if (count.pdus % perDecoder === 0) each.push = fresh();
    count.pdus += 1;
    const pick = (): Buffer => pdus[random(pdus.length)] as Buffer;
    let bytes = random(2) === 0 ? frame(pick()) : pick();
    const isFramed = bytes.length > 0 && random(2) === 0;
    for (let left = random(3) === 0 ? 1 + random(4) : 1; left > 0; left -= 1) {
      bytes = changed(bytes, pick(), nests, random);
    }
    if (!isFramed && bytes.length > 0) bytes = frame(bytes);
    const cut = random(bytes.length + 1);
    try {
      for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
        const found = each.push(chunk);
        count.read += found.read;
        count.garbage += found.garbage;
      }
    } catch (error) {
      throws += 1;
      if (thrown.length < thrownMax) {
        thrown.push(`${each.subject.name} ${bytes.toString("hex").slice(0, 2_000)} ${
          error instanceof Error ? error.stack ?? "" : String(error)}`);
      }
      each.push = fresh();
    }
    if ((n + 1) % lookEvery === 0) look();
  }
  return { thrown, throws,
    counts: Object.fromEntries(all.map(({ subject, count }) => [subject.name, count])) };
}
