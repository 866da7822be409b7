/** A call by a Hayes modem: from the reset to CONNECT, and from the last byte to the hanging up. */

import type { Text } from "../../firmware/base/result.js";
import type { Cancellable, World } from "../../firmware/base/world.js";
import type { LineDecoder, ModemLine } from "../../firmware/wire/caller-id-lines.js";
import { modemCodec } from "../../firmware/wire/caller-id-lines.js";

/** A modem answers a command within this. */
export const commandMs = 3_000;
export const connectMs = 60_000;
export const hangUpMs = 3_000;
/** Before and after +++ nothing may be sent (V.250 S12). */
const escapeGuardMs = 1_200;

export interface ModemHost {
  readonly world: World;
  send(text: string): void;
  connected(): void;
  failed(reason: Text): void;
  hungUp(): void;
}

export class ModemCall {
  readonly #host: ModemHost;
  readonly #number: string;
  readonly #setup: string | undefined;
  #steps: string[] = [];
  #decoder: LineDecoder<ModemLine> = modemCodec.decoder();
  #timer: Cancellable | undefined;

  constructor(host: ModemHost, number: string, setup: string | undefined) {
    this.#host = host;
    this.#number = number;
    this.#setup = setup;
  }

  dial(): void {
    this.#decoder = modemCodec.decoder();
    this.#steps = ["ATZ", "ATE0", ...this.#setup === undefined ? [] : [this.#setup],
      `ATDT${this.#number}`];
    this.#next();
  }

  /** A byte of the modem, before CONNECT or after the escape. */
  receive(byte: number): void {
    for (const item of this.#decoder.push(Uint8Array.of(byte))) {
      if (item.kind === "message" && item.message.kind === "result") {
        this.#result(item.message.result);
      }
    }
  }

  /** The other end should drop the carrier now; if it does not, our modem does. */
  hangUp(): void {
    this.#after(hangUpMs, () => {
      this.#host.send("+++");
      this.#after(escapeGuardMs, () => {
        this.#decoder = modemCodec.decoder();
        this.#steps = ["ATH"];
        this.#next();
      });
    });
  }

  /** The carrier is gone. */
  dropped(): void {
    this.close();
    this.#host.hungUp();
  }

  close(): void {
    this.#timer?.cancel();
    this.#steps = [];
  }

  #after(ms: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#host.world.clock.after(ms, "tap.modem", run);
  }

  #next(): void {
    const [command] = this.#steps;
    if (command === undefined) return;
    this.#host.send(`${command}\r`);
    const hangsUp = command === "ATH";
    this.#after(command.startsWith("ATDT") ? connectMs : commandMs, () => {
      if (hangsUp) this.dropped();
      else this.#fail({ en: `the modem does not answer ${shown(command)}`,
        fr: `le modem ne répond pas à ${shown(command)}` });
    });
  }

  #result(result: string): void {
    const command = this.#steps.shift();
    if (command === undefined) return;
    if (command === "ATH") {
      this.dropped();
    } else if (result === "CONNECT") {
      this.close();
      this.#host.connected();
    } else if (result === "OK") {
      this.#next();
    } else {
      this.#fail({ en: `the modem says ${result} to ${shown(command)}`,
        fr: `le modem dit ${result} à ${shown(command)}` });
    }
  }

  #fail(reason: Text): void {
    this.close();
    this.#host.failed(reason);
  }
}

/** The number dialled stays out of logs. */
function shown(command: string): string {
  return command.startsWith("ATDT") ? "ATDT" : command;
}
