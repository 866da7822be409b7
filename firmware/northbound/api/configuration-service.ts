/** ConfigurationService: the document, its plan, its trial and its history. */

import type { PlainInit } from "./encoding.js";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { inBoth } from "../../base/french.js";
import { fail, inLanguage, ok, type Language, type Result } from "../../base/result.js";
import type { ApplyRequest, PlanStep, Problem, Revision } from "../../config/configuration.js";
import { ApplyMode, ConfigurationService, type ApplyConfigurationRequest,
  type ConfigurationProblemSchema, type PlanStepSchema, type RevisionSchema }
  from "../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";
import type { RequestIds } from "./request-ids.js";
import { timestamp } from "./time-message.js";

/** A document with 64 links of 200 rules each is about as long. */
export const documentLengthMax = 2_000_000;
export const revisionsPerPage = 50;
export const revisionsPerPageMax = 500;
const trialMsDefault = 600_000;
const trialMsMin = 5_000;
const trialMsMax = 86_400_000;
const commentLengthMax = 1_000;

const modes = {
  [ApplyMode.UNSPECIFIED]: undefined, [ApplyMode.DRY_RUN]: "dry-run",
  [ApplyMode.APPLY]: "apply", [ApplyMode.TRY]: "try",
} as const satisfies Readonly<Record<ApplyMode, ApplyRequest["mode"] | undefined>>;

function problemMessages(
  problems: readonly Problem[], language: Language,
): PlainInit<typeof ConfigurationProblemSchema>[] {
  return problems.map(({ path, message, line }) =>
    ({ path, message: inLanguage(inBoth(message), language), line }));
}

function stepMessage(step: PlanStep): PlainInit<typeof PlanStepSchema> {
  return { component: step.component, action: step.action, reason: step.reason,
    callsAffected: step.callsAffected };
}

function revisionMessage(revision: Revision): PlainInit<typeof RevisionSchema> {
  return {
    number: BigInt(revision.number), appliedAt: timestamp(revision.appliedAtMs),
    actor: revision.actor, comment: revision.comment, current: revision.current,
    trialUntil: revision.trialUntilMs === undefined ? undefined
      : timestamp(revision.trialUntilMs),
    outcome: revision.outcome,
  };
}

/** 0 stands for "none named". */
function revisionNumber(fields: Fields, path: string, value: bigint): number | undefined {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) fields.wrong(path, "is no revision");
  return value === 0n ? undefined : Number(value);
}

function readApply(
  request: ApplyConfigurationRequest, context: CallContext,
): Result<ApplyRequest> {
  const fields = new Fields();
  fields.required("document", request.document, documentLengthMax);
  fields.optional("comment", request.comment, commentLengthMax);
  fields.optional("request_id", request.requestId);
  const mode = modes[request.mode];
  if (mode === undefined) fields.wrong("mode", "is required");
  const confirmWithinMs = request.confirmWithin === undefined ? trialMsDefault
    : durationMs(request.confirmWithin);
  if (confirmWithinMs < trialMsMin || confirmWithinMs > trialMsMax) {
    fields.wrong("confirm_within", "expected 5 seconds to 24 hours");
  }
  const expectedRevision = revisionNumber(fields, "expected_revision", request.expectedRevision);
  return fields.with({ text: request.document, mode: mode ?? "dry-run", confirmWithinMs,
    expectedRevision, comment: request.comment, actor: context.identity?.name ?? "" });
}

