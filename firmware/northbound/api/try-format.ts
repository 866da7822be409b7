/** `TryFormat`: bytes read with a driver's options that are not in force. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { inBoth } from "../../base/french.js";
import { attempt, fail, inLanguage, ok, type Language, type Result } from "../../base/result.js";
import type { TriedRecord } from "../../link/driver.js";
import { linkId } from "../../model/identifiers.js";
import type { TriedRecordSchema, TryFormatRequest, TryFormatResponseSchema }
  from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import { directions } from "./enums.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import { linkNamed } from "./links-service.js";
import { duration, timestamp } from "./time-message.js";

/** A layout of forty fields with all meanings is far shorter. */
export const optionsLengthMax = 50_000;
export const triedBytesMax = 65_536;
/** Given back, for a person who looks at the lines. */
export const receivedBytesMax = 16_384;

interface Sample {
  readonly driver: string;
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

export async function tryFormat(
  gateway: GatewayView, request: TryFormatRequest, language: Language,
): Promise<Result<MessageInitShape<typeof TryFormatResponseSchema>>> {
  const fields = new Fields();
  fields.required("options_yaml", request.optionsYaml, optionsLengthMax);
  fields.optional("driver", request.driver);
  if ((request.link === "") === (request.data.length === 0)) {
    fields.wrong("link", "expected either a link or data");
  }
  if (request.data.length > triedBytesMax) {
    fields.wrong("data", `expected at most ${triedBytesMax} bytes, found ${request.data.length}`);
  }
  const checked = fields.result();
  if (!checked.ok) return checked;
  const sample = request.link === "" ? ok({ driver: request.driver, bytes: request.data,
    atMs: gateway.world.clock.wall().getTime() }) : await newestOf(gateway, request);
  if (!sample.ok) return sample;
  const { driver, bytes, atMs } = sample.value;
  const trial = await gateway.tryOptions(driver, request.optionsYaml, bytes, atMs);
  if (!trial.ok) return trial;
  const { records, rejected, recordsTotal, rejectedTotal } = trial.value;
  return ok({ records: records.map(triedMessage), recordsTotal, rejectedTotal,
    rejected: rejected.map(({ text, reason }) => ({ text,
      reason: inLanguage(typeof reason === "string" ? inBoth(reason) : reason, language) })),
    bytesRead: bytes.length,
    received: request.link === "" ? new Uint8Array() : newestLines(bytes, receivedBytesMax) });
}

/** What comes last, without a line of which the beginning would be missing. */
function newestLines(bytes: Uint8Array, bytesMax: number): Uint8Array {
  if (bytes.length <= bytesMax) return bytes;
  const last = bytes.subarray(bytes.length - bytesMax);
  return last.subarray(last.findIndex((byte) => byte === 0x0a || byte === 0x0d) + 1);
}

async function newestOf(
  gateway: GatewayView, { link: id, driver }: TryFormatRequest,
): Promise<Result<Sample>> {
  const link = linkNamed(gateway, id, "link");
  if (!link.ok) return link;
  const segments = await attempt("store-damaged", "raw bytes could not be read",
    () => gateway.raw.newest(linkId(id), triedBytesMax));
  if (!segments.ok) return segments;
  const last = segments.value.at(-1);
  if (last === undefined) {
    return fail("not-found", { en: `No raw bytes of the link ${id} are kept yet.`,
      fr: `Aucun octet brut du lien ${id} n'est encore conservé.` });
  }
  // A datagram ends its line, whether it says so or not.
  const bytes = Buffer.concat(segments.value.flatMap((segment) =>
    segment.whole === true ? [segment.bytes, Buffer.from("\r\n")] : [segment.bytes]));
  // Where more is kept than is read, the first line lacks its beginning.
  const from = bytes.length < triedBytesMax ? 0 : bytes.findIndex((byte) =>
    byte === 0x0a || byte === 0x0d) + 1;
  return ok({ driver: driver === "" ? link.value.status.driver : driver,
    bytes: bytes.subarray(from), atMs: last.atMs });
}

function triedMessage(
  { text, fields, phase, call }: TriedRecord,
): MessageInitShape<typeof TriedRecordSchema> {
  const tried = { text, fields: { ...fields }, phase };
  return call === undefined ? tried : { ...tried, direction: directions[call.direction],
    device: call.device ?? "", networkInterface: call.trunk ?? "",
    callingNumber: call.callingNumber ?? "", calledNumber: call.calledNumber ?? "",
    startedAt: timestamp(call.startedAtMs), duration: duration(call.durationMs),
    answered: call.answered };
}
