import assert from "node:assert/strict";
import type { DescMethod } from "@bufbuild/protobuf";
import { AccessService } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ConfigurationService } from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { DeliveryService, DestinationState }
  from "../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { CstaService } from "../../proto/gen/cti/gateway/v1/csta_pb.js";
import { HotelService } from "../../proto/gen/cti/gateway/v1/hotel_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { ConnectionState } from "../../proto/gen/cti/gateway/v1/model_pb.js";
import { NumbersService } from "../../proto/gen/cti/gateway/v1/numbers_pb.js";
import { PageDeliveryState, PageStatus, PagingService }
  from "../../proto/gen/cti/gateway/v1/paging_pb.js";
import { Finding, PortKind, PortsService } from "../../proto/gen/cti/gateway/v1/ports_pb.js";
import { PrivateDataService } from "../../proto/gen/cti/gateway/v1/private_data_pb.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { ReportsService, ReportVerdict, TestOutcome }
  from "../../proto/gen/cti/gateway/v1/reports_pb.js";
import { RouteingService } from "../../proto/gen/cti/gateway/v1/routeing_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { TerminalsService } from "../../proto/gen/cti/gateway/v1/terminals_pb.js";
import { createBench, type Bench } from "./bench.test.js";
import { allCommands } from "./program.js";

const services = [AccessService, CallsService, ConfigurationService, DeliveryService, HotelService,
  LinksService, NumbersService, PagingService, PrivateDataService, RecordsService, ReportsService,
  RouteingService, SystemService, TerminalsService];

/** A device with one connection in each state that a service may ask for. */
function office(): Bench {
  const bench = createBench();
  const at = (device: string, state: ConnectionState, call: string) =>
    ({ call, connections: [{ id: { call, device }, state }] });
  const { ALERTING, CONNECTED, HOLD } = ConnectionState;
  bench.on(CallsService.method.snapshotCalls, () => ({ calls: [
    at("2001", CONNECTED, "c1"), at("2001", HOLD, "c2"), at("2002", ALERTING, "c3"),
    at("2003", HOLD, "c4"), at("2004", CONNECTED, "c5"), at("2004", CONNECTED, "c6")] }));
  bench.files.set("doc.yaml", "version: 1\n");
  bench.files.set("rules.yaml", "country: FR\n");
  bench.files.set("csr.pem", "CSR");
  bench.files.set("b.raucb", "BUNDLE");
  bench.input = "a long password\n";
  return bench;
}

const on = (call: string, device: string) => ({ call, device });
const act = { link: "pbx-1", requestId: "id-1" };
const query = { link: "pbx-1", device: "2001", number: "0142", direction: "DIRECTION_INCOMING",
  missedOnly: true, from: "2026-11-23T06:00:00Z", until: "2026-11-23T07:30:00Z" };
const queryWords = "--link pbx-1 --device 2001 --number 0142 --direction incoming --missed "
  + "--from 2h --until 2026-11-23T07:30:00";

