/** The far end: a front desk with guests, which offers the link, answers postings and resyncs. */

import type { Cancellable, World } from "../../firmware/base/world.js";
import { EnquiryLine } from "../../firmware/wire/enquiry-line.js";
import { readRecord, writeRecord, type FieldList, type FiasRecord } from "./record.js";

export interface FiasPeerPlan {
  readonly world: World;
  /** Towards the gateway. */
  readonly send: (bytes: Uint8Array) => void;
  /** A serial line: ENQ, ACK and check octets. */
  readonly serial?: boolean;
}

export interface PeerGuest {
  readonly reservation: string;
  readonly name: string;
  readonly firstName?: string;
  readonly language?: string;
}

/** Records kept for whoever looks; the oldest go. */
const receivedMax = 10_000;
const offerMs = 15_000;

export class FiasPeer {
  readonly guests = new Map<string, PeerGuest>();
  /** What the gateway has sent since the peer was made, without what is about the link. */
  readonly received: FiasRecord[] = [];
  /** Postings by their number: the same number is the same call. */
  readonly postings = new Map<string, FiasRecord>();
  repeatedPostings = 0;
  /** What postings are answered with. */
  answer = "OK";
  /** So many postings are booked, and the answer gets lost. */
  answersLost = 0;
  resyncs = 0;
  readonly #plan: FiasPeerPlan;
  #line: EnquiryLine;
  #up = false;
  #offered = false;
  #offering: Cancellable | undefined;
  #described = new Set<string>();

  constructor(plan: FiasPeerPlan) {
    this.#plan = plan;
    this.#line = this.#open();
  }

  /** The link is described and alive. */
  get up(): boolean {
    return this.#up;
  }

  receive(bytes: Uint8Array): void {
    this.#line.receive(bytes);
  }

  /** The line is open: the front desk offers the link. */
  connected(): void {
    this.#line.close();
    this.#line = this.#open();
    this.#up = false;
    this.#described = new Set();
    this.#offer();
  }

  /** Started anew. Its guests stand in its books. */
  restart(): void {
    this.connected();
  }

  stop(): void {
    this.#offering?.cancel();
    this.#line.close();
  }

  checkIn(room: string, guest: PeerGuest, more: FieldList = []): Promise<boolean> {
    this.guests.set(room, guest);
    return this.say("GI", [["RN", room], ...guestFields(guest), ["GS", "N"], ...more]);
  }

  checkOut(room: string): Promise<boolean> {
    const guest = this.guests.get(room);
    this.guests.delete(room);
    return this.say("GO", [["RN", room], ["G#", guest?.reservation], ["GS", "N"]]);
  }

  move(from: string, to: string): Promise<boolean> {
    const guest = this.guests.get(from) ?? { reservation: "0", name: "Nobody" };
    this.guests.delete(from);
    this.guests.set(to, guest);
    return this.say("GC", [["RN", to], ...guestFields(guest), ["GS", "N"], ["RO", from]]);
  }

  /** Any record, once the link is up; false: it was not taken. */
  async say(id: string, fields: FieldList): Promise<boolean> {
    if (!this.#up) return false;
    return (await this.#line.transmit(writeRecord(id, fields))).ok;
  }

  #open(): EnquiryLine {
    const { world, send, serial = false } = this.#plan;
    return new EnquiryLine({ world, line: {}, acknowledged: serial, checked: serial, yields: false,
      answerMs: 3_000, triesMax: 4,
      send: (bytes) => {
        send(bytes);
        return { ok: true, value: undefined };
      },
      take: (text) => {
        const record = readRecord(text);
        if (record !== undefined) this.#take(record);
        return Promise.resolve(true);
      },
      garbage: () => undefined });
  }

  #offer(): void {
    this.#offering?.cancel();
    this.#offered = true;
    void this.#line.transmit(writeRecord("LS", this.#stamp()));
    this.#offering = this.#plan.world.clock.after(offerMs, "peer.offer", () => {
      if (!this.#up) this.#offer();
    });
  }

  #take(record: FiasRecord): void {
    switch (record.id) {
      case "LS":
        if (!this.#offered || this.#up) this.#offer();
        return;
      case "LD": return;
      case "LR":
        this.#described.add(record.fields.get("RI") ?? "");
        return;
      case "LA":
        if (!this.#up && this.#described.size === 0) return;
        this.#up = true;
        void this.#line.transmit(writeRecord("LA", this.#stamp()));
        return;
      case "DR": void this.#resync(); break;
      case "PS": this.#post(record); break;
      default:
    }
    this.received.push(record);
    if (this.received.length > receivedMax) this.received.shift();
  }

  async #resync(): Promise<void> {
    this.resyncs += 1;
    await this.say("DS", this.#stamp());
    for (const [room, guest] of [...this.guests]) {
      await this.say("GI", [["RN", room], ...guestFields(guest), ["GS", "N"], ["SF", ""]]);
    }
    await this.say("DE", this.#stamp());
  }

  #post(record: FiasRecord): void {
    const number = record.fields.get("P#") ?? "";
    if (this.answer === "OK") {
      if (this.postings.has(number)) this.repeatedPostings += 1;
      this.postings.set(number, record);
    }
    if (this.answersLost > 0) {
      this.answersLost -= 1;
      return;
    }
    void this.say("PA", [["RN", record.fields.get("RN")], ["AS", this.answer], ["P#", number],
      ...this.#stamp()]);
  }

  #stamp(): FieldList {
    const text = this.#plan.world.clock.wall().toISOString();
    return [["DA", text.slice(2, 10).replaceAll("-", "")],
      ["TI", text.slice(11, 19).replaceAll(":", "")]];
  }
}

function guestFields({ reservation, name, firstName, language }: PeerGuest): FieldList {
  return [["G#", reservation], ["GN", name], ["GF", firstName], ["GL", language]];
}
