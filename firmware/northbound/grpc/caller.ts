/** Who calls over gRPC, in which language, and how long it will wait. */

import type { EventEmitter } from "node:events";
import type { Metadata } from "@grpc/grpc-js";
import type { World } from "../../base/world.js";
import type { PeerCertificate } from "../access/access.js";
import type { Caller } from "../api/door.js";
import { languageOf } from "../api/language.js";
import { plainAddress } from "../api/peer.js";

/** What all kinds of server calls of grpc-js have in common. */
export interface SurfaceCall extends EventEmitter {
  readonly cancelled: boolean;
  readonly metadata: Metadata;
  getPeer(): string;
  getDeadline(): Date | number;
}

const bearerPattern = /^Bearer +([^\s]{1,512})$/i;

export interface CallerReader {
  read(call: SurfaceCall, signal: AbortSignal): Caller;
}

/** `certificateOf` finds the certificate of the connection with that `address:port`. */
export function callerReader(
  world: World, certificateOf: (peer: string) => PeerCertificate | undefined,
): CallerReader {
  const text = (metadata: Metadata, name: string): string | undefined => {
    const [value] = metadata.get(name);
    return typeof value === "string" ? value : undefined;
  };
  return {
    read(call, signal) {
      const peer = call.getPeer();
      const deadline = call.getDeadline();
      const untilMs = deadline instanceof Date ? deadline.getTime() : deadline;
      return {
        token: bearerPattern.exec(text(call.metadata, "authorization") ?? "")?.[1],
        certificate: certificateOf(peer),
        source: `grpc ${plainAddress(peer.replace(/:\d+$/, ""))}`,
        deadlineMs: Number.isFinite(untilMs)
          ? Math.max(0, untilMs - world.clock.wall().getTime()) : undefined,
        language: languageOf(text(call.metadata, "x-jackfield-language")
          ?? text(call.metadata, "accept-language")),
        signal,
      };
    },
  };
}
