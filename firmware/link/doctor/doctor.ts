/**
 * Listens on a port until it knows what speaks there, or says what is wrong. It never sends, and
 * it ends in bounded time. The port is read as eight bits without parity, which shows every
 * framing; only the speed is changed, also within a line.
 */

import { faultText, type Result, type Text } from "../../base/result.js";
import type { Cancellable, World } from "../../base/world.js";
import type { ModemLines } from "../transport.js";
import type { OctetsHandler } from "../transports/serial.js";
import { isEitherWay, maybeEnquiries, see, seeParity, shareOf, type Framing }
  from "./legibility.js";
import { nextSpeeds, usualSpeeds } from "./speeds.js";
import { isSure, judge, type Candidate, type Damage, type Verdict } from "./verdict.js";

/** What the doctor needs of an open port. */
export interface DoctorPort {
  /** False where damaged octets cannot be told from good ones. */
  readonly errorsCounted: boolean;
  onReceive(handler: OctetsHandler): void;
  onClosed(handler: () => void): void;
  lines(): Promise<ModemLines | undefined>;
  setBaudRate(baudRate: number): Promise<Result<void>>;
  close(): void;
}

export interface Progress {
  readonly text: Text;
  readonly baudRate: number;
  readonly octets: number;
  /** A test call made now brings this on. */
  readonly callWanted: boolean;
}

export interface DoctorPlan {
  readonly world: World;
  /** As the configuration would name the port. */
  readonly address: string;
  /** Opens with 8N1 at this speed. */
  open(baudRate: number, deadlineMs: number): Promise<Result<DoctorPort>>;
  /** Best first, as `Driver.recognise`: in pieces, the last is the answer. */
  recognise(text: Uint8Array, atMs: number): Iterable<readonly Candidate[]>;
  readonly limitMs: number;
  tell(progress: Progress): void;
}

export interface Examination {
  /** Resolves when it knows, or when the time is over. */
  readonly verdict: Promise<Verdict>;
  /** Closes the port at once; the verdict, from what was heard so far, follows. */
  stop(): void;
}

/** Bytes of a stream whose speed is known, kept for recognition: some ten records of any make. */
const textMax = 4_096;
const openMs = 5_000;
/** After a change of speed within a line, the first octets may begin at the wrong bit. */
const tailOctets = 32;
const patienceOctets = 80;
/** Once text was seen, noise does not at once make it another speed. */
const keepShare = 0.7;
const burstEndMs = 400;
/** A PBX that prints without a pause is read after so many octets. */
const endlessOctets = textMax / 2;
/** Of records that are no text; at a wrong speed nothing comes near. */
const binaryScoreMin = 0.8;
/** While the framing is not certain, nothing is. */
const eitherWayScoreMax = 0.8;
const askForCallMs = 6_000;
/** At a wrong speed the port may hide all that comes: its frames have no end. */
const nothingMs = 30_000;

export function examine(plan: DoctorPlan): Examination {
  const doctor = new Doctor(plan);
  return { verdict: doctor.verdict, stop: () => { doctor.end(); } };
}

class Doctor {
  readonly #plan: DoctorPlan;
  readonly #ended = Promise.withResolvers<Verdict>();
  readonly #timers = new Map<string, Cancellable>();
  readonly #tried = new Map<number, number>();
  #port: DoctorPort | undefined;
  #lines: ModemLines | undefined;
  #baudRate = usualSpeeds[0] ?? 9_600;
  /** Since the last change of speed; octets that came damaged are only counted. */
  #octets = Buffer.alloc(0);
  /** The same with the damaged ones, and which of them those are (1). */
  #every = { octets: Buffer.alloc(0), damaged: Buffer.alloc(0) };
  readonly #damage = new Map<number, Damage>();
  #octetsSeen = 0;
  #framing: Framing | undefined;
  #candidates: readonly Candidate[] = [];
  /** Octets since the last search. */
  #unread = 0;
  #searching = false;
  #changing = false;
  #ending = false;

  constructor(plan: DoctorPlan) {
    this.#plan = plan;
    void this.#begin();
  }

  get verdict(): Promise<Verdict> {
    return this.#ended.promise;
  }

