import assert from "node:assert/strict";
import { DriverShelf } from "./driver-shelf.js";

describe("the shelf of drivers", () => {
  const asked: string[] = [];
  const shelf = new DriverShelf(Object.fromEntries(["ami", "csta", "smdr"].map((name) =>
    [name, () => {
      asked.push(name);
      return Promise.resolve({ name });
    }])));

  it("loads what is named, once, and passes over what it has not", async () => {
    assert.deepEqual([shelf.loaded, shelf.get("smdr")], [[], undefined]);
    await shelf.load(["smdr", "none", "ami", "smdr"]);
    await shelf.load(["ami"]);
    assert.deepEqual(asked, ["smdr", "ami"]);
    assert.deepEqual([shelf.get("smdr"), shelf.get("csta"), shelf.get("none")],
      [{ name: "smdr" }, undefined, undefined]);
  });

  it("gives all of them in the registry's order", async () => {
    assert.deepEqual(shelf.loaded.map(({ name }) => name), ["ami", "smdr"]);
    assert.deepEqual((await shelf.all()).map(({ name }) => name), ["ami", "csta", "smdr"]);
    assert.deepEqual(asked, ["smdr", "ami", "csta"]);
  });
});
