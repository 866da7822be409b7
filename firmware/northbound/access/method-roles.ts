/**
 * The one table: which role a method needs, and whether a call of it goes into the audit log.
 * Every method of every service has exactly one row; a test walks the descriptors and proves it.
 * What is not in the table is refused.
 */

import { fail, done } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import { includes } from "./roles.js";
import type { Identity, Requirement } from "./roles.js";

/**
 * `change`: every call, refused or not. `read`: every call, because reading it is worth knowing
 * (story 29). `by-number`: only when the query names a telephone number or a device, which makes
 * it a look at one person; screen-pops' looks are told together (`api/caller-looks.ts`). `none`:
 * never.
 */
export type AuditRule = "change" | "read" | "by-number" | "none";

export interface MethodRow {
  readonly requires: Requirement;
  readonly audit: AuditRule;
}

function rows<const N extends string>(
  service: string, requires: Requirement, audit: AuditRule, names: readonly N[],
): readonly (readonly [string, MethodRow])[] {
  return names.map((name) => [`${service}/${name}`, { requires, audit }]);
}

const access = "cti.gateway.v1.AccessService";
const calls = "cti.gateway.v1.CallsService";
const configuration = "cti.gateway.v1.ConfigurationService";
const csta = "cti.gateway.v1.CstaService";
const delivery = "cti.gateway.v1.DeliveryService";
const hotel = "cti.gateway.v1.HotelService";
const links = "cti.gateway.v1.LinksService";
const numbers = "cti.gateway.v1.NumbersService";
const paging = "cti.gateway.v1.PagingService";
const ports = "cti.gateway.v1.PortsService";
const privateData = "cti.gateway.v1.PrivateDataService";
const records = "cti.gateway.v1.RecordsService";
const reports = "cti.gateway.v1.ReportsService";
const routeing = "cti.gateway.v1.RouteingService";
const terminals = "cti.gateway.v1.TerminalsService";
const system = "cti.gateway.v1.SystemService";

