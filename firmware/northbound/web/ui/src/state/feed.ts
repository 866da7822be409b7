/** The live picture while somebody is signed in: links, calls, screen-pops and alarms. */

import { CallsService } from "../../../../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { type Link, LinksService } from "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { type Event, EventType } from "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { type Alarm, SystemService } from
  "../../../../../../proto/gen/cti/gateway/v1/system_pb.js";
import { request, type Stream, type StreamState, watch } from "../api/client.js";
import { after, every, nowMs } from "../clock.js";
import { language } from "../text/language.js";
import { cell } from "./cell.js";
import { applyEvent, emptyPicture, fromSnapshot, type Picture } from "./picture.js";
import { type Pop, popEvent, type PopFilter, settlePops } from "./pops.js";
import { myDevice, popScope, popScopeInForce } from "./session.js";

export const picture = cell<Picture>(emptyPicture);
export const pops = cell<readonly Pop[]>([]);
/** Undefined until the first answer. */
export const links = cell<readonly Link[] | undefined>(undefined);
export const alarms = cell<readonly Alarm[] | undefined>(undefined);
export const live = cell<StreamState>("opening");
/** Rises with each call that ends: the records and their figures have changed. */
export const recordsTurn = cell(0);
/** Rises with each change of an agent's state. */
export const agentsTurn = cell(0);

/** Snapshots are not asked for more often than this, however many events call for one. */
const snapshotGapMs = 700;
/** Counters of links change without a change of state. */
const linksPeriodMs = 10_000;

/** Runs `work` now or, when it ran lately, once after the gap. */
function throttled(gapMs: number, work: () => Promise<void>): () => void {
  let waiting = false;
  let lastMs = 0;
  return () => {
    if (waiting) return;
    waiting = true;
    after(Math.max(0, lastMs + gapMs - nowMs()), () => {
      waiting = false;
      lastMs = nowMs();
      void work();
    });
  };
}

/** Events that arrive while a snapshot travels; bounded, since another snapshot can be taken. */
const pendingMax = 1_000;
let pending: Event[] | undefined;

const takeSnapshot = throttled(snapshotGapMs, async () => {
  pending = [];
  const answer = await request(CallsService.method.snapshotCalls, {});
  const missed = pending ?? [];
  pending = undefined;
  if (!answer.ok) return;
  let next = fromSnapshot(answer.value);
  let stale = missed.length >= pendingMax;
  for (const event of missed) {
    const step = applyEvent(next, event);
    next = step.picture;
    stale ||= step.stale;
  }
  picture.set(next);
  if (stale) takeSnapshot();
});

const readLinks = throttled(500, async () => {
  const answer = await request(LinksService.method.listLinks, {});
  if (answer.ok) links.set(answer.value.links);
});

export const readAlarms = throttled(500, async () => {
  const answer = await request(SystemService.method.listAlarms, {});
  if (answer.ok) alarms.set(answer.value.alarms);
});

const agentEvents: ReadonlySet<EventType> = new Set([EventType.AGENT_LOGGED_ON,
  EventType.AGENT_LOGGED_OFF, EventType.AGENT_NOT_READY, EventType.AGENT_READY,
  EventType.AGENT_BUSY, EventType.AGENT_WORKING_AFTER_CALL]);

const filter = (): PopFilter => ({ scope: popScopeInForce(), mine: myDevice.get() });

function watchCalls(): Stream {
  return watch(CallsService.method.watchEvents, () => {
    const number = picture.get().number;
    return number === undefined ? {} : { afterNumber: number };
  }, {
    state: (state) => { live.set(state); },
    message({ item }) {
      if (item.case === "event") {
        const event = item.value;
        if (pending !== undefined && pending.length < pendingMax) pending.push(event);
        const step = applyEvent(picture.get(), event);
        picture.set(step.picture);
        if (step.stale) takeSnapshot();
        pops.set(popEvent(pops.get(), event, nowMs(), filter()));
        if (event.type === EventType.CALL_CLEARED) recordsTurn.set(recordsTurn.get() + 1);
        if (agentEvents.has(event.type)) agentsTurn.set(agentsTurn.get() + 1);
      } else if (item.case === "snapshot") {
        picture.set(fromSnapshot(item.value));
      } else if (item.case === "gap" || item.case === "resync") {
        takeSnapshot();
      }
    },
  });
}

function settle(): void {
  pops.set(settlePops(pops.get(), picture.get().calls, nowMs(), filter()));
}

/** Begins all streams; the answer ends them. */
export function startFeed(): () => void {
  const streams: Stream[] = [];
  let stopped = false;
  void request(CallsService.method.snapshotCalls, {}).then((answer) => {
    if (stopped) return;
    if (answer.ok) picture.set(fromSnapshot(answer.value));
    streams.push(watchCalls());
  });
  readLinks();
  readAlarms();
  streams.push(watch(LinksService.method.watchLinks, () => ({}), {
    message({ link, removed }) {
      if (link === undefined) return;
      const others = (links.get() ?? []).filter((one) => one.id !== link.id);
      links.set([...others, ...(removed ? [] : [link])]
        .sort((a, b) => a.id.localeCompare(b.id)));
    },
  }));
  streams.push(watch(SystemService.method.watchAlarms, () => ({}), { message: readAlarms }));
  const stops = [
    every(linksPeriodMs, readLinks),
    every(1_000, settle), myDevice.subscribe(settle), popScope.subscribe(settle),
    language.subscribe(() => { readLinks(); readAlarms(); }),
  ];
  return () => {
    stopped = true;
    for (const stream of streams) stream.close();
    for (const stop of stops) stop();
    picture.set(emptyPicture);
    pops.set([]);
    links.set(undefined);
    alarms.set(undefined);
  };
}
