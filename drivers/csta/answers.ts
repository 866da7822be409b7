/** What is answered to requests of the PBX. */

import { unansweredServices, type CstaMessage } from "../../firmware/wire/csta/message.js";

/** Services of the PBX's side that are taken; any other is refused, never left unanswered. */
const taken: ReadonlySet<string> =
  new Set(["SystemStatus", "MonitorStop", "Escape", "CallDetailRecordsReport",
    "CallDetailRecordsNotification", "StopCallDetailRecordsTransmission"]);

export function answerInvoke(
  message: Extract<CstaMessage, { readonly kind: "invoke" }>,
): CstaMessage | undefined {
  const { invokeID, service } = message;
  if (unansweredServices.has(service)) return undefined;
  if (service === "RequestSystemStatus") {
    return { kind: "result", invokeID, service, result: { systemStatus: "normal" } };
  }
  return taken.has(service) ? { kind: "result", invokeID, service, result: {} }
    : { kind: "error", invokeID,
      error: { category: "operation", value: "serviceNotSupported" } };
}

/** A service without a table here is refused; one whose argument cannot be read, rejected. */
export function answerUnknown(
  { invokeID, mistyped }: Extract<CstaMessage, { readonly kind: "unknown-invoke" }>,
): CstaMessage {
  return mistyped === undefined ? { kind: "error", invokeID,
    error: { category: "operation", value: "serviceNotSupported" } }
    : { kind: "reject", invokeID, problem: "mistypedArgument" };
}
