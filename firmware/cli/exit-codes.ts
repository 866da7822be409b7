/** How the program ends, so that a script can tell what happened. Listed in `ctictl --help`. */

import { Code } from "../../proto/gen/google/rpc/code_pb.js";
import type { Bilingual } from "./language.js";

export const exitCodes = {
  ok: 0, failed: 1, usage: 2, unauthenticated: 3, permissionDenied: 4, notFound: 5,
  unavailable: 6, refused: 7, invalid: 8,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeMeanings: readonly (readonly [ExitCode, Bilingual])[] = [
  [exitCodes.ok, ["done", "fait"]],
  [exitCodes.failed, ["any other failure", "tout autre échec"]],
  [exitCodes.usage, ["wrong command line", "ligne de commande erronée"]],
  [exitCodes.unauthenticated, ["not signed in", "non connecté"]],
  [exitCodes.permissionDenied, ["not allowed", "non autorisé"]],
  [exitCodes.notFound, ["does not exist", "n'existe pas"]],
  [exitCodes.unavailable, ["gateway or PBX not reachable, or too slow",
    "passerelle ou PBX injoignable, ou trop lent"]],
  [exitCodes.refused, ["refused in the present state", "refusé dans l'état actuel"]],
  [exitCodes.invalid, ["wrong argument or configuration", "argument ou configuration erroné"]],
];

const byStatus: Readonly<Partial<Record<Code, ExitCode>>> = {
  [Code.OK]: exitCodes.ok,
  [Code.UNAUTHENTICATED]: exitCodes.unauthenticated,
  [Code.PERMISSION_DENIED]: exitCodes.permissionDenied,
  [Code.NOT_FOUND]: exitCodes.notFound,
  [Code.UNAVAILABLE]: exitCodes.unavailable,
  [Code.DEADLINE_EXCEEDED]: exitCodes.unavailable,
  [Code.FAILED_PRECONDITION]: exitCodes.refused,
  [Code.ABORTED]: exitCodes.refused,
  [Code.ALREADY_EXISTS]: exitCodes.refused,
  [Code.RESOURCE_EXHAUSTED]: exitCodes.refused,
  [Code.UNIMPLEMENTED]: exitCodes.refused,
  [Code.INVALID_ARGUMENT]: exitCodes.invalid,
  [Code.OUT_OF_RANGE]: exitCodes.invalid,
};

/** The exit code for a gRPC status. */
export function exitCodeOf(status: Code): ExitCode {
  return byStatus[status] ?? exitCodes.failed;
}
