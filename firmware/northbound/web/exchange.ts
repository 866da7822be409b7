/** One HTTP exchange, whichever version of HTTP carries it. */

import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { TLSSocket } from "node:tls";
import { fail, ok, type Fault, type Result } from "../../base/result.js";
import type { Clock } from "../../base/world.js";
import { faultJson, httpStatus } from "../api/fault-message.js";
import type { Language } from "../api/gateway-view.js";
import { plainAddress } from "../api/peer.js";

/** A configuration document of 2 MB as JSON, with room for escapes. */
export const bodyBytesMax = 4_194_304;
/** A body must be there within this time. */
export const bodyMs = 15_000;
export const urlLengthMax = 16_384;

export interface Exchange {
  readonly request: Http2ServerRequest;
  readonly response: Http2ServerResponse;
  readonly url: URL;
  readonly language: Language;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export function header(exchange: Pick<Exchange, "request">, name: string): string | undefined {
  const found = exchange.request.headers[name];
  return Array.isArray(found) ? found[0] : found;
}

/** "jackfield.example:8443", as the client names this server. */
export function authority(exchange: Pick<Exchange, "request">): string {
  return header(exchange, ":authority") ?? header(exchange, "host") ?? "";
}

export function peerAddress({ request }: Pick<Exchange, "request">): string {
  const { socket } = request;
  return plainAddress(socket instanceof TLSSocket ? socket.remoteAddress : undefined);
}

export function sendText(
  exchange: Exchange, status: number, type: string, body: string,
  more: Readonly<Record<string, string>> = {},
): void {
  const { request, response } = exchange;
  if (response.headersSent || response.writableEnded) return;
  response.writeHead(status, { "content-type": type, "cache-control": "no-store",
    "content-length": String(Buffer.byteLength(body)), ...more });
  response.end(request.method === "HEAD" ? "" : body);
}

export function sendFault(
  exchange: Exchange, fault: Fault, more: Readonly<Record<string, string>> = {},
): void {
  const json = faultJson(fault, exchange.language);
  sendText(exchange, httpStatus(fault), "application/json; charset=utf-8", JSON.stringify(json), {
    ...(json.retryAfterMs === undefined ? {}
      : { "retry-after": String(Math.ceil(json.retryAfterMs / 1_000)) }), ...more });
}

/** The whole body as text; refuses what is too long or comes too slowly. */
export function readBody(exchange: Exchange, clock: Clock): Promise<Result<string>> {
  const { request } = exchange;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (result: Result<string>): void => {
      timer.cancel();
      request.removeAllListeners("data");
      resolve(result);
    };
    const timer = clock.after(bodyMs, "web.body", () => {
      settle(fail("deadline-passed", `The body did not arrive within ${bodyMs} ms.`));
    });
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > bodyBytesMax) {
        settle(fail("argument-invalid", `The body is longer than ${bodyBytesMax} bytes.`));
        request.resume();
        return;
      }
      chunks.push(chunk);
    });
    request.on("end", () => { settle(ok(Buffer.concat(chunks).toString("utf8"))); });
    request.on("error", () => { settle(fail("deadline-passed", "The body broke off.")); });
    request.on("close", () => { settle(fail("deadline-passed", "The client has gone.")); });
  });
}
