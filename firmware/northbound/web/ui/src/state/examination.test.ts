import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { DiagnosePortResponseSchema, Finding } from
  "../../../../../../proto/gen/cti/gateway/v1/ports_pb.js";
import { localFault } from "../api/fault.js";
import { begun, failed, secondsListened, stableAddress, stepped, typedAddress } from
  "./examination.js";

const progress = create(DiagnosePortResponseSchema, { step: { case: "progress",
  value: { text: "Listening.", baudRate: 9_600, bytesSeen: 12n, callWanted: true } } });
const verdict = create(DiagnosePortResponseSchema, { step: { case: "verdict",
  value: { finding: Finding.SILENT, headline: "Nothing came." } } });

describe("page examination", () => {
  it("shows the newest progress, then the verdict", () => {
    const listening = stepped(begun(5), progress);
    assert.ok(listening.name === "listening" && listening.progress?.callWanted === true);
    assert.equal(listening.sinceMs, 5);
    const done = stepped(listening, verdict);
    assert.ok(done.name === "done");
    assert.equal(done.verdict.headline, "Nothing came.");
  });

  it("is not changed by anything after its end", () => {
    for (const end of [stepped(begun(0), verdict),
      failed(begun(0), localFault("unreachable"))]) {
      for (const after of [stepped(end, progress), stepped(end, verdict),
        failed(end, localFault("unreadable"))]) assert.equal(after, end);
    }
  });

  it("takes no notice of a step that it does not know", () => {
    const listening = begun(0);
    assert.equal(stepped(listening, create(DiagnosePortResponseSchema)), listening);
  });

  it("counts the seconds up to the limit, also when the clock is set back", () => {
    assert.equal(secondsListened(1_000, 3_500, 180), 2.5);
    assert.equal(secondsListened(1_000, 999_000, 180), 180);
    assert.equal(secondsListened(1_000, 0, 180), 0);
  });

  it("takes a bare name as that of a device file", () => {
    assert.equal(typedAddress(" ttyUSB0 "), "/dev/ttyUSB0");
    for (const whole of ["/dev/pts/7", "usb:0403:6001:A1", "usb-socket:1-1.2", ""]) {
      assert.equal(typedAddress(whole), whole);
    }
  });

  it("names a port by what stays when it is replugged", () => {
    const port = { path: "/dev/ttyUSB0", adapterAddress: "usb:0403:6001:A50285BI",
      socketAddress: "usb-socket:1-1.2", serialNumber: "A50285BI" };
    assert.equal(stableAddress(port), "usb:0403:6001:A50285BI");
    assert.equal(stableAddress({ ...port, adapterAddress: "usb:1a86:7523:", serialNumber: "" }),
      "usb-socket:1-1.2");
    assert.equal(stableAddress({ path: "/dev/ttyS0", adapterAddress: "", socketAddress: "",
      serialNumber: "" }), "/dev/ttyS0");
  });
});
