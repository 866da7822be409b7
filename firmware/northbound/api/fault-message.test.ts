import assert from "node:assert/strict";
import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { faults, type FaultCode } from "../../base/faults.js";
import { fail } from "../../base/result.js";
import { Code } from "../../../proto/gen/google/rpc/code_pb.js";
import { BadRequestSchema, ErrorInfoSchema }
  from "../../../proto/gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../../proto/gen/google/rpc/status_pb.js";
import { faultJson, faultStatus, httpStatus } from "./fault-message.js";

const codes = Object.keys(faults) as FaultCode[];

describe("fault message", () => {
  it("gives every fault its code, reason and advice in both languages", () => {
    for (const code of codes) {
      for (const language of ["en", "fr"] as const) {
        const status = faultStatus({ code, message: "It failed." }, language);
        assert.equal(Code[status.code], faults[code].grpc);
        const whole = fromBinary(StatusSchema, status.details);
        const info = whole.details[0] && anyUnpack(whole.details[0], ErrorInfoSchema);
        assert.equal(info?.reason, code);
        assert.equal(info.metadata["advice"], faults[code].advice[language]);
        assert.equal(faultJson({ code, message: "x" }, language).advice,
          faults[code].advice[language]);
      }
      assert.ok(httpStatus({ code, message: "" }) >= 400);
    }
  });

  it("says the message in the caller's language where the fault has it", () => {
    const failed = fail("link-down", { en: "pbx is down.", fr: "pbx est coupé." });
    for (const [language, text] of [["en", "pbx is down."], ["fr", "pbx est coupé."]] as const) {
      assert.equal(faultJson(failed.fault, language).message, text);
      assert.equal(faultStatus(failed.fault, language).message, text);
    }
    assert.equal(faultJson(fail("link-down", "Only English.").fault, "fr").message,
      "Only English.");
  });

  it("stays small enough for a trailer, however much is wrong", () => {
    const fields = Array.from({ length: 5_000 }, (_, n) =>
      ({ path: `links[${n}].transport.port`, message: "x".repeat(1_000) }));
    const { details, message } = faultStatus(
      { code: "config-invalid", message: "y".repeat(100_000), fields }, "fr");
    assert.ok(details.length < 6_000, `${details.length} bytes`);
    assert.ok(message.length <= 1_001);
    const bad = fromBinary(StatusSchema, details).details
      .map((any) => anyUnpack(any, BadRequestSchema)).find((one) => one !== undefined);
    assert.equal(bad?.fieldViolations[0]?.field, "links[0].transport.port");
    assert.equal(faultJson({ code: "config-invalid", message: "", fields }, "en").fields.length,
      5_000, "JSON has room for all");
  });
});
