/** Real servers on 127.0.0.1 before a simulated gateway, and clients of all kinds. */

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, fromBinary, toBinary, type DescMessage, type DescMethodServerStreaming,
  type DescMethodUnary, type DescMethod, type MessageInitShape, type MessageShape }
  from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Client, credentials, Metadata, status, type CallOptions, type ClientReadableStream,
  type ServiceError } from "@grpc/grpc-js";
import { Registry } from "prom-client";
import { nodeWorld } from "../../firmware/base/world-node.js";
import type { Result } from "../../firmware/base/result.js";
import { callId, deviceId, linkId } from "../../firmware/model/identifiers.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { loadOrCreateAuthority, type Authority }
  from "../../firmware/northbound/access/authority.js";
import { createApi, type Api } from "../../firmware/northbound/api/api.js";
import { simulatedGateway, type SimulatedGateway }
  from "../../firmware/northbound/api/gateway-simulated.js";
import type { TlsMaterial } from "../../firmware/northbound/api/peer.js";
import type { NetworkServer } from "../../firmware/northbound/api/network-server.js";
import { createGrpcServer } from "../../firmware/northbound/grpc/server.js";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema }
  from "../../proto/gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../proto/gen/google/rpc/status_pb.js";

export const silentWorld = nodeWorld(() => undefined, "error");

export function value<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : `${result.fault.code}: ${result.fault.message}`);
  return result.value;
}

export interface Rig {
  readonly gateway: SimulatedGateway;
  readonly api: Api;
  readonly registry: Registry;
  readonly authority: Authority;
  readonly tls: TlsMaterial;
  release(): Promise<void>;
}

export async function rig(): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), "jackfield-servers-"));
  const authority = value(await loadOrCreateAuthority({ folder, world: silentWorld,
    unitName: "jackfield", names: ["localhost", "127.0.0.1"] }));
  const gateway = await simulatedGateway({ world: silentWorld, issuer: authority });
  const registry = new Registry();
  return {
    gateway, registry, authority, api: createApi(gateway, registry),
    tls: { certificatePem: authority.certificatePem, keyPem: authority.keyPem,
      authorityPem: authority.authorityPem, clientAuthorityPem: undefined },
    release: async () => {
      await gateway.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function grpcServer(on: Rig): Promise<NetworkServer & { readonly port: number }> {
  const server = createGrpcServer({ address: "127.0.0.1", port: 0, tls: on.tls, api: on.api });
  value(await server.start());
  const port = server.bound?.port ?? 0;
  return Object.assign(server, { port });
}

/** A generic gRPC client for any method of the API. */
export class TestClient {
  readonly #client: Client;
  readonly #token: string | undefined;

  constructor(
    on: { readonly authority: { readonly authorityPem: string } }, port: number, token?: string,
    own?: { readonly keyPem: string; readonly certificatePem: string },
  ) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createSsl(
      Buffer.from(on.authority.authorityPem),
      own === undefined ? null : Buffer.from(own.keyPem),
      own === undefined ? null : Buffer.from(own.certificatePem)),
    { "grpc.use_local_subchannel_pool": 1 });
    this.#token = token;
  }

  metadata(language?: string): Metadata {
    const metadata = new Metadata();
    if (this.#token !== undefined) metadata.set("authorization", `Bearer ${this.#token}`);
    if (language !== undefined) metadata.set("accept-language", language);
    return metadata;
  }

  async unary<M extends DescMethodUnary>(
    method: M, request: MessageInitShape<M["input"]>,
    options: CallOptions & { readonly language?: string } = {},
  ): Promise<MessageShape<M["output"]>> {
    return await new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(pathOf(method),
        (message: MessageInitShape<M["input"]>) => bytes(method.input, message),
        (data: Buffer) => fromBinary(method.output, data) as MessageShape<M["output"]>,
        request, this.metadata(options.language), options,
        (error, answer) => {
          if (error !== null) reject(error);
          else if (answer === undefined) reject(new Error("no answer"));
          else resolve(answer);
        });
    });
  }

  stream<M extends DescMethodServerStreaming>(
    method: M, request: MessageInitShape<M["input"]>, options: CallOptions = {},
  ): ClientReadableStream<MessageShape<M["output"]>> {
    return this.#client.makeServerStreamRequest(pathOf(method),
      (message: MessageInitShape<M["input"]>) => bytes(method.input, message),
      (data: Buffer) => fromBinary(method.output, data) as MessageShape<M["output"]>,
      request, this.metadata(), options);
  }

  /** Calls any method with an empty request; the status it ends with. Streams are cut at once. */
  async statusOf(method: DescMethod): Promise<status> {
    try {
      if (method.methodKind === "unary") {
        await this.unary(method as DescMethodUnary, {});
        return status.OK;
      }
      return await new Promise((resolve) => {
        const call = this.stream(method as DescMethodServerStreaming, {});
        call.on("metadata", () => { resolve(status.OK); call.cancel(); });
        call.on("data", () => undefined);
        call.on("end", () => { resolve(status.OK); });
        call.on("error", (error: ServiceError) => { resolve(error.code); });
      });
    } catch (error) {
      return (error as ServiceError).code;
    }
  }

  get raw(): Client {
    return this.#client;
  }

  close(): void {
    this.#client.close();
  }
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function bytes<D extends DescMessage>(descriptor: D, message: MessageInitShape<D>): Buffer {
  return Buffer.from(toBinary(descriptor, create(descriptor, message)));
}

