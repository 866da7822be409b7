/** RouteingService: routeing clients that come by the management API. */

import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { BoundedQueue } from "../../base/queue.js";
import { fail, ok, type Result } from "../../base/result.js";
import { deviceId, linkId } from "../../model/identifiers.js";
import { rejectCauses, type RouteAnswer } from "../../model/routeing.js";
import type { RouteNotice, RouteRegistration } from "../../switching/routeing.js";
import type { RegisterRouteRequest, RegisterRouteResponseSchema, RouteingService }
  from "../../../proto/gen/cti/gateway/v1/routeing_pb.js";
import { silenceMs } from "./event-watch.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";
import { silence, withHeartbeat } from "./heartbeat.js";

/** What waits for a client that does not read; one more, and it is no client any more. */
export const noticesMax = 1_000;

type View = Pick<GatewayView, "routeing" | "world">;
type Told = MessageInitShape<typeof RegisterRouteResponseSchema>;

export function routeingHandlers(view: View): ServiceHandlers<typeof RouteingService> {
  const routes = new Routes(view);
  return {
    registerRoute: (request, context) => routes.register(request, context),
    selectRoute: ({ dialogue, number, remainRetries, tellUsed }, context) => {
      const fields = new Fields();
      fields.required("number", number);
      const checked = fields.result();
      return Promise.resolve(checked.ok ? answered(routes.answer(context, { type: "routeSelect",
        dialogue, routeSelected: number, ...(remainRetries === undefined ? {} : { remainRetries }),
        ...(tellUsed ? { routeUsedReq: true } : {}) })) : checked);
    },
    rejectRoute: ({ dialogue, cause }, context) => {
      const rejectCause = rejectCauses[cause - 1];
      return Promise.resolve(answered(routes.answer(context, { type: "routeReject", dialogue,
        ...(rejectCause === undefined ? {} : { rejectCause }) })));
    },
    endRoute: ({ dialogue }, context) =>
      Promise.resolve(answered(routes.answer(context, { type: "routeEnd", dialogue }))),
    listRoutes: () => Promise.resolve(ok({ routes: view.routeing.registrations().map((each) =>
      ({ link: each.link, device: each.device ?? "", client: each.client,
        waiting: view.routeing.dialoguesOf(each) })) })),
  };
}

function answered(result: Result<void>): Result<Record<string, never>> {
  return result.ok ? ok({}) : result;
}

interface Dialogue {
  readonly registration: RouteRegistration;
  readonly user: string;
}

class Routes {
  readonly #view: View;
  readonly #dialogues = new Map<string, Dialogue>();

  constructor(view: View) {
    this.#view = view;
  }

  answer({ identity }: CallContext, answer: RouteAnswer): Result<void> {
    const dialogue = this.#dialogues.get(answer.dialogue);
    if (dialogue === undefined || dialogue.user !== identity?.name) {
      return fail("route-unknown", {
        en: `there is no routeing dialogue ${answer.dialogue} of yours`,
        fr: `vous n'avez pas de dialogue d'acheminement ${answer.dialogue}` });
    }
    const told = dialogue.registration.answer(answer);
    if (told.ok && answer.type !== "routeSelect") this.#dialogues.delete(answer.dialogue);
    return told;
  }

  async *register(
    { link, device }: RegisterRouteRequest, { identity, source, signal }: CallContext,
  ): AsyncGenerator<Result<readonly Told[]>> {
    const fields = new Fields();
    fields.required("link", link);
    fields.optional("device", device);
    const checked = fields.result();
    if (!checked.ok) {
      yield checked;
      return;
    }
    const user = identity?.name ?? "";
    const queue = new BoundedQueue<RouteNotice>(noticesMax);
    let isSlow = false;
    const told = (notice: RouteNotice): void => {
      isSlow ||= !queue.push(notice) && !queue.closed;
      if (isSlow) queue.close();
    };
    const registered = await this.#view.routeing.register(linkId(link),
      device === "" ? undefined : deviceId(device), { name: `${user} (${source})`, told });
    if (!registered.ok) {
      yield registered;
      return;
    }
    const stop = (): void => { queue.close(); };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      yield* this.#notices(queue, { registration: registered.value, user });
      if (isSlow) yield fail("queue-full", `${noticesMax} messages wait for this client`);
    } finally {
      signal.removeEventListener("abort", stop);
      registered.value.cancel();
      for (const [id, { registration }] of [...this.#dialogues]) {
        if (registration === registered.value) this.#dialogues.delete(id);
      }
    }
  }

  async *#notices(
    queue: BoundedQueue<RouteNotice>, dialogue: Dialogue,
  ): AsyncGenerator<Result<readonly Told[]>> {
    const alive: Told = { item: { case: "registered", value: {} } };
    yield ok([alive]);
    for await (const notice of withHeartbeat(queue, this.#view.world.clock, silenceMs)) {
      if (notice === silence) yield ok([alive]);
      else if (notice.type === "routeRegisterAbort") {
        yield { ok: false, fault: notice.fault };
        return;
      } else {
        if (notice.type === "routeRequest") this.#dialogues.set(notice.dialogue, dialogue);
        if (notice.type === "routeEnd") this.#dialogues.delete(notice.dialogue);
        yield ok([{ item: itemOf(notice) }]);
      }
    }
  }
}

function itemOf(notice: Exclude<RouteNotice, { readonly type: "routeRegisterAbort" }>):
NonNullable<Told["item"]> {
  const { dialogue } = notice;
  switch (notice.type) {
    case "routeRequest": return { case: "request", value: { dialogue,
      device: notice.routeingDevice ?? "", currentRoute: notice.currentRoute?.device ?? "",
      calling: notice.callingDevice?.device ?? "",
      callingName: notice.callingDevice?.name ?? "",
      ...(notice.connection === undefined ? {} : { connection: notice.connection }),
      replyTimeout: durationFromMs(notice.replyTimeoutMs ?? 0) } };
    case "reRoute": return { case: "reRoute", value: { dialogue,
      replyTimeout: durationFromMs(notice.replyTimeoutMs ?? 0) } };
    case "routeUsed":
      return { case: "used", value: { dialogue, device: notice.routeUsed?.device ?? "" } };
    case "routeEnd": {
      const { error } = notice;
      return { case: "ended", value: { dialogue,
        error: error === undefined ? "" : `${error.category}: ${error.value}` } };
    }
  }
}
