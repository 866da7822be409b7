/** PortsService: the serial sockets of the unit, and the doctor that listens on them. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { BoundedQueue } from "../../base/queue.js";
import { fail, inLanguage, ok, type Language, type Result } from "../../base/result.js";
import type { Examination, Progress } from "../../link/doctor/doctor.js";
import type { Verdict, VerdictKind } from "../../link/doctor/verdict.js";
import { DiagnosePortResponseSchema, Finding, PortKind, PortsService, type DiagnosePortRequest }
  from "../../../proto/gen/cti/gateway/v1/ports_pb.js";
import { Fields } from "./fields.js";
import type { GatewayView, PortRow } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";

const secondsDefault = 180;
const secondsMost = 3_600;
/** A reader that is slower than the doctor misses progress, never the verdict. */
const progressQueueMax = 100;

const findings: Readonly<Record<VerdictKind, Finding>> = {
  "recognised": Finding.RECOGNISED, "likely": Finding.LIKELY,
  "unknown-format": Finding.UNKNOWN_FORMAT, "garbled": Finding.GARBLED,
  "silent": Finding.SILENT, "port-unusable": Finding.PORT_UNUSABLE,
};

const kinds: Readonly<Record<PortRow["kind"], PortKind>> =
  { serial: PortKind.SERIAL, hid: PortKind.HID, vendor: PortKind.VENDOR };

type Step = MessageInitShape<typeof DiagnosePortResponseSchema>;

/** Those under way, and the port as it was named. */
type Examinations = Map<Examination, string>;

export function portsHandlers(gateway: GatewayView): ServiceHandlers<typeof PortsService> {
  const examinations: Examinations = new Map();
  return {
    listPorts: async () => ok({ ports: (await gateway.ports.list())
      .map((port) => ({ ...port, kind: kinds[port.kind] })) }),
    diagnosePort: (request, context) => diagnose(gateway, examinations, request, context),
    stopDiagnosis: ({ port }) => {
      const there = [...examinations].filter(([, listened]) => listened === port);
      for (const [examination] of there) examination.stop();
      return Promise.resolve(there.length > 0 ? ok({}) : fail("precondition", {
        en: `Nobody listens on ${port} by that name: the verdict may have been given.`,
        fr: `Personne n'écoute ${port} sous ce nom : le verdict est peut-être déjà donné.` }));
    },
  };
}

async function *diagnose(
  gateway: GatewayView, examinations: Examinations, request: DiagnosePortRequest,
  context: CallContext,
): AsyncGenerator<Result<readonly Step[]>> {
  const fields = new Fields();
  fields.required("port", request.port);
  const seconds = fields.count("seconds_max", request.secondsMax, secondsDefault, secondsMost);
  const checked = fields.result();
  if (!checked.ok) {
    yield checked;
    return;
  }
  const queue = new BoundedQueue<Step>(progressQueueMax);
  const begun = await gateway.ports.examine(request.port, seconds * 1_000,
    (progress) => { queue.push(progressMessage(progress, context.language)); });
  if (!begun.ok) {
    yield begun;
    return;
  }
  const examination = begun.value;
  examinations.set(examination, request.port);
  const stop = (): void => { examination.stop(); };
  context.signal.addEventListener("abort", stop, { once: true });
  if (context.signal.aborted) stop();
  try {
    void examination.verdict.then(() => { queue.close(); });
    for await (const step of queue) yield ok([step]);
    yield ok([verdictMessage(await examination.verdict, context.language)]);
  } finally {
    context.signal.removeEventListener("abort", stop);
    examinations.delete(examination);
    examination.stop();
  }
}

function progressMessage(
  { text, baudRate, octets, callWanted }: Progress, language: Language,
): Step {
  return { step: { case: "progress", value: {
    text: inLanguage(text, language), baudRate, bytesSeen: BigInt(octets), callWanted } } };
}

function verdictMessage(verdict: Verdict, language: Language): Step {
  const { kind, headline, advice, settings, lines, candidates, wiring, profile } = verdict;
  return { step: { case: "verdict", value: {
    finding: findings[kind], headline: inLanguage(headline, language),
    advice: advice.map((each) => inLanguage(each, language)), settings: settings ?? "",
    ...(lines === undefined ? {} : { lines: { ...lines } }),
    bytesSeen: BigInt(verdict.octetsSeen),
    candidates: candidates.map((each) => ({ driver: each.driver, title: each.title,
      score: each.score, records: each.records,
      samples: each.samples.map(({ text, fields }) => ({ text, fields: { ...fields } })) })),
    wirings: wiring.map(({ title, picture }) =>
      ({ title: inLanguage(title, language), picture })),
    damage: inLanguage(verdict.damage, language),
    profileYaml: profile ?? "", received: verdict.octets } } };
}