export interface Details {
  readonly code: status;
  readonly reason: string;
  readonly advice: string;
  readonly fields: readonly string[];
  readonly retryable: string;
  readonly hasDelay: boolean;
}

export function detailsOf(error: unknown): Details {
  const failure = error as ServiceError;
  const [packed] = failure.metadata.get("grpc-status-details-bin");
  assert.ok(Buffer.isBuffer(packed), "an error carries google.rpc.Status");
  const whole = fromBinary(StatusSchema, packed);
  assert.equal(whole.code, failure.code);
  const found = <D extends DescMessage>(schema: D): MessageShape<D> | undefined =>
    whole.details.map((any) => anyUnpack(any, schema)).find((one) => one !== undefined);
  const info = found(ErrorInfoSchema);
  assert.equal(info?.domain, "jackfield");
  return {
    code: failure.code, reason: info?.reason ?? "", advice: info?.metadata["advice"] ?? "",
    retryable: info?.metadata["retry"] ?? "", hasDelay: found(RetryInfoSchema) !== undefined,
    fields: found(BadRequestSchema)?.fieldViolations.map(({ field }) => field) ?? [],
  };
}

export async function failureOf(work: Promise<unknown>): Promise<ServiceError> {
  try {
    await work;
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error("it should have failed");
}

/** Collects the messages of a stream and waits for what one expects. */
export class Collected<T> {
  readonly items: T[] = [];
  readonly ended: Promise<ServiceError | undefined>;
  #waiting: (() => void)[] = [];

  constructor(stream: ClientReadableStream<T>) {
    stream.on("data", (item: T) => {
      this.items.push(item);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.ended = new Promise((resolve) => {
      stream.on("error", (error: ServiceError) => { resolve(error); });
      stream.on("end", () => { resolve(undefined); });
    });
  }

  async until(done: (items: readonly T[]) => boolean): Promise<readonly T[]> {
    while (!done(this.items)) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push(resolve);
        void this.ended.then((error) => {
          reject(error ?? new Error(`ended after ${this.items.length} items`));
        });
      });
    }
    return this.items;
  }
}

let callNumber = 0;

/** A new call that rings at `device`. */
export function ringing(device: string, receivedAtMs = performance.now()): CallEvent {
  callNumber += 1;
  const connection = { call: callId(`call-${callNumber}`), device: deviceId(device) };
  return { type: "delivered", link: linkId("pbx-1"), cause: "newCall", receivedAtMs, connection,
    alertingDevice: { device: deviceId(device) },
    callingDevice: { device: deviceId("+33123456789"), name: "Anne" },
    calledDevice: { device: deviceId(device) } };
}
