/** What the acceptance tests see of the running gateway; the composition root puts it together. */

import type { World } from "../base/world.js";
import type { Document } from "../config/schema.js";
import type { Delivery } from "../delivery/delivery.js";
import type { Driver } from "../link/driver.js";
import type { Link } from "../link/link.js";
import type { RawKeeper } from "../link/raw.js";
import type { Store } from "../store/store.js";
import type { Alarms } from "../supervisor/alarms.js";
import type { HostReading } from "../supervisor/host-health.js";
import type { RecordBook } from "../switching/records.js";
import type { Switch } from "../switching/switch.js";
import type { Signer } from "./seal.js";

export type TestedLink = Pick<Link, "status" | "probe" | "watchFrames">;

/** A serial port of the unit, and the link that holds it. */
export interface TestedPort {
  readonly path: string;
  readonly adapter: string;
  /** The adapter in any socket; empty for what is not USB. */
  readonly adapterAddress: string;
  readonly socketAddress: string;
  readonly link: string;
}

export interface AcceptanceParts {
  readonly world: World;
  readonly store: Store;
  readonly version: string;
  readonly document: () => Document;
  /** By id. */
  readonly links: () => readonly TestedLink[];
  readonly drivers: Pick<ReadonlyMap<string, Pick<Driver, "keepsRawBytes" | "accountsBytes">>,
  "get">;
  readonly ports: () => Promise<readonly TestedPort[]>;
  readonly switch: Pick<Switch, "monitorStart">;
  readonly records: Pick<RecordBook, "get">;
  readonly raw: Pick<RawKeeper, "newest">;
  readonly delivery: Pick<Delivery, "list" | "balance">;
  readonly alarms: Pick<Alarms, "list">;
  /** Undefined: not read yet. */
  readonly host: () => HostReading | undefined;
  readonly certificates: () => readonly {
    readonly subject: string; readonly expiresAtMs: number;
  }[];
  /** Undefined until the servers have been started. */
  readonly signer: () => Signer | undefined;
}
