/** Handlers carried over grpc-js: bytes in, bytes out, status and details at the end. */

import { fromBinary, type DescMessage, type DescMethod, type MessageInitShape, type MessageShape }
  from "@bufbuild/protobuf";
import { Metadata, type handleServerStreamingCall, type handleUnaryCall,
  type ServerWritableStream, type UntypedHandleCall } from "@grpc/grpc-js";
import type { Fault } from "../../base/result.js";
import { encodeMessage } from "../api/encoding.js";
import type { Api } from "../api/api.js";
import type { Caller, Door } from "../api/door.js";
import { drained } from "../api/drained.js";
import { faultStatus } from "../api/fault-message.js";
import type { Language } from "../api/gateway-view.js";
import type { BoundMethod } from "../api/handler.js";
import type { CallerReader, SurfaceCall } from "./caller.js";

/** grpc-js wants a Buffer; this one shares the bytes. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export interface GrpcFailure {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

export function failureOf(fault: Fault, language: Language): GrpcFailure {
  const status = faultStatus(fault, language);
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", asBuffer(status.details));
  return { code: status.code, details: status.message, metadata };
}

/** What grpc-js needs to know of a method. */
export function definitionOf(path: string, method: DescMethod) {
  return {
    path: `/${path}`, requestStream: method.methodKind === "bidi_streaming",
    responseStream: method.methodKind !== "unary",
    requestSerialize: (message: MessageInitShape<DescMessage>) =>
      asBuffer(encodeMessage(method.input, message)),
    requestDeserialize: (bytes: Buffer): MessageShape<DescMessage> =>
      fromBinary(method.input, bytes),
    responseSerialize: (message: MessageInitShape<DescMessage>) =>
      asBuffer(encodeMessage(method.output, message)),
    responseDeserialize: (bytes: Buffer): MessageShape<DescMessage> =>
      fromBinary(method.output, bytes),
  };
}

type Message = MessageShape<DescMessage>;
type Init = MessageInitShape<DescMessage>;

/** Aborted when the client cancels or its connection breaks. */
function signalOf(call: SurfaceCall): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort();
  call.on("cancelled", () => { controller.abort(); });
  return controller.signal;
}

export function implementationOf(
  api: Api, door: Door, callers: CallerReader, bound: BoundMethod,
): UntypedHandleCall {
  const languageOf = (caller: Caller): Language => caller.language ?? api.gateway.language;
  if (bound.kind === "unary") {
    const unary: handleUnaryCall<Message, Init> = (call, callback) => {
      const caller = callers.read(call, signalOf(call));
      void door.unary(bound.method, bound.handler, call.request, caller).then((result) => {
        if (result.ok) callback(null, result.value);
        else callback(failureOf(result.fault, languageOf(caller)));
      });
    };
    return unary as UntypedHandleCall;
  }
  const stream: handleServerStreamingCall<Message, Init> = (call) => {
    const caller = callers.read(call, signalOf(call));
    const begun = (): void => { call.sendMetadata(new Metadata()); };
    void pump(call, door.stream(bound.method, bound.handler, call.request, caller, begun),
      languageOf(caller), caller.signal);
  };
  return stream as UntypedHandleCall;
}

/** Writes as fast as the client reads, and no faster: the rest waits in its bounded source. */
async function pump(
  call: ServerWritableStream<Message, Init>, items: ReturnType<Door["stream"]>,
  language: Language, signal: AbortSignal,
): Promise<void> {
  for await (const item of items) {
    if (signal.aborted) break;
    if (!item.ok) {
      call.emit("error", failureOf(item.fault, language));
      return;
    }
    for (const message of item.value) {
      if (!call.write(message)) await drained(call, signal);
      if (signal.aborted) return;
    }
  }
  call.end();
}
