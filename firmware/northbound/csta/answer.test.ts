import assert from "node:assert/strict";
import { faults } from "../../base/faults.js";
import { errorValues } from "../../wire/csta/phase3-errors.js";
import { errorOf, requestError } from "./answer.js";

describe("CSTA errors", () => {
  it("every fault of the gateway has a value that ECMA-285 knows", () => {
    const unknown = (Object.keys(faults) as (keyof typeof faults)[])
      .map((code) => errorOf({ code }))
      .filter(({ category, value }) => category !== "unspecified"
        && errorValues[category][value] === undefined);
    assert.deepEqual(unknown, []);
  });

  it("says which number of MakeCall is wrong", () => {
    assert.deepEqual(requestError("MakeCall", { code: "destination-invalid" }),
      { category: "operation", value: "invalidCalledDeviceID" });
    assert.deepEqual(requestError("DeflectCall", { code: "destination-invalid" }),
      { category: "operation", value: "invalidDestination" });
  });
});
