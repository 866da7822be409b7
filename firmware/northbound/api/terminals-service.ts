/** TerminalsService: a person types, the PBX answers, everything is kept. */

import { isIP } from "node:net";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { BoundedQueue } from "../../base/queue.js";
import { inLanguage, ok, type Result, type Text } from "../../base/result.js";
import type { LineWish, PortSettings } from "../../terminal/line.js";
import { breakMsMost, minutesDefault, minutesMost, type TerminalListener }
  from "../../terminal/terminal.js";
import type { Direction, Ending, Part, TerminalHeader } from "../../terminal/transcript.js";
import { FlowControl, Parity, TerminalEnding, TranscriptDirection,
  type OpenTerminalRequest, type OpenTerminalResponseSchema, type ReadTranscriptRequest,
  type ReadTranscriptResponseSchema, type ServeTerminalRequest, type ServeTerminalResponseSchema,
  type TerminalPort, type TerminalSchema,
  type TerminalsService } from "../../../proto/gen/cti/gateway/v1/terminals_pb.js";
import { auditActor } from "../access/audit-call.js";
import { wordOf } from "./enums.js";
import { Fields } from "./fields.js";
import type { GatewayView, Language, RemotePortWish } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";
import { timestamp } from "./time-message.js";

export const typedBytesMost = 4_096;
export const reasonCharactersMax = 200;
/** Chunks that wait for a slow caller; what is more stands in the transcript only. */
export const shownQueueMax = 2_000;
/** Connections are few; what more of them there are is in the audit log. */
const servedQueueMax = 200;
const namesMax = 16;
const terminalsPerPage = 100;
const terminalsPerPageMax = 1_000;
const partsPerMessage = 100;

type Shown = MessageInitShape<typeof OpenTerminalResponseSchema>;
type Served = MessageInitShape<typeof ServeTerminalResponseSchema>;
type TranscriptMessage = MessageInitShape<typeof ReadTranscriptResponseSchema>;

export function terminalsHandlers(gateway: GatewayView): ServiceHandlers<typeof TerminalsService> {
  const { terminals } = gateway;
  return {
    openTerminal: (request, context) => openTerminal(gateway, request, context),
    serveTerminal: (request, context) => serveTerminal(gateway, request, context),
    approveTerminal: ({ id }, context) => {
      const fields = new Fields();
      fields.required("id", id);
      const checked = fields.result();
      return Promise.resolve(checked.ok
        ? empty(terminals.approve(id, auditActor(context.identity))) : checked);
    },
    typeTerminal: async (request, context) => {
      const fields = new Fields();
      fields.required("id", request.id);
      if (request.data.length > typedBytesMost) {
        fields.wrong("data", `expected at most ${typedBytesMost} bytes`);
      }
      const checked = fields.result();
      if (!checked.ok) return checked;
      return empty(await terminals.type(request.id, auditActor(context.identity), request.data,
        request.secret));
    },
    signalTerminal: async ({ id, breakMs, dtr, rts }, context) => {
      const fields = new Fields();
      fields.required("id", id);
      if (breakMs > breakMsMost) fields.wrong("break_ms", `expected at most ${breakMsMost}`);
      if (breakMs === 0 && dtr === undefined && rts === undefined) {
        fields.wrong("break_ms", "is required where neither dtr nor rts is set");
      }
      const checked = fields.result();
      if (!checked.ok) return checked;
      return empty(await terminals.signal(id, auditActor(context.identity),
        { breakMs, dtr, rts }));
    },
    extendTerminal: (request, context) => {
      const fields = new Fields();
      fields.required("id", request.id);
      const minutes = fields.count("minutes", request.minutes, minutesDefault, minutesMost);
      const checked = fields.result();
      const extended = checked.ok
        ? terminals.extend(request.id, auditActor(context.identity), minutes) : checked;
      return Promise.resolve(extended.ok ? ok({ endsAt: timestamp(extended.value) }) : extended);
    },
    closeTerminal: async ({ id }, context) => {
      const fields = new Fields();
      fields.required("id", id);
      const checked = fields.result();
      return checked.ok ? empty(await terminals.close(id, auditActor(context.identity))) : checked;
    },
    listTerminals: async (request) => {
      const fields = new Fields();
      const limit = fields.count("page_size", request.pageSize, terminalsPerPage,
        terminalsPerPageMax);
      if (!/^\d{0,15}$/.test(request.pageToken)) fields.wrong("page_token", "is none of ours");
      const checked = fields.result();
      if (!checked.ok) return checked;
      const found = await terminals.list(request.openOnly, limit + 1,
        request.pageToken === "" ? undefined : Number(request.pageToken));
      const page = found.slice(0, limit);
      return ok({ terminals: page.map(terminalMessage),
        nextPageToken: found.length > limit ? String(page.at(-1)?.id ?? "") : "" });
    },
    readTranscript: (request) => readTranscript(gateway, request),
  };
}

function empty(result: Result<void>): Result<Record<never, never>> {
  return result.ok ? ok({}) : result;
}

