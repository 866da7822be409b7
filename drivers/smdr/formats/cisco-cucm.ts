/**
 * Cisco Unified Communications Manager CDR flat files, from the maker's list of fields for
 * release 8.0 and later. Later releases add places at the end, kept together as `more`. Times are
 * seconds since 1970 UTC. A line of names and a line of types begin each file; quality records
 * (CMR) may stand in the same folder.
 *
 * Assumed: devices named SEP, CSF, TCT, BOT, TAB, ATA, CIPC, UDP or CTIPort are telephones, any
 * other is a gateway or trunk.
 * Assumed: a call joined or ended "on behalf of" 10 was transferred.
 */

import type { CsvField, Fields } from "../layout.js";
import { others, present } from "./fields.js";
import { ruleLine, type CallLine, type Format } from "./format.js";

const any = /^[^\u0000-\u001f]*$/;
const integer = /^-?\d*$/;
const seconds = /^\d{1,10}$/;

/** Names in the order of places; a pattern where it is not an integer. */
const names: readonly (readonly [string, RegExp?])[] = [
  ["cdrRecordType", /^1$/], ["globalCallID_callManagerId", /^\d+$/],
  ["globalCallID_callId", /^\d+$/], ["origLegCallIdentifier"], ["dateTimeOrigination", seconds],
  ["origNodeId"], ["origSpan"], ["origIpAddr"], ["callingPartyNumber", any],
  ["callingPartyUnicodeLoginUserID", any], ["origCause_location"], ["origCause_value"],
  ["origPrecedenceLevel"], ["origMediaTransportAddress_IP"], ["origMediaTransportAddress_Port"],
  ["origMediaCap_payloadCapability"], ["origMediaCap_maxFramesPerPacket"],
  ["origMediaCap_g723BitRate"], ["origVideoCap_Codec"], ["origVideoCap_Bandwidth"],
  ["origVideoCap_Resolution"], ["origVideoTransportAddress_IP"],
  ["origVideoTransportAddress_Port"], ["origRSVPAudioStat", any], ["origRSVPVideoStat", any],
  ["destLegCallIdentifier"], ["destNodeId"], ["destSpan"], ["destIpAddr"],
  ["originalCalledPartyNumber", any], ["finalCalledPartyNumber", any],
  ["finalCalledPartyUnicodeLoginUserID", any], ["destCause_location"], ["destCause_value"],
  ["destPrecedenceLevel"], ["destMediaTransportAddress_IP"], ["destMediaTransportAddress_Port"],
  ["destMediaCap_payloadCapability"], ["destMediaCap_maxFramesPerPacket"],
  ["destMediaCap_g723BitRate"], ["destVideoCap_Codec"], ["destVideoCap_Bandwidth"],
  ["destVideoCap_Resolution"], ["destVideoTransportAddress_IP"],
  ["destVideoTransportAddress_Port"], ["destRSVPAudioStat", any], ["destRSVPVideoStat", any],
  ["dateTimeConnect", seconds], ["dateTimeDisconnect", seconds], ["lastRedirectDn", any],
  ["pkid", /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i],
  ["originalCalledPartyNumberPartition", any], ["callingPartyNumberPartition", any],
  ["finalCalledPartyNumberPartition", any], ["lastRedirectDnPartition", any],
  ["duration", seconds], ["origDeviceName", any], ["destDeviceName", any],
  ["origCallTerminationOnBehalfOf"], ["destCallTerminationOnBehalfOf"],
  ["origCalledPartyRedirectOnBehalfOf"], ["lastRedirectRedirectOnBehalfOf"],
  ["origCalledPartyRedirectReason"], ["lastRedirectRedirectReason"], ["destConversationID"],
  ["globalCallId_ClusterId", any], ["joinOnBehalfOf"], ["Comment", any],
  ["authCodeDescription", any], ["authorizationLevel"], ["clientMatterCode", any],
  ["origDTMFMethod"], ["destDTMFMethod"], ["callSecuredStatus"], ["origConversationID"],
  ["origMediaCap_Bandwidth"], ["destMediaCap_Bandwidth"], ["authorizationCodeValue", any],
];

