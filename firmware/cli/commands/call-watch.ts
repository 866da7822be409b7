/** `ctictl call watch`: events as they come, resumed by number after a broken connection. */

import { CallsService, GapReasonSchema, WatchEventsResponseSchema, type Gap,
  type WatchEventsResponse } from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { AgentStateSchema, ConnectionStateSchema, EventTypeSchema,
  type Event } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import type { Command, Input } from "../command.js";
import type { Session } from "../session.js";
import { plainText } from "../table.js";
import { watching } from "../watch.js";
import { enumValue, enumWord, partyText, timeText } from "../wording.js";

const { watchEvents } = CallsService.method;

export const watchCalls: Command = {
  words: "call watch", aliases: ["events"], args: ["[link]", "[device]"], methods: [watchEvents],
  about: ["Show events as they come; goes on after a broken connection without losing any.",
    "Montrer les événements ; reprend après une coupure sans en perdre."],
  options: [
    { flags: "--after <number>", about: ["first all events after this number; 0: all kept",
      "d'abord tous les événements après ce numéro ; 0 : tous ceux gardés"] },
    { flags: "--type <types>", about: ["only these types, separated by commas",
      "seulement ces types, séparés par des virgules"] },
    { flags: "--no-follow", about: ["end when all kept events were shown",
      "finir quand tout ce qui est gardé a été montré"] },
  ],
  async run(session, input) {
    const filter = filterOf(input);
    let last = input.has("after") ? input.count("after") : undefined;
    const open = (): AsyncIterable<WatchEventsResponse> => session.stream(watchEvents,
      { ...filter, ...(last !== undefined && { afterNumber: last }) });
    await watching(session, open, async (message) => {
      last = numberOf(message) ?? last;
      if (session.format !== "table") await session.data(WatchEventsResponseSchema, message, true);
      else await showMessage(message, session);
      return message.item.case === "live" && input.has("follow") && !input.flag("follow")
        ? "stop" : "more";
    });
  },
};

function filterOf(input: Input): {
  links: string[]; devices: { link: string; device: string }[]; types: number[];
} {
  const link = input.arg("link");
  const device = input.arg("device");
  const words = input.text("type").split(",").map((word) => word.trim());
  return {
    links: link === "" || device !== "" ? [] : [link],
    devices: device === "" ? [] : [{ link, device }],
    types: words.filter((word) => word !== "").map((word) => enumValue(EventTypeSchema, word)),
  };
}

/** What the next connection must resume after. */
function numberOf({ item }: WatchEventsResponse): bigint | undefined {
  switch (item.case) {
    case "event": return item.value.number;
    case "live": return item.value.number;
    case "resync": return item.value.number;
    case "snapshot": return item.value.eventNumber;
    case "gap": return item.value.nextNumber > 0n ? item.value.nextNumber - 1n : undefined;
    case undefined: return undefined;
  }
}

async function showMessage({ item }: WatchEventsResponse, session: Session): Promise<void> {
  switch (item.case) {
    case "event": return session.text(eventLine(item.value, session));
    case "gap": return session.text(gapLine(item.value, session));
    case "resync": return session.text(session.say(
      [`-- resync of ${item.value.link}: ${item.value.reason}`,
        `-- resynchronisation de ${item.value.link} : ${item.value.reason}`]));
    case "snapshot": return session.text(session.say(
      [`-- snapshot: ${item.value.calls.length} calls, up to event ${item.value.eventNumber}`,
        `-- état : ${item.value.calls.length} appels, jusqu'à l'événement `
        + String(item.value.eventNumber)]));
    case "live":
    case undefined: return undefined;
  }
}

function gapLine(gap: Gap, session: Session): string {
  const reason = enumWord(GapReasonSchema, gap.reason);
  return gap.lost === 0n
    ? session.say([`-- gap: events are missing (${reason}); goes on with ${gap.nextNumber}`,
      `-- lacune : des événements manquent (${reason}) ; suite à ${gap.nextNumber}`])
    : session.say([`-- gap: ${gap.lost} events lost (${reason}); goes on with ${gap.nextNumber}`,
      `-- lacune : ${gap.lost} événements perdus (${reason}) ; suite à ${gap.nextNumber}`]);
}

const typeWidth = 22;

function eventLine(event: Event, session: Session): string {
  const parties = [partyText(event.calling), partyText(event.called)];
  const { on } = event;
  const details = [
    event.connection?.call ?? "", enumWord(ConnectionStateSchema, event.state),
    parties.every((party) => party === "") ? "" : parties.join(" → "),
    event.otherParty === undefined ? "" : `⇒ ${partyText(event.otherParty)}`,
    event.digits === "" ? "" : `"${event.digits}"`,
    enumWord(AgentStateSchema, event.agentState), event.agent, event.acdGroup, event.reason,
    on ? "on" : "", event.cause === "" || event.cause === "normal" ? "" : `(${event.cause})`,
    event.healed ? session.say(["healed", "réparé"]) : "",
  ].filter((part) => part !== "");
  const device = event.connection?.device ?? event.subject?.raw ?? "";
  return plainText([String(event.number).padStart(8), timeText(event.at, session.environment),
    event.link.padEnd(8), enumWord(EventTypeSchema, event.type).padEnd(typeWidth),
    device.padEnd(6), ...details].join("  ")).trimEnd();
}
