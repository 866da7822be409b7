/**
 * A screen-pop shows the last calls of somebody who is calling right now. Whoever may see the call
 * sees those too, at every call and without asking, so that an entry for each would bury the looks
 * that a person chose. Such looks are told once an hour for each reader, when the hour begins: the
 * entry says who was shown such calls from then on, and the records say who called meanwhile.
 */

import type { DescMethod, Message } from "@bufbuild/protobuf";
import { RecordsService, type ListRecordsRequest } from
  "../../../proto/gen/cti/gateway/v1/records_pb.js";
import type { GatewayView } from "./gateway-view.js";

/** What a screen-pop shows; whoever asks for more makes a search of it. */
export const callerRecordsMax = 3;
export const callerLooksMs = 3_600_000;
export const lookersMax = 10_000;
export const callerLooksEntry = {
  subject: "callers", details: { covers_minutes: callerLooksMs / 60_000 },
} as const;

export class CallerLooks {
  readonly #view: Pick<GatewayView, "world" | "switch">;
  /** Reader → when the hour that was told ends. */
  readonly #told = new Map<string, number>();

  constructor(view: Pick<GatewayView, "world" | "switch">) {
    this.#view = view;
  }

  /** `no`: an ordinary request. `first`: the look with which a reader's hour begins. */
  judge(method: DescMethod, request: Message, reader: string): "no" | "first" | "told" {
    if (method !== RecordsService.method.listRecords
      || !this.#isOfCaller(request as ListRecordsRequest)) return "no";
    const nowMs = this.#view.world.clock.monotonicMs();
    if ((this.#told.get(reader) ?? -Infinity) > nowMs) return "told";
    this.#told.delete(reader);
    for (const [one, untilMs] of this.#told) if (untilMs <= nowMs) this.#told.delete(one);
    if (this.#told.size >= lookersMax) return "no";
    this.#told.set(reader, nowMs + callerLooksMs);
    return "first";
  }

  #isOfCaller({ query, pageSize, pageToken }: ListRecordsRequest): boolean {
    if (query === undefined || query.number === "" || query.device !== "" || query.link !== ""
      || pageSize < 1 || pageSize > callerRecordsMax || pageToken !== "") return false;
    return this.#view.switch.calls({}).some(({ calling, stale }) => calling !== undefined && !stale
      && [calling.e164, calling.display, calling.raw].includes(query.number));
  }
}