  end(): void {
    if (this.#ending) return;
    this.#close();
    if (this.#octets.length > 0) this.#look(true);
    if (!this.#searching) this.#judge();
  }

  #judge(): void {
    this.#ended.resolve(judge({ address: this.#plan.address, baudRate: this.#baudRate,
      framing: this.#framing, lines: this.#lines, octetsSeen: this.#octetsSeen,
      damage: this.#port?.errorsCounted === true ? this.#damage : undefined,
      candidates: this.#candidates, octets: this.#octets }));
  }

  #close(): void {
    this.#ending = true;
    this.#searching = false;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#port?.close();
  }

  #fail(portFault: Text): void {
    if (this.#ending) return;
    this.#close();
    this.#ended.resolve(judge({ address: this.#plan.address, portFault }));
  }

  #after(name: string, delayMs: number, run: () => void): void {
    this.#timers.get(name)?.cancel();
    this.#timers.set(name, this.#plan.world.clock.after(delayMs, `doctor.${name}`, run));
  }

  #tell(text: Text, callWanted = false): void {
    this.#plan.tell({ text, baudRate: this.#baudRate, octets: this.#octetsSeen, callWanted });
  }

  async #begin(): Promise<void> {
    const opened = await this.#plan.open(this.#baudRate, openMs);
    if (!opened.ok) {
      this.#fail(faultText(opened.fault));
      return;
    }
    this.#port = opened.value;
    if (this.#ending) {
      this.#port.close();
      return;
    }
    this.#port.onReceive((octets, damagedAt) => { this.#receive(octets, damagedAt); });
    this.#port.onClosed(() => {
      this.#fail({ en: "the port went away while listening: was it unplugged?",
        fr: "le port a disparu pendant l'écoute : a-t-il été débranché ?" });
    });
    this.#lines = await this.#port.lines();
    if (this.#ending) return;
    this.#tell({ en: "Listening. Nothing is sent.", fr: "Écoute. Rien n'est envoyé." });
    this.#after("limit", this.#plan.limitMs, () => { this.end(); });
    this.#after("ask", askForCallMs, () => { void this.#askForCall(); });
  }

  async #askForCall(): Promise<void> {
    if (this.#octetsSeen > 0) return;
    this.#lines = await this.#port?.lines();
    this.#tell({ en: "Nothing yet. Make one test call now, and hang up after ten seconds.",
      fr: "Rien encore. Faites un appel d'essai maintenant, et raccrochez après dix secondes.",
    }, true);
  }

  #receive(octets: Uint8Array, damagedAt: readonly number[]): void {
    if (this.#ending || this.#changing) return;
    this.#unread += octets.length;
    this.#octetsSeen += octets.length;
    this.#timers.get("idle")?.cancel();
    const known = this.#damage.get(this.#baudRate) ?? { octets: 0, damaged: 0 };
    this.#damage.set(this.#baudRate, { octets: known.octets + octets.length,
      damaged: known.damaged + damagedAt.length });
    const damaged = Buffer.alloc(octets.length);
    for (const place of damagedAt) damaged[place] = 1;
    this.#every = { octets: newest(this.#every.octets, octets),
      damaged: newest(this.#every.damaged, damaged) };
    // A break is no damage here: it tells that the sender is much slower.
    this.#octets = newest(this.#octets,
      octets.filter((octet, place) => octet === 0 || damaged[place] === 0));
    this.#after("burst", burstEndMs, () => { this.#look(true); });
    this.#look(false);
  }

  /** `ended`: the line has fallen silent. */
  #look(ended: boolean): void {
    const parity = seeParity(this.#every.octets, this.#every.damaged);
    if (parity !== undefined) {
      this.#read({ dataBits: 8, parity }, ended);
      return;
    }
    const heard = this.#every.octets.length > 0;
    const tail = this.#octets.subarray(-tailOctets);
    const framing = this.#framing !== undefined && shareOf(tail, this.#framing) >= keepShare
      ? this.#framing
      : see(this.#octets) ?? see(tail);
    if (framing !== undefined) this.#read(framing, ended);
    else if (ended && this.#octets.length > 0) {
      this.#search(this.#octets, (found) => { this.#readBinary(found); });
    } else if (this.#octets.length >= patienceOctets || (ended && heard)) {
      void this.#changeSpeed();
    }
  }

  #read(framing: Framing, ended: boolean): void {
    const { dataBits, parity } = framing;
    if (this.#framing === undefined) {
      this.#tell({ en: `Text at ${this.#baudRate} baud, ${dataBits} bits, parity ${parity}.`,
        fr: `Du texte à ${this.#baudRate} bauds, ${dataBits} bits, parité ${parity}.` });
    }
    this.#framing = framing;
    if (!ended && this.#unread < endlessOctets) return;
    const text = dataBits === 7 ? this.#octets.map((octet) => octet & 0x7f)
      : parity === "none" ? this.#octets : this.#every.octets;
    this.#search(text, (found) => { this.#take(found); });
  }

  /** A piece at a time, so that links have their turns; a newer search takes the place of one. */
  #search(text: Uint8Array, then: (found: readonly Candidate[]) => void): void {
    const pieces = this.#plan.recognise(text, this.#plan.world.clock.wall().getTime())
      [Symbol.iterator]();
    let found: readonly Candidate[] = [];
    const step = (): void => {
      const piece = pieces.next();
      if (piece.done !== true) {
        found = piece.value;
        this.#after("search", 0, step);
        return;
      }
      this.#searching = false;
      then(found);
      if (this.#ending) this.#judge();
    };
    this.#unread = 0;
    this.#searching = true;
    this.#after("search", 0, step);
  }

  #take(found: readonly Candidate[]): void {
    this.#candidates = isEitherWay(this.#every.octets) ? found.map((each) =>
      ({ ...each, score: Math.min(each.score, eitherWayScoreMax) })) : found;
    const [best] = this.#candidates;
    if (best === undefined || this.#ending) return;
    if (isSure(best)) {
      this.#close();
      this.#judge();
    } else this.#tell({
      en: `${best.records} record(s) like ${best.title}; one more call makes sure.`,
      fr: `${best.records} ticket(s) du genre ${best.title} ; encore un appel pour être sûr.`,
    }, true);
  }

  /** Binary records are no text at any setting; what a driver is sure of keeps the speed. */
  #readBinary(found: readonly Candidate[]): void {
    const [best] = found;
    if (best !== undefined && best.score >= binaryScoreMin) {
      this.#framing = { dataBits: 8, parity: "none" };
      this.#take(found);
    } else if (this.#every.octets.length >= patienceOctets
      || !(isPlain(this.#octets) || maybeEnquiries(this.#octets))) {
      void this.#changeSpeed();
    }
  }

  async #changeSpeed(): Promise<void> {
    if (this.#ending) return;
    this.#timers.get("search")?.cancel();
    this.#searching = false;
    const order = nextSpeeds(this.#baudRate, this.#octets);
    this.#tried.set(this.#baudRate, (this.#tried.get(this.#baudRate) ?? 0) + 1);
    const times = (speed: number): number => this.#tried.get(speed) ?? 0;
    const least = Math.min(...order.map(times));
    const next = order.find((speed) => times(speed) === least) ?? this.#baudRate;
    this.#tell({ en: `Not text at ${this.#baudRate} baud; trying ${next}.`,
      fr: `Pas de texte à ${this.#baudRate} bauds ; essai à ${next}.` });
    this.#changing = true;
    this.#framing = undefined;
    this.#candidates = [];
    this.#after("idle", nothingMs, () => { void this.#changeSpeed(); });
    const changed = await this.#port?.setBaudRate(next);
    if (changed?.ok === true) this.#baudRate = next;
    // A speed that the port does not have is not tried first again.
    else this.#tried.set(next, times(next) + 1);
    this.#octets = Buffer.alloc(0);
    this.#every = { octets: Buffer.alloc(0), damaged: Buffer.alloc(0) };
    this.#changing = false;
  }
}

function newest(kept: Uint8Array, more: Uint8Array): Buffer<ArrayBuffer> {
  const all = Buffer.concat([kept, more]);
  return all.subarray(Math.max(0, all.length - textMax));
}

/** Too little to judge, but nothing that text could not hold. */
function isPlain(octets: Uint8Array): boolean {
  return octets.every((octet) => (octet >= 0x20 && octet < 0x7f) || octet === 0x0d
    || octet === 0x0a);
}
