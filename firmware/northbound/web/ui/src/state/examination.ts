/** One examination of a serial port by the gateway's doctor, as the page sees it. */

import type { DiagnosePortResponse, DiagnoseProgress, Port, Verdict } from
  "../../../../../../proto/gen/cti/gateway/v1/ports_pb.js";
import type { Fault } from "../api/fault.js";

export type Examination =
  | { readonly name: "listening"; readonly sinceMs: number;
    /** Undefined until the port is open. */
    readonly progress: DiagnoseProgress | undefined }
  | { readonly name: "failed"; readonly fault: Fault }
  | { readonly name: "done"; readonly verdict: Verdict };

export function begun(nowMs: number): Examination {
  return { name: "listening", sinceMs: nowMs, progress: undefined };
}

/** What comes after the end changes nothing. */
export function stepped(before: Examination, { step }: DiagnosePortResponse): Examination {
  if (before.name !== "listening") return before;
  switch (step.case) {
    case "progress": return { ...before, progress: step.value };
    case "verdict": return { name: "done", verdict: step.value };
    // A newer gateway may say more than this page knows.
    case undefined: return before;
  }
}

export function failed(before: Examination, fault: Fault): Examination {
  return before.name === "listening" ? { name: "failed", fault } : before;
}

/** Seconds listened, never more than the limit. */
export function secondsListened(sinceMs: number, nowMs: number, secondsMax: number): number {
  return Math.min(secondsMax, Math.max(0, (nowMs - sinceMs) / 1_000));
}

/** What a person typed as a port: `ttyUSB0` stands for its device file. */
export function typedAddress(text: string): string {
  const typed = text.trim();
  return typed === "" || /^(\/|usb:|usb-socket:)/.test(typed) ? typed : `/dev/${typed}`;
}

/** The address that outlives replugging: the adapter's own where it has a serial number, else the
 * socket's, else the device file. */
export function stableAddress(port: Pick<Port,
  "path" | "adapterAddress" | "socketAddress" | "serialNumber">): string {
  return (port.serialNumber === "" ? port.socketAddress : port.adapterAddress) || port.path;
}
