/** `ctictl route ...`. */

import { durationMs } from "@bufbuild/protobuf/wkt";
import { RegisterRouteResponseSchema, RejectCauseSchema, RouteingService,
  type RegisterRouteResponse } from "../../../proto/gen/cti/gateway/v1/routeing_pb.js";
import { ask, type Command } from "../command.js";
import type { Session } from "../session.js";
import { watching } from "../watch.js";

const methods = RouteingService.method;

function line({ item }: RegisterRouteResponse, session: Session): string {
  switch (item.case) {
    case "registered": return "";
    case "request": {
      const { dialogue, device, calling, callingName, replyTimeout } = item.value;
      const within = (replyTimeout === undefined ? 0 : durationMs(replyTimeout)) / 1_000;
      const who = [calling, callingName].filter((word) => word !== "").join(" ");
      return session.say([`${dialogue}  ${who} waits at ${device}: a route within ${within} s`,
        `${dialogue}  ${who} attend à ${device} : une route sous ${within} s`]);
    }
    case "reRoute": return session.say([
      `${item.value.dialogue}  the route cannot be had: another one`,
      `${item.value.dialogue}  cette route est impossible : une autre`]);
    case "used": return session.say([`${item.value.dialogue}  went to ${item.value.device}`,
      `${item.value.dialogue}  parti vers ${item.value.device}`]);
    case "ended": return session.say([`${item.value.dialogue}  over ${item.value.error}`.trim(),
      `${item.value.dialogue}  terminé ${item.value.error}`.trim()]);
    default: return "";
  }
}

const register: Command = {
  words: "route register", args: ["<link>", "[device]"],
  methods: [methods.registerRoute, methods.selectRoute],
  about: ["Route the calls of a routeing device, until Ctrl-C.",
    "Acheminer les appels d'un poste d'acheminement, jusqu'à Ctrl-C."],
  options: [{ flags: "--to <number>", about: ["answer each request with this number",
    "répondre à chaque demande par ce numéro"] }],
  async run(session, input) {
    const number = input.text("to");
    await watching(session, () => session.stream(methods.registerRoute,
      { link: input.arg("link"), device: input.arg("device") }),
    async (message) => {
      const shown = line(message, session);
      if (session.format !== "table") {
        await session.data(RegisterRouteResponseSchema, message, true);
      } else if (shown !== "") await session.text(shown);
      if (number !== "" && message.item.case === "request") {
        await session.unary(methods.selectRoute,
          { dialogue: message.item.value.dialogue, number, remainRetries: 0, tellUsed: true });
      }
      return "more";
    });
  },
};

export const routeCommands: readonly Command[] = [
  ask({ words: "route list", method: methods.listRoutes, request: () => ({}),
    about: ["List who routes the calls of which routeing device.",
      "Lister qui achemine les appels de quel poste d'acheminement."],
    show: ({ routes }, session) => session.table([["Link", "Lien"], ["Device", "Poste"],
      ["Client", "Client"], [">Waiting", ">En attente"]],
    routes.map(({ link, device, client, waiting }) =>
      [link, device === "" ? session.say(["all", "tous"]) : device, client, String(waiting)])) }),
  register,
  ask({ words: "route select", args: ["<dialogue>", "<number>"], method: methods.selectRoute,
    about: ["Send a call that waits for a route to a number.",
      "Envoyer vers un numéro un appel qui attend une route."],
    request: (input) => ({ dialogue: input.arg("dialogue"), number: input.arg("number") }) }),
  ask({ words: "route reject", args: ["<dialogue>"], method: methods.rejectRoute,
    about: ["Refuse a call that waits for a route.", "Refuser un appel qui attend une route."],
    options: [{ flags: "--cause <cause>", about: ["such as busy-overflow",
      "par exemple busy-overflow"] }],
    request: (input) => ({ dialogue: input.arg("dialogue"),
      cause: input.word("cause", RejectCauseSchema) }) }),
  ask({ words: "route end", args: ["<dialogue>"], method: methods.endRoute,
    about: ["Leave a call that waits for a route to the PBX.",
      "Laisser au PBX un appel qui attend une route."],
    request: (input) => ({ dialogue: input.arg("dialogue") }) }),
];