/** [command line, method, request]: one row at least for every command. */
const mapping: readonly (readonly [string, string, unknown])[] = [
  ["login gw:1 --user ann --password-stdin --trust-fingerprint aabb", "SignIn",
    { name: "ann", password: "a long password" }],
  ["logout", "SignOut", {}],
  ["whoami", "WhoAmI", {}],
  ["link list", "ListLinks", {}],
  ["link show pbx-1", "GetLink", { id: "pbx-1" }],
  ["link restart pbx-1", "RestartLink", { id: "pbx-1", requestId: "id-1" }],
  ["link enable pbx-1", "EnableLink", { id: "pbx-1", requestId: "id-1" }],
  ["link disable pbx-1", "DisableLink", { id: "pbx-1", requestId: "id-1" }],
  ["link probe pbx-1", "ProbeLink", { id: "pbx-1" }],
  ["link resync pbx-1", "ResyncLink", { id: "pbx-1" }],
  ["link drivers", "ListDrivers", {}],
  ["port list", "ListPorts", {}],
  ["link doctor /dev/ttyS0 --seconds 60", "DiagnosePort",
    { port: "/dev/ttyS0", secondsMax: 60 }],
  ["device list pbx-1 --not-monitored --limit 5", "ListDevices",
    { link: "pbx-1", onlyNotMonitored: true, pageSize: 5 }],
  ["call list pbx-1 2001", "SnapshotCalls", { link: "pbx-1", device: "2001" }],
  ["call make pbx-1 2001 2002 --account 4711 --authorise 9 --user-data Hi", "MakeCall",
    { ...act, device: "2001", number: "2002", accountCode: "4711", authCode: "9",
      userData: "SGk=" }],
  ["call make pbx-1 2001 0142685300 --do-not-prompt", "MakeCall",
    { ...act, device: "2001", number: "0142685300", doNotPrompt: true }],
  ["call dial pbx-1 2001 2002", "MakeCall", { ...act, device: "2001", number: "2002" }],
  ["call answer pbx-1 2002", "AnswerCall", { ...act, connection: on("c3", "2002") }],
  ["call clear pbx-1 2002", "ClearConnection", { ...act, connection: on("c3", "2002") }],
  ["call hang-up pbx-1 2001 --call x", "ClearConnection",
    { ...act, connection: on("x", "2001") }],
  ["call clear-call pbx-1 2002", "ClearCall", { ...act, connection: on("c3", "2002") }],
  ["call hold pbx-1 2001", "HoldCall", { ...act, connection: on("c1", "2001") }],
  ["call retrieve pbx-1 2001", "RetrieveCall", { ...act, connection: on("c2", "2001") }],
  ["call alternate pbx-1 2001", "AlternateCall",
    { ...act, heldCall: on("c2", "2001"), activeCall: on("c1", "2001") }],
  ["call reconnect pbx-1 2001 --held h --active a", "ReconnectCall",
    { ...act, heldCall: on("h", "2001"), activeCall: on("a", "2001") }],
  ["call transfer pbx-1 2001", "TransferCall",
    { ...act, heldCall: on("c2", "2001"), activeCall: on("c1", "2001") }],
  ["call conference pbx-1 2001", "ConferenceCall",
    { ...act, heldCall: on("c2", "2001"), activeCall: on("c1", "2001") }],
  ["call consult pbx-1 2001 2002", "ConsultationCall",
    { ...act, existingCall: on("c1", "2001"), number: "2002" }],
  ["call single-step-transfer pbx-1 2001 2002", "SingleStepTransferCall",
    { ...act, activeCall: on("c1", "2001"), number: "2002" }],
  ["call single-step-conference pbx-1 2001 2002", "SingleStepConference",
    { ...act, activeCall: on("c1", "2001"), number: "2002" }],
  ["call deflect pbx-1 2002 2003", "DeflectCall",
    { ...act, connection: on("c3", "2002"), number: "2003" }],
  ["call pickup pbx-1 2001 2002", "DirectedPickupCall",
    { ...act, connection: on("c3", "2002"), device: "2001" }],
  ["call park pbx-1 2001 --to 71", "ParkCall",
    { ...act, connection: on("c1", "2001"), parkTo: "71" }],
  ["call digits pbx-1 2001 12#", "GenerateDigits",
    { ...act, connection: on("c1", "2001"), digits: "12#" }],
  ["agent state pbx-1 2001 not-ready --agent 7 --group sales --reason lunch", "SetAgentState",
    { ...act, device: "2001", state: "REQUESTED_AGENT_STATE_NOT_READY", agent: "7",
      acdGroup: "sales", reason: "lunch" }],
  ["device lamp pbx-1 2001 on", "SetMessageWaitingIndicator", { ...act, device: "2001", on: true }],
  ["call accept pbx-1 2002", "AcceptCall", { ...act, connection: on("c3", "2002") }],
  ["call call-back pbx-1 2002", "CallBack", { ...act, connection: on("c3", "2002") }],
  ["call group-pickup pbx-1 2001", "GroupPickupCall", { ...act, device: "2001" }],
  ["call account pbx-1 2001 4711", "AssociateData",
    { ...act, connection: on("c1", "2001"), accountCode: "4711" }],
  ["device forward pbx-1 2001 on --to 2002 --when busy", "SetForwarding",
    { ...act, device: "2001", on: true, type: "FORWARDING_TYPE_BUSY", number: "2002" }],
  ["device forward pbx-1 2001 off", "SetForwarding",
    { ...act, device: "2001", type: "FORWARDING_TYPE_IMMEDIATE" }],
  ["device forwarding pbx-1 2001", "GetForwarding", { link: "pbx-1", device: "2001" }],
  ["device dnd-state pbx-1 2001", "GetDoNotDisturb", { link: "pbx-1", device: "2001" }],
  ["device lamp-state pbx-1 2001", "GetMessageWaitingIndicator",
    { link: "pbx-1", device: "2001" }],
  ["device display pbx-1 2001", "GetDisplay", { link: "pbx-1", device: "2001" }],
  ["device buttons pbx-1 2001", "GetButtonInformation", { link: "pbx-1", device: "2001" }],
  ["device lamps pbx-1 2001", "GetLampMode", { link: "pbx-1", device: "2001" }],
  ["device write pbx-1 2001 Lunch", "SetDisplay", { ...act, device: "2001", text: "Lunch" }],
  ["device press pbx-1 2001 7", "ButtonPress", { ...act, device: "2001", button: "7" }],
  ["device dnd pbx-1 2001 off", "SetDoNotDisturb", { ...act, device: "2001" }],
  [`record list ${queryWords} --limit 7`, "ListRecords", { query, pageSize: 7 }],
  ["record show r1", "GetRecord", { id: "r1" }],
  [`record export ${queryWords} --format json --file out.json`, "ExportRecords",
    { query, format: "EXPORT_FORMAT_JSON" }],
  ["record export", "ExportRecords", { query: {}, format: "EXPORT_FORMAT_CSV" }],
  ["record count", "CountRecords", { query: { from: "2026-11-16T08:00:00Z" } }],
  ["record raw pbx-1 --from-position 9 --max-bytes 10", "ReadRaw",
    { link: "pbx-1", fromPosition: "9", bytesMax: "10" }],
  ["record raw pbx-1 --newest --max-bytes 10", "ReadRaw",
    { link: "pbx-1", newest: true, bytesMax: "10" }],
  ["record try rules.yaml --link smdr-1", "TryFormat",
    { optionsYaml: "country: FR\n", link: "smdr-1" }],
  ["record try - --input csr.pem --driver smdr", "TryFormat",
    { optionsYaml: "a long password\n", data: "Q1NS", driver: "smdr" }],
  ["csta list", "ListCstaSessions", {}],
  ["csta end 5e55", "EndCstaSession", { id: "5e55" }],
  ["delivery list", "ListDestinations", {}],
  ["delivery ledger printer --from 2026-11-20 --to 2026-11-22", "GetLedger",
    { link: "printer", fromDay: "2026-11-20", toDay: "2026-11-22" }],
  ["delivery again billing printer --from 2h --until 2026-11-23T07:30:00", "Redeliver",
    { destination: "billing", link: "printer", from: "2026-11-23T06:00:00Z",
      until: "2026-11-23T07:30:00Z" }],
  ["delivery again billing printer --from-number 7 --to-number 9", "Redeliver",
    { destination: "billing", link: "printer", fromNumber: "7", toNumber: "9" }],
  ["page send bus 550 ROOM_12 --priority alarm --beep 3", "SendPage",
    { link: "bus", pager: "550", text: "ROOM_12", priority: "PAGE_PRIORITY_ALARM", beep: 3,
      wait: "20s", requestId: "id-1" }],
  ["route list", "ListRoutes", {}],
  ["route select 0000000a 1002", "SelectRoute", { dialogue: "0000000a", number: "1002" }],
  ["route reject 0000000a --cause busy-overflow", "RejectRoute",
    { dialogue: "0000000a", cause: "REJECT_CAUSE_BUSY_OVERFLOW" }],
  ["route end 0000000a", "EndRoute", { dialogue: "0000000a" }],
  ["private escape pbx-1 0403010203", "Escape", { link: "pbx-1", elements: ["0403010203"] }],
  ["page list", "ListPages", { pageSize: 50 }],
  ["hotel rooms 205", "ListRooms", { room: "205" }],
  ["hotel check-in 205 Muster --first-name Erika --language GE --reservation 4711", "CheckIn",
    { room: "205", name: "Muster", firstName: "Erika", language: "GE", reservation: "4711" }],
  ["hotel check-out 205", "CheckOut", { room: "205" }],
  ["hotel message 205 off", "UpdateRoom", { room: "205", messageWaiting: false }],
  ["hotel quiet 205 on", "UpdateRoom", { room: "205", doNotDisturb: true }],
  ["hotel calls 205 national", "UpdateRoom",
    { room: "205", callingRight: "CALLING_RIGHT_NATIONAL" }],
  ["hotel maid 205 out-of-service", "UpdateRoom",
    { room: "205", condition: "ROOM_CONDITION_OUT_OF_SERVICE" }],
  ["hotel wake-up 205 07:30 --date 2026-11-24", "SetWakeUp",
    { room: "205", time: "07:30", date: "2026-11-24" }],
  ["hotel no-wake-up 205 07:30", "ClearWakeUp", { room: "205", time: "07:30" }],
  ["hotel resync pbx-1", "ResyncHotel", { link: "pbx-1" }],
  ["hotel postings", "ListRefusedPostings", {}],
  ["hotel settle 17", "SettlePosting", { number: 17 }],
  ["report run --links pbx-1,pbx-2 --wait 30 --site Lyon --installer Ann --remarks ok",
    "RunAcceptance", { links: ["pbx-1", "pbx-2"], testCallSeconds: 30, site: "Lyon",
      installer: "Ann", remarks: "ok" }],
  ["report list", "ListReports", {}],
  ["report show 7", "GetReport", { number: "7" }],
  ["report diff 6 7", "DiffReports", { from: "6", to: "7" }],
  ["number explain pbx-1 0142685300", "ExplainNumber",
    { link: "pbx-1", number: "0142685300", use: "NUMBER_USE_FROM_PBX" }],
  ["number explain pbx-1 0142685300 --dial", "ExplainNumber",
    { link: "pbx-1", number: "0142685300", use: "NUMBER_USE_DIAL" }],
  ["number test pbx-1 rules.yaml --calls 50", "TestRules",
    { link: "pbx-1", rulesYaml: "country: FR\n", callsMax: 50 }],
  ["config show 3", "GetConfiguration", { revision: "3" }],
  ["config validate doc.yaml", "ValidateConfiguration", { document: "version: 1\n" }],
  ["config plan doc.yaml", "ApplyConfiguration", { document: "version: 1\n",
    mode: "APPLY_MODE_DRY_RUN", requestId: "id-1" }],
  ["config apply doc.yaml --try 10m --comment why --expect-revision 4", "ApplyConfiguration",
    { document: "version: 1\n", mode: "APPLY_MODE_TRY", confirmWithin: "600s", comment: "why",
      expectedRevision: "4", requestId: "id-1" }],
  ["config apply -", "ApplyConfiguration", { document: "a long password\n",
    mode: "APPLY_MODE_APPLY", requestId: "id-1" }],
  ["config apply doc.yaml --dry-run", "ApplyConfiguration", { document: "version: 1\n",
    mode: "APPLY_MODE_DRY_RUN", requestId: "id-1" }],
  ["config confirm 5", "ConfirmConfiguration", { revision: "5" }],
  ["config revert 4", "RevertConfiguration", { revision: "4", requestId: "id-1" }],
  ["config history", "ListRevisions", { pageSize: 50 }],
  ["config diff 1 2", "DiffRevisions", { from: "1", to: "2" }],
  ["config schema", "GetSchema", {}],
  ["secret list", "ListSecrets", {}],
  ["secret set ami", "SetSecret", { name: "ami", value: "a long password" }],
  ["secret delete ami", "DeleteSecret", { name: "ami" }],
  ["system version", "GetVersion", {}],
  ["system health", "GetHealth", {}],
  ["system alarms --all", "ListAlarms", { includeCleared: true }],
  ["system ack link-down/pbx-1", "AcknowledgeAlarm", { id: "link-down/pbx-1" }],
  ["system capture pbx-1 --follow", "CaptureFrames", { link: "pbx-1", follow: true }],
  ["system backup --file b.bin", "Backup", {}],
  ["system support --file s.tar.gz", "SupportBundle", {}],
  ["system update-stick", "InstallUpdate", { offered: true }],
  ["system audit --actor ann", "ListAudit", { actor: "ann", pageSize: 100 }],
  ["system update b.raucb --downgrade --failed --not-before 2026-11-23T22:00:00", "InstallUpdate",
    { allowDowngrade: true, allowFailed: true, notBefore: "2026-11-23T22:00:00Z" }],
  ["system update https://mirror.example/b.raucb --failed", "FetchUpdate",
    { url: "https://mirror.example/b.raucb", allowFailed: true }],
  ["system update-status", "GetUpdateStatus", {}],
  ["system update-cancel", "CancelUpdate", {}],
  ["system network", "GetNetwork", {}],
  ["system network set --vlan 12 --host-name lyon", "SetNetwork",
    { settings: { vlan: 12, hostName: "lyon" } }],
  ["system network confirm", "ConfirmNetwork", {}],
  ["system audit-export --from-number 3", "ExportAudit", { fromNumber: "3" }],
  ["terminal open pbx-1 --reason why --minutes 5", "OpenTerminal",
    { link: "pbx-1", minutes: 5, reason: "why" }],
  ["terminal open /dev/ttyS0 --reason why --speed 1200 --bits 7 --parity even --stop 2 "
    + "--flow xon-xoff", "OpenTerminal", { reason: "why", port: { address: "/dev/ttyS0",
    baudRate: 1200, dataBits: 7, parity: "PARITY_EVEN", stopBits: 2,
    flowControl: "FLOW_CONTROL_XON_XOFF" } }],
  ["terminal serve pbx-1 --reason why --listen 2217 --on 192.0.2.1 --certificate a,b",
    "ServeTerminal",
    { link: "pbx-1", reason: "why", listenPort: 2217, listenAddress: "192.0.2.1",
      certificates: ["a", "b"] }],
  ["terminal list --open --limit 5", "ListTerminals", { openOnly: true, pageSize: 5 }],
  ["terminal show 12", "ReadTranscript", { id: "12" }],
  ["terminal approve 12", "ApproveTerminal", { id: "12" }],
  ["terminal close 12", "CloseTerminal", { id: "12" }],
  ["user list", "ListUsers", {}],
  ["user create bob --role operator --password-stdin", "CreateUser",
    { name: "bob", password: "a long password", role: "ROLE_OPERATOR" }],
  ["user update bob --role admin --disable", "UpdateUser",
    { name: "bob", role: "ROLE_ADMIN", disabled: true }],
  ["user update bob --enable", "UpdateUser", { name: "bob", disabled: false }],
  ["user delete bob", "DeleteUser", { name: "bob" }],
  ["user password bob --password-stdin", "SetPassword",
    { name: "bob", newPassword: "a long password" }],
  ["token list", "ListTokens", {}],
  ["token create crm --role viewer --expires 1d", "CreateToken",
    { name: "crm", role: "ROLE_VIEWER", expiresAt: "2026-11-24T08:00:00Z" }],
  ["token revoke t1", "RevokeToken", { id: "t1" }],
  ["certificate list", "ListCertificates", {}],
  ["certificate issue csr.pem --role viewer --days 30", "IssueCertificate",
    { requestPem: "CSR", role: "ROLE_VIEWER", validDays: 30 }],
  ["certificate revoke 0a", "RevokeCertificate", { serial: "0a" }],
];

