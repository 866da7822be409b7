/** Services of call detail records (ECMA-285, call-detail-record and the modules of 360 to 364). */

import {
  always, boolean, choice, enumerated, generalizedTime, implicit, integer, mapped, numbered, octets,
  octetText, optional, required, sequence, sequenceOf, type Asn1Type,
} from "./asn1.js";
import {
  currencyMultipliers, reasonsForTerm, type CallDetail, type ChargingInfo, type CstaArgument,
  type CstaExtensions, type CstaResult,
} from "./message.js";
import {
  associatedCalledDevice, associatedCallingDevice, calledDevice, callingDevice, connectionID,
  emptyOrExtensions, extensionsField,
} from "./phase3-types.js";
import type { ServiceRows } from "./phase-tables.js";

type Currency = NonNullable<ChargingInfo["currency"]>;
interface Units {
  readonly chargingUnits: number;
}

interface WireCharge {
  readonly numberUnits: { readonly units?: readonly Units[]; readonly currency?: Currency };
  readonly type: ChargingInfo["typeOfChargingInfo"];
}

/** Units of several types are told as their sum: what a type is worth no field says. */
const chargingInfo: Asn1Type<ChargingInfo> = mapped(
  sequence<WireCharge>(
    required("numberUnits", choice<{ units: readonly Units[]; currency: Currency }>({
      units: implicit(0, sequenceOf(sequence<Units>(required("chargingUnits", integer)))),
      currency: implicit(1, sequence<Currency>(
        required("currencyType", octetText), required("currencyAmount", integer),
        required("currencyMultiplier", enumerated(numbered(currencyMultipliers))))),
    }) as Asn1Type<WireCharge["numberUnits"]>),
    required("type", enumerated({ subTotal: 0, total: 1 }))),
  ({ chargingUnits = 0, currency, typeOfChargingInfo }: ChargingInfo) => ({
    type: typeOfChargingInfo,
    numberUnits: currency === undefined ? { units: [{ chargingUnits }] } : { currency } }),
  ({ numberUnits: { units = [], currency }, type }) => ({ typeOfChargingInfo: type,
    ...currency === undefined
      ? { chargingUnits: units.reduce((sum, { chargingUnits }) => sum + chargingUnits, 0) }
      : { currency } }));

const callDetail = sequence<CallDetail>(
  optional("recordNumber", integer), required("recordCreationTime", generalizedTime),
  optional("callingDevice", callingDevice), optional("calledDevice", calledDevice),
  optional("associatedCallingDevice", associatedCallingDevice),
  optional("associatedCalledDevice", associatedCalledDevice),
  optional("recordedCall", connectionID),
  optional("connectionStart", implicit(5, generalizedTime)),
  optional("connectionEnd", implicit(6, generalizedTime)),
  optional("connectionDuration", implicit(7, integer)),
  optional("chargingInfo", implicit(12, chargingInfo)),
  optional("reasonForTerm", implicit(14, enumerated(numbered(reasonsForTerm), "other"))),
  optional("accountInfo", implicit(16, octetText)));

interface WireReport {
  readonly cdrCrossRefID?: string;
  readonly numberOfRecordsSent?: number;
  readonly cdrInfo: readonly CallDetail[];
  readonly lastStoredCDRReportSent?: boolean;
  readonly extensions?: CstaExtensions;
}

const report: Asn1Type<CstaArgument<"CallDetailRecordsReport">> = mapped(
  sequence<WireReport>(
    always("cdrCrossRefID", octets, ""), optional("numberOfRecordsSent", integer),
    required("cdrInfo", sequenceOf(callDetail)),
    optional("lastStoredCDRReportSent", boolean), extensionsField),
  (value: CstaArgument<"CallDetailRecordsReport">): WireReport =>
    ({ ...value, numberOfRecordsSent: value.cdrInfo.length }),
  ({ numberOfRecordsSent: _, ...rest }) => rest);

const crossRef = required("cdrCrossRefID", octets);

export const recordServices = {
  CallDetailRecordsNotification: {
    operation: 360,
    argument: sequence<CstaArgument<"CallDetailRecordsNotification">>(
      crossRef, optional("cdrReason", enumerated({ timeout: 0, thresholdReached: 1, other: 2 })),
      extensionsField),
    result: emptyOrExtensions,
  },
  CallDetailRecordsReport: { operation: 361, argument: report, result: emptyOrExtensions },
  SendStoredCallDetailRecords: {
    operation: 362,
    argument: sequence<CstaArgument<"SendStoredCallDetailRecords">>(crossRef, extensionsField),
    result: emptyOrExtensions,
  },
  StartCallDetailRecordsTransmission: {
    operation: 363,
    argument: sequence<CstaArgument<"StartCallDetailRecordsTransmission">>(
      always("transferMode", enumerated({ transferAtEndOfCall: 0, transferOnRequest: 1,
        transferOnThresholdReached: 2 }), "transferAtEndOfCall"), extensionsField),
    result: sequence<CstaResult<"StartCallDetailRecordsTransmission">>(
      always("cdrCrossRefID", octets, ""), extensionsField),
  },
  StopCallDetailRecordsTransmission: {
    operation: 364,
    argument: sequence<CstaArgument<"StopCallDetailRecordsTransmission">>(
      crossRef, extensionsField),
    result: emptyOrExtensions,
  },
} satisfies ServiceRows;
