/** Records of every format, and lines that are none of it. */

import type { FormatSamples } from "../format-bench.js";
import { aastraAscotelSamples } from "./aastra-ascotel.js";
import { alcatelOxeSamples } from "./alcatel-oxe.js";
import { alcatelOxoSamples } from "./alcatel-oxo.js";
import { asteriskCdrSamples } from "./asterisk-cdr.js";
import { avayaCmSamples } from "./avaya-cm.js";
import { avayaIpOfficeSamples } from "./avaya-ip-office.js";
import { avayaMagixSamples } from "./avaya-magix.js";
import { ciscoCucmSamples } from "./cisco-cucm.js";
import { comdialSamples } from "./comdial.js";
import { ericssonMxoneSamples } from "./ericsson-mxone.js";
import { isdxSamples } from "./isdx.js";
import { karelMsSamples } from "./karel-ms.js";
import { lgIpecsSamples } from "./lg-ipecs.js";
import { mitelSamples } from "./mitel.js";
import { necNeaxSamples } from "./nec-neax.js";
import { necSv8100Samples } from "./nec-sv8100.js";
import { nortelMeridianSamples } from "./nortel-meridian.js";
import { nortelNorstarSamples } from "./nortel-norstar.js";
import { panasonicDbsSamples } from "./panasonic-dbs.js";
import { panasonicKxTaSamples } from "./panasonic-kx-ta.js";
import { panasonicKxSamples } from "./panasonic-kx.js";
import { radiusSamples } from "./radius.js";
import { samsungOfficeservSamples } from "./samsung-officeserv.js";
import { siemensHipathSamples } from "./siemens-hipath.js";
import { siemensHipath4000Samples } from "./siemens-hipath4000.js";
import { toshibaStrataSamples } from "./toshiba-strata.js";

const all: readonly FormatSamples[] = [
  aastraAscotelSamples, alcatelOxeSamples, alcatelOxoSamples, asteriskCdrSamples, avayaCmSamples,
  avayaIpOfficeSamples, avayaMagixSamples, ciscoCucmSamples, comdialSamples, karelMsSamples,
  lgIpecsSamples, mitelSamples, necNeaxSamples, necSv8100Samples, nortelMeridianSamples,
  nortelNorstarSamples, panasonicDbsSamples, panasonicKxTaSamples, panasonicKxSamples,
  samsungOfficeservSamples, siemensHipathSamples, siemensHipath4000Samples, ericssonMxoneSamples,
  isdxSamples, radiusSamples, toshibaStrataSamples,
];

/** By the name of the format. */
export const samples: ReadonlyMap<string, FormatSamples> =
  new Map(all.map((each) => [each.format.name, each]));

/** Records of each layout and setting of a format, as the PBX prints them by default. */
export function plainRecords(name: string): readonly (readonly Buffer[])[] {
  const found = samples.get(name);
  if (found === undefined) throw new Error(`no samples of ${name}`);
  const plain = found.samples.filter(({ says, settings }) => settings === undefined
    && !["date", "notice", "released"].includes(says.phase));
  const alike = Map.groupBy(plain, ({ layout, system = "" }) => `${layout} ${system}`);
  return [...alike.values()].map((same) => same.map(({ lines }) =>
    Buffer.from(lines.map((line) => `${line}\r\n`).join(""), found.format.encoding)));
}