async function* openTerminal(
  gateway: GatewayView, request: OpenTerminalRequest, context: CallContext,
): AsyncGenerator<Result<readonly Shown[]>> {
  const fields = new Fields();
  const line = lineWish(request, fields);
  fields.required("reason", request.reason.trim(), reasonCharactersMax);
  const minutes = fields.count("minutes", request.minutes, minutesDefault, minutesMost);
  const checked = fields.result();
  if (!checked.ok) {
    yield checked;
    return;
  }
  const { language } = context;
  const queue = new BoundedQueue<Shown>(shownQueueMax);
  const actor = auditActor(context.identity);
  const waits = Promise.withResolvers<TerminalHeader>();
  const opening = gateway.terminals.open(
    { line, minutes, reason: request.reason.trim(), actor, source: context.source },
    { ...listenerOf(queue, language), waiting: waits.resolve });
  let id = "";
  const close = (): void => { if (id !== "") void gateway.terminals.close(id, actor); };
  context.signal.addEventListener("abort", close, { once: true });
  try {
    const asked = await Promise.race([waits.promise, opening.then(() => undefined)]);
    if (asked !== undefined) {
      id = String(asked.id);
      if (context.signal.aborted) close();
      yield ok([{ event: { case: "waiting", value: terminalMessage(asked) } }]);
    }
    const opened = await opening;
    if (!opened.ok) {
      yield opened;
      return;
    }
    id = String(opened.value.id);
    if (context.signal.aborted) close();
    yield ok([{ event: { case: "opened", value: terminalMessage(opened.value) } }]);
    for await (const shown of queue) yield ok([shown]);
  } finally {
    context.signal.removeEventListener("abort", close);
    close();
  }
}

/** A caller that reads too slowly misses bytes, and is told so; notices and the end it gets. */
function listenerOf(
  queue: BoundedQueue<Shown>, language: Language,
): Omit<TerminalListener, "waiting"> {
  let missed = 0;
  const notice = (text: Text, endsAtMs?: number): Shown => ({ event: { case: "notice", value: {
    text: inLanguage(text, language),
    ...endsAtMs !== undefined && { endsAt: timestamp(endsAtMs) } } } });
  const push = (shown: Shown): boolean => {
    if (missed > 0 && queue.push(notice({
      en: `${missed} bytes are not shown; the transcript has them.`,
      fr: `${missed} octets ne sont pas montrés ; la transcription les a.` }))) missed = 0;
    return missed === 0 && queue.push(shown);
  };
  return {
    received: (bytes) => {
      const shown: Shown = { event: { case: "received", value: Uint8Array.from(bytes) } };
      if (!push(shown)) missed += bytes.length;
    },
    notice: (text, endsAtMs) => { push(notice(text, endsAtMs)); },
    ended: (header) => {
      const last: Shown = { event: { case: "ended", value: terminalMessage(header) } };
      if (!push(last)) {
        queue.clear();
        queue.push(last);
      }
      queue.close();
    },
  };
}

/** Listens as long as the caller does. */
async function* serveTerminal(
  gateway: GatewayView, request: ServeTerminalRequest, context: CallContext,
): AsyncGenerator<Result<readonly Served[]>> {
  const wish = remotePortWish(request, auditActor(context.identity));
  if (!wish.ok) {
    yield wish;
    return;
  }
  const queue = new BoundedQueue<Served>(servedQueueMax);
  const opened = await gateway.remotePorts.open(wish.value, {
    waiting: (header) => {
      queue.push({ event: { case: "waiting", value: terminalMessage(header) } });
    },
    opened: (header) => {
      queue.push({ event: { case: "opened", value: terminalMessage(header) } });
    },
    ended: (header) => {
      queue.push({ event: { case: "ended", value: terminalMessage(header) } });
    },
    refused: (why) => {
      queue.push({ event: { case: "refused", value: inLanguage(why, context.language) } });
    },
    over: () => { queue.close(); },
  });
  if (!opened.ok) {
    yield opened;
    return;
  }
  const { address, port, endsAtMs, close } = opened.value;
  context.signal.addEventListener("abort", close, { once: true });
  if (context.signal.aborted) close();
  try {
    yield ok([{ event: { case: "listening",
      value: { address, port, endsAt: timestamp(endsAtMs) } } }]);
    for await (const served of queue) yield ok([served]);
  } finally {
    context.signal.removeEventListener("abort", close);
    close();
  }
}

function remotePortWish(
  request: ServeTerminalRequest, offeredBy: string,
): Result<RemotePortWish> {
  const fields = new Fields();
  const line = lineWish(request, fields);
  const reason = request.reason.trim();
  fields.required("reason", reason, reasonCharactersMax);
  const minutes = fields.count("minutes", request.minutes, minutesDefault, minutesMost);
  const { certificates, plainFrom, listenAddress, listenPort } = request;
  if (listenPort > 65_535) fields.wrong("listen_port", "expected at most 65535");
  if (listenAddress !== "" && isIP(listenAddress) === 0) {
    fields.wrong("listen_address", "expected an IP address");
  }
  if ((certificates.length === 0) === (plainFrom.length === 0)) {
    fields.wrong("certificates", "or plain_from is required, and not both");
  }
  if (certificates.length > namesMax || plainFrom.length > namesMax) {
    fields.wrong("certificates", `expected at most ${namesMax}`);
  }
  for (const name of certificates) fields.required("certificates", name);
  for (const from of plainFrom) {
    if (isIP(from) === 0) fields.wrong("plain_from", `${from} is no IP address`);
  }
  return fields.with({ line, minutes, reason, offeredBy, certificates, plainFrom, port: listenPort,
    address: listenAddress === "" ? "::" : listenAddress });
}

