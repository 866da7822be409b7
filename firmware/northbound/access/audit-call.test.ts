import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { AccessService, CreateUserRequestSchema, IssueCertificateRequestSchema,
  SetPasswordRequestSchema, SignInRequestSchema } from
  "../../../proto/gen/cti/gateway/v1/access_pb.js";
import { SendPageRequestSchema } from "../../../proto/gen/cti/gateway/v1/paging_pb.js";
import { GenerateDigitsRequestSchema, MakeCallRequestSchema } from
  "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ApplyConfigurationRequestSchema, SetSecretRequestSchema } from
  "../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService, RestartLinkRequestSchema } from
  "../../../proto/gen/cti/gateway/v1/links_pb.js";
import { ListRecordsRequestSchema } from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import { done } from "../../base/result.js";
import type { AuditNote } from "./audit.js";
import { auditActor, auditCall, auditDetails, auditSubject, textShownMax } from "./audit-call.js";
import type { Identity } from "./roles.js";

const nobody = (): boolean => false;

const ann: Identity = { name: "ann", roles: ["viewer"], role: "viewer", method: "password",
  mustChangePassword: false, credential: "session:1" };

describe("audit of calls", () => {
  it("never shows a secret, a typed name, digits or a whole document", () => {
    const messages = [
      auditDetails(SignInRequestSchema,
        create(SignInRequestSchema, { name: "hunter2", password: "hunter2" })),
      auditDetails(CreateUserRequestSchema,
        create(CreateUserRequestSchema, { name: "bob", password: "hunter2" })),
      auditDetails(SetPasswordRequestSchema, create(SetPasswordRequestSchema,
        { currentPassword: "hunter2", newPassword: "hunter2hunter2" })),
      auditDetails(IssueCertificateRequestSchema,
        create(IssueCertificateRequestSchema, { requestPem: "hunter2" })),
      auditDetails(ApplyConfigurationRequestSchema,
        create(ApplyConfigurationRequestSchema, { document: "secret: hunter2", comment: "why" })),
      auditDetails(GenerateDigitsRequestSchema,
        create(GenerateDigitsRequestSchema, { digits: "4111111111111111" })),
      auditDetails(SetSecretRequestSchema,
        create(SetSecretRequestSchema, { name: "ami", value: "hunter2" })),
    ];
    const text = JSON.stringify(messages);
    assert.ok(!text.includes("hunter2") && !text.includes("4111"), text);
    assert.deepEqual(messages[0], { password: "(secret)" });
    assert.deepEqual(messages[1], { name: "bob", password: "(secret)" });
    assert.equal(messages[4]?.["comment"], "why");
    assert.match(JSON.stringify(messages[4]?.["document"]),
      /^\{"characters":15,"sha256":"[0-9a-f]{64}"\}$/);
    assert.deepEqual(messages[5], { digits: "16 digits" });
    assert.deepEqual(messages[6], { name: "ami", value: "(secret)" });
  });

  it("masks telephone numbers, also inside a query, and keeps devices readable", () => {
    assert.deepEqual(auditDetails(MakeCallRequestSchema, create(MakeCallRequestSchema,
      { link: "pbx-1", device: "6001", number: "+33123456789" })),
    { link: "pbx-1", device: "6001", number: "+3********89" });
    assert.deepEqual(auditDetails(ListRecordsRequestSchema, create(ListRecordsRequestSchema,
      { query: { number: "0123456789", link: "pbx-1" }, pageToken: "12" })),
    { query: { link: "pbx-1", number: "01******89" }, page_token: "12" });
  });

  it("tells of a page how long its text is, and no more", () => {
    assert.deepEqual(auditDetails(SendPageRequestSchema, create(SendPageRequestSchema,
      { link: "bus", pager: "550", text: "ROOM 12 FALL" })),
    { link: "bus", pager: "550", text: "12 characters" });
  });

  it("tells long texts by length and hash", () => {
    const shown = auditDetails(MakeCallRequestSchema, create(MakeCallRequestSchema,
      { link: "x".repeat(textShownMax), requestId: "y".repeat(textShownMax + 1) }));
    assert.equal(shown["link"], "x".repeat(textShownMax));
    assert.equal(JSON.stringify(shown["request_id"]).startsWith("{\"characters\":257"), true);
  });

  it("names the subject, and a signing-in user only when there is one", () => {
    const signIn = create(SignInRequestSchema, { name: "hunter2", password: "x" });
    assert.equal(auditSubject(SignInRequestSchema, signIn, nobody), "unknown name");
    assert.equal(auditSubject(SignInRequestSchema, signIn, () => true), "hunter2");
    assert.equal(auditSubject(RestartLinkRequestSchema,
      create(RestartLinkRequestSchema, { id: "pbx-1" }), nobody), "pbx-1");
    assert.equal(auditSubject(MakeCallRequestSchema,
      create(MakeCallRequestSchema, { link: "pbx-1", device: "6001" }), nobody), "pbx-1 6001");
    assert.equal(auditSubject(ListRecordsRequestSchema,
      create(ListRecordsRequestSchema, { query: { link: "pbx-2" } }), nobody), "pbx-2");
    assert.equal(auditSubject(ListRecordsRequestSchema, create(ListRecordsRequestSchema,
      { query: { number: "+33142685300" } }), nobody), "+3********00");
  });

  it("keeps tokens and certificates apart from users of the same name", () => {
    assert.equal(auditActor(ann), "ann");
    assert.equal(auditActor({ ...ann, method: "token" }), "token:ann");
    assert.equal(auditActor({ ...ann, method: "certificate" }), "certificate:ann");
    assert.equal(auditActor(undefined), "nobody");
  });

  it("writes exactly one entry for a call whose row asks for it", () => {
    const notes: AuditNote[] = [];
    const audit = { record: (note: AuditNote) => {
      notes.push(note);
      return Promise.resolve(done);
    } };
    auditCall(audit, nobody, { method: LinksService.method.listLinks, identity: ann,
      request: create(LinksService.method.listLinks.input), source: "grpc ::1", outcome: "ok" });
    auditCall(audit, nobody, { method: LinksService.method.restartLink, identity: ann,
      request: create(RestartLinkRequestSchema, { id: "pbx-1" }), source: "grpc ::1",
      outcome: "permission-denied" });
    auditCall(audit, nobody, { method: AccessService.method.signIn, identity: undefined,
      request: create(SignInRequestSchema, { name: "x" }), source: "web ::1",
      outcome: "unauthenticated" });
    assert.deepEqual(notes.map((note) => [note.actor, note.action, note.subject, note.outcome]), [
      ["ann", "RestartLink", "pbx-1", "permission-denied"],
      ["nobody", "SignIn", "unknown name", "unauthenticated"]]);
  });
});
