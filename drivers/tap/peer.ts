/** A TAP paging terminal, on the cable or behind a modem; shares the codec with the driver. */

import type { Cancellable, World } from "../../firmware/base/world.js";
import { tapAnswerCodec, tapRequestCodec, type TapAnswer, type TapBlock }
  from "../../firmware/wire/tap.js";

export interface TapPeerPlan {
  readonly world: World;
  readonly send: (bytes: Uint8Array) => void;
  /** A Hayes modem stands between; it reaches the terminal by this number only. */
  readonly number?: string;
  /** The terminal wants this password. */
  readonly password?: string;
  /** Called when the terminal hangs up, as one over TCP closes the connection. */
  readonly hungUp?: () => void;
}

export interface TapPeer {
  receive(bytes: Uint8Array): void;
  /** Pages taken: `pager text`. */
  readonly pages: readonly string[];
  /** Each block as it came. */
  readonly blocks: number;
  readonly sessions: number;
  /** Faults: what is spoiled next, counted down. */
  readonly faults: { loseAnswers: number; repeat: number; hangUp: number; silent: boolean };
  /** Pagers that it does not know. */
  readonly unknown: Set<string>;
  restart(): void;
  stop(): void;
}

/** The terminal waits for its entry device (§7.0 t4, t5). */
const patienceMs = 8_000;

export function createTapPeer(plan: TapPeerPlan): TapPeer {
  return new Peer(plan);
}

class Peer implements TapPeer {
  readonly pages: string[] = [];
  readonly unknown = new Set<string>();
  readonly faults = { loseAnswers: 0, repeat: 0, hangUp: 0, silent: false };
  blocks = 0;
  sessions = 0;
  readonly #plan: TapPeerPlan;
  #decoder = tapRequestCodec.decoder();
  #online: boolean;
  #loggedOn = false;
  #typed = "";
  #text = "";
  #patience: Cancellable | undefined;

  constructor(plan: TapPeerPlan) {
    this.#plan = plan;
    this.#online = plan.number === undefined;
  }

  receive(bytes: Uint8Array): void {
    if (this.faults.silent) return;
    for (const byte of bytes) {
      if (this.#online) this.#terminal(byte);
      else this.#modem(byte);
    }
  }

  restart(): void {
    this.stop();
    this.#online = this.#plan.number === undefined;
    this.#loggedOn = false;
    this.#typed = "";
    this.#text = "";
    this.#decoder = tapRequestCodec.decoder();
  }

  stop(): void { this.#patience?.cancel(); }

  #say(...answers: readonly TapAnswer[]): void {
    if (this.faults.loseAnswers > 0) {
      this.faults.loseAnswers -= 1;
      return;
    }
    for (const answer of answers) this.#plan.send(tapAnswerCodec.encode(answer));
  }

  #modem(byte: number): void {
    this.#typed += String.fromCharCode(byte);
    if (byte !== 0x0d) return;
    const command = this.#typed.trim();
    this.#typed = "";
    const result = (text: string): void => {
      this.#plan.send(Buffer.from(`\r\n${text}\r\n`, "latin1"));
    };
    if (!command.startsWith("ATDT")) {
      result("OK");
    } else if (command === `ATDT${this.#plan.number}`) {
      this.#online = true;
      result("CONNECT 1200");
    } else {
      result("BUSY");
    }
  }

  #terminal(byte: number): void {
    for (const item of this.#decoder.push(Uint8Array.of(byte))) {
      this.#wait();
      if (item.kind === "garbage") {
        if (this.#loggedOn) this.#say({ kind: "text", code: "514", text: "Checksum error" },
          { kind: "repeat" });
        continue;
      }
      const { message } = item;
      switch (message.kind) {
        case "enter":
          if (!this.#loggedOn) this.#say({ kind: "prompt" });
          break;
        case "logon": this.#logOn(message.password); break;
        case "block":
          if (this.#loggedOn) this.#take(message);
          break;
        case "logoff":
          this.#hangUp({ kind: "text", code: "115", text: "Thank you" });
          break;
      }
    }
  }

  #wait(): void {
    this.#patience?.cancel();
    this.#patience = this.#plan.world.clock.after(patienceMs, "peer.tap", () => {
      if (this.#loggedOn) this.#hangUp({ kind: "text", code: "501", text: "Timeout" });
    });
  }

  #logOn(password: string): void {
    if (password !== (this.#plan.password ?? "")) {
      this.#hangUp({ kind: "text", code: "509", text: "Invalid password" });
      return;
    }
    this.sessions += 1;
    this.#loggedOn = true;
    this.#say({ kind: "text", code: "110", text: "1.8" }, { kind: "acknowledge" },
      { kind: "goAhead" });
  }

  #take({ text, end }: TapBlock): void {
    this.blocks += 1;
    if (this.faults.hangUp > 0) {
      this.faults.hangUp -= 1;
      this.#hangUp({ kind: "text", code: "113", text: "Maximum time" });
      return;
    }
    if (this.faults.repeat > 0) {
      this.faults.repeat -= 1;
      this.#say({ kind: "text", code: "514", text: "Checksum error" }, { kind: "repeat" });
      return;
    }
    this.#text += text;
    if (end !== "transaction") {
      this.#say({ kind: "acknowledge" });
      return;
    }
    const [pager = "", message = ""] = this.#text.split("\r");
    this.#text = "";
    if (this.unknown.has(pager)) {
      this.#say({ kind: "text", code: "511", text: "Invalid pager ID" }, { kind: "abandon" });
      return;
    }
    this.pages.push(`${pager} ${message}`);
    this.#say({ kind: "text", code: "211", text: "Page sent" }, { kind: "acknowledge" });
  }

  #hangUp(word: TapAnswer): void {
    this.#patience?.cancel();
    this.#say(word, { kind: "disconnect" });
    this.#loggedOn = false;
    this.#text = "";
    if (this.#plan.number !== undefined) {
      this.#online = false;
      this.#plan.send(Buffer.from("\r\nNO CARRIER\r\n", "latin1"));
    }
    this.#plan.hungUp?.();
  }
}