/** Commands whose requests other tests prove: endless streams, and one that asks nothing. */
const elsewhere = ["link watch", "call watch", "page watch", "route register", "private watch",
  "system scrub", "system verify-audit", "report verify"];

describe("ctictl: every method has a command", () => {
  const called = new Set<DescMethod>(allCommands().flatMap(({ methods }) => methods));
  for (const service of services) {
    for (const method of service.methods) {
      it(`${service.name}.${method.name}`, () => { assert(called.has(method)); });
    }
  }

  it("and every command a row in the table below", () => {
    const lines = mapping.map(([line]) => line);
    const without = allCommands().map(({ words }) => words).filter((words) =>
      !elsewhere.includes(words) && !lines.some((line) => `${line} `.startsWith(`${words} `)));
    assert.deepEqual(without, []);
  });
});

describe("ctictl: arguments become requests", () => {
  for (const [line, method, request] of mapping) {
    it(line, async () => {
      const bench = office();
      const code = await bench.run(line);
      assert.equal(code, 0, bench.err);
      const last = bench.sent.findLast((sent) => sent.method === method);
      assert.deepEqual(last?.request, request);
    });
  }
});

describe("ctictl: report", () => {
  const made = { summary: { number: 7n, verdict: ReportVerdict.FAILED, passed: 1, failed: 1,
    site: "Lyon", previous: 6n }, documentJson: "{}\n", pageHtml: "<html></html>",
  tests: [{ subject: "link pbx-1", name: "test-call", title: "A test call is seen",
    outcome: TestOutcome.FAILED, text: "no call was seen within 30 s" }],
  changes: [{ subject: "link pbx-1", item: "A test call is seen", before: "passed",
    after: "failed" }] };

  it("runs the tests, writes both files, and ends with 1 unless all passed", async () => {
    const bench = createBench();
    bench.onStream(ReportsService.method.runAcceptance, () => [
      { step: { case: "progress" as const, value: { text: "Make a test call now." } } },
      { step: { case: "report" as const, value: made } }]);
    assert.equal(await bench.run("report run --out site"), 1);
    assert.deepEqual([...bench.files], [["site/REPORT.json", "{}\n"],
      ["site/REPORT.html", "<html></html>"]]);
    assert.match(bench.err, /Make a test call now\.\n.*the verdict is: failed/s);
    assert.match(bench.out, /^link pbx-1 +A test call is seen +failed +no call was seen/m);
    assert.match(bench.out, /Differences from report 6\n.*passed +failed/s);
    await bench.run("report run --lang fr");
    assert.match(bench.err, /le verdict est : échoué/);
  });

  it("tells what is no report and what cannot be read", async () => {
    const bench = office();
    assert.equal(await bench.run("report verify doc.yaml"), 8);
    assert.match(bench.err, /this is no acceptance report/);
    assert.equal(await bench.run("report verify none.html"), 2);
    assert.equal(await bench.run("report verify doc.yaml --authority csr.pem"), 2);
  });
});