const table: readonly (readonly [string, MethodRow])[] = [
  ...rows(access, "anyone", "change", ["SignIn"]),
  ...rows(access, "self", "change", ["SignOut", "SetPassword"]),
  ...rows(access, "self", "none", ["WhoAmI"]),
  ...rows(access, "admin", "change", ["CreateUser", "UpdateUser", "DeleteUser", "CreateToken",
    "RevokeToken", "IssueCertificate", "RevokeCertificate"]),
  ...rows(access, "admin", "none", ["ListUsers", "ListTokens", "ListCertificates"]),

  ...rows(calls, "viewer", "none", ["SnapshotCalls", "WatchEvents", "GetForwarding",
    "GetDoNotDisturb", "GetMessageWaitingIndicator", "GetDisplay", "GetButtonInformation",
    "GetLampMode"]),
  ...rows(calls, "operator", "change", ["MakeCall", "AnswerCall", "ClearConnection", "ClearCall",
    "HoldCall", "RetrieveCall", "AlternateCall", "ReconnectCall", "ConsultationCall",
    "TransferCall", "ConferenceCall", "SingleStepTransferCall", "SingleStepConference",
    "DeflectCall", "DirectedPickupCall", "ParkCall", "GenerateDigits", "SetAgentState",
    "SetMessageWaitingIndicator", "SetDoNotDisturb", "SetForwarding", "SetDisplay", "ButtonPress",
    "GroupPickupCall",
    "AcceptCall", "CallBack", "AssociateData"]),

  ...rows(configuration, "admin", "none", ["GetConfiguration", "ValidateConfiguration",
    "ListRevisions", "DiffRevisions", "GetSchema", "ListSecrets"]),
  ...rows(configuration, "admin", "change", ["ApplyConfiguration", "ConfirmConfiguration",
    "RevertConfiguration", "SetSecret", "DeleteSecret"]),

  ...rows(csta, "operator", "none", ["ListCstaSessions"]),
  ...rows(csta, "admin", "change", ["EndCstaSession"]),

  ...rows(delivery, "viewer", "none", ["ListDestinations", "GetLedger"]),
  // It makes a billing system get what it has already.
  ...rows(delivery, "operator", "change", ["Redeliver"]),

  // Who stays where is worth knowing who asked for.
  ...rows(hotel, "operator", "read", ["ListRooms"]),
  ...rows(hotel, "operator", "none", ["ListRefusedPostings"]),
  ...rows(hotel, "operator", "change", ["CheckIn", "CheckOut", "UpdateRoom", "SetWakeUp",
    "ClearWakeUp", "ResyncHotel", "SettlePosting"]),

  ...rows(links, "viewer", "none", ["ListLinks", "GetLink", "WatchLinks", "ListDevices",
    "ListDrivers"]),
  ...rows(links, "operator", "change", ["RestartLink", "EnableLink", "DisableLink", "ProbeLink",
    "ResyncLink"]),

  ...rows(numbers, "viewer", "none", ["ExplainNumber"]),
  // Trying other rules runs a stranger's regular expressions over the stored calls.
  ...rows(numbers, "operator", "none", ["TestRules"]),

  // Pages say who is needed where and why; calls' watchers see as much.
  ...rows(paging, "viewer", "none", ["ListPages", "WatchPages"]),
  ...rows(paging, "operator", "change", ["SendPage"]),

  ...rows(ports, "viewer", "none", ["ListPorts"]),
  // It takes the port for itself, and shows what comes unread.
  ...rows(ports, "operator", "change", ["DiagnosePort", "StopDiagnosis"]),

  // What a maker added to CSTA may be anything that an application may do with a PBX.
  ...rows(privateData, "operator", "change", ["Escape"]),
  ...rows(privateData, "operator", "read", ["WatchPrivateData"]),

  ...rows(records, "viewer", "by-number", ["ListRecords", "CountRecords"]),
  ...rows(records, "viewer", "none", ["GetRecord"]),
  // Billing takes records away every day and is no administrator; each export is audited.
  ...rows(records, "operator", "read", ["ExportRecords"]),
  // Raw bytes show what the records leave out (account codes, whole messages): admin only.
  ...rows(records, "admin", "read", ["ReadRaw", "TryFormat"]),

  // A run probes the PBXs and is signed with the unit's name; a report shows lines as printed.
  ...rows(reports, "operator", "change", ["RunAcceptance"]),
  ...rows(reports, "operator", "read", ["GetReport", "DiffReports"]),
  ...rows(reports, "operator", "none", ["ListReports"]),

  // It decides where callers are sent.
  ...rows(routeing, "operator", "change", ["RegisterRoute", "SelectRoute", "RejectRoute",
    "EndRoute"]),
  ...rows(routeing, "viewer", "none", ["ListRoutes"]),

  ...rows(system, "viewer", "none", ["GetVersion", "GetHealth", "ListAlarms", "WatchAlarms",
    "GetUpdateStatus"]),
  // The installation is what is worth knowing, not each piece of the bundle.
  ...rows(system, "admin", "none", ["UploadUpdate"]),
  ...rows(system, "admin", "change", ["InstallUpdate", "FetchUpdate", "CancelUpdate",
    "SetNetwork", "ConfirmNetwork"]),
  // Where the unit stands in a company's network is nobody else's business.
  ...rows(system, "admin", "none", ["GetNetwork"]),
  ...rows(system, "operator", "change", ["AcknowledgeAlarm"]),
  ...rows(system, "admin", "read", ["CaptureFrames", "Backup", "ListAudit", "ExportAudit",
    "SupportBundle"]),
  ...rows(system, "admin", "change", ["Scrub"]),

  // A maintenance port can reprogram the PBX, and shows what raw bytes show: admin only. What is
  // typed stands in the transcript, not keystroke by keystroke in the audit log.
  ...rows(terminals, "admin", "none", ["TypeTerminal"]),
  ...rows(terminals, "admin", "change", ["OpenTerminal", "ServeTerminal", "SignalTerminal",
    "ExtendTerminal"]),
  ...rows(terminals, "admin", "read", ["ReadTranscript"]),
  // The second person need not be able to open one.
  ...rows(terminals, "operator", "change", ["ApproveTerminal"]),
  // To end one is never dangerous.
  ...rows(terminals, "operator", "change", ["CloseTerminal"]),
  ...rows(terminals, "operator", "none", ["ListTerminals"]),

  // No anonymous access, so none for load balancers either: they hold a viewer's token.
  ...rows("grpc.health.v1.Health", "viewer", "none", ["Check", "List", "Watch"]),
  ...rows("grpc.reflection.v1.ServerReflection", "viewer", "none", ["ServerReflectionInfo"]),
  ...rows("grpc.reflection.v1alpha.ServerReflection", "viewer", "none", ["ServerReflectionInfo"]),
];

/** Key: `cti.gateway.v1.LinksService/ListLinks`. */
export const methodRoles: ReadonlyMap<string, MethodRow> = new Map(table);

/** How many rows were written down: more than the map holds means that one stands there twice. */
export const methodRowsWritten = table.length;

/** gRPC writes a leading slash; the table has none. */
function rowOf(method: string): MethodRow | undefined {
  return methodRoles.get(method.startsWith("/") ? method.slice(1) : method);
}

/**
 * Whether `identity` may call `method`. Faults: `unauthenticated` without an identity,
 * `permission-denied` otherwise, also for a method that has no row.
 */
export function authorise(identity: Identity | undefined, method: string): Result<void> {
  const row = rowOf(method);
  if (row === undefined) return fail("permission-denied", `No role may call ${method}.`);
  if (row.requires === "anyone") return done;
  if (identity === undefined) return fail("unauthenticated", `${method} needs a sign-in.`);
  if (row.requires === "self") return done;
  if (identity.mustChangePassword) {
    return fail("permission-denied", `${identity.name} must choose a new password first.`);
  }
  if (includes(identity.role, row.requires)) return done;
  return fail("permission-denied",
    `${method} needs the role ${row.requires}; ${identity.name} has ${identity.role}.`);
}

interface Query { readonly number?: unknown; readonly device?: unknown }

function namesSomebody(request: unknown): boolean {
  const query = (request as { readonly query?: Query } | undefined)?.query;
  return [query?.number, query?.device].some((value) => typeof value === "string" && value !== "");
}

/** Whether this call goes into the audit log. `request` is the decoded message. */
export function audited(method: string, request: unknown): boolean {
  switch (rowOf(method)?.audit) {
    case "change": case "read": return true;
    case "by-number": return namesSomebody(request);
    case "none": return false;
    // A method that nobody knows was refused, and that is worth an entry.
    case undefined: return true;
  }
}
