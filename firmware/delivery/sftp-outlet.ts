/** SFTP: a batch is a file, written beside its name and then renamed; a repeat replaces itself. */

import { done, type Result, type Text } from "../base/result.js";
import { fileBytes, filled } from "./batch-name.js";
import type { Batch, Destination, SftpTarget } from "./destination.js";
import { failedWith, takeMs, undelivered, type Outlet, type OutletParts } from "./outlet.js";
import { SftpSession, type SftpCredentials } from "./sftp-session.js";

export class SftpOutlet implements Outlet {
  readonly named = true;
  readonly description: string;
  readonly #destination: Destination;
  readonly #to: SftpTarget;
  readonly #parts: OutletParts;
  #session: SftpSession | undefined;
  #fail: ((reason: Text) => void) | undefined;
  #closed = false;

  constructor(destination: Destination, to: SftpTarget, parts: OutletParts) {
    this.#destination = destination;
    this.#to = to;
    this.#parts = parts;
    this.description = `sftp ${to.user}@${to.host}:${to.port} ${to.folder}`;
  }

  async open(): Promise<Result<void>> {
    if (this.#session !== undefined) return done;
    const credentials = this.#credentials();
    if (!credentials.ok) return credentials;
    let ended: Text | undefined;
    const opened = await SftpSession.open(this.#to, credentials.value, (reason) => {
      ended = reason;
      if (this.#session === undefined) return;
      this.#session = undefined;
      this.#fail?.(reason);
      if (!this.#closed) this.#parts.changed();
    });
    if (!opened.ok) return failedWith(this.description, opened.fault);
    const looked = await opened.value.lookInto(this.#to.folder);
    if (!looked.ok || this.#closed) {
      opened.value.close();
      return looked.ok ? undelivered(this.description, { en: "closed", fr: "fermé" })
        : undelivered(this.description, looked.fault.message);
    }
    if (ended !== undefined) return undelivered(this.description, ended);
    this.#session = opened.value;
    return done;
  }

  deliver(batch: Batch): Promise<Result<void>> {
    const session = this.#session;
    if (session === undefined) {
      return Promise.resolve(undelivered(this.description,
        { en: "the connection is gone", fr: "la connexion est perdue" }));
    }
    const name = filled(this.#to.name, this.#destination, batch);
    return new Promise((resolve) => {
      const settle = (result: Result<void>): void => {
        timer.cancel();
        this.#fail = undefined;
        resolve(result);
      };
      this.#fail = (reason) => { settle(undelivered(this.description, reason)); };
      const timer = this.#parts.world.clock.after(takeMs, "delivery.take", () => {
        this.#fail?.({ en: `takes nothing for ${takeMs / 1_000} s`,
          fr: `ne prend rien pendant ${takeMs / 1_000} s` });
        session.abandon();
      });
      void session.put(`${this.#to.folder}/${name}`, fileBytes(batch)).then((put) => {
        settle(put.ok ? done : undelivered(this.description, put.fault.message));
      });
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#fail?.({ en: "closed by us", fr: "fermé par nous" });
    this.#session?.close();
    this.#session = undefined;
    return Promise.resolve();
  }

  #credentials(): Result<SftpCredentials> {
    const found: { password: string | undefined; privateKey: string | undefined } =
      { password: undefined, privateKey: undefined };
    for (const [name, reference] of
      [["password", this.#to.secret], ["privateKey", this.#to.keySecret]] as const) {
      if (reference === undefined) continue;
      const secret = this.#parts.secret(reference);
      if (!secret.ok) return secret;
      found[name] = secret.value;
    }
    return { ok: true, value: found };
  }
}