function lineWish(
  { link, port }: Pick<OpenTerminalRequest, "link" | "port">, fields: Fields,
): LineWish {
  if (port === undefined) {
    fields.required("link", link);
    return { kind: "link", link };
  }
  if (link !== "") fields.wrong("port", "is not for a link");
  return { kind: "port", settings: portSettings(port, fields) };
}

const parities = { none: Parity.NONE, even: Parity.EVEN, odd: Parity.ODD, mark: Parity.MARK,
  space: Parity.SPACE } satisfies Record<PortSettings["parity"], Parity>;
const flowControls = { "none": FlowControl.NONE, "rts-cts": FlowControl.RTS_CTS,
  "xon-xoff": FlowControl.XON_XOFF, "dtr-dsr": FlowControl.DTR_DSR,
} satisfies Record<PortSettings["flowControl"], FlowControl>;

function portSettings(port: TerminalPort, fields: Fields): PortSettings {
  fields.required("port.address", port.address);
  const baudRate = port.baudRate === 0 ? 9_600 : port.baudRate;
  if (baudRate < 300 || baudRate > 921_600) {
    fields.wrong("port.baud_rate", "expected 300 to 921600");
  }
  const dataBits = ([8, 7, 6, 5] as const).find((bits) => bits === (port.dataBits || 8));
  if (dataBits === undefined) fields.wrong("port.data_bits", "expected 5 to 8");
  const stopBits = ([1, 2] as const).find((bits) => bits === (port.stopBits || 1));
  if (stopBits === undefined) fields.wrong("port.stop_bits", "expected 1 or 2");
  return { address: port.address, baudRate, dataBits: dataBits ?? 8, stopBits: stopBits ?? 1,
    parity: wordOf(parities, port.parity) ?? "none",
    flowControl: wordOf(flowControls, port.flowControl) ?? "none" };
}

const endingValues: Readonly<Record<Ending, TerminalEnding>> = {
  "closed": TerminalEnding.CLOSED,
  "time-over": TerminalEnding.TIME_OVER,
  "idle": TerminalEnding.IDLE,
  "line-lost": TerminalEnding.LINE_LOST,
  "closed-by-other": TerminalEnding.CLOSED_BY_OTHER,
  "transcript-full": TerminalEnding.TRANSCRIPT_FULL,
  "stopping": TerminalEnding.STOPPING,
  "interrupted": TerminalEnding.INTERRUPTED,
  "not-approved": TerminalEnding.NOT_APPROVED,
};

const directionValues: Readonly<Record<Direction, TranscriptDirection>> = {
  typed: TranscriptDirection.TYPED,
  received: TranscriptDirection.RECEIVED,
  secret: TranscriptDirection.SECRET,
  remark: TranscriptDirection.REMARK,
};

function terminalMessage(header: TerminalHeader): MessageInitShape<typeof TerminalSchema> {
  const { id, link, port, line, actor, source, reason, ending, hasPins } = header;
  return { id: String(id), link, port, line, actor, source, reason, hasPins,
    openedAt: timestamp(header.openedAtMs), endsAt: timestamp(header.endsAtMs),
    ...header.endedAtMs !== undefined && { endedAt: timestamp(header.endedAtMs) },
    ...ending !== undefined && { ending: endingValues[ending] },
    typedBytes: BigInt(header.typedBytes), receivedBytes: BigInt(header.receivedBytes),
    unkeptBytes: BigInt(header.unkeptBytes), transcriptSha256: header.sha256 ?? "",
    waiting: header.waiting ?? false, approvedBy: header.approvedBy ?? "" };
}

async function* readTranscript(
  gateway: GatewayView, { id }: ReadTranscriptRequest,
): AsyncGenerator<Result<readonly TranscriptMessage[]>> {
  const header = await gateway.terminals.get(id);
  if (!header.ok) {
    yield header;
    return;
  }
  yield ok([{ terminal: terminalMessage(header.value) }]);
  let parts: Part[] = [];
  const message = (): TranscriptMessage => ({ parts: parts.map(
    ({ atMs, direction, bytes, characters }) => ({ at: timestamp(atMs), data: bytes, characters,
      direction: directionValues[direction] })) });
  for await (const item of gateway.terminals.read(header.value)) {
    if ("intact" in item) {
      yield ok([{ ...message(), intact: item.intact }]);
      return;
    }
    parts.push(...item.parts);
    if (parts.length < partsPerMessage) continue;
    yield ok([message()]);
    parts = [];
  }
  if (parts.length > 0) yield ok([message()]);
}
