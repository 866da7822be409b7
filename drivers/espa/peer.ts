/**
 * The far end of an ESPA 4.4.4 line: a panel (nurse call, fire, PBX) that is the control station
 * and calls pagers, or a paging system that is polled and takes calls. One table of what to do
 * for each thing heard, written apart from the driver's session.
 */

import type { Cancellable, World } from "../../firmware/base/world.js";
import { espaCodec, espaHeaders, espaRecords, type EspaBlock, type EspaMessage }
  from "../../firmware/wire/espa.js";

export interface PeerPage {
  readonly pager: string;
  readonly text: string;
  /** `1` alarm, `2` high, `3` normal. */
  readonly priority?: string;
}

export interface EspaPeerPlan {
  readonly role: "panel" | "paging-system";
  readonly world: World;
  readonly send: (bytes: Uint8Array) => void;
  /** Default 1 for the panel, 2 for the paging system. */
  readonly address?: string;
  readonly other?: string;
  /** Panel: time between polls; 0 or absent: it only calls. */
  readonly pollMs?: number;
}

export interface EspaPeer {
  receive(bytes: Uint8Array): void;
  /** A panel calls a pager now; a paging system has something to tell at the next poll. */
  page(page: PeerPage): void;
  /** A paging system tells what became of a call: `3` paged, `4` absent ... */
  status(pager: string, status: string): void;
  /** What came, in order: header, then `id=value` for each record. */
  readonly heard: readonly string[];
  /** The pages among it. */
  readonly pages: readonly PeerPage[];
  /** Outcome of each of our own blocks: acknowledged, refused, or given up. */
  readonly outcomes: readonly string[];
  /** Faults: each counts down by what it spoils. */
  readonly faults: { loseAcks: number; damage: number; refuse: number; silent: boolean };
  restart(): void;
  stop(): void;
}

const answerMs = 2_000;
const triesMax = 3;

export function createEspaPeer(plan: EspaPeerPlan): EspaPeer {
  return new Peer(plan);
}

class Peer implements EspaPeer {
  readonly heard: string[] = [];
  readonly pages: PeerPage[] = [];
  readonly outcomes: string[] = [];
  readonly faults = { loseAcks: 0, damage: 0, refuse: 0, silent: false };
  readonly #plan: EspaPeerPlan;
  readonly #own: string;
  readonly #other: string;
  #decoder = espaCodec.decoder();
  #queue: EspaBlock[] = [];
  #doing: "nothing" | "polled" | "selects" | "sends" | "receives" = "nothing";
  #tries = 0;
  /** The turn was given to another station: what follows is a selection. */
  #granted = false;
  #last = "";
  #timer: Cancellable | undefined;
  #polling: Cancellable | undefined;

  constructor(plan: EspaPeerPlan) {
    this.#plan = plan;
    const panel = plan.role === "panel";
    this.#own = plan.address ?? (panel ? "1" : "2");
    this.#other = plan.other ?? (panel ? "2" : "1");
    this.#pollLater();
  }

