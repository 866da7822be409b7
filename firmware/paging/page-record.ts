/** A page on its way: who called, whom, and what became of it. The configuration's shapes too. */

import type { Text } from "../base/result.js";
import type { LinkId } from "../model/identifiers.js";
import type { Page, PageStatus } from "../model/pages.js";

export type PageSource =
  | { readonly kind: "link"; readonly link: LinkId }
  | { readonly kind: "user"; readonly name: string }
  | { readonly kind: "alarm"; readonly alarm: string };

export interface PageDelivery {
  readonly link: LinkId;
  readonly pager: string;
  readonly state: "waiting" | "delivered" | "failed";
  /** How often it was handed to the link. */
  readonly attempts: number;
  /** When the state was entered or last tried, milliseconds since 1970 UTC. */
  readonly changedAtMs: number;
  /** What the paging system said. */
  readonly status?: PageStatus;
  /** Why it was not delivered, so far or for good. */
  readonly reason?: Text;
}

export interface PageRecord {
  /** Rises by one with each page. */
  readonly number: bigint;
  readonly source: PageSource;
  readonly page: Page;
  /** When it became durable here, milliseconds since 1970 UTC. */
  readonly atMs: number;
  /** Empty where no route leads on: the page was only told. */
  readonly deliveries: readonly PageDelivery[];
}

export interface PageTarget {
  readonly link: LinkId;
  readonly pager: string;
}

/** Where pages that come in by a link are sent on. All that match are followed. */
export interface PageRoute {
  /** Absent: any link. */
  readonly from?: LinkId | undefined;
  /** The call address; `*` stands for any characters, `?` for one. Absent: any address. */
  readonly match?: string | undefined;
  /** Without `pager` the address stays as it came. */
  readonly to: { readonly link: LinkId; readonly pager?: string | undefined };
}

export interface PagingRules {
  readonly routes: readonly PageRoute[];
  readonly alarms: {
    readonly severities: readonly ("warning" | "major" | "critical")[];
    readonly to: readonly PageTarget[];
  };
  /** A page that could not be delivered for so long is given up. */
  readonly expireMs: number;
  /** The same page by the same link within this time is a repetition. */
  readonly repeatMs: number;
}

export function isWaiting({ deliveries }: PageRecord): boolean {
  return deliveries.some(({ state }) => state === "waiting");
}
