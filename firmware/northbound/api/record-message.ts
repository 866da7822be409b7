/** Call records as the API shows them, and the query that asks for them. */

import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { CallRecord, Leg } from "../../model/records.js";
import type { RecordQuery } from "../../switching/records.js";
import { RecordSource, type CallRecordSchema, type LegSchema,
  type RecordQuery as RecordQueryMessage }
  from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import { connectionStates, directions, wordOf } from "./enums.js";
import { namedNumber, numberMessage } from "./number-message.js";
import type { Fields } from "./fields.js";
import type { PlainInit } from "./encoding.js";
import { duration, timestamp } from "./time-message.js";

const sources: Readonly<Record<CallRecord["source"], RecordSource>> = {
  events: RecordSource.EVENTS, pbx: RecordSource.PBX,
};

function legMessage(leg: Leg): PlainInit<typeof LegSchema> {
  return {
    device: leg.device, party: numberMessage(leg.number ?? { raw: leg.device }, leg.name),
    states: leg.states.map((entered) => ({
      state: connectionStates[entered.state], cause: entered.cause,
      at: timestamp(entered.atMs),
    })),
  };
}

export function recordMessage(record: CallRecord): PlainInit<typeof CallRecordSchema> {
  return {
    id: record.id, link: record.link, call: record.call, source: sources[record.source],
    direction: directions[record.direction],
    calling: namedNumber(record.calling), called: namedNumber(record.called),
    answeredBy: record.answeredBy ?? "", networkInterface: record.networkInterface ?? "",
    startedAt: timestamp(record.startedAtMs),
    answeredAt: record.answeredAtMs === undefined ? undefined
      : timestamp(record.answeredAtMs),
    endedAt: timestamp(record.endedAtMs), duration: duration(record.durationMs),
    ring: record.ringMs === undefined ? undefined : duration(record.ringMs),
    endCause: record.endCause, legs: record.legs.map(legMessage), marks: [...record.marks],
    accountCode: record.accountCode ?? "", cost: record.cost ?? "",
    correlatorData: record.correlatorData ?? "", userData: record.userData ?? "",
    pbxTime: record.pbxTime ?? "", pbxReference: record.pbxReference ?? "",
    ...(record.pbxClockOffsetMs === undefined ? {}
      : { pbxClockOffsetSeconds: Math.round(record.pbxClockOffsetMs / 1_000) }),
  };
}

/** Shorter endings of a number would match half of all records. */
const numberDigitsMin = 4;

/** Checks and converts; violations go to `fields` under `query.`. */
export function recordQuery(message: RecordQueryMessage | undefined, fields: Fields): RecordQuery {
  if (message === undefined) return {};
  const fromMs = message.from === undefined ? undefined : timestampMs(message.from);
  const untilMs = message.until === undefined ? undefined : timestampMs(message.until);
  if (fromMs !== undefined && untilMs !== undefined && fromMs > untilMs) {
    fields.wrong("query.from", "must not be after query.until");
  }
  const digits = message.number.replace(/\D/g, "").length;
  if (message.number !== "" && digits < numberDigitsMin) {
    fields.wrong("query.number", `expected at least ${numberDigitsMin} digits, found ${digits}`);
  }
  const direction = wordOf(directions, message.direction);
  return {
    ...(fromMs === undefined ? {} : { fromMs }), ...(untilMs === undefined ? {} : { untilMs }),
    ...(message.link === "" ? {} : { link: message.link }),
    ...(message.device === "" ? {} : { device: message.device }),
    ...(message.number === "" ? {} : { number: message.number }),
    ...(direction === undefined ? {} : { direction }),
    ...(message.missedOnly ? { missedOnly: true } : {}),
  };
}
