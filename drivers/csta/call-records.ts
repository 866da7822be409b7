/**
 * Call detail records of the PBX itself (ECMA-269 §27): asked for where the operator wants them,
 * and handed on as a printed record would be. Stored ones are fetched when the PBX says so.
 */

import { faultText, inEachLanguage, type Text } from "../../firmware/base/result.js";
import { isLocalTime, momentOf } from "../../firmware/base/local-time.js";
import { callId, type DeviceId, type LinkId } from "../../firmware/model/identifiers.js";
import type { CompletedCall, Direction } from "../../firmware/model/records.js";
import type { CallDetail, ChargingInfo, CstaArgument, CstaMessage, CstaParty }
  from "../../firmware/wire/csta/message.js";
import type { Invocations } from "./invocations.js";
import type { DeviceNames } from "./names.js";
import { timers } from "./timers.js";

export interface CallRecordsPlan {
  readonly invocations: Invocations;
  readonly names: DeviceNames;
  readonly link: LinkId;
  /** Of a time without zone. */
  readonly timeZone: string;
  /** Whether it is a device of the PBX itself. */
  isOwn(device: DeviceId): boolean;
  /** Milliseconds since 1970 UTC. */
  nowMs(): number;
  record(call: CompletedCall): void;
}

export class CallRecords {
  readonly #plan: CallRecordsPlan;
  /** Under which the PBX sends them. */
  #crossRef: string | undefined;
  #trouble: Text | undefined;

  constructor(plan: CallRecordsPlan) {
    this.#plan = plan;
  }

  /** Why no records come, where they should. */
  get trouble(): Text | undefined {
    return this.#trouble;
  }

  async start(): Promise<void> {
    const started = await this.#plan.invocations.invoke("StartCallDetailRecordsTransmission",
      { transferMode: "transferAtEndOfCall" }, timers.invoke.ms);
    if (started.ok) {
      this.#crossRef = started.value.cdrCrossRefID ?? "";
      this.#trouble = undefined;
      return;
    }
    const words = faultText(started.fault);
    this.#trouble = inEachLanguage((say, language) => language === "en"
      ? `the PBX gives no call records (${say(words)})`
      : `le PBX ne donne pas ses tickets (${say(words)})`);
  }

  /** False: the request is about something else. */
  take(message: Extract<CstaMessage, { readonly kind: "invoke" }>): boolean {
    switch (message.service) {
      case "CallDetailRecordsReport": this.#report(message.argument); return true;
      case "CallDetailRecordsNotification":
        void this.#plan.invocations.invoke("SendStoredCallDetailRecords",
          { cdrCrossRefID: message.argument.cdrCrossRefID }, timers.invoke.ms);
        return true;
      case "StopCallDetailRecordsTransmission":
        if (message.argument.cdrCrossRefID !== this.#crossRef) return true;
        this.#crossRef = undefined;
        this.#trouble = { en: "the PBX stopped giving call records",
          fr: "le PBX a cessé de donner ses tickets" };
        return true;
      default: return false;
    }
  }

  #report({ cdrInfo }: CstaArgument<"CallDetailRecordsReport">): void {
    for (const detail of cdrInfo) {
      const call = completedCall(detail, this.#plan);
      if (call !== undefined) this.#plan.record(call);
    }
  }
}

/** Undefined: without a time it is no record. */
export function completedCall(
  detail: CallDetail,
  { names, link, timeZone, isOwn, nowMs }: Pick<CallRecordsPlan, "names" | "link" | "timeZone"
    | "isOwn" | "nowMs">,
): CompletedCall | undefined {
  const at = (time: string | undefined): number | undefined =>
    time === undefined ? undefined : momentIn(time, timeZone, nowMs());
  const { connectionStart, connectionEnd, recordCreationTime } = detail;
  const endMs = at(connectionEnd) ?? at(recordCreationTime);
  const startMs = at(connectionStart);
  const durationMs = detail.connectionDuration !== undefined ? detail.connectionDuration * 1_000
    : startMs === undefined || endMs === undefined ? 0 : Math.max(0, endMs - startMs);
  const startedAtMs = startMs ?? (endMs === undefined ? undefined : endMs - durationMs);
  if (startedAtMs === undefined) return undefined;
  const deviceOf = (party: CstaParty | undefined): DeviceId | undefined =>
    names.party(party)?.device;
  const calling = deviceOf(detail.callingDevice);
  const called = deviceOf(detail.calledDevice);
  const [inwards, outwards] = [deviceOf(detail.associatedCallingDevice),
    deviceOf(detail.associatedCalledDevice)];
  const direction = directionOf({ inwards: inwards !== undefined,
    outwards: outwards !== undefined, calling: calling !== undefined && isOwn(calling),
    called: called !== undefined && isOwn(called) });
  const device = direction === "incoming" ? called
    : direction === "outgoing" || direction === "internal" ? calling : undefined;
  const reference = detail.recordedCall?.callID;
  const cost = costOf(detail.chargingInfo);
  const trunk = inwards ?? outwards;
  return { link, direction, startedAtMs, durationMs,
    pbxTime: connectionStart ?? recordCreationTime,
    answered: durationMs > 0 && detail.reasonForTerm !== "unsuccessfulCallAttempt",
    ...(device === undefined ? {} : { device }), ...(trunk === undefined ? {} : { trunk }),
    ...(calling === undefined ? {} : { callingNumber: calling }),
    ...(called === undefined ? {} : { calledNumber: called }),
    ...(detail.reasonForTerm === "callTransferred" ? { transferred: true } : {}),
    ...(detail.accountInfo === undefined || detail.accountInfo === "" ? {}
      : { accountCode: detail.accountInfo }),
    ...(cost === undefined ? {} : { cost }),
    ...(reference === undefined ? {} : { pbxReference: callId(reference) }) };
}

function directionOf(
  ends: { readonly inwards: boolean; readonly outwards: boolean; readonly calling: boolean;
    readonly called: boolean },
): Direction {
  const comes = ends.inwards || (!ends.outwards && !ends.calling && ends.called);
  const goes = ends.outwards || (!ends.inwards && ends.calling && !ends.called);
  if (comes && goes) return "tandem";
  if (comes) return "incoming";
  if (goes) return "outgoing";
  return ends.calling && ends.called ? "internal" : "unknown";
}

const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?(Z?)$/;

function momentIn(time: string, timeZone: string, nowMs: number): number | undefined {
  const [, ...parts] = generalizedTime.exec(time) ?? [];
  const zone = parts.pop();
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const local = { year, month, day, hour, minute, second };
  if (zone === undefined || !isLocalTime(local)) return undefined;
  return momentOf(local, zone === "Z" ? "UTC" : timeZone, nowMs, undefined);
}

const multipliers = { oneThousandth: 0.001, oneHundredth: 0.01, oneTenth: 0.1, one: 1, ten: 10,
  hundred: 100, thousand: 1_000 } as const;
const decimals = { oneThousandth: 3, oneHundredth: 2, oneTenth: 1, one: 0, ten: 0, hundred: 0,
  thousand: 0 } as const;

function costOf(charge: ChargingInfo | undefined): string | undefined {
  if (charge === undefined) return undefined;
  const { currency, chargingUnits } = charge;
  if (currency === undefined) {
    return chargingUnits === undefined ? undefined : `${chargingUnits} units`;
  }
  const { currencyAmount, currencyMultiplier, currencyType } = currency;
  return `${(currencyAmount * multipliers[currencyMultiplier])
    .toFixed(decimals[currencyMultiplier])} ${currencyType}`.trim();
}
