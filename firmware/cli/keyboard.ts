/**
 * The keyboard of a terminal on a PBX's port: keys go out in order, one call after the other; the
 * escape key opens a menu. Piped input is typed as it is, line ends as the Return key.
 */

import { TerminalsService } from "../../proto/gen/cti/gateway/v1/terminals_pb.js";
import type { Session } from "./session.js";

/** Ctrl-], as telnet has it. */
const escapeKey = 0x1d;
const returnKey = 0x0d;
const backspaces: readonly number[] = [0x08, 0x7f];
/** The API's own bound of one call. */
const typedBytesMost = 4_096;
const secretBytesMax = 256;
const breakMs = 300;
const methods = TerminalsService.method;

type Mode = "typing" | "menu" | "secret";

export class Keyboard {
  readonly #session: Session;
  readonly #id: string;
  readonly #lingerMs: number;
  #mode: Mode = "typing";
  #secret: number[] = [];
  #waiting: Uint8Array[] = [];
  #turn: Promise<void> = Promise.resolve();
  readonly #over = new AbortController();
  #pins = { dtr: true, rts: true };
  /** Why not all of a piped input was typed. */
  failure: Error | undefined;

  constructor(session: Session, id: string, lingerMs: number) {
    this.#session = session;
    this.#id = id;
    this.#lingerMs = lingerMs;
  }

  begin(): void {
    void this.#read().catch((error: unknown) => { this.#failed(error); });
  }

  end(): void {
    this.#over.abort();
  }

  get #ended(): boolean {
    return this.#over.signal.aborted;
  }

  async #read(): Promise<void> {
    const { interactive, keys, sleep } = this.#session.environment;
    for await (const bytes of keys(this.#over.signal)) {
      if (this.#ended) return;
      if (interactive) this.#pressed(bytes);
      else await this.#send(bytes.map((byte) => byte === 0x0a ? returnKey : byte));
    }
    await this.#turn;
    if (!interactive && !this.#ended) await sleep(this.#lingerMs);
    await this.#close();
  }

  /** Keys in the menu and of a secret are not for the PBX. */
  #pressed(bytes: Uint8Array): void {
    let from = 0;
    bytes.forEach((byte, at) => {
      if (this.#mode === "typing") {
        if (byte !== escapeKey) return;
        if (at > from) void this.#send(bytes.subarray(from, at));
        this.#mode = "menu";
        this.#session.note([
          "\r\nq quit · b break · s secret line · e extend · d DTR · r RTS · Ctrl-] itself\r",
          "\r\nq quitter · b break · s ligne secrète · e prolonger · d DTR · r RTS · Ctrl-] "
          + "la touche\r"]);
      } else if (this.#mode === "menu") this.#chosen(byte);
      else this.#hidden(byte);
      from = at + 1;
    });
    if (this.#mode === "typing" && from < bytes.length) void this.#send(bytes.subarray(from));
  }

  #chosen(byte: number): void {
    this.#mode = "typing";
    const id = this.#id;
    switch (String.fromCharCode(byte).toLowerCase()) {
      case "q": this.#do(() => this.#close()); return;
      case "b":
        this.#do(() => this.#session.unary(methods.signalTerminal, { id, breakMs }));
        return;
      case "e": this.#do(() => this.#session.unary(methods.extendTerminal, { id })); return;
      case "d": this.#toggle("dtr"); return;
      case "r": this.#toggle("rts"); return;
      case "s":
        this.#mode = "secret";
        this.#session.environment.err(this.#session.say(["Secret (not recorded): ",
          "Secret (non enregistré) : "]));
        return;
      default: if (byte === escapeKey) void this.#send(Uint8Array.of(byte));
    }
  }

  #toggle(pin: "dtr" | "rts"): void {
    const up = !this.#pins[pin];
    this.#pins = { ...this.#pins, [pin]: up };
    this.#session.note(`${pin.toUpperCase()} ${up ? "1" : "0"}\r`);
    this.#do(() => this.#session.unary(methods.signalTerminal, { id: this.#id, [pin]: up }));
  }

  #hidden(byte: number): void {
    if (backspaces.includes(byte)) this.#secret.pop();
    else if (byte === returnKey) {
      this.#mode = "typing";
      this.#session.note("\r");
      const data = Uint8Array.from([...this.#secret, returnKey]);
      this.#secret = [];
      this.#do(() => this.#session.unary(methods.typeTerminal,
        { id: this.#id, data, secret: true }));
    } else if (this.#secret.length < secretBytesMax) this.#secret.push(byte);
  }

  /** Keys that come while a call is under way go out together in the next one. */
  #send(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(Uint8Array.from(bytes));
    this.#do(async () => {
      const all = Buffer.concat(this.#waiting.splice(0));
      for (let at = 0; at < all.length; at += typedBytesMost) {
        await this.#session.unary(methods.typeTerminal,
          { id: this.#id, data: all.subarray(at, at + typedBytesMost) });
      }
    });
    return this.#turn;
  }

  #do(run: () => Promise<unknown>): void {
    this.#turn = this.#turn.then(async () => {
      if (!this.#ended) await run();
    }).catch((error: unknown) => { this.#failed(error); });
  }

  async #close(): Promise<void> {
    if (!this.#ended) await this.#session.unary(methods.closeTerminal, { id: this.#id });
  }

  /** A person is told and goes on; a script stops at what could not be done. */
  #failed(error: unknown): void {
    if (this.#ended) return;
    const failure = error instanceof Error ? error : new Error(String(error));
    if (this.#session.environment.interactive) {
      this.#session.note(`\r\n${failure.message}\r`);
      return;
    }
    this.failure ??= failure;
    void this.#close().catch(() => undefined);
  }
}