describe("ctictl: link doctor", () => {
  const verdict = { finding: Finding.RECOGNISED, headline: "It is A PBX, 9600 7E1.",
    settings: "9600 7E1", bytesSeen: 162n, lines: { cts: true, dsr: false, dcd: false, ri: true },
    candidates: [{ driver: "smdr", title: "A PBX", score: 0.97, records: 2,
      samples: [{ text: "101 0142", fields: { device: "101" } }] }],
    advice: ["Put the link below into the configuration."], profileYaml: "links: []\n" };
  const bench = (ports: readonly object[]): Bench => {
    const made = createBench();
    made.on(PortsService.method.listPorts, () => ({ ports: [...ports] }));
    made.onStream(PortsService.method.diagnosePort, () => [
      { step: { case: "progress" as const, value: { text: "Listening.", baudRate: 9600 } } },
      { step: { case: "verdict" as const, value: verdict } }]);
    return made;
  };
  const free = { path: "/dev/ttyUSB0", adapter: "FTDI FT232R", serialNumber: "A1",
    adapterAddress: "usb:0403:6001:A1", link: "" };

  it("takes the only free port, and shows verdict, lines, samples and profile", async () => {
    const made = bench([{ path: "/dev/ttyS0", link: "pbx" }, free,
      { path: "/dev/bus/usb/003/002", link: "", kind: PortKind.HID }]);
    assert.equal(await made.run("link doctor"), 0, made.err);
    assert.deepEqual(made.sent.at(-1)?.request, { port: "usb:0403:6001:A1" });
    for (const wanted of ["It is A PBX, 9600 7E1.", "CTS up, DSR down, DCD down, RI up",
      "97 %", "device=101", "1. Put the link", "links: []"]) {
      assert.ok(made.out.includes(wanted), `${wanted} in ${made.out}`);
    }
    assert.match(made.err, /Listening/);
  });

  it("asks for the verdict when it is interrupted, and shows it", async () => {
    const made = bench([free]);
    const asked = Promise.withResolvers<undefined>();
    made.on(PortsService.method.stopDiagnosis, () => { asked.resolve(undefined); return {}; });
    made.onStream(PortsService.method.diagnosePort, async function* () {
      yield { step: { case: "progress" as const, value: { text: "Listening." } } };
      made.interrupt();
      await asked.promise;
      yield { step: { case: "verdict" as const, value: verdict } };
    });
    assert.equal(await made.run("link doctor"), 0, made.err);
    assert.deepEqual(made.sent.at(-1), { ...made.sent.at(-1), method: "StopDiagnosis",
      request: { port: "usb:0403:6001:A1" } });
    assert.match(made.out, /It is A PBX/);
  });

  it("asks which port where several are free, and says what to do where none is", async () => {
    const several = bench([free, { ...free, path: "/dev/ttyUSB1", serialNumber: "" }]);
    assert.equal(await several.run("link doctor"), 2);
    assert.match(several.err, /usb:0403:6001:A1, \/dev\/ttyUSB1/);
    const none = bench([]);
    assert.equal(await none.run("link doctor"), 2);
    assert.match(none.err, /plug the adapter in/);
  });
});

