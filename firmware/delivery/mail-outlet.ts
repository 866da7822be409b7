/** Mail (SMTP submission, RFC 6409): a batch is an attachment; a repeat has the same Message-ID. */

import { readFile } from "node:fs/promises";
import { attempt, done, messageOf, type Result } from "../base/result.js";
import { defaultName, extensions, fileBytes, filled, mediaTypes, placeOf, timeOf }
  from "./batch-name.js";
import type { Batch, Destination, MailTarget } from "./destination.js";
import { failedWith, takeMs, undelivered, type Outlet, type OutletParts } from "./outlet.js";
import { openMs } from "./stream-outlet.js";

/** What the server is asked for once it lets us in; absent: nothing. */
type Letter = Uint8Array | undefined;

export class MailOutlet implements Outlet {
  readonly named = true;
  readonly description: string;
  readonly #destination: Destination;
  readonly #to: MailTarget;
  readonly #parts: OutletParts;
  /** The server has let us in once: what is wrong is known before the first mail is due. */
  #tried = false;
  #abandon: (() => void) | undefined;

  constructor(destination: Destination, to: MailTarget, parts: OutletParts) {
    this.#destination = destination;
    this.#to = to;
    this.#parts = parts;
    this.description = `mail ${to.host}:${to.port} ${to.to.join(", ")}`;
  }

  async open(): Promise<Result<void>> {
    if (this.#tried) return done;
    const tried = await this.#converse(undefined);
    this.#tried = tried.ok;
    return tried;
  }

  async deliver(batch: Batch): Promise<Result<void>> {
    const letter = await this.#letter(batch);
    return letter.ok ? this.#converse(letter.value) : failedWith(this.description, letter.fault);
  }

  close(): Promise<void> {
    this.#abandon?.();
    return Promise.resolve();
  }

  #letter(batch: Batch): Promise<Result<Uint8Array>> {
    const { from, to, subject } = this.#to;
    const { id, what } = this.#destination;
    const { link, pieces } = batch;
    return attempt("delivery-failed", "mail", async () => {
      const { default: Composer } = await import("nodemailer/lib/mail-composer");
      return await new Composer({
        from, to: [...to], subject: filled(subject, this.#destination, batch),
        date: this.#parts.world.clock.wall(),
        messageId: `<${id}.${link}.${placeOf(batch)}.${timeOf(batch)}.${extensions[what]}@${
          this.#parts.unit()}>`,
        // RFC 3834 §5: nobody's holiday notice is an answer to this.
        headers: { "Auto-Submitted": "auto-generated", "Jackfield-Link": link,
          "Jackfield-First": pieces[0]?.id ?? "", "Jackfield-Last": pieces.at(-1)?.id ?? "" },
        text: `${pieces.length} lines of ${link}.\n${pieces.length} lignes de ${link}.\n`,
        attachments: [{ filename: filled(defaultName, this.#destination, batch),
          content: fileBytes(batch), contentType: mediaTypes[what] }],
      }).compile().build();
    });
  }

  /** Connects, signs in, hands the letter over, leaves. */
  async #converse(letter: Letter): Promise<Result<void>> {
    const { host, port, security, user, authority, from, to } = this.#to;
    const secret = this.#to.secret === undefined ? undefined
      : this.#parts.secret(this.#to.secret);
    if (secret?.ok === false) return secret;
    const trusted = authority === undefined ? undefined
      : await attempt("precondition", `authority ${authority}`, () => readFile(authority));
    if (trusted?.ok === false) return failedWith(this.description, trusted.fault);
    const { default: Connection } = await import("nodemailer/lib/smtp-connection");
    const connection = new Connection({ host, port, name: this.#parts.unit(),
      secure: security === "tls", requireTLS: security === "starttls",
      ignoreTLS: security === "none", connectionTimeout: openMs, greetingTimeout: openMs,
      socketTimeout: takeMs,
      tls: { minVersion: "TLSv1.2", ...(trusted !== undefined && { ca: trusted.value }) } });
    return await new Promise((resolve) => {
      let over = false;
      const settle = (result: Result<void>): void => {
        if (over) return;
        over = true;
        timer.cancel();
        this.#abandon = undefined;
        if (result.ok) connection.quit();
        else connection.close();
        resolve(result);
      };
      const refuse = (error: unknown): void => {
        settle(undelivered(this.description, messageOf(error)));
      };
      this.#abandon = () => { refuse(new Error("closed by us")); };
      const timer = this.#parts.world.clock.after(openMs + takeMs, "delivery.take", () => {
        refuse(new Error(`no answer within ${takeMs / 1_000} s`));
      });
      const step = (next: () => void) => (error?: Error | null): void => {
        if (error === undefined || error === null) next();
        else refuse(error);
      };
      const hand = (): void => {
        if (letter === undefined) settle(done);
        else {
          connection.send({ from, to: [...to] }, Buffer.from(letter), (error, info) => {
            if (error === null) this.#handed(info?.rejected ?? []);
            step(() => { settle(done); })(error);
          });
        }
      };
      connection.on("error", refuse);
      // Told before the error that was the reason.
      connection.on("end", () => {
        this.#parts.world.clock.after(0, "mail.end", () => {
          refuse(new Error("the server has closed the connection"));
        });
      });
      connection.connect(step(() => {
        if (user === undefined) hand();
        else connection.login({ credentials: { user, pass: secret?.value ?? "" } }, step(hand));
      }));
    });
  }

  /** One receiver's wrong address must not send the mail to the others again and again. */
  #handed(rejected: readonly string[]): void {
    if (rejected.length === 0) return;
    this.#parts.world.log.event("delivery.receivers-refused",
      { destination: this.#destination.id, receivers: rejected.join(", ") }, "warn");
  }
}
