/** The conformance suite's PBXs: one for each encoding, and each way to begin. */

import type { Conformance } from "../conformance.js";
import { phase12Dialects, phase3Dialects } from "./dialects.js";
import { phase12Codec, phase3Codec, xmlCodec } from "./driver.js";
import { conformancePbx } from "./scenes.js";

const user = "cti";
const secret = "env:CSTA_SECRET";
const password = "s3cret";
const secrets = { [secret]: password };
/** Where the PBX does not list its devices. */
const lists = { devices: ["1001-1004", "1009", "600"], trunks: ["8001-8002"] };

/** Displays and keys are told only where that is wanted. */
const shown = { physicalDevices: true };

export const csta3Conformances: readonly Conformance[] = [{
  title: "a Panasonic: device numbers, a list by Escape",
  options: { ...shown, pbx: "panasonic" }, secrets: {},
  pbx: (world) => conformancePbx(world, { association: "acse", discovery: "panasonic",
    deviceNumbers: true, codec: () => phase3Codec("panasonic", phase3Dialects.panasonic) }),
}, {
  title: "a HiPath: a password, devices of the configuration",
  options: { ...shown, pbx: "hipath", user, secret, ...lists }, secrets,
  pbx: (world) => conformancePbx(world, { association: "acse", user, password,
    joinedCall: "new", codec: () => phase3Codec("hipath", phase3Dialects.hipath) }),
}, {
  title: "any CSTA III: dynamic devices in connections, devices that it lists, snapshots in parts",
  options: { ...shown, pbx: "generic", user, secret }, secrets,
  pbx: (world) => conformancePbx(world, { association: "acse", user, password,
    connectionDevices: "dynamic", discovery: "switching-function-devices", joinedCall: "first",
    snapshotParts: 2,
    codec: () => phase3Codec("generic", phase3Dialects.generic) }),
}];

export const csta12Conformances: readonly Conformance[] = [{
  title: "an OmniPCX Office: a greeting, phase II, dynamic devices in connections",
  options: { pbx: "omnipcx-office", ...lists }, secrets: {},
  pbx: (world) => conformancePbx(world, { association: "acse", connectionDevices: "dynamic",
    codec: () => phase12Codec("2", phase12Dialects["omnipcx-office"]) }),
}, {
  title: "an MD110: phase I without association",
  options: { pbx: "md110", ...lists }, secrets: {},
  pbx: (world) => conformancePbx(world, { association: "none",
    codec: () => phase12Codec("1", phase12Dialects.md110) }),
}];

export const cstaXmlConformances: readonly Conformance[] = [{
  title: "any CSTA XML with application sessions",
  options: { ...shown, pbx: "generic", user, secret }, secrets,
  pbx: (world) => conformancePbx(world, { association: "session", user, password,
    discovery: "switching-function-devices", codec: () => xmlCodec("generic") }),
}, {
  title: "an Avaya AES (DMCC)",
  options: { ...shown, pbx: "avaya-dmcc", switchName: "CM1", user, secret, ...lists }, secrets,
  pbx: (world) => conformancePbx(world, { association: "session", user, password,
    codec: () => xmlCodec("avaya-dmcc") }),
}];
