/** The API's methods over HTTP: JSON for one answer, SSE for streams, files for downloads. */

import { create, fromJsonString, isMessage, toJsonString, type DescMethod,
  type MessageInitShape, type MessageShape }
  from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { fail, messageOf, ok, type Result } from "../../base/result.js";
import { AccessService, SignInResponseSchema, type SignInResponse }
  from "../../../proto/gen/cti/gateway/v1/access_pb.js";
import { CallsService, type WatchEventsRequest }
  from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import type { Api } from "../api/api.js";
import type { Caller, Door } from "../api/door.js";
import { drained } from "../api/drained.js";
import { faultJson } from "../api/fault-message.js";
import type { BoundMethod } from "../api/handler.js";
import { withHeartbeat, silence } from "../api/heartbeat.js";
import { presentedToken, sameOrigin, signInCookie, signOutCookie, type PresentedToken }
  from "./browser-guard.js";
import { sendDownload } from "./download.js";
import { header, peerAddress, readBody, sendFault, sendText, type Exchange }
  from "./exchange.js";
import { eventIdOf } from "./event-id.js";

export const apiPrefix = "/api/";
export const silenceMs = 15_000;
/** A stream that is refused at once answers with a status; later faults come as events. */
const openMs = 20;

type Unary = Extract<BoundMethod, { readonly kind: "unary" }>;
type Streaming = Extract<BoundMethod, { readonly kind: "stream" }>;

export class ApiRoutes {
  readonly #api: Api;
  readonly #door: Door;

  constructor(api: Api, door: Door) {
    this.#api = api;
    this.#door = door;
  }

  async serve(exchange: Exchange): Promise<void> {
    const bound = this.#api.methods.get(exchange.url.pathname.slice(apiPrefix.length));
    const { method } = exchange.request;
    if (bound === undefined) {
      sendFault(exchange, fail("not-found", "There is no such method.").fault);
      return;
    }
    if (method !== "POST" && !(method === "GET" && bound.kind === "stream")) {
      sendText(exchange, 405, "text/plain; charset=utf-8", "",
        { allow: bound.kind === "stream" ? "GET, POST" : "POST" });
      return;
    }
    const presented = presentedToken(exchange);
    const fair = sameOrigin(exchange, presented);
    if (!fair.ok) {
      sendFault(exchange, fair.fault);
      return;
    }
    const text = method === "POST" ? await readBody(exchange, this.#api.gateway.world.clock)
      : ok(exchange.url.searchParams.get("request") ?? "");
    const request = text.ok ? this.#decode(bound.method, text.value) : text;
    if (!request.ok) {
      sendFault(exchange, request.fault);
      return;
    }
    const caller = this.#caller(exchange, presented);
    if (bound.kind === "unary") await this.#unary(exchange, bound, request.value, caller);
    else await this.#stream(exchange, bound, request.value, caller);
  }

  /** Who calls, for routes that are no methods. */
  caller(exchange: Exchange): Caller {
    return this.#caller(exchange, presentedToken(exchange));
  }

  #caller(exchange: Exchange, presented: PresentedToken): Caller {
    return { token: presented.token, certificate: undefined,
      source: `web ${peerAddress(exchange)}`, deadlineMs: undefined,
      language: exchange.language, signal: exchange.signal };
  }

