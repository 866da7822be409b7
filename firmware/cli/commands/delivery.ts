/** `ctictl delivery ...`. */

import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { DeliveryService, DestinationStateSchema, type LedgerDay }
  from "../../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { ask, type Command } from "../command.js";
import type { Session } from "../session.js";
import { enumWord, timeText } from "../wording.js";

const methods = DeliveryService.method;
const dayMs = 86_400_000;

function dayAgo(session: Session, days: number): string {
  return new Date(session.environment.nowMs() - days * dayMs).toISOString().slice(0, 10);
}

function reasonsText({ garbageReasons }: LedgerDay): string {
  return Object.entries(garbageReasons).map(([reason, bytes]) => `${bytes}: ${reason}`).join("; ");
}

export const deliveryCommands: readonly Command[] = [
  ask({ words: "delivery list", method: methods.listDestinations, request: () => ({}),
    about: ["List the destinations of call records: state, and what waits.",
      "Lister les destinations des tickets : état, et ce qui attend."],
    show: (response, session) => session.table([["Destination", "Destination"], ["Kind", "Type"],
      ["What", "Quoi"], ["State", "État"], ["Since", "Depuis"], ["Link", "Lien"],
      [">Waiting", ">En attente"], ["Oldest", "Plus ancien"], ["Address", "Adresse"],
      ["Remark", "Remarque"]],
    response.destinations.flatMap((row) => row.feeds.map((feed, index) => [
      ...index === 0 ? [row.id, row.kind, row.content, enumWord(DestinationStateSchema, row.state),
        timeText(row.since, session.environment)] : ["", "", "", "", ""],
      feed.link, row.content === "raw" ? `${feed.waitingBytes} B` : String(feed.waitingRecords),
      timeText(feed.waitingSince, session.environment),
      ...index === 0 ? [row.address, row.reason] : ["", ""]]))) }),
  ask({ words: "delivery ledger", args: ["<link>"], method: methods.getLedger,
    about: ["Show what became of a link's bytes, by UTC day; the last 7 days by default.",
      "Montrer ce que sont devenus les octets d'un lien, par jour UTC ; 7 jours par défaut."],
    options: [
      { flags: "--from <day>", about: ["first day: 2026-11-20", "premier jour : 2026-11-20"] },
      { flags: "--to <day>", about: ["last day; today if absent",
        "dernier jour ; aujourd'hui par défaut"] }],
    request: (input, session) => ({ link: input.arg("link"),
      fromDay: input.text("from") || dayAgo(session, 6),
      toDay: input.text("to") || dayAgo(session, 0) }),
    show: async ({ days, balances }, session) => {
      await session.table([["Day", "Jour"], [">Bytes in", ">Octets reçus"],
        [">Records", ">Tickets"], [">Record bytes", ">En tickets"], [">Skipped", ">Ignorés"],
        [">Garbage", ">Rebut"], [">Adrift", ">Égarés"], ["Delivered", "Livré"],
        ["Garbage by reason", "Rebut par raison"]],
      days.map((row) => [row.day, String(row.bytesIn), String(row.records),
        String(row.recordBytes), String(row.skippedBytes), String(row.garbageBytes),
        String(row.adriftBytes), row.delivered.map(({ destination, pieces, bytes }) =>
          `${destination} ${pieces} (${bytes} B)`).join(", "), reasonsText(row)]));
      if (!balances) {
        session.note(["This link's driver does not tell of every byte: days cannot balance.",
          "Le pilote de ce lien ne rend pas compte de chaque octet : pas de bilan possible."]);
      }
    } }),
  ask({ words: "delivery again", args: ["<destination>", "<link>"], method: methods.redeliver,
    about: ["Send a range of time, or of numbers, to a destination once more.",
      "Renvoyer une période, ou une suite de numéros, à une destination."],
    options: [
      { flags: "--from <time>", about: ["what came since: 2026-11-23T08:00, 2h, 7d",
        "ce qui est venu depuis : 2026-11-23T08:00, 2h, 7d"] },
      { flags: "--until <time>", about: ["what came before; now if absent",
        "ce qui est venu avant ; maintenant par défaut"] },
      { flags: "--from-number <number>", about: ["from this position, or record's number, instead",
        "plutôt depuis cette position, ou ce numéro de ticket"] },
      { flags: "--to-number <number>", about: ["up to this one, it included",
        "jusqu'à celui-ci inclus"] }],
    request: (input, { environment }) => {
      const [from, fromNumber] = [input.time("from"), input.count("fromNumber")];
      const where = { destination: input.arg("destination"), link: input.arg("link") };
      return fromNumber !== 0n ? { ...where, fromNumber, toNumber: input.count("toNumber") }
        : { ...where, ...(from !== undefined && { from }),
          until: input.time("until") ?? timestampFromMs(environment.nowMs()) };
    } }),
];
