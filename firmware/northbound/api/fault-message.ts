/** A fault as it goes to a caller: google.rpc.Status for gRPC, one JSON object for the web. */

import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack, durationFromMs } from "@bufbuild/protobuf/wkt";
import { faults, type FaultCode, type GrpcCode } from "../../base/faults.js";
import { inFrench } from "../../base/french.js";
import type { Fault, FieldViolation } from "../../base/result.js";
import { Code } from "../../../proto/gen/google/rpc/code_pb.js";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema }
  from "../../../proto/gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../../proto/gen/google/rpc/status_pb.js";
import type { Language } from "./gateway-view.js";

export const errorDomain = "jackfield";

/** After these a retry makes sense, and not before so long. */
const retryAfterMs: Readonly<Partial<Record<FaultCode, number>>> = {
  "link-down": 5_000, "queue-full": 1_000, "stopping": 5_000, "store-unavailable": 10_000,
  "store-full": 60_000, "monitor-limit": 10_000, "too-many-attempts": 30_000,
};

/** HTTP status of each gRPC code, as google.rpc.Code documents it. */
const httpStatuses: Readonly<Record<GrpcCode, number>> = {
  INVALID_ARGUMENT: 400, DEADLINE_EXCEEDED: 504, NOT_FOUND: 404, ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403, RESOURCE_EXHAUSTED: 429, FAILED_PRECONDITION: 400, ABORTED: 409,
  OUT_OF_RANGE: 400, UNIMPLEMENTED: 501, INTERNAL: 500, UNAVAILABLE: 503, DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

/** Headers and trailers together must stay below the 8 KiB that many peers allow. */
const messageLengthMax = 1_000;
const descriptionLengthMax = 150;
const fieldsMax = 20;

function shortened(text: string, lengthMax: number): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;
}

function messageIn(told: Fault | FieldViolation, language: Language): string {
  return language === "en" ? told.message : told.french ?? inFrench(told.message) ?? told.message;
}

export interface FaultStatus {
  readonly code: Code;
  readonly message: string;
  /** google.rpc.Status, for the trailer grpc-status-details-bin. */
  readonly details: Uint8Array;
}

export function faultStatus(fault: Fault, language: Language): FaultStatus {
  const row = faults[fault.code];
  const code = Code[row.grpc];
  const message = shortened(messageIn(fault, language), messageLengthMax);
  const details = [anyPack(ErrorInfoSchema, create(ErrorInfoSchema, {
    reason: fault.code, domain: errorDomain,
    metadata: { advice: row.advice[language], retry: String(row.retry) },
  }))];
  if (fault.fields !== undefined && fault.fields.length > 0) {
    details.push(anyPack(BadRequestSchema, create(BadRequestSchema, {
      fieldViolations: fault.fields.slice(0, fieldsMax).map((field) => ({ field: field.path,
        description: shortened(messageIn(field, language), descriptionLengthMax) })),
    })));
  }
  const delayMs = retryAfterMs[fault.code];
  if (delayMs !== undefined) {
    details.push(anyPack(RetryInfoSchema, create(RetryInfoSchema,
      { retryDelay: durationFromMs(delayMs) })));
  }
  return { code, message, details: toBinary(StatusSchema,
    create(StatusSchema, { code, message, details })) };
}

export interface FaultJson {
  readonly code: GrpcCode;
  readonly reason: FaultCode;
  readonly message: string;
  readonly advice: string;
  readonly retry: boolean;
  readonly retryAfterMs?: number;
  readonly fields: readonly FieldViolation[];
}

export function faultJson(fault: Fault, language: Language): FaultJson {
  const row = faults[fault.code];
  const delayMs = retryAfterMs[fault.code];
  return {
    code: row.grpc, reason: fault.code, message: messageIn(fault, language),
    advice: row.advice[language], retry: row.retry,
    ...(delayMs === undefined ? {} : { retryAfterMs: delayMs }),
    fields: (fault.fields ?? []).map((field) =>
      ({ path: field.path, message: messageIn(field, language) })),
  };
}

export function httpStatus(fault: Fault): number {
  return httpStatuses[faults[fault.code].grpc];
}
