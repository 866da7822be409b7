/** MQTT: a message a line, in version 5 with its id; taken when the server says so. */

import { done, type Result, type Text } from "../base/result.js";
import type { TransportOpener } from "../link/opener.js";
import { tcpOpener } from "../link/transports/tcp.js";
import { tlsOpener } from "../link/transports/tls.js";
import { filled, mediaTypes } from "./batch-name.js";
import type { Batch, Destination, MqttTarget } from "./destination.js";
import { withoutEnd } from "./lines.js";
import { MqttProgress, MqttSession, type MqttMessage } from "./mqtt-session.js";
import { failedWith, takeMs, undelivered, type Outlet, type OutletParts } from "./outlet.js";
import { openMs } from "./stream-outlet.js";

export class MqttOutlet implements Outlet {
  readonly #destination: Destination;
  readonly #to: MqttTarget;
  readonly #parts: OutletParts;
  readonly #opener: TransportOpener;
  readonly #progress = new MqttProgress();
  #session: MqttSession | undefined;
  #closed = false;

  constructor(destination: Destination, to: MqttTarget, parts: OutletParts) {
    this.#destination = destination;
    this.#to = to;
    this.#parts = parts;
    this.#opener = to.tls === undefined
      ? tcpOpener({ kind: "tcp", host: to.host, port: to.port }, parts.world)
      : tlsOpener({ kind: "tls", host: to.host, port: to.port, ...to.tls }, parts.world);
  }

  get description(): string {
    return `mqtt over ${this.#opener.description}`;
  }

  async open(): Promise<Result<void>> {
    if (this.#session !== undefined) return done;
    const { world, unit, secret, changed } = this.#parts;
    const password = this.#to.secret === undefined ? undefined : secret(this.#to.secret);
    if (password?.ok === false) return password;
    const opened = await this.#opener.open(openMs);
    if (!opened.ok) return opened;
    let ended: Text | undefined;
    const session = await MqttSession.open(opened.value, { user: this.#to.user,
      version: this.#to.version ?? "5",
      password: password?.value, clientId: `jackfield-${unit()}-${this.#destination.id}` },
    world, this.#progress, (reason) => {
      ended = reason;
      if (this.#session === undefined) return;
      this.#session = undefined;
      if (!this.#closed) changed();
    });
    if (!session.ok) return failedWith(this.description, session.fault);
    if (ended !== undefined || this.#closed) {
      session.value.close();
      return undelivered(this.description, ended ?? { en: "closed by us", fr: "fermé par nous" });
    }
    this.#session = session.value;
    return done;
  }

  async deliver(batch: Batch): Promise<Result<void>> {
    const session = this.#session;
    if (session === undefined) {
      return undelivered(this.description,
        { en: "the connection is gone", fr: "la connexion est perdue" });
    }
    const messages = this.#messages(batch);
    const timer = this.#parts.world.clock.after(takeMs, "delivery.take", () => {
      session.abandon({ en: `does not take a page within ${takeMs / 1_000} s`,
        fr: `ne prend pas une page en ${takeMs / 1_000} s` });
    });
    const taken = await session.publish(messages);
    timer.cancel();
    if (!taken.ok) return failedWith(this.description, taken.fault);
    for (const { key } of messages) this.#progress.forget(key);
    return done;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const session = this.#session;
    this.#session = undefined;
    session?.abandon({ en: "closed by us", fr: "fermé par nous" });
    await this.#opener.close();
  }

  /** Lines without their ends; empty ones are no messages. */
  #messages(batch: Batch): readonly MqttMessage[] {
    const { link, pieces, againUntilMs } = batch;
    const { qos } = this.#to;
    const topic = filled(this.#to.topic, this.#destination, batch);
    return pieces.flatMap(({ id, bytes }) => {
      const payload = withoutEnd(bytes);
      return payload.length === 0 ? [] : [{ key: `${againUntilMs ?? ""} ${id}`, topic, qos,
        payload: Buffer.from(payload), contentType: mediaTypes[this.#destination.what],
        properties: { id, link } }];
    });
  }
}