  receive(bytes: Uint8Array): void {
    for (const item of this.#decoder.push(bytes)) {
      if (this.faults.silent) continue;
      if (item.kind === "message") this.#hear(item.message);
      else if (this.#doing === "receives") this.#say({ kind: "refuse", prefix: "1" });
    }
  }

  page({ pager, text, priority = "1" }: PeerPage): void {
    this.#put({ kind: "block", header: espaHeaders.callToPager, records: [
      [espaRecords.address, pager], [espaRecords.text, text], [espaRecords.beep, "3"],
      [espaRecords.callType, "3"], [espaRecords.transmissions, "1"],
      [espaRecords.priority, priority],
    ].map(([id = "", value = ""]) => ({ id, value: Buffer.from(value, "latin1") })) });
  }

  status(pager: string, status: string): void {
    this.#put({ kind: "block", header: espaHeaders.statusInformation, records: [
      { id: espaRecords.address, value: Buffer.from(pager, "latin1") },
      { id: espaRecords.callStatus, value: Buffer.from(status, "latin1") }] });
  }

  restart(): void {
    this.#timer?.cancel();
    this.#decoder = espaCodec.decoder();
    this.#queue = [];
    this.#doing = "nothing";
    this.#granted = false;
    this.#tries = 0;
    this.#last = "";
    this.#pollLater();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#polling?.cancel();
  }

  get #isPanel(): boolean { return this.#plan.role === "panel"; }

  #put(block: EspaBlock): void {
    this.#queue.push(block);
    if (this.#isPanel && this.#doing === "nothing") this.#select();
  }

  #say(...messages: readonly EspaMessage[]): void {
    if (this.faults.silent) return;
    for (const message of messages) {
      const bytes = espaCodec.encode(message);
      if (message.kind === "block" && this.faults.damage > 0) {
        this.faults.damage -= 1;
        bytes.set([(bytes[4] ?? 0) ^ 0x01], 4);
      }
      this.#plan.send(bytes);
    }
  }

  #within(ms: number, late: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#plan.world.clock.after(ms, "peer.espa", late);
  }

  #pollLater(): void {
    const { pollMs = 0, world } = this.#plan;
    this.#polling?.cancel();
    if (!this.#isPanel || pollMs === 0) return;
    this.#polling = world.clock.after(pollMs, "peer.espa-poll", () => {
      if (this.#doing === "nothing") {
        this.#say({ kind: "enquiry", address: this.#other });
        this.#doing = "polled";
        this.#within(answerMs, () => { this.#finish(true); });
      }
      this.#pollLater();
    });
  }

  #finish(tells: boolean): void {
    this.#timer?.cancel();
    this.#doing = "nothing";
    this.#granted = false;
    this.#last = "";
    if (tells) this.#say({ kind: "end" });
    if (this.#isPanel && this.#queue.length > 0) this.#select();
  }

  #select(): void {
    this.#tries += 1;
    this.#doing = "selects";
    const selection: EspaMessage = { kind: "enquiry", address: this.#other };
    if (this.#isPanel) this.#say({ kind: "enquiry", address: this.#own }, selection);
    else this.#say(selection);
    this.#within(answerMs, () => { this.#retry(() => { this.#select(); }); });
  }

  #transmit(): void {
    const [block] = this.#queue;
    if (block === undefined) {
      this.#finish(true);
      return;
    }
    this.#tries += 1;
    this.#doing = "sends";
    this.#say(block);
    this.#within(answerMs, () => { this.#retry(() => { this.#transmit(); }); });
  }

  #retry(again: () => void): void {
    if (this.#tries < triesMax) again();
    else this.#over("given up");
  }

  #over(outcome: string): void {
    this.#tries = 0;
    this.#queue.shift();
    this.outcomes.push(outcome);
    this.#finish(true);
  }

  #hear(message: EspaMessage): void {
    switch (message.kind) {
      case "enquiry": this.#enquiry(message.address === this.#own); return;
      case "acknowledge":
        if (this.#doing === "selects") {
          this.#tries = 0;
          this.#transmit();
        } else if (this.#doing === "sends") {
          this.#over("acknowledged");
        }
        return;
      case "refuse":
        if (this.#doing === "sends") this.#retry(() => { this.#transmit(); });
        else if (this.#doing === "selects") this.#over("refused");
        return;
      case "end":
        this.#finish(false);
        return;
      case "block":
        if (this.#doing === "receives") this.#take(message);
        return;
    }
  }

  /** A paging system is polled where nobody was polled before, and selected else. */
  #enquiry(forUs: boolean): void {
    if (!forUs) {
      this.#granted = true;
    } else if (this.#isPanel ? this.#doing === "polled" : this.#granted) {
      this.#doing = "receives";
      this.#say({ kind: "acknowledge" });
      this.#within(10_000, () => { this.#finish(this.#isPanel); });
    } else if (this.#isPanel) {
      this.outcomes.push("contention");
    } else if (this.#queue.length > 0) {
      this.#select();
    } else {
      this.#say({ kind: "end" });
    }
  }

  #take(block: EspaBlock): void {
    if (this.faults.refuse > 0) {
      this.faults.refuse -= 1;
      this.#say({ kind: "refuse", prefix: "2" });
      return;
    }
    const records = block.records.map(({ id, value }) =>
      `${id}=${Buffer.from(value).toString("latin1")}`);
    const text = [block.header, ...records].join(" ");
    if (text !== this.#last) {
      this.heard.push(text);
      const of = (id: string): string => records.find((each) => each.startsWith(`${id}=`))
        ?.slice(2) ?? "";
      if (block.header === espaHeaders.callToPager) {
        this.pages.push({ pager: of("1"), text: of("2"), priority: of("6") });
      }
    }
    this.#last = text;
    if (this.faults.loseAcks > 0) this.faults.loseAcks -= 1;
    else this.#say({ kind: "acknowledge" });
  }
}
