/** Why a command did not do its work; thrown to the one place that prints it and ends. */

import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code } from "../../proto/gen/google/rpc/code_pb.js";
import { BadRequestSchema, ErrorInfoSchema } from "../../proto/gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../proto/gen/google/rpc/status_pb.js";
import { exitCodeOf, exitCodes, type ExitCode } from "./exit-codes.js";

export interface FailureField {
  readonly path: string;
  readonly message: string;
}

export class Failure extends Error {
  readonly exitCode: ExitCode;
  readonly advice: string | undefined;
  readonly fields: readonly FailureField[];
  /** The gRPC status; undefined when the gateway was not asked. */
  readonly status: Code | undefined;
  /** The code of the gateway's fault table. */
  readonly reason: string | undefined;

  constructor(message: string, more: {
    readonly exitCode: ExitCode; readonly advice?: string | undefined;
    readonly fields?: readonly FailureField[]; readonly status?: Code;
    readonly reason?: string | undefined;
  }) {
    super(message);
    this.exitCode = more.exitCode;
    this.advice = more.advice;
    this.fields = more.fields ?? [];
    this.status = more.status;
    this.reason = more.reason;
  }
}

export function usageFailure(message: string): Failure {
  return new Failure(message, { exitCode: exitCodes.usage });
}

/** From a gRPC status, with the details of the trailer `grpc-status-details-bin`. */
export function statusFailure(
  status: number, message: string, details: Uint8Array | undefined,
): Failure {
  const code: Code = status in Code ? status : Code.UNKNOWN;
  let advice: string | undefined;
  let reason: string | undefined;
  let fields: readonly FailureField[] = [];
  for (const detail of detailsOf(details)) {
    const info = anyUnpack(detail, ErrorInfoSchema);
    if (info !== undefined) {
      advice = info.metadata["advice"];
      reason = info.reason;
    }
    const request = anyUnpack(detail, BadRequestSchema);
    if (request !== undefined) {
      fields = request.fieldViolations.map(({ field, description }) =>
        ({ path: field, message: description }));
    }
  }
  return new Failure(message, { exitCode: exitCodeOf(code), advice, reason, fields, status: code });
}

function detailsOf(bytes: Uint8Array | undefined): Parameters<typeof anyUnpack>[0][] {
  if (bytes === undefined) return [];
  try {
    return fromBinary(StatusSchema, bytes).details;
  } catch {
    return [];
  }
}

/** The line was cut or the gateway restarts: the same request may succeed in a moment. */
export function isTransient(error: unknown): boolean {
  return error instanceof Failure && (error.status === Code.UNAVAILABLE
    || error.status === Code.UNKNOWN || error.status === Code.DEADLINE_EXCEEDED
    || (error.status === Code.INTERNAL && error.reason === undefined));
}
