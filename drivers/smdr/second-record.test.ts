import assert from "node:assert/strict";
import { linesRead } from "./formats/format-bench.js";

const samsung = (extension: string, more = ""): string =>
  `${extension}${more}        701 11/22 09:15:10 00:01:10 I        03012345678`;
const lg = (station: string): string => `${station} 002 01:10 22/11/26 09:15:30 O0145678901`;
const other = "its columns are not those of the lines before it";

describe("a record without a line end before it", () => {
  it("is not guessed at where several beginnings are possible", () => {
    const line = `12${lg("1205")}`;
    assert.deepEqual(linesRead("lg-ipecs", line),
      [`${line}: two records without a line end between them`]);
  });

  it("is found behind one whose last digits and its own first stand together", () => {
    assert.deepEqual(linesRead("lg-ipecs", lg("1205") + lg("1206")), ["1205", "1206"]);
    assert.deepEqual(linesRead("samsung-officeserv", samsung("205") + samsung("206")),
      ["205", "206"]);
  });

  it("is found by its columns once two lines have shown them", () => {
    const known = [samsung("205"), samsung("206")];
    assert.deepEqual(linesRead("samsung-officeserv", ...known, `205  70${samsung("207")}`),
      ["205", "206", "205  70: fits no Samsung DCS/OfficeServ layout", "207"]);
  });
});

describe("steady columns", () => {
  it("show a line that lacks its beginning", () => {
    const cut = samsung("207").slice(1);
    assert.deepEqual(linesRead("samsung-officeserv", samsung("205"), samsung("206"), cut,
      samsung("208")), ["205", "206", `${cut}: ${other}`, "208"]);
  });

  it("are others when two lines in a row say so", () => {
    const wide = (extension: string): string => samsung(extension, "      ");
    const narrow = (extension: string): string => samsung(extension).replace("    ", " ");
    for (const moved of [wide, narrow]) {
      const [, , , ...last] = linesRead("samsung-officeserv", samsung("205"), samsung("206"),
        moved("207"), moved("208"), moved("209"));
      assert.deepEqual(last.slice(-2), ["208", "209"]);
    }
  });
});