describe("ctictl: wrong command lines", () => {
  for (const line of ["", "nonsense", "link", "link show", "link list --nope", "call make pbx-1",
    "user create bob", "user create bob --role king", "link list --output xml",
    "record list --limit many", "record list --from yesterday", "config show x",
    "config apply doc.yaml --try soon", "config apply missing.yaml", "link list --cert c.pem",
    "user update bob --enable --disable", "user create bob --role viewer",
    "call watch --type ringing", "record try doc.yaml",
    "terminal open pbx-1", "terminal open pbx-1 --reason x --speed 9600",
    "record try doc.yaml --link a --input csr.pem",
    "record try doc.yaml --input missing.bin", "record try missing.yaml --link a"]) {
    it(`"${line}" ends with 2 and asks nothing`, async () => {
      const bench = office();
      assert.equal(await bench.run(line === "" ? [] : line), 2, bench.out);
      assert.notEqual(bench.err, "");
      assert.deepEqual(bench.sent.filter(({ method }) => method !== "ValidateConfiguration"), []);
    });
  }

  it("help ends with 0 and lists the exit codes", async () => {
    const bench = office();
    assert.equal(await bench.run("--help"), 0);
    assert.match(bench.out, /Exit codes:\n {2}0 {2}done\n[^]* {2}8 {2}wrong argument/);
    bench.variables["LANG"] = "fr_FR.UTF-8";
    await bench.run("link --help");
    assert.match(bench.out, /Lister tous les liens/);
  });

  it("says its version", async () => {
    const bench = office();
    assert.equal(await bench.run("--version"), 0);
    assert.equal(bench.out, "1.2.3\n");
  });
});

