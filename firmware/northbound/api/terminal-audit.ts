/** Requests, beginnings, ends of terminals in the audit log; the end with the transcript's hash. */

import type { TerminalNote } from "../../terminal/terminals.js";
import type { AuditNote } from "../access/audit.js";

export function terminalAuditNote({ action, header }: TerminalNote): AuditNote {
  const { id, link, port, line, actor, source, reason, approvedBy, ending, sha256 } = header;
  return { actor, source, action, subject: link === "" ? port : link, outcome: "ok",
    details: { transcript: id, line, reason,
      ...approvedBy !== undefined && { approved_by: approvedBy },
      ...ending !== undefined && { ending, typed_bytes: header.typedBytes,
        received_bytes: header.receivedBytes, unkept_bytes: header.unkeptBytes },
      ...sha256 !== undefined && { sha256 } } };
}
