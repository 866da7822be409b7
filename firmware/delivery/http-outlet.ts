/** POST to a web server: taken when it answers 2xx. */

import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ClientRequest } from "node:http";
import { request as requestHttps } from "node:https";
import { attempt, done, messageOf, type Result } from "../base/result.js";
import { fileBytes, mediaTypes } from "./batch-name.js";
import type { Batch, Destination, HttpTarget } from "./destination.js";
import { takeMs, undelivered, type Outlet, type OutletParts } from "./outlet.js";

/** Of an answer that is no 2xx, so much is shown. */
const shownMax = 200;

export class HttpOutlet implements Outlet {
  readonly description: string;
  readonly #destination: Destination;
  readonly #to: HttpTarget;
  readonly #parts: OutletParts;
  #request: ClientRequest | undefined;
  #authority: Buffer | undefined;

  constructor(destination: Destination, to: HttpTarget, parts: OutletParts) {
    this.#destination = destination;
    this.#to = to;
    this.#parts = parts;
    // A query may hold what is nobody's business.
    const { origin, pathname } = new URL(to.url);
    this.description = `${origin}${pathname}`;
  }

  async open(): Promise<Result<void>> {
    const { authority } = this.#to;
    if (authority === undefined) return done;
    const read = await attempt("precondition", `${this.description}: authority ${authority}`,
      () => readFile(authority));
    if (!read.ok) return read;
    this.#authority = read.value;
    return done;
  }

  async deliver(batch: Batch): Promise<Result<void>> {
    const body = fileBytes(batch);
    const headers: Record<string, string | number> = {
      "content-type": mediaTypes[this.#destination.what], "content-length": body.length,
      "user-agent": "jackfield", "jackfield-unit": this.#parts.unit(),
      "jackfield-destination": this.#destination.id, "jackfield-link": batch.link,
      "jackfield-first": batch.pieces[0]?.id ?? "", "jackfield-last": batch.pieces.at(-1)?.id ?? "",
    };
    if (this.#to.secret !== undefined) {
      const key = this.#parts.secret(this.#to.secret);
      if (!key.ok) return key;
      const sum = createHmac("sha256", key.value).update(body).digest("hex");
      headers[this.#to.signatureHeader] = `sha256=${sum}`;
    }
    return this.#post(body, headers);
  }

  close(): Promise<void> {
    this.#request?.destroy(new Error("closed by us"));
    return Promise.resolve();
  }

  #post(body: Uint8Array, headers: Readonly<Record<string, string | number>>):
  Promise<Result<void>> {
    const secure = this.#to.url.startsWith("https:");
    // An import of node:http would load a browser's whole fetch and WebSocket with it: 3 MB.
    const { request: requestHttp } = process.getBuiltinModule("node:http");
    return new Promise((resolve) => {
      const settle = (result: Result<void>): void => {
        timer.cancel();
        this.#request = undefined;
        resolve(result);
      };
      const request = (secure ? requestHttps : requestHttp)(this.#to.url, { method: "POST",
        headers, agent: false, ...(this.#authority !== undefined && { ca: this.#authority }) });
      this.#request = request;
      const timer = this.#parts.world.clock.after(takeMs, "delivery.take", () => {
        request.destroy(new Error(`no answer within ${takeMs / 1_000} s`));
      });
      request.on("error", (error) => {
        settle(undelivered(this.description, messageOf(error)));
      });
      request.on("response", (response) => {
        const status = response.statusCode ?? 0;
        let shown = "";
        response.setEncoding("utf8");
        response.on("data", (text: string) => {
          shown = (shown + text).slice(0, shownMax);
        });
        response.on("error", (error) => {
          settle(undelivered(this.description, messageOf(error)));
        });
        response.on("end", () => {
          const words = shown.replace(/\s+/g, " ").trim();
          settle(status >= 200 && status < 300 ? done : undelivered(this.description,
            { en: `answers ${status} ${words}`, fr: `répond ${status} ${words}` }));
        });
      });
      request.end(body);
    });
  }
}
