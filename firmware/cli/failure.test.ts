import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code } from "../../proto/gen/google/rpc/code_pb.js";
import { BadRequestSchema, ErrorInfoSchema } from "../../proto/gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../proto/gen/google/rpc/status_pb.js";
import { LinksService } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { createBench } from "./bench.test.js";
import { exitCodeOf } from "./exit-codes.js";
import { isTransient, statusFailure } from "./failure.js";

const details = toBinary(StatusSchema, create(StatusSchema, {
  code: Code.INVALID_ARGUMENT, message: "no", details: [
    anyPack(ErrorInfoSchema, create(ErrorInfoSchema,
      { reason: "config-invalid", domain: "jackfield", metadata: { advice: "Correct it." } })),
    anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations: [
      { field: "links[0].id", description: "is missing" }] })),
  ] }));

describe("exit codes", () => {
  const expected: Readonly<Record<keyof typeof Code, number>> = {
    OK: 0, CANCELLED: 1, UNKNOWN: 1, INVALID_ARGUMENT: 8, DEADLINE_EXCEEDED: 6, NOT_FOUND: 5,
    ALREADY_EXISTS: 7, PERMISSION_DENIED: 4, RESOURCE_EXHAUSTED: 7, FAILED_PRECONDITION: 7,
    ABORTED: 7, OUT_OF_RANGE: 8, UNIMPLEMENTED: 7, INTERNAL: 1, UNAVAILABLE: 6, DATA_LOSS: 1,
    UNAUTHENTICATED: 3,
  };
  for (const [name, code] of Object.entries(expected)) {
    it(`${name} is ${code}`, () => {
      assert.equal(exitCodeOf(Code[name as keyof typeof Code]), code);
    });
  }
});

describe("failures", () => {
  it("carry advice, reason and fields from the status details", () => {
    const failure = statusFailure(Code.INVALID_ARGUMENT, "no", details);
    assert.equal(failure.exitCode, 8);
    assert.equal(failure.reason, "config-invalid");
    assert.equal(failure.advice, "Correct it.");
    assert.deepEqual(failure.fields, [{ path: "links[0].id", message: "is missing" }]);
  });

  it("do without details, and with damaged ones", () => {
    assert.deepEqual(statusFailure(Code.NOT_FOUND, "gone", undefined).fields, []);
    assert.equal(statusFailure(Code.NOT_FOUND, "gone", new Uint8Array([255, 1])).exitCode, 5);
    assert.equal(statusFailure(99, "odd", undefined).exitCode, 1);
  });

  it("are worth another attempt when the line was cut, not when the gateway refused", () => {
    assert.equal(isTransient(statusFailure(Code.UNAVAILABLE, "", undefined)), true);
    assert.equal(isTransient(statusFailure(Code.INTERNAL, "RST_STREAM", undefined)), true);
    assert.equal(isTransient(statusFailure(Code.PERMISSION_DENIED, "", undefined)), false);
    assert.equal(isTransient(new Error("defect")), false);
  });

  it("are printed on the error stream, with fields and advice", async () => {
    const bench = createBench();
    bench.on(LinksService.method.listLinks, () => {
      throw statusFailure(Code.INVALID_ARGUMENT, "no", details);
    });
    assert.equal(await bench.run("link list"), 8);
    assert.equal(bench.out, "");
    assert.equal(bench.err, "error: no\n  links[0].id: is missing\nCorrect it.\n");
    bench.variables["LC_ALL"] = "fr_FR";
    await bench.run("link list");
    assert.match(bench.err, /^erreur: /);
  });
});
