/** All record formats. */

import type { Format } from "./format.js";
import { aastraAscotel } from "./aastra-ascotel.js";
import { alcatelOxe } from "./alcatel-oxe.js";
import { alcatelOxo } from "./alcatel-oxo.js";
import { asteriskCdr } from "./asterisk-cdr.js";
import { avayaCm } from "./avaya-cm.js";
import { avayaIpOffice } from "./avaya-ip-office.js";
import { avayaMagix } from "./avaya-magix.js";
import { ciscoCucm } from "./cisco-cucm.js";
import { comdial } from "./comdial.js";
import { ericssonMxone } from "./ericsson-mxone.js";
import { isdx } from "./isdx.js";
import { karelMs } from "./karel-ms.js";
import { lgIpecs } from "./lg-ipecs.js";
import { mitel } from "./mitel.js";
import { necNeax } from "./nec-neax.js";
import { necSv8100 } from "./nec-sv8100.js";
import { nortelMeridian } from "./nortel-meridian.js";
import { nortelNorstar } from "./nortel-norstar.js";
import { panasonicDbs } from "./panasonic-dbs.js";
import { panasonicKx } from "./panasonic-kx.js";
import { panasonicKxTa } from "./panasonic-kx-ta.js";
import { radius } from "./radius.js";
import { samsungOfficeserv } from "./samsung-officeserv.js";
import { siemensHipath } from "./siemens-hipath.js";
import { siemensHipath4000 } from "./siemens-hipath4000.js";
import { toshibaStrata } from "./toshiba-strata.js";

const all: readonly Format[] = [
  aastraAscotel, alcatelOxe, alcatelOxo, asteriskCdr, avayaCm, avayaIpOffice, avayaMagix,
  ciscoCucm, comdial, ericssonMxone, isdx, karelMs, lgIpecs, mitel, necNeax, necSv8100,
  nortelMeridian, nortelNorstar, panasonicDbs, panasonicKx, panasonicKxTa, radius,
  samsungOfficeserv,
  siemensHipath, siemensHipath4000, toshibaStrata,
];

/** By name, as the option `format` takes it. */
export const formats: ReadonlyMap<string, Format> = new Map(all.map((each) => [each.name, each]));

export const formatNames: readonly string[] = [...formats.keys()].sort();

/** A format that is known to exist; for tables and tests. */
export function formatOf(name: string): Format {
  const format = formats.get(name);
  if (format === undefined) throw new Error(`no record format ${name}`);
  return format;
}
