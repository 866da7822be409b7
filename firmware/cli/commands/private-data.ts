/** `ctictl private ...`. */

import { PrivateDataKindSchema, PrivateDataService, WatchPrivateDataResponseSchema }
  from "../../../proto/gen/cti/gateway/v1/private_data_pb.js";
import { ask, type Command } from "../command.js";
import { watching } from "../watch.js";
import { enumWord } from "../wording.js";

const methods = PrivateDataService.method;

const watch: Command = {
  words: "private watch", args: ["[link]"], methods: [methods.watchPrivateData],
  about: ["Follow what PBXs say in private data of their makers.",
    "Suivre ce que disent les PBX en données privées de leurs fabricants."],
  async run(session, input) {
    await watching(session, () =>
      session.stream(methods.watchPrivateData, { link: input.arg("link") }), async (told) => {
      const { link, kind, device, elements, lost } = told;
      if (lost > 0) session.note([`-- ${lost} lost`, `-- ${lost} perdus`]);
      if (session.format !== "table") {
        await session.data(WatchPrivateDataResponseSchema, told, true);
      } else if (link !== "") {
        await session.text([link, enumWord(PrivateDataKindSchema, kind), device, ...elements]
          .filter((word) => word !== "").join("  "));
      }
      return "more";
    });
  },
};

export const privateDataCommands: readonly Command[] = [
  ask({ words: "private escape", args: ["<link>", "<element>"], method: methods.escape,
    about: ["Send an element of private data to a PBX: BER in hexadecimal, or XML.",
      "Envoyer au PBX un élément de données privées : BER en hexadécimal, ou XML."],
    request: (input) => ({ link: input.arg("link"), elements: [input.arg("element")] }),
    show: async ({ elements }, session) => {
      await session.text(elements.length === 0 ? session.say(["Done.", "Fait."])
        : elements.join("\n"));
    } }),
  watch,
];
