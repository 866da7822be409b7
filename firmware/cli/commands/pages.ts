/** `ctictl page ...`. */

import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { PageDeliveryStateSchema, PagePriority, PagePrioritySchema, PageSchema, PageStatusSchema,
  PagingService, type Page } from "../../../proto/gen/cti/gateway/v1/paging_pb.js";
import { ask, askPages, type Command } from "../command.js";
import type { Session } from "../session.js";
import { watching } from "../watch.js";
import { enumWord, timeText } from "../wording.js";

const methods = PagingService.method;
const waitMs = 20_000;
const priorities = { alarm: PagePriority.ALARM, high: PagePriority.HIGH,
  normal: PagePriority.NORMAL } as const;

/** A page, a row for each pager that it is meant for. */
function rows(page: Page, { environment }: Session): string[][] {
  const from = page.fromLink || page.fromUser || page.fromAlarm;
  const priority = enumWord(PagePrioritySchema, page.priority);
  const own = [String(page.number), timeText(page.at, environment), from, page.pager,
    priority === "unspecified" ? "" : priority, page.text];
  if (page.deliveries.length === 0) return [[...own, "", "", "", ""]];
  return page.deliveries.map((each, index) => [
    ...index === 0 ? own : own.map(() => ""), `${each.link} ${each.pager}`,
    enumWord(PageDeliveryStateSchema, each.state),
    each.status === 0 ? "" : enumWord(PageStatusSchema, each.status), each.reason]);
}

const heads = [["Number", "Numéro"], ["At", "À"], ["From", "De"], ["Pager", "Récepteur"],
  ["Priority", "Priorité"], ["Text", "Texte"], ["To", "Vers"], ["State", "État"],
  ["Status", "Statut"], ["Remark", "Remarque"]] as const;

const watch: Command = {
  words: "page watch", methods: [methods.watchPages],
  about: ["Follow pages: each when it is new, and whenever something becomes of it.",
    "Suivre les appels de récepteurs : chacun quand il arrive, puis à chaque changement."],
  options: [{ flags: "--after <number>", about: ["begin with the pages after this number",
    "commencer par les appels après ce numéro"] }],
  async run(session, input) {
    const given = input.text("after");
    let afterNumber = given === "" ? undefined : BigInt(input.count("after"));
    await watching(session, () => session.stream(methods.watchPages, { afterNumber }),
      async ({ page }) => {
        if (page === undefined) return "more";
        if (afterNumber === undefined || page.number > afterNumber) afterNumber = page.number;
        if (session.format !== "table") {
          await session.data(PageSchema, page, true);
          return "more";
        }
        for (const row of rows(page, session)) {
          await session.text(row.filter((cell) => cell !== "").join("  "));
        }
        return "more";
      });
  },
};

export const pageCommands: readonly Command[] = [
  ask({ words: "page send", args: ["<link>", "<pager>", "<text>"], method: methods.sendPage,
    about: ["Call a pager, and wait a while for what becomes of it.",
      "Appeler un récepteur, et attendre un peu ce qu'il en advient."],
    options: [
      { flags: "--priority <priority>", about: ["alarm, high or normal",
        "alarm, high ou normal"] },
      { flags: "--beep <tone>", about: ["the pager's tone, 0 to 9",
        "la sonnerie du récepteur, 0 à 9"] }],
    request: (input, { environment }) => {
      const priority = Object.entries(priorities).find(([word]) => word === input.text("priority"));
      return { link: input.arg("link"), pager: input.arg("pager"), text: input.arg("text"),
        ...(priority !== undefined && { priority: priority[1] }),
        ...(input.text("beep") !== "" && { beep: Number(input.count("beep")) }),
        wait: durationFromMs(waitMs), requestId: environment.randomId() };
    },
    show: async ({ page }, session) => {
      if (page !== undefined) await session.table(heads, rows(page, session));
    } }),
  askPages({ words: "page list", method: methods.listPages, item: PageSchema, limitDefault: 50,
    pageMax: 1_000,
    about: ["List pages, the newest first.", "Lister les appels de récepteurs, récents d'abord."],
    request: (_input, { size, token }) => ({ pageSize: size, pageToken: token }),
    page: ({ pages, nextPageToken }) => ({ items: pages, next: nextPageToken }),
    show: (pages, session) =>
      session.table(heads, pages.flatMap((page) => rows(page, session))) }),
  watch,
];
