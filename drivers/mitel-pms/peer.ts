/** The far end: a PBX with rooms, which obeys, and tells what housekeeping and guests dial. */

import type { World } from "../../firmware/base/world.js";
import { EnquiryLine } from "../../firmware/wire/enquiry-line.js";

export interface MitelPeerPlan {
  readonly world: World;
  /** Towards the gateway. */
  readonly send: (bytes: Uint8Array) => void;
  /** Its extensions; any if absent. */
  readonly extensions?: readonly string[];
}

export interface PeerRoom {
  checkedIn: boolean;
  name: string;
  lamp: boolean;
  quiet: boolean;
  restriction: string;
  wakeUp: string;
}

export class MitelPeer {
  readonly rooms = new Map<string, PeerRoom>();
  /** Every text that it took. */
  readonly taken: string[] = [];
  /** So many texts are refused with NAK. */
  refusals = 0;
  /** Octets that it sends are lost. */
  deaf = false;
  readonly #plan: MitelPeerPlan;
  #line: EnquiryLine;

  constructor(plan: MitelPeerPlan) {
    this.#plan = plan;
    this.#line = this.#open();
  }

  receive(bytes: Uint8Array): void {
    this.#line.receive(bytes);
  }

  /** The line is open anew. */
  connected(): void {
    this.#line.close();
    this.#line = this.#open();
  }

  /** It has lost its memory. */
  restart(): void {
    this.rooms.clear();
    this.connected();
  }

  stop(): void {
    this.#line.close();
  }

  /** Housekeeping dials a status. */
  status(extension: string, digit: string): Promise<boolean> {
    return this.say(`STS${digit} ${extension.padStart(5)}`);
  }

  lamp(extension: string, on: boolean): Promise<boolean> {
    this.room(extension).lamp = on;
    return this.say(`MW ${on ? "1" : "0"} ${extension.padStart(5)}`);
  }

  quiet(extension: string, on: boolean): Promise<boolean> {
    this.room(extension).quiet = on;
    return this.say(`DND${on ? "1" : "0"} ${extension.padStart(5)}`);
  }

  /** The guest dials a wake-up: `0730`. */
  wakeUp(extension: string, time: string): Promise<boolean> {
    this.room(extension).wakeUp = time;
    return this.say(`WKP${time} ${extension.padStart(5)}`);
  }

  /** The wake-up has rung: `A` answered, `N` no answer, `B` busy. */
  wokenUp(extension: string, letter: string): Promise<boolean> {
    this.room(extension).wakeUp = "";
    return this.say(`WKP${letter} ${extension.padStart(5)}`);
  }

  /** It asks for the state of all rooms. */
  askForRooms(): Promise<boolean> {
    return this.say("RQINZ     ");
  }

  async say(text: string): Promise<boolean> {
    return (await this.#line.transmit(text)).ok;
  }

  room(extension: string): PeerRoom {
    const known = this.rooms.get(extension);
    if (known !== undefined) return known;
    const made = { checkedIn: false, name: "", lamp: false, quiet: false, restriction: "",
      wakeUp: "" };
    this.rooms.set(extension, made);
    return made;
  }

  #open(): EnquiryLine {
    const { world, send } = this.#plan;
    return new EnquiryLine({ world, line: {}, acknowledged: true, checked: false, yields: false,
      answerMs: 3_000, triesMax: 4,
      send: (bytes) => {
        if (!this.deaf) send(bytes);
        return { ok: true, value: undefined };
      },
      take: (text) => Promise.resolve(this.#take(text)), garbage: () => undefined });
  }

  #take(text: string): boolean {
    if (this.refusals > 0) {
      this.refusals -= 1;
      return false;
    }
    const extension = /([0-9]{1,5})$/.exec(text)?.[1];
    if (extension !== undefined) {
      if (this.#plan.extensions?.includes(extension) === false) return false;
      this.#obey(text, this.room(extension));
    }
    this.taken.push(text);
    return true;
  }

  #obey(text: string, room: PeerRoom): void {
    const status = text.slice(3, 4);
    switch (text.slice(0, 3)) {
      case "CHK":
        room.checkedIn = status === "1";
        if (!room.checkedIn) Object.assign(room, { name: "", wakeUp: "" });
        break;
      case "NAM": room.name = status === "3" ? "" : text.slice(5, 25).trim(); break;
      case "MW ": room.lamp = status === "1"; break;
      case "DND": room.quiet = status === "1"; break;
      case "RST": room.restriction = status; break;
      case "WKP": room.wakeUp = text.slice(3, 7).trim(); break;
      default:
    }
  }
}
