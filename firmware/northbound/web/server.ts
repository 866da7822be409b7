/** The web server: the API as JSON and SSE, the page, metrics; HTTP/2 with 1.1 as fallback. */

import { createSecureServer, type Http2SecureServer, type Http2ServerRequest,
  type Http2ServerResponse } from "node:http2";
import type { Socket } from "node:net";
import type { Health } from "../../base/component.js";
import { done, messageOf, type Result } from "../../base/result.js";
import type { Door } from "../api/door.js";
import type { Language } from "../api/gateway-view.js";
import { languageOf } from "../api/language.js";
import { listen, type Bound, type NetworkServer, type NetworkServerOptions }
  from "../api/network-server.js";
import type { TlsMaterial } from "../api/peer.js";
import { serving } from "../api/serving.js";
import { ApiRoutes, apiPrefix } from "./api-routes.js";
import { securityHeaders } from "./browser-guard.js";
import { header, sendFault, sendText, urlLengthMax, type Exchange } from "./exchange.js";
import { StaticFiles } from "./static-files.js";

export const connectionsMax = 500;
export const streamsPerConnectionMax = 100;
export const headerBytesMax = 32_768;
const handshakeMs = 10_000;
const headersMs = 10_000;
const requestMs = 30_000;
/** Heartbeats come more often: a connection this silent is dead. */
const idleMs = 120_000;
/** Seeing metrics needs what seeing the health report needs. */
const metricsMethod = "cti.gateway.v1.SystemService/GetHealth";

export interface WebServerOptions extends NetworkServerOptions {
  /** The built page: `build/ui`. */
  readonly pageFolder: string;
  /** True only with a certificate that browsers trust. */
  readonly hsts: boolean;
}

export function createWebServer(options: WebServerOptions): NetworkServer {
  return new Running(options);
}

class Running implements NetworkServer {
  readonly name = "web";
  readonly #options: WebServerOptions;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #sockets = new Set<Socket>();
  #tls: TlsMaterial;
  #listener: Http2SecureServer | undefined;
  #door: Door | undefined;
  #routes: ApiRoutes | undefined;
  #files: StaticFiles | undefined;
  #health: Health = { status: "failed", reason: "not started" };
  #bound: Bound | undefined;

  constructor(options: WebServerOptions) {
    this.#options = options;
    this.#tls = options.tls;
    this.#headers = securityHeaders(options.hsts);
  }

  get health(): Health {
    return this.#health;
  }

  get bound(): Bound | undefined {
    return this.#bound;
  }

  async start(): Promise<Result<void>> {
    const { api, pageFolder } = this.#options;
    const files = await StaticFiles.load(pageFolder);
    if (!files.ok) return files;
    this.#files = files.value;
    this.#door = api.door("web");
    this.#routes = new ApiRoutes(api, this.#door);
    const listener = createSecureServer({
      allowHTTP1: true, minVersion: "TLSv1.3", handshakeTimeout: handshakeMs,
      cert: this.#tls.certificatePem, key: this.#tls.keyPem, noDelay: true,
      settings: { maxConcurrentStreams: streamsPerConnectionMax,
        maxHeaderListSize: headerBytesMax },
    }, (request, response) => { this.#serve(request, response); });
    // Node takes these for HTTP/1.1 from the server object only.
    Object.assign(listener, { headersTimeout: headersMs, requestTimeout: requestMs });
    listener.maxConnections = connectionsMax;
    listener.setTimeout(idleMs);
    listener.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => { this.#sockets.delete(socket); });
    });
    listener.on("sessionError", () => undefined);
    listener.on("tlsClientError", (error, socket) => {
      api.gateway.world.log.event("web.tls.refused",
        { peer: socket.remoteAddress, reason: error.message }, "debug");
      socket.destroy();
    });
    this.#listener = listener;
    const listening = await listen("web", listener, this.#options, api.gateway.world.log);
    if (!listening.ok) {
      this.#health = { status: "failed", reason: listening.fault.message };
      return listening;
    }
    this.#bound = listening.value;
    this.#health = { status: "ok" };
    api.gateway.world.log.event("web.listening", { ...this.#bound, files: this.#files.count });
    return done;
  }

  renew(tls: TlsMaterial): void {
    this.#tls = tls;
    this.#listener?.setSecureContext(
      { cert: tls.certificatePem, key: tls.keyPem, minVersion: "TLSv1.3" });
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#health = { status: "failed", reason: "stopped" };
    const listener = this.#listener;
    if (listener === undefined || !listener.listening) return;
    const { clock, log } = this.#options.api.gateway.world;
    const closed = new Promise<void>((resolve) => { listener.close(() => { resolve(); }); });
    this.#door?.close();
    let forced = false;
    const timer = clock.after(Math.max(0, deadlineMs), "web.stop", () => {
      forced = true;
      for (const socket of this.#sockets) socket.destroy();
    });
    await closed;
    timer.cancel();
    this.#listener = undefined;
    this.#bound = undefined;
    log.event("web.stopped", { forced });
  }

  #serve(request: Http2ServerRequest, response: Http2ServerResponse): void {
    const controller = new AbortController();
    response.on("close", () => { controller.abort(); });
    response.on("error", () => { controller.abort(); });
    for (const [name, text] of Object.entries(this.#headers)) response.setHeader(name, text);
    const target = request.url.length > urlLengthMax ? undefined
      : URL.parse(request.url, "https://gateway.invalid");
    if (target === undefined || target === null) {
      response.writeHead(400, {});
      response.end();
      return;
    }
    const language = this.#language(request, target);
    response.setHeader("content-language", language);
    const exchange: Exchange = { request, response, url: target, language,
      signal: controller.signal };
    this.#route(exchange).catch((cause: unknown) => {
      this.#options.api.gateway.world.log.event("web.defect", { path: target.pathname,
        error: cause instanceof Error ? cause.stack ?? cause.message : String(cause) }, "error");
      sendFault(exchange, { code: "internal", message: messageOf(cause) });
      if (!response.writableEnded) response.end();
    });
  }

  #language(request: Http2ServerRequest, target: URL): Language {
    return languageOf(target.searchParams.get("lang") ?? undefined)
      ?? languageOf(header({ request }, "x-jackfield-language"))
      ?? languageOf(header({ request }, "accept-language"))
      ?? this.#options.api.gateway.language;
  }

  async #route(exchange: Exchange): Promise<void> {
    const { pathname } = exchange.url;
    if (pathname.startsWith(apiPrefix)) await this.#routes?.serve(exchange);
    else if (pathname === "/metrics") await this.#metrics(exchange);
    else if (pathname === "/healthz") {
      sendText(exchange, serving(this.#options.api.gateway) ? 200 : 503,
        "text/plain; charset=utf-8", "");
    } else this.#files?.serve(exchange);
  }

  async #metrics(exchange: Exchange): Promise<void> {
    const caller = this.#routes?.caller(exchange);
    const admission = caller === undefined ? undefined
      : await this.#door?.admit(metricsMethod, caller);
    if (admission === undefined) return;
    if (!admission.allowed.ok) {
      sendFault(exchange, admission.allowed.fault, { "www-authenticate": "Bearer" });
      return;
    }
    sendText(exchange, 200, "text/plain; version=0.0.4; charset=utf-8",
      await this.#options.api.gateway.system.metrics());
  }
}