describe("ctictl: finding the connection", () => {
  it("says when the device has none, or several", async () => {
    const bench = office();
    assert.equal(await bench.run("call answer pbx-1 2001"), 5);
    assert.match(bench.err, /no connection that is alerting/);
    assert.equal(await bench.run("call hold pbx-1 2004"), 2);
    assert.match(bench.err, /--call\nc5, c6\n/);
  });
});

describe("ctictl: output", () => {
  const links = (bench: Bench): void => {
    bench.on(LinksService.method.listLinks, () => ({ links: [
      { id: "pbx-1", title: "Lyon", driver: "asterisk-ami", state: LinkState.UP,
        peerProduct: "Asterisk", peerVersion: "22.1", devices: 12, calls: 3,
        since: { seconds: 1_795_420_800n } },
      { id: "printer", driver: "smdr", state: LinkState.DOWN, reason: "no\u001b[31m carrier" }] }));
  };

  it("is an aligned table for people, without control characters", async () => {
    const bench = office();
    links(bench);
    await bench.run("link list");
    assert.equal(bench.out, [
      "Link     Title  State  Since                PBX            Driver        Devices  Calls  "
        + "Remark",
      "pbx-1    Lyon   up     2026-11-23 08:00:00  Asterisk 22.1  asterisk-ami       12      3",
      "printer         down                                       smdr                0      0  "
        + "no [31m carrier", ""].join("\n"));
    await bench.run("--lang fr link list");
    assert.match(bench.out, /^Lien +Nom +État +Depuis/);
  });

  it("is JSON or YAML for programs", async () => {
    const bench = office();
    links(bench);
    await bench.run("--output json link list");
    assert.equal(JSON.parse(bench.out).links[1].state, "LINK_STATE_DOWN");
    await bench.run("link list --output yaml");
    assert.match(bench.out, /^links:\n {2}- id: pbx-1\n/);
  });

  it("follows pages up to the limit, and says that there is more", async () => {
    const bench = office();
    bench.on(RecordsService.method.listRecords, ({ pageSize, pageToken }) => ({
      records: Array.from({ length: pageSize }, (_, index) => ({ id: `${pageToken}${index}` })),
      nextPageToken: `${pageToken}p` }));
    await bench.run("record list --limit 1500");
    assert.deepEqual(bench.sent.map(({ request }) => request), [
      { query: {}, pageSize: 1000 }, { query: {}, pageSize: 500, pageToken: "p" }]);
    assert.equal(bench.out.split("\n").length, 1502);
    assert.match(bench.err, /first 1500 are shown/);
  });

  it("writes downloads to a file", async () => {
    const bench = office();
    bench.onStream(RecordsService.method.exportRecords, () => [
      { data: new TextEncoder().encode("id\n"), records: 0n },
      { data: new TextEncoder().encode("r1\n"), records: 1n }]);
    assert.equal(await bench.run("record export --file out.csv"), 0);
    assert.equal(bench.files.get("out.csv"), "id\nr1\n");
    assert.equal(bench.out, "");
    assert.match(bench.err, /out\.csv: 1 records, 6 B/);
    await bench.run("record export");
    assert.equal(bench.out, "id\nr1\n");
  });

  it("says what the line was like beside raw bytes, where that changes", async () => {
    const bench = office();
    const data = new TextEncoder().encode("x");
    const line = { channel: "serial /dev/ttyS0 9600 8N1",
      lines: { cts: true, dsr: true, dcd: false } };
    bench.onStream(RecordsService.method.readRaw, () => [{ position: 1n, data },
      { position: 2n, data, line }, { position: 3n, data, line },
      { position: 4n, data, line: { ...line, damaged: 2, breaks: 1 } }]);
    assert.equal(await bench.run("record raw printer"), 0);
    assert.equal(bench.out, "xxxx");
    assert.match(bench.err,
      /^position 2, .*: serial \/dev\/ttyS0 9600 8N1; CTS up, DSR up, DCD down$/m);
    assert.match(bench.err, /^position 4, .*DCD down; 2 damaged; 1 breaks$/m);
    assert.doesNotMatch(bench.err, /position [13], /);
  });

  it("shows what a trial understood, what it rejected and why", async () => {
    const bench = office();
    bench.on(RecordsService.method.tryFormat, () => ({ recordsTotal: 7, rejectedTotal: 1,
      bytesRead: 640, records: [{ text: "x", fields: { room: "101", note: "a\nb" }, device: "101",
        phase: "completed", direction: 1, callingNumber: "0142", duration: { seconds: 83n },
        startedAt: { seconds: 1_795_420_800n } }],
      rejected: [{ text: "DATE TIME", reason: "time, columns 1 to 5: found \"DATE\"" }] }));
    assert.equal(await bench.run("record try rules.yaml --link smdr-1"), 0);
    assert.match(bench.out, /^2026-11-23 08:00:00 +completed +incoming +101 +0142 +1:23 +room=/m);
    assert.match(bench.out, /note=a\|b$/m);
    assert.match(bench.out, /^DATE TIME +time, columns 1 to 5: found "DATE"$/m);
    assert.match(bench.err, /7 records, 1 rejected lines in 640 bytes/);
  });

  it("shows what waits for each destination, and of which bytes nobody knows", async () => {
    const bench = office();
    const { listDestinations, getLedger } = DeliveryService.method;
    bench.on(listDestinations, () => ({ destinations: [{ id: "billing", kind: "http",
      content: "raw", state: DestinationState.DOWN, address: "https://b", reason: "answers 500",
      feeds: [{ link: "p1", waitingBytes: 42n }, { link: "p2" }] }] }));
    assert.equal(await bench.run("delivery list"), 0);
    assert.match(bench.out, /^billing +http +raw +down +p1 +42 B +https:\/\/b +answers 500$/m);
    assert.match(bench.out, /^ +p2 +0 B$/m);
    bench.on(getLedger, () => ({ days: [{ day: "2026-11-23", bytesIn: 10n, recordBytes: 7n,
      adriftBytes: 3n, garbageReasons: { noise: 2n },
      delivered: [{ destination: "billing", pieces: 1n, bytes: 7n }] }] }));
    assert.equal(await bench.run("delivery ledger p1"), 0);
    assert.match(bench.out, /2026-11-23 +10 +0 +7 +0 +0 +3 +billing 1 \(7 B\) +2: noise/);
    assert.match(bench.err, /days cannot balance/);
  });

  it("shows who speaks CSTA, and how monitors are shared", async () => {
    const bench = office();
    bench.on(CstaService.method.listCstaSessions, () => ({ monitors: 5, watched: 3, sessions: [
      { id: "5e55", server: "crm", protocol: "xml", user: "taxi", source: "csta 192.0.2.9",
        connected: false,
        monitors: 5, waitingEvents: 4, lostEvents: 2n, resumes: 1 }] }));
    assert.equal(await bench.run("csta list"), 0);
    assert.match(bench.out, /^crm +xml +taxi +csta 192\.0\.2\.9 +no +5e55 +5 +4 +2 +1$/m);
    assert.match(bench.err,
      /5 monitors watch 3 devices and calls: sharing them saves 2 licences/);
  });

  it("shows how many of a PBX's licences a link has", async () => {
    for (const [learned, words] of [[true, /5 of 8, as the PBX gave no more/],
      [false, /5 of 8, as configured/]] as const) {
      const bench = office();
      bench.on(LinksService.method.getLink, () => ({ link: { id: "pbx-1",
        monitorLicences: { used: 5, count: 8, learned } } }));
      assert.equal(await bench.run("link show pbx-1"), 0);
      assert.match(bench.out, words);
    }
  });

  it("shows a page with a row for each pager that it is meant for", async () => {
    const bench = office();
    bench.on(PagingService.method.listPages, () => ({ pages: [{ number: 7n, fromLink: "ward",
      pager: "550", text: "ROOM 12", deliveries: [
        { link: "pocsag", pager: "550", state: PageDeliveryState.DELIVERED,
          status: PageStatus.ACCEPTED },
        { link: "bus", pager: "1", state: PageDeliveryState.WAITING, reason: "cable" }] }] }));
    assert.equal(await bench.run("page list"), 0);
    assert.match(bench.out, /^7 +ward +550 +ROOM 12 +pocsag 550 +delivered +accepted$/m);
    assert.match(bench.out, /^ +bus 1 +waiting +cable$/m);
  });

  it("leaves what is not known of the host empty", async () => {
    const bench = office();
    bench.on(SystemService.method.getHealth, () => ({ storeBytes: 5n }));
    assert.equal(await bench.run("system health"), 0);
    assert.match(bench.out, /^Store +5 B$/m);
    assert.doesNotMatch(bench.out, /0 B/);
  });

  it("ends with a failure when a scrub finds damage or does not end", async () => {
    const bench = office();
    bench.onStream(SystemService.method.scrub, () => [{ valuesChecked: 5n },
      { valuesChecked: 9n, finished: true, damages: [{ space: "record", keyHex: "0a" }] }]);
    assert.equal(await bench.run("system scrub"), 1);
    assert.match(bench.out, /record +0a/);
    bench.onStream(SystemService.method.scrub, () => [{ valuesChecked: 5n }]);
    assert.equal(await bench.run("system scrub"), 1);
    bench.onStream(SystemService.method.scrub, () => [{ finished: true }]);
    assert.equal(await bench.run("system scrub"), 0);
  });

  it("lists every error of a document with its line", async () => {
    const bench = office();
    bench.on(ConfigurationService.method.validateConfiguration, () => ({
      errors: [{ path: "links[0].id", message: "is missing", line: 4 }],
      warnings: [{ path: "", message: "odd", line: 0 }] }));
    assert.equal(await bench.run("config apply doc.yaml"), 8);
    assert.match(bench.err, /doc\.yaml:4: links\[0\]\.id: is missing\n/);
    assert.deepEqual(bench.sent.map(({ method }) => method), ["ValidateConfiguration"]);
    assert.equal(await bench.run("config validate doc.yaml"), 8);
    assert.match(bench.out, /1 errors, 1 warnings/);
  });
});
