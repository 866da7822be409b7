/**
 * A connection that bytes are written to. TCP says nothing about what a program has read: batches
 * count as taken when this machine has sent them all and the connection has outlived them a little.
 */

import { done, fail, type Result, type Text } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { TransportOpener } from "../link/opener.js";
import { tcpListenOpener, tcpOpener } from "../link/transports/tcp.js";
import { tlsOpener } from "../link/transports/tls.js";
import type { Transport } from "../link/transport.js";
import type { Batch, TcpClientTarget, TcpServerTarget } from "./destination.js";
import { takeMs, undelivered, type Outlet, type OutletParts } from "./outlet.js";

export const openMs = 15_000;
/** A peer that has died answers what is sent to it with a reset well within this time. */
export const settleMs = 500;

export interface StreamPlan {
  readonly opener: TransportOpener;
  readonly world: World;
  readonly changed: () => void;
  /** `first`: the first batch of a connection. */
  readonly encode: (batch: Batch, first: boolean) => Uint8Array;
}

export function plainBytes({ head, pieces }: Batch, first: boolean): Uint8Array {
  return Buffer.concat([...first ? [head] : [], ...pieces.map(({ bytes }) => bytes)]);
}

export function tcpOutlet(to: TcpClientTarget | TcpServerTarget, parts: OutletParts): Outlet {
  const { world, changed } = parts;
  const opener = to.kind === "tcp-server"
    ? tcpListenOpener({ ...to, kind: "tcp-listen" }, world)
    : to.tls === undefined ? tcpOpener({ kind: "tcp", host: to.host, port: to.port }, world)
    : tlsOpener({ kind: "tls", host: to.host, port: to.port, ...to.tls }, world);
  return new StreamOutlet({ opener, world, changed, encode: plainBytes });
}

/** With the page that passes it, less than a transport may hold unsent (1 MiB). */
const batchBytes = 524_288;

export class StreamOutlet implements Outlet {
  readonly batchBytes = batchBytes;
  readonly #plan: StreamPlan;
  #transport: Transport | undefined;
  #first = true;
  /** Why the last connection ended, until it has been told. */
  #lost: Text | undefined;
  #fail: ((reason: Text) => void) | undefined;
  #closed = false;

  constructor(plan: StreamPlan) {
    this.#plan = plan;
    plan.opener.onOffer?.(() => { plan.changed(); });
  }

  get description(): string {
    return this.#plan.opener.description;
  }

  async open(): Promise<Result<void>> {
    if (this.#transport !== undefined) return done;
    if (this.#lost !== undefined) {
      const reason = this.#lost;
      this.#lost = undefined;
      return undelivered(this.description, reason);
    }
    const opened = await this.#plan.opener.open(openMs);
    if (!opened.ok) {
      const waiting = opened.fault.code === "deadline-passed"
        && this.#plan.opener.onOffer !== undefined;
      return waiting ? undelivered(this.description, { en: "no receiver has connected yet",
        fr: "aucun destinataire ne s'est encore connecté" }) : opened;
    }
    const transport = opened.value;
    if (this.#closed) {
      transport.close();
      return fail("stopping", "the destination is being closed");
    }
    this.#transport = transport;
    this.#first = true;
    // Nothing is expected from the other end; reading shows when it closes.
    transport.onReceive(() => undefined);
    transport.onClosed((reason) => {
      if (this.#transport !== transport) return;
      this.#transport = undefined;
      this.#lost = reason;
      this.#fail?.(reason);
      if (!this.#closed) this.#plan.changed();
    });
    return done;
  }

  deliver(batch: Batch): Promise<Result<void>> {
    const { world, encode } = this.#plan;
    const transport = this.#transport;
    if (transport === undefined) return Promise.resolve(this.#gone());
    return new Promise((resolve) => {
      let timer: Cancellable | undefined;
      const settle = (result: Result<void>): void => {
        timer?.cancel();
        this.#fail = undefined;
        resolve(result);
      };
      this.#fail = (reason) => { settle(undelivered(this.description, reason)); };
      timer = world.clock.after(takeMs, "delivery.take", () => {
        this.#fail?.({ en: `takes nothing for ${takeMs / 1_000} s`,
          fr: `ne prend rien pendant ${takeMs / 1_000} s` });
        transport.close();
      });
      const sent = transport.send(encode(batch, this.#first));
      if (!sent.ok) {
        settle(sent);
        transport.close();
        return;
      }
      this.#first = false;
      const all = (): void => { settle(done); };
      if (transport.whenSent === undefined) all();
      else transport.whenSent(all);
    });
  }

  settled(): Promise<Result<void>> {
    if (this.#transport === undefined) return Promise.resolve(this.#gone());
    return new Promise((resolve) => {
      const settle = (result: Result<void>): void => {
        timer.cancel();
        this.#fail = undefined;
        resolve(result);
      };
      this.#fail = (reason) => { settle(undelivered(this.description, reason)); };
      const timer = this.#plan.world.clock.after(settleMs, "delivery.settle",
        () => { settle(done); });
    });
  }

  #gone(): Result<void> {
    return undelivered(this.description, this.#lost
      ?? { en: "the connection is gone", fr: "la connexion est perdue" });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#transport?.close();
    await this.#plan.opener.close();
  }
}

