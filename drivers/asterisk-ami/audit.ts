/** Are the PBX's channels the legs that we follow? Asked now and then; if not, a resync heals. */

import type { Cancellable } from "../../firmware/base/world.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import { channelView } from "./channel.js";
import { doubtMs } from "./doubts.js";
import { legsMax } from "./picture.js";
import { mayUse } from "./probe.js";
import type { Conversation } from "./session.js";
import { timers } from "./timers.js";

/** So many channels are listed at `timers.audit.ms`; with twice as many, half as often. */
export const auditedLegsMax = 2_000;

/** Uniqueids on which the PBX and our picture disagree. */
interface Difference {
  /** Legs of ours that the PBX does not have. */
  readonly ended: ReadonlySet<string>;
  /** Channels of the PBX that we do not have. */
  readonly unknown: ReadonlySet<string>;
}

/**
 * A Hangup that was missed leaves a leg behind, whatever its kind: the PBX's list of channels does
 * not name it. An event may be on its way while the list is made, so only what two lists say, with
 * `doubtMs` between them, counts. The list is only looked at: live events go on meanwhile.
 */
export class Audit {
  readonly #conversation: Conversation;
  /** A snapshot is being taken: it compares more than we would. */
  readonly #isBusy: () => boolean;
  #timer: Cancellable | undefined;
  #closed = false;

  constructor(conversation: Conversation, isBusy: () => boolean) {
    this.#conversation = conversation;
    this.#isBusy = isBusy;
  }

  start(): void {
    const { legs } = this.#conversation.mapper.picture;
    const rounds = Math.max(1, Math.ceil(legs.size / auditedLegsMax));
    this.#after(timers.audit.ms * rounds, () => { void this.#first(); });
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #after(ms: number, run: () => void): void {
    if (this.#closed) return;
    this.#timer = this.#conversation.context.world.clock.after(ms, "ami.audit", run);
  }

  async #first(): Promise<void> {
    const seen = await this.#compare();
    if (seen === undefined || seen.ended.size + seen.unknown.size === 0) this.start();
    else this.#after(doubtMs, () => { void this.#second(seen); });
  }

  async #second(first: Difference): Promise<void> {
    const again = await this.#compare();
    if (again !== undefined) {
      const ended = shared(first.ended, again.ended);
      const unknown = shared(first.unknown, again.unknown);
      if (ended + unknown > 0) {
        this.#conversation.context.requestResync(`the PBX has ended ${ended} channels and has `
          + `${unknown} more without a word`);
      }
    }
    this.start();
  }

  async #compare(): Promise<Difference | undefined> {
    const { mapper, send, heardCalls } = this.#conversation;
    const asked = [...mapper.picture.legs.keys()];
    // Who never hears of calls knows of none: it is then that the list has news.
    if ((asked.length === 0 && heardCalls) || this.#isBusy()
      || !mayUse(this.#conversation, "CoreShowChannels")) return undefined;
    const reply = await send("CoreShowChannels", [], timers.action.ms, true);
    if (this.#closed || this.#isBusy() || !reply.ok) return undefined;
    const { legs, endpoints } = mapper.picture;
    const listed = new Set(reply.value.items.map((message) => message.get("Uniqueid") ?? ""));
    const isUnknown = (message: AmiMessage): boolean => {
      const view = channelView(message);
      return view !== undefined && !legs.has(view.uniqueid) && legs.size < legsMax
        && endpoints.role(view.channel) !== "internal";
    };
    return {
      ended: new Set(asked.filter((id) => legs.has(id) && !listed.has(id))),
      unknown: new Set(reply.value.items.filter(isUnknown)
        .map((message) => message.get("Uniqueid") ?? "")),
    };
  }
}

function shared(some: ReadonlySet<string>, others: ReadonlySet<string>): number {
  return [...some].filter((id) => others.has(id)).length;
}
