/** NumbersService: the chain of rules for a number, and what other rules would do. */

import { fail, ok, type Result } from "../../base/result.js";
import { linkId } from "../../model/identifiers.js";
import { NumberUse, type NumbersService } from "../../../proto/gen/cti/gateway/v1/numbers_pb.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { ServiceHandlers } from "./handler.js";
import { numberMessage } from "./number-message.js";

export const callsTried = 1_000;
export const callsTriedMax = 10_000;
/** A `numbers:` section with its 200 rules is far shorter. */
export const rulesLengthMax = 200_000;
const recordsPerRead = 500;

const uses = {
  [NumberUse.UNSPECIFIED]: undefined,
  [NumberUse.FROM_PBX]: "from-pbx", [NumberUse.DIAL]: "dial",
} as const satisfies Readonly<Record<NumberUse, "from-pbx" | "dial" | undefined>>;

interface Counted {
  readonly calls: number;
  readonly numbers: readonly { readonly raw: string; readonly calls: number }[];
}

/** The numbers of the last calls of a link, as the PBX said them. */
async function lastNumbers(
  gateway: GatewayView, link: string, callsMax: number, signal: AbortSignal,
): Promise<Result<Counted>> {
  const counts = new Map<string, number>();
  let calls = 0;
  let before: string | undefined;
  while (calls < callsMax && !signal.aborted) {
    const page = await gateway.records.list(
      { link }, Math.min(recordsPerRead, callsMax - calls), before);
    if (!page.ok) return page;
    for (const record of page.value.records) {
      calls += 1;
      const raws = new Set([record.calling?.raw, record.called?.raw,
        ...record.legs.map((leg) => leg.number?.raw)]);
      for (const raw of raws) {
        if (raw !== undefined && raw !== "") counts.set(raw, (counts.get(raw) ?? 0) + 1);
      }
    }
    before = page.value.next;
    if (before === undefined) break;
  }
  return ok({ calls, numbers: [...counts].map(([raw, count]) => ({ raw, calls: count })) });
}

export function numbersHandlers(gateway: GatewayView): ServiceHandlers<typeof NumbersService> {
  return {
    explainNumber: (request, context) => {
      const fields = new Fields();
      fields.required("link", request.link);
      fields.required("number", request.number);
      const use = uses[request.use];
      if (use === undefined) fields.wrong("use", "is required");
      const checked = fields.result();
      if (!checked.ok || use === undefined) {
        return Promise.resolve(checked.ok ? fail("argument-invalid", "use is required") : checked);
      }
      if (gateway.link(request.link) === undefined) {
        return Promise.resolve(fail("link-unknown", `There is no link ${request.link}.`));
      }
      const explained = gateway.numbers.explain(
        linkId(request.link), request.number, use, context.language);
      return Promise.resolve(!explained.ok ? explained : ok({
        steps: explained.value.steps.map((step) => ({ ...step })),
        forms: numberMessage(explained.value.forms),
        dialled: explained.value.dialled ?? "" }));
    },
    testRules: async (request, context) => {
      const fields = new Fields();
      fields.required("link", request.link);
      fields.required("rules_yaml", request.rulesYaml, rulesLengthMax);
      const callsMax = fields.count("calls_max", request.callsMax, callsTried, callsTriedMax);
      const checked = fields.result();
      if (!checked.ok) return checked;
      if (gateway.link(request.link) === undefined) {
        return fail("link-unknown", `There is no link ${request.link}.`);
      }
      const counted = await lastNumbers(gateway, request.link, callsMax, context.signal);
      if (!counted.ok) return counted;
      const test = gateway.numbers.test(
        linkId(request.link), request.rulesYaml, counted.value.numbers);
      return !test.ok ? test : ok({
        callsTried: counted.value.calls, numbersTried: test.value.numbersTried,
        differences: test.value.differences.map(({ before, after, calls }) =>
          ({ before: numberMessage(before), after: numberMessage(after), calls })),
        differencesTotal: test.value.differencesTotal });
    },
  };
}
