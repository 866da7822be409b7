import assert from "node:assert/strict";
import type { DescFile } from "@bufbuild/protobuf";
import * as accessFile from "../../../proto/gen/cti/gateway/v1/access_pb.js";
import * as callsFile from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import * as configurationFile from "../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import * as cstaFile from "../../../proto/gen/cti/gateway/v1/csta_pb.js";
import * as deliveryFile from "../../../proto/gen/cti/gateway/v1/delivery_pb.js";
import * as hotelFile from "../../../proto/gen/cti/gateway/v1/hotel_pb.js";
import * as linksFile from "../../../proto/gen/cti/gateway/v1/links_pb.js";
import * as modelFile from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import * as numbersFile from "../../../proto/gen/cti/gateway/v1/numbers_pb.js";
import * as pagingFile from "../../../proto/gen/cti/gateway/v1/paging_pb.js";
import * as privateDataFile from "../../../proto/gen/cti/gateway/v1/private_data_pb.js";
import * as routeingFile from "../../../proto/gen/cti/gateway/v1/routeing_pb.js";
import * as terminalsFile from "../../../proto/gen/cti/gateway/v1/terminals_pb.js";
import * as portsFile from "../../../proto/gen/cti/gateway/v1/ports_pb.js";
import * as recordsFile from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import * as reportsFile from "../../../proto/gen/cti/gateway/v1/reports_pb.js";
import * as systemFile from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import { readdirSync } from "node:fs";
import { audited, authorise, methodRoles, methodRowsWritten } from "./method-roles.js";
import { includes, roles } from "./roles.js";
import type { Identity, Role } from "./roles.js";

const modules = [accessFile, callsFile, configurationFile, cstaFile, deliveryFile, hotelFile,
  linksFile, modelFile, numbersFile, pagingFile, portsFile, terminalsFile, recordsFile, reportsFile,
  privateDataFile, routeingFile, systemFile];
const files: readonly DescFile[] = modules.map((module) => {
  const file = Object.entries(module).find(([name]) => name.startsWith("file_"))?.[1];
  return file as DescFile;
});

/** Methods of the services that the gRPC libraries bring along. */
const foreign = ["grpc.health.v1.Health/Check", "grpc.health.v1.Health/List",
  "grpc.health.v1.Health/Watch", "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"];

const methods = [...files.flatMap((file) => file.services.flatMap((service) =>
  service.methods.map((method) => `${service.typeName}/${method.name}`))), ...foreign];

function identity(role: Role, mustChangePassword = false): Identity {
  return { name: "ann", roles: [role], role, method: "password", mustChangePassword,
    credential: "session:1" };
}

describe("method roles", () => {
  it("walks every generated file", () => {
    const generated = readdirSync(new URL("../../../proto/gen/cti/gateway/v1", import.meta.url))
      .filter((name) => name.endsWith("_pb.js"));
    assert.equal(generated.length, modules.length);
  });

  it("has one row for every method and no row without a method", () => {
    assert.ok(methods.length > 60);
    assert.deepEqual(methods.filter((method) => !methodRoles.has(method)), []);
    assert.deepEqual([...methodRoles.keys()].filter((key) => !methods.includes(key)), []);
    assert.equal(methodRowsWritten, methodRoles.size);
  });

  it("decides every method for every role as its row says", () => {
    for (const [method, row] of methodRoles) {
      assert.equal(authorise(undefined, method).ok, row.requires === "anyone", method);
      for (const role of roles) {
        const needed = row.requires;
        const expected = needed === "anyone" || needed === "self" || includes(role, needed);
        assert.equal(authorise(identity(role), `/${method}`).ok, expected, `${method} ${role}`);
        assert.equal(authorise(identity(role, true), method).ok,
          needed === "anyone" || needed === "self", `${method} ${role} must change`);
      }
    }
  });

  it("opens only SignIn to everybody and keeps viewers from every change", () => {
    const open = [...methodRoles].filter(([, row]) => row.requires === "anyone");
    assert.deepEqual(open.map(([method]) => method), ["cti.gateway.v1.AccessService/SignIn"]);
    for (const [method, row] of methodRoles) {
      if (row.audit === "change") assert.notEqual(row.requires, "viewer", method);
    }
  });

  it("refuses and audits a method that it does not know", () => {
    const refused = authorise(identity("admin"), "cti.gateway.v1.LinksService/Explode");
    assert.equal(refused.ok ? "" : refused.fault.code, "permission-denied");
    assert.equal(audited("cti.gateway.v1.LinksService/Explode", {}), true);
  });

  it("audits changes, exports, and record queries that name a number or a device", () => {
    const list = "cti.gateway.v1.RecordsService/ListRecords";
    assert.equal(audited(list, {}), false);
    assert.equal(audited(list, { query: { number: "", device: "" } }), false);
    assert.equal(audited(list, { query: { number: "2060", device: "" } }), true);
    assert.equal(audited(list, { query: { number: "", device: "6001" } }), true);
    assert.equal(audited("cti.gateway.v1.RecordsService/ExportRecords", {}), true);
    assert.equal(audited("/cti.gateway.v1.SystemService/ListAudit", {}), true);
    assert.equal(audited("cti.gateway.v1.LinksService/ListLinks", {}), false);
    assert.equal(audited("cti.gateway.v1.CallsService/MakeCall", {}), true);
  });
});
