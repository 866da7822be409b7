import assert from "node:assert/strict";
import { licencesSaved } from "./sharing.js";

describe("shared monitors of the page", () => {
  it("saves what exceeds one monitor for each device or call", () => {
    assert.equal(licencesSaved({ monitors: 1_200, watched: 300 }), 900);
    assert.equal(licencesSaved({ monitors: 7, watched: 7 }), 0);
  });

  it("saves nothing, rather than less, where nobody watches", () => {
    assert.equal(licencesSaved({ monitors: 0, watched: 0 }), 0);
    assert.equal(licencesSaved({ monitors: 2, watched: 3 }), 0);
  });
});
