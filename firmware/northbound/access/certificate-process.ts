/** Makes one certificate as it is told, and ends. */

import { once } from "node:events";
import process from "node:process";
import * as authority from "./certificate-authority.js";
import type { Order } from "./certificate-making.js";

async function makeAsTold(): Promise<void> {
  const [{ task, given, atMs, random }] = await once(process, "message") as [Order];
  const moment: authority.Moment = { clock: { wall: () => new Date(atMs) },
    random: { bytes: () => random } };
  const make = authority[task] as (at: authority.Moment, ...rest: readonly unknown[]) =>
  Promise<object>;
  process.send?.(await make(moment, ...given), () => { process.disconnect(); });
}

void makeAsTold();
