/** The management API through grpc-js, with the messages of protobuf-es. */

import { isIP } from "node:net";
import { checkServerIdentity, createSecureContext } from "node:tls";
import { fromBinary, toBinary, type DescMessage, type DescMethod, type DescMethodServerStreaming,
  type DescMethodUnary, type MessageShape } from "@bufbuild/protobuf";
import { Client, credentials, Metadata, type ChannelCredentials,
  type ServiceError } from "@grpc/grpc-js";
import { Code } from "../../proto/gen/google/rpc/code_pb.js";
import { exitCodes } from "./exit-codes.js";
import { Failure, statusFailure } from "./failure.js";
import { inLanguage, type Bilingual, type Language } from "./language.js";

export interface CallOptions {
  /** Milliseconds since 1970; undefined: no deadline, for watches. */
  readonly deadlineMs: number | undefined;
  readonly signal: AbortSignal;
}

/** What commands need of a connection; tests put their own in its place. */
export interface Channel {
  unary<M extends DescMethodUnary>(
    method: M, request: MessageShape<M["input"]>, options: CallOptions,
  ): Promise<MessageShape<M["output"]>>;
  /** Ends silently when `signal` is aborted. */
  stream<M extends DescMethodServerStreaming>(
    method: M, request: MessageShape<M["input"]>, options: CallOptions,
  ): AsyncIterable<MessageShape<M["output"]>>;
  close(): void;
}

export interface ChannelSettings {
  /** `host:port`. */
  readonly address: string;
  readonly token: string | undefined;
  /** PEM of the authority to trust; undefined: the system's. */
  readonly authorityPem: string | undefined;
  readonly certificatePem: string | undefined;
  readonly keyPem: string | undefined;
  readonly language: Language;
}

/** A backup chunk or a long configuration. */
const messageBytesMax = 32 * 1024 * 1024;
const keepaliveMs = 20_000;
const keepaliveTimeoutMs = 5_000;

export function openChannel(settings: ChannelSettings): Channel {
  const host = hostOf(settings.address);
  const client = new Client(settings.address, secure(settings, host), {
    // An IP address must not be sent as server name (RFC 6066 §3); `secure` checks it itself.
    ...(isIP(host) !== 0 && { "grpc.ssl_target_name_override": "localhost" }),
    "grpc.max_receive_message_length": messageBytesMax,
    "grpc.keepalive_time_ms": keepaliveMs, "grpc.keepalive_timeout_ms": keepaliveTimeoutMs,
    "grpc.enable_channelz": 0, "grpc.max_reconnect_backoff_ms": 5_000,
  });
  const metadata = (): Metadata => {
    const made = new Metadata();
    if (settings.token !== undefined) made.set("authorization", `Bearer ${settings.token}`);
    made.set("accept-language", settings.language);
    return made;
  };
  const options = ({ deadlineMs }: CallOptions): { deadline?: number } =>
    (deadlineMs === undefined ? {} : { deadline: deadlineMs });
  return {
    unary: <M extends DescMethodUnary>(
      method: M, request: MessageShape<M["input"]>, call: CallOptions,
    ) => new Promise<MessageShape<M["output"]>>((resolve, reject) => {
      const sent = client.makeUnaryRequest(pathOf(method), writer<M["input"]>(method.input),
        reader<M["output"]>(method.output), request, metadata(), options(call),
        (error, response) => {
          call.signal.removeEventListener("abort", cancel);
          if (error !== null) reject(failureOf(error, settings));
          else if (response === undefined) reject(new Error("no response"));
          else resolve(response);
        });
      const cancel = (): void => { sent.cancel(); };
      call.signal.addEventListener("abort", cancel, { once: true });
    }),
    async* stream(method, request, call) {
      const received = client.makeServerStreamRequest(pathOf(method), writer(method.input),
        reader(method.output), request, metadata(), options(call));
      const cancel = (): void => { received.cancel(); };
      call.signal.addEventListener("abort", cancel, { once: true });
      try {
        if (call.signal.aborted) return;
        for await (const message of received) yield message;
      } catch (error) {
        if (!call.signal.aborted) throw isServiceError(error) ? failureOf(error, settings) : error;
      } finally {
        call.signal.removeEventListener("abort", cancel);
        received.cancel();
      }
    },
    close: () => { client.close(); },
  };
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function writer<D extends DescMessage>(descriptor: D): (message: MessageShape<D>) => Buffer {
  return (message) => Buffer.from(toBinary(descriptor, message));
}

function reader<D extends DescMessage>(descriptor: D): (bytes: Buffer) => MessageShape<D> {
  return (bytes) => fromBinary(descriptor, bytes);
}

/** `host` of `host:port` and `[host]:port`. */
function hostOf(address: string): string {
  return /^\[?(.*?)\]?:\d+$/.exec(address)?.[1] ?? address;
}

/** TLS 1.3, trusting one pinned authority or the system's, for the host that was asked for. */
function secure(settings: ChannelSettings, host: string): ChannelCredentials {
  const { authorityPem, certificatePem, keyPem } = settings;
  try {
    return credentials.createFromSecureContext(createSecureContext({
      minVersion: "TLSv1.3",
      ...(authorityPem !== undefined && { ca: authorityPem, allowPartialTrustChain: true }),
      ...(certificatePem !== undefined && { cert: certificatePem }),
      ...(keyPem !== undefined && { key: keyPem }),
    }), { checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate) });
  } catch (error) {
    throw new Failure(`the certificates cannot be used: ${String(error)}`,
      { exitCode: exitCodes.usage });
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "metadata" in error;
}

function failureOf(error: ServiceError, settings: ChannelSettings): Failure {
  const [details] = error.metadata.get("grpc-status-details-bin");
  const failure = statusFailure(error.code, error.details,
    details instanceof Uint8Array ? details : undefined);
  if (failure.status !== Code.UNAVAILABLE || failure.reason !== undefined) return failure;
  return new Failure(`${settings.address}: ${error.details}`, {
    exitCode: exitCodes.unavailable, status: Code.UNAVAILABLE,
    advice: inLanguage(adviceFor(error.details), settings.language),
  });
}

/** The library gives no code for what went wrong below gRPC, only OpenSSL's and Node's words. */
function adviceFor(details: string): Bilingual {
  if (/altname|does not match/i.test(details)) {
    return ["The certificate does not name this host: use another name of the gateway, or add this "
      + "one to tls.names.", "Le certificat ne nomme pas cet hôte : utilisez un autre nom de la "
      + "passerelle, ou ajoutez celui-ci à tls.names."];
  }
  if (/certificate|self.signed|issuer|SSL|TLS/i.test(details)) {
    return ["Run `ctictl login` to trust this gateway's authority, or give it with --ca.",
      "Lancez `ctictl login` pour approuver l'autorité de la passerelle, ou donnez-la par --ca."];
  }
  return ["Check --address, that the gateway runs, and that no firewall stands between.",
    "Vérifiez --address, que la passerelle tourne, et qu'aucun pare-feu ne l'isole."];
}
