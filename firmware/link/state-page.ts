/** The link's states as a page, drawn from the table that runs. */

import { transition } from "../base/machine.js";
import { linkTable, type LinkInput, type MachineState } from "./link-machine.js";

const samples: Readonly<Record<MachineState["name"], MachineState>> = {
  disabled: { name: "disabled" },
  opening: { name: "opening", attempt: 1 },
  up: { name: "up", attempt: 1 },
  degraded: { name: "degraded", attempt: 1, reason: "" },
  down: { name: "down", attempt: 1, reason: "", retryInMs: 1_000 },
};

const inputs: Readonly<Record<LinkInput["type"], { readonly sample: LinkInput;
  readonly meaning: string }>> = {
  enable: { sample: { type: "enable" }, meaning: "somebody enables the link" },
  disable: { sample: { type: "disable" }, meaning: "somebody disables it, or the gateway stops" },
  restart: { sample: { type: "restart" }, meaning: "somebody restarts it" },
  retry: { sample: { type: "retry" }, meaning: "the time until the next attempt is over, or a PBX "
    + "that connects to us is there" },
  ready: { sample: { type: "ready" }, meaning: "the driver has signed in" },
  impaired: { sample: { type: "impaired", reason: "" }, meaning: "something is missing: the "
    + "driver, the store, a snapshot or too much garbage says so" },
  recovered: { sample: { type: "recovered" }, meaning: "nothing is missing any more" },
  settled: { sample: { type: "settled" }, meaning: "a minute without a loss" },
  lost: { sample: { type: "lost", reason: "", jitter: 0 }, meaning: "the line or the session "
    + "ended, or did not come about" },
};

/** Markdown. */
export function renderStatePage(): string {
  const states = Object.values(samples);
  const rows = Object.entries(inputs).map(([input, { sample, meaning }]) => {
    const cells = states.map((state) => {
      const found = transition(linkTable, state, sample);
      if (found === undefined) return "";
      const effects = found.effects.length === 0 ? "" : `: ${found.effects.join(", ")}`;
      return `**${found.next.name}**${effects}`;
    });
    return `| \`${input}\`: ${meaning} | ${cells.join(" | ")} |`;
  });
  return ["# States of a link", "",
    "Input by state: the next state and what is done on the way. An empty cell is an input that",
    "cannot happen there: it is counted, logged and ignored. Drawn from `link-machine.ts`.", "",
    `| input | ${states.map(({ name }) => name).join(" | ")} |`,
    `|---|${states.map(() => "---").join("|")}|`, ...rows, ""].join("\n");
}
