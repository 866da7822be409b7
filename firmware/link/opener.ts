/** Opens the transport of one link, again and again. */

import type { Result } from "../base/result.js";
import type { Transport } from "./transport.js";

export interface TransportOpener {
  /** Where it leads, for people, also while nothing is open: `tcp 192.0.2.7:5038`. */
  readonly description: string;
  /**
   * Opens one transport within `deadlineMs` from now, else `deadline-passed`. At most one open is
   * pending and one transport is alive at a time.
   */
  open(deadlineMs: number): Promise<Result<Transport>>;
  /** Called when a peer offers itself while none is awaited: the time to `open` is now. */
  onOffer?(handler: () => void): void;
  /**
   * Abandons what is pending and whatever outlives a transport, such as a listening socket. A
   * later `open` begins anew.
   */
  close(): Promise<void>;
}