export function configurationHandlers(
  gateway: GatewayView, requestIds: RequestIds,
): ServiceHandlers<typeof ConfigurationService> {
  const { configuration } = gateway;
  return {
    ...changes(gateway, requestIds),
    ...secretHandlers(gateway),
    getConfiguration: async (request) => {
      const fields = new Fields();
      const number = revisionNumber(fields, "revision", request.revision);
      const checked = fields.result();
      if (!checked.ok) return checked;
      const found = await configuration.text(number);
      return found.ok ? ok({ document: found.value.text,
        revision: revisionMessage(found.value.revision) }) : found;
    },
    validateConfiguration: async (request, { language }) => {
      const fields = new Fields();
      fields.required("document", request.document, documentLengthMax);
      const read = fields.result();
      if (!read.ok) return read;
      const checked = await configuration.check(request.document);
      return ok({
        errors: problemMessages(checked.errors, language),
        warnings: problemMessages(checked.warnings, language),
        plan: checked.document === undefined ? []
          : configuration.plan(checked.document).map(stepMessage) });
    },
    listRevisions: async (request) => {
      const fields = new Fields();
      const limit = fields.count("page_size", request.pageSize, revisionsPerPage,
        revisionsPerPageMax);
      if (!/^\d{0,15}$/.test(request.pageToken)) fields.wrong("page_token", "is not a page token");
      const checked = fields.result();
      if (!checked.ok) return checked;
      const found = await configuration.revisions(
        request.pageToken === "" ? undefined : Number(request.pageToken), limit + 1);
      if (!found.ok) return found;
      const page = found.value.slice(0, limit);
      return ok({ revisions: page.map(revisionMessage),
        nextPageToken: found.value.length > limit ? String(page.at(-1)?.number ?? "") : "" });
    },
    diffRevisions: async (request) => {
      const fields = new Fields();
      const from = revisionNumber(fields, "from", request.from);
      if (from === undefined) fields.wrong("from", "is required");
      const to = revisionNumber(fields, "to", request.to);
      const checked = fields.result();
      if (!checked.ok || from === undefined) {
        return checked.ok ? fail("argument-invalid", "from is required") : checked;
      }
      const diff = await configuration.diff(from, to);
      return diff.ok ? ok({ diff: diff.value }) : diff;
    },
    getSchema: async () => ok({ jsonSchema: JSON.stringify(await configuration.jsonSchema()) }),
  };
}

function changes(gateway: GatewayView, requestIds: RequestIds): Pick<
  ServiceHandlers<typeof ConfigurationService>,
  "applyConfiguration" | "confirmConfiguration" | "revertConfiguration"
> {
  const { configuration } = gateway;
  const { method } = ConfigurationService;
  return {
    applyConfiguration: async (request, context) => {
      const read = readApply(request, context);
      if (!read.ok) return read;
      const applied = await requestIds.once(read.value.actor, request.requestId,
        method.applyConfiguration.input, request, () => configuration.apply(read.value));
      return !applied.ok ? applied : ok({
        revision: applied.value.revision === undefined ? undefined
          : revisionMessage(applied.value.revision),
        plan: applied.value.plan.map(stepMessage),
        warnings: problemMessages(applied.value.warnings, context.language) });
    },
    confirmConfiguration: async (request) => {
      const fields = new Fields();
      const number = revisionNumber(fields, "revision", request.revision);
      const checked = fields.result();
      if (!checked.ok) return checked;
      const confirmed = await configuration.confirm(number);
      return confirmed.ok ? ok({ revision: revisionMessage(confirmed.value) }) : confirmed;
    },
    revertConfiguration: async (request, context) => {
      const fields = new Fields();
      const number = revisionNumber(fields, "revision", request.revision);
      const checked = fields.result();
      if (!checked.ok) return checked;
      const actor = context.identity?.name ?? "";
      const reverted = await requestIds.once(actor, request.requestId,
        method.revertConfiguration.input, request, () => configuration.revert(number, actor));
      return reverted.ok ? ok({ revision: revisionMessage(reverted.value) }) : reverted;
    },
  };
}

/** The store of secrets judges names and values itself. */
function secretHandlers({ secrets }: GatewayView): Pick<
  ServiceHandlers<typeof ConfigurationService>, "setSecret" | "listSecrets" | "deleteSecret"
> {
  return {
    setSecret: async ({ name, value }) => {
      const set = await secrets.set(name, value);
      return set.ok ? ok({ links: [...set.value.links], restarted: [...set.value.restarted] })
        : set;
    },
    listSecrets: async () => ok({ secrets: (await secrets.list()).map(
      ({ name, setAtMs, links }) => ({ name, setAt: timestamp(setAtMs), links: [...links] })) }),
    deleteSecret: async ({ name }) => {
      const removed = await secrets.remove(name);
      return removed.ok ? ok({}) : removed;
    },
  };
}
