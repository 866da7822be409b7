/**
 * The gateway's API over the same origin: unary calls as JSON, streams as server-sent events.
 * See the README of the web server for the conventions.
 */

import { create, fromJson, toJson } from "@bufbuild/protobuf";
import type { DescMessage, DescMethodServerStreaming, DescMethodUnary, JsonValue,
  MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { after } from "../clock.js";
import { language } from "../text/language.js";
import { EventStreamReader } from "./event-stream.js";
import { type Fault, faultOf, localFault } from "./fault.js";

export type { Fault } from "./fault.js";

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

let signedOut: () => void = () => undefined;

/** Called whenever the gateway no longer knows the session. */
export function onSignedOut(run: () => void): void {
  signedOut = run;
}

function path(method: DescMethodUnary | DescMethodServerStreaming): string {
  return `/api/${method.parent.typeName}/${method.name}`;
}

function requestJson<M extends DescMethodUnary | DescMethodServerStreaming>(
  method: M, init: MessageInitShape<M["input"]>,
): string {
  return JSON.stringify(toJson(method.input, create(method.input, init)));
}

/** A newer gateway may say more than this page knows. */
function read<D extends DescMessage>(schema: D, json: JsonValue): MessageShape<D> {
  return fromJson(schema, json, { ignoreUnknownFields: true });
}

async function parse(response: Response): Promise<JsonValue | undefined> {
  try {
    const body: JsonValue = await response.json();
    return body;
  } catch {
    return undefined;
  }
}

function post<M extends DescMethodUnary | DescMethodServerStreaming>(
  method: M, init: MessageInitShape<M["input"]>, more: RequestInit = {},
): Promise<Response> {
  return fetch(path(method), {
    ...more, method: "POST", credentials: "same-origin", body: requestJson(method, init),
    headers: {
      "Content-Type": "application/json", "X-Jackfield": "page",
      "X-Jackfield-Language": language.get(),
    },
  });
}

export async function request<M extends DescMethodUnary>(
  method: M, init: MessageInitShape<M["input"]>,
): Promise<Answer<MessageShape<M["output"]>>> {
  let response: Response;
  try {
    response = await post(method, init);
  } catch {
    return { ok: false, fault: localFault("unreachable") };
  }
  const body = await parse(response);
  if (!response.ok) {
    const fault = faultOf(response.status, body);
    if (fault.reason === "unauthenticated" && method.name !== "SignIn") signedOut();
    return { ok: false, fault };
  }
  try {
    return { ok: true, value: read<M["output"]>(method.output, body ?? {}) };
  } catch {
    return { ok: false, fault: localFault("unreadable") };
  }
}

export type StreamState = "opening" | "open" | "retrying" | "ended";

export interface StreamHandlers<T> {
  message(message: T): void;
  state?(state: StreamState): void;
  /** The stream ended for good. */
  fault?(fault: Fault): void;
}

export interface Stream { close(): void }

const retryFirstMs = 1_000;
const retryMaxMs = 15_000;

/**
 * Follows a stream until closed. EventSource resumes by itself after a broken line; where it gives
 * up (an HTTP error), this opens it again, more slowly each time. `init` is asked for again at each
 * opening, so that a resuming stream can name the number it has come to.
 */
export function watch<M extends DescMethodServerStreaming>(
  method: M, init: () => MessageInitShape<M["input"]>,
  handlers: StreamHandlers<MessageShape<M["output"]>>,
): Stream {
  let source: EventSource | undefined;
  let cancelRetry: () => void = () => undefined;
  let failures = 0;
  let closed = false;
  const stop = (): void => {
    closed = true;
    cancelRetry();
    source?.close();
  };
  const retry = (): void => {
    source?.close();
    if (closed) return;
    handlers.state?.("retrying");
    cancelRetry = after(Math.min(retryFirstMs * 2 ** failures, retryMaxMs), open);
    failures += 1;
  };
  const fail = (fault: Fault): void => {
    if (fault.retry) { retry(); return; }
    stop();
    if (fault.reason === "unauthenticated") signedOut();
    handlers.state?.("ended");
    handlers.fault?.(fault);
  };
  function open(): void {
    if (closed) return;
    const query = new URLSearchParams({
      request: requestJson(method, init()), lang: language.get(),
    });
    source = new EventSource(`${path(method)}?${query.toString()}`);
    source.onopen = () => { failures = 0; handlers.state?.("open"); };
    source.onmessage = (event: MessageEvent<string>) => {
      handlers.message(read<M["output"]>(method.output, parseText(event.data)));
    };
    source.addEventListener("fault", (event: MessageEvent<string>) => {
      fail(faultOf(0, parseText(event.data)));
    });
    source.addEventListener("end", () => { stop(); handlers.state?.("ended"); });
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED) retry();
      else handlers.state?.("retrying");
    };
  }
  handlers.state?.("opening");
  open();
  return { close: stop };
}

export interface RunHandlers<T> {
  message(message: T): void;
  /** Refused, broken off, or ended with a fault. */
  fault(fault: Fault): void;
}

/** A stream that does something: begun once, with the reason when it is refused, and never again
 * by itself. Closing it ends what it does. */
export function run<M extends DescMethodServerStreaming>(
  method: M, init: MessageInitShape<M["input"]>, handlers: RunHandlers<MessageShape<M["output"]>>,
): Stream {
  const control = new AbortController();
  const follow = async (): Promise<void> => {
    const response = await post(method, init, { signal: control.signal });
    if (!response.ok || response.body === null) {
      const fault = faultOf(response.status, await parse(response));
      if (fault.reason === "unauthenticated") signedOut();
      handlers.fault(fault);
      return;
    }
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const reader = new EventStreamReader();
    for (;;) {
      const piece = await pieces.read();
      if (piece.done) break;
      for (const { type, data } of reader.push(piece.value)) {
        if (type === "end") return;
        if (type === "fault") { handlers.fault(faultOf(0, parseText(data))); return; }
        handlers.message(read<M["output"]>(method.output, parseText(data)));
      }
    }
    handlers.fault(localFault("unreachable"));
  };
  follow().catch((cause: unknown) => {
    if (control.signal.aborted) return;
    // fetch and its reader fail with TypeError when the line breaks.
    handlers.fault(localFault(cause instanceof TypeError ? "unreachable" : "unreadable"));
  });
  return { close: () => { control.abort(); } };
}

function parseText(text: string): JsonValue {
  const value: JsonValue = JSON.parse(text);
  return value;
}

/** The address under which the browser saves a stream of bytes as a file. */
export function downloadAddress<M extends DescMethodServerStreaming>(
  method: M, init: MessageInitShape<M["input"]>,
): string {
  const query = new URLSearchParams({
    download: "1", request: requestJson(method, init), lang: language.get(),
  });
  return `${path(method)}?${query.toString()}`;
}