const fields: readonly CsvField[] = names.map(([name, pattern = integer]) => ({ name, pattern }));

/** Places that release 8.0 prints. */
const fieldsMin = 103;

/** Fields with a place of their own in a call record; the rest travels as private data. */
const placed = new Set(["cdrRecordType", "globalCallID_callManagerId", "globalCallID_callId",
  "dateTimeOrigination", "callingPartyNumber", "finalCalledPartyNumber", "dateTimeConnect",
  "duration", "clientMatterCode"]);

const telephone = /^(SEP|CSF|TCT|BOT|TAB|ATA|CIPC|UDP|CTIPort)/i;
const transfer = "10";
const transferFields = ["origCallTerminationOnBehalfOf", "destCallTerminationOnBehalfOf",
  "lastRedirectRedirectOnBehalfOf", "joinOnBehalfOf"];

function parties(read: Fields): Pick<CallLine, "direction" | "device" | "trunk"> {
  const { origDeviceName: from, destDeviceName: to } = read;
  const fromTelephone = from !== undefined && telephone.test(from);
  const toTelephone = to !== undefined && telephone.test(to);
  const trunk = from !== undefined && !fromTelephone ? from : toTelephone ? undefined : to;
  const device = fromTelephone ? read["callingPartyNumber"]
    : toTelephone ? read["finalCalledPartyNumber"] : undefined;
  const direction = from === undefined || (fromTelephone && to === undefined) ? "unknown"
    : fromTelephone ? toTelephone ? "internal" : "outgoing"
      : toTelephone || to === undefined ? "incoming" : "tandem";
  return { direction, ...present({ device, trunk }) };
}

function read(found: Fields): CallLine | string {
  const start = Number(found["dateTimeOrigination"]);
  const connect = Number(found["dateTimeConnect"]);
  const end = Number(found["dateTimeDisconnect"]);
  if (start === 0) return "no time of origination";
  if (connect > 0 && connect < start) return "answered before it began";
  const answered = connect > 0;
  const devices = parties(found);
  // A telephone's call begins when its handset is lifted: what passes then is not ringing alone.
  const ringsAtOnce = devices.direction === "incoming" || devices.direction === "tandem";
  return {
    phase: "completed", local: { utcMs: start * 1_000 },
    pbxTime: found["dateTimeOrigination"] ?? "", clock: "start", ...devices,
    durationMs: Number(found["duration"]) * 1_000, answered,
    ...present({ callingNumber: found["callingPartyNumber"],
      calledNumber: found["finalCalledPartyNumber"], accountCode: found["clientMatterCode"],
      ringMs: !ringsAtOnce ? undefined : answered ? (connect - start) * 1_000
        : end >= start ? (end - start) * 1_000 : undefined,
      transferred: transferFields.some((name) => found[name] === transfer) ? true : undefined }),
    reference: `${found["globalCallID_callManagerId"] ?? ""}-${found["globalCallID_callId"] ?? ""}`,
    privateFields: others(found, placed),
  };
}

export const ciscoCucm: Format = {
  name: "cisco-cucm",
  title: "Cisco CUCM CDR",
  layouts: [{ kind: "csv", name: "cdr", fields, fieldsMin }],
  skips: [ruleLine, /^"?cdrRecordType"?,/i, /^"?INTEGER"?,"?INTEGER"?,/i, /^2,\d+,\d+,\d+,/],
  // The line of names alone is above 3 000.
  lineBytesMax: 8_192,
  begins: /1,(?=\d+,\d+,\d+,\d{9,10},)|"cdrRecordType",|(?<!")cdrRecordType,/g,
  tells: /\d,\d{9,10},/,
  encoding: "utf8",
  dateOrder: "ymd",
  read,
};
