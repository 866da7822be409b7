/**
 * What each method does, independent of how it is carried: gRPC and the web server both call
 * these. One record of handlers a service, typed from the generated descriptors.
 */

import type { DescMethodServerStreaming, DescMethodUnary, DescService, MessageInitShape,
  MessageShape } from "@bufbuild/protobuf";
import type { Result } from "../../base/result.js";
import type { Identity } from "../access/roles.js";

export interface CallContext {
  /** Undefined only for methods that anyone may call. */
  readonly identity: Identity | undefined;
  /** "grpc 192.0.2.9" or "web 192.0.2.9". */
  readonly source: string;
  /** Milliseconds the caller is willing to wait; bounded by the server's own maximum. */
  readonly deadlineMs: number;
  readonly language: "en" | "fr";
  /** Aborted when the caller goes away, the server stops or the credential is revoked. */
  readonly signal: AbortSignal;
  /** For the audit log: a caller without identity has proved who it is (SignIn). */
  identified(identity: Identity): void;
}

export type UnaryHandler<M extends DescMethodUnary> =
  (request: MessageShape<M["input"]>, context: CallContext)
    => Promise<Result<MessageInitShape<M["output"]>>>;

/** Messages that go out together, in order. A fault ends the stream with that status. */
export type StreamItem<M extends DescMethodServerStreaming> =
  Result<readonly MessageInitShape<M["output"]>[]>;

export type StreamHandler<M extends DescMethodServerStreaming> =
  (request: MessageShape<M["input"]>, context: CallContext) => AsyncIterable<StreamItem<M>>;

export type ServiceHandlers<S extends DescService> = {
  readonly [N in keyof S["method"]]:
    S["method"][N] extends DescMethodUnary ? UnaryHandler<S["method"][N]>
    : S["method"][N] extends DescMethodServerStreaming ? StreamHandler<S["method"][N]>
    : never;
};

export interface BoundService<S extends DescService = DescService> {
  readonly service: S;
  readonly handlers: ServiceHandlers<S>;
}

/** One method with what it does, whatever its service. */
export type BoundMethod =
  | { readonly kind: "unary"; readonly method: DescMethodUnary;
      readonly handler: UnaryHandler<DescMethodUnary> }
  | { readonly kind: "stream"; readonly method: DescMethodServerStreaming;
      readonly handler: StreamHandler<DescMethodServerStreaming> };

/** Methods by `package.Service/Method`. A service is bound to its own handlers by type. */
export function boundMethods(services: readonly BoundService[]): ReadonlyMap<string, BoundMethod> {
  const table = new Map<string, BoundMethod>();
  for (const { service, handlers } of services) {
    const byName = handlers as Readonly<Record<string, unknown>>;
    for (const method of service.methods) {
      const handler = byName[method.localName];
      const path = `${service.typeName}/${method.name}`;
      if (typeof handler !== "function") throw new Error(`${path} has no handler`);
      if (method.methodKind === "unary") {
        table.set(path, { kind: "unary", method: method as DescMethodUnary,
          handler: handler as UnaryHandler<DescMethodUnary> });
      } else if (method.methodKind === "server_streaming") {
        table.set(path, { kind: "stream", method: method as DescMethodServerStreaming,
          handler: handler as StreamHandler<DescMethodServerStreaming> });
      } else {
        throw new Error(`${path} is of a kind that no handler serves`);
      }
    }
  }
  return table;
}