  #decode(method: DescMethod, text: string): Result<MessageShape<DescMethod["input"]>> {
    try {
      return ok(text.trim() === "" ? create(method.input) : fromJsonString(method.input, text));
    } catch (cause) {
      return fail("argument-invalid", `The request is no ${method.input.name}: `
        + messageOf(cause).slice(0, 300), { cause });
    }
  }

  async #unary(
    exchange: Exchange, bound: Unary, request: MessageShape<DescMethod["input"]>, caller: Caller,
  ): Promise<void> {
    const result = await this.#door.unary(bound.method, bound.handler, request, caller);
    if (!result.ok) {
      const ended = result.fault.code === "unauthenticated" && presentedToken(exchange).fromCookie;
      sendFault(exchange, result.fault, ended ? { "set-cookie": signOutCookie } : {});
      return;
    }
    let answer = create(bound.method.output, result.value);
    const more: Record<string, string> = {};
    if (isMessage(answer, SignInResponseSchema) && header(exchange, "x-jackfield") === "page") {
      const nowMs = this.#api.gateway.world.clock.wall().getTime();
      const untilMs = answer.expiresAt === undefined ? nowMs : timestampMs(answer.expiresAt);
      more["set-cookie"] = signInCookie(answer.token, (untilMs - nowMs) / 1_000);
      const withoutToken: SignInResponse = { ...answer, token: "" };
      answer = withoutToken;
    }
    if (isMethod(bound.method, AccessService.method.signOut)) more["set-cookie"] = signOutCookie;
    sendText(exchange, 200, "application/json; charset=utf-8",
      toJsonString(bound.method.output, answer), more);
  }

  async #stream(
    exchange: Exchange, bound: Streaming, request: MessageShape<DescMethod["input"]>,
    caller: Caller,
  ): Promise<void> {
    const download = exchange.url.searchParams.get("download") === "1";
    const resumed = this.#resume(exchange, bound.method, request);
    let admitted = false;
    const items = this.#door.stream(bound.method, bound.handler, resumed, caller,
      () => { admitted = true; });
    if (download) {
      await sendDownload(exchange, bound.method, resumed, items,
        this.#api.gateway.world.clock.wall());
      return;
    }
    await this.#events(exchange, bound.method, items, () => admitted);
  }

  /** `Last-Event-ID`, which browsers send when they reconnect, wins over the request. */
  #resume(
    exchange: Exchange, method: DescMethod, request: MessageShape<DescMethod["input"]>,
  ): MessageShape<DescMethod["input"]> {
    const last = header(exchange, "last-event-id") ?? "";
    if (!isMethod(method, CallsService.method.watchEvents) || !/^\d{1,19}$/.test(last)) {
      return request;
    }
    return Object.assign(request, { afterNumber: BigInt(last) } satisfies
      Partial<WatchEventsRequest>);
  }

  async #events(
    exchange: Exchange, method: DescMethod, items: ReturnType<Door["stream"]>,
    admitted: () => boolean,
  ): Promise<void> {
    const { response } = exchange;
    const { clock } = this.#api.gateway.world;
    const open = (): void => {
      if (response.headersSent || response.writableEnded || !admitted()) return;
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store", "x-accel-buffering": "no" });
      response.write("retry: 1000\n\n");
    };
    const opening = clock.after(openMs, "web.stream.open", open);
    try {
      for await (const item of withHeartbeat(items, clock, silenceMs)) {
        if (exchange.signal.aborted) return;
        if (item !== silence && !item.ok && !response.headersSent) {
          sendFault(exchange, item.fault);
          return;
        }
        open();
        const text = item === silence ? ":\n\n"
          : item.ok ? eventTexts(method, item.value)
            : `event: fault\ndata: ${JSON.stringify(faultJson(item.fault, exchange.language))}\n\n`;
        if (!response.write(text)) await drained(response, exchange.signal);
        if (item !== silence && !item.ok) return;
      }
      open();
      response.write("event: end\ndata: {}\n\n");
    } finally {
      opening.cancel();
      if (!response.writableEnded) response.end();
    }
  }
}

function isMethod(method: DescMethod, wanted: DescMethod): boolean {
  return method.parent.typeName === wanted.parent.typeName && method.name === wanted.name;
}

function eventTexts(
  method: DescMethod, messages: readonly MessageInitShape<DescMethod["output"]>[],
): string {
  return messages.map((each) => {
    const message = create(method.output, each);
    const id = eventIdOf(message);
    return `${id === undefined ? "" : `id: ${id}\n`}data: ${
      toJsonString(method.output, message)}\n\n`;
  }).join("");
}
