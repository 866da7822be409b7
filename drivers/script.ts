/** A script of calls and faults for a simulated PBX: YAML, checked, played in the world's time. */

import { parse } from "yaml";
import * as z from "zod";
import { fail, messageOf, ok, type Result } from "../firmware/base/result.js";
import type { World } from "../firmware/base/world.js";
import type { Simulation } from "./simulation.js";

const digits = z.string().regex(/^[+0-9*#a-z-]{1,32}$/);
const milliseconds = z.int().min(0).max(86_400_000);
/** A script is read whole; this is a day of a busy office. */
const stepsMax = 10_000;
const bytesMax = 100_000_000;

const callSchema = z.strictObject({
  from: digits, to: digits,
  trunk: z.string().max(40).optional(), name: z.string().max(80).optional(),
  ringMs: milliseconds.default(3_000),
  /** 0: not answered. */
  talkMs: milliseconds.default(10_000),
});
export type ScriptedCall = z.infer<typeof callSchema>;

const faultSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("drop") }),
  z.strictObject({ kind: z.literal("restart") }),
  z.strictObject({ kind: z.literal("truncate") }),
  z.strictObject({ kind: z.literal("hang"), ms: milliseconds.default(30_000) }),
  z.strictObject({ kind: z.literal("delay"), ms: milliseconds.default(1_000) }),
  z.strictObject({ kind: z.literal("clock"), ms: z.int().default(3_600_000) }),
  z.strictObject({ kind: z.literal("garbage"), bytes: z.int().min(1).max(bytesMax).default(200) }),
  z.strictObject({ kind: z.literal("long-line"),
    bytes: z.int().min(1).max(bytesMax).default(10_000_000) }),
  z.strictObject({ kind: z.literal("miss"), count: z.int().min(1).max(1_000).default(1) }),
]);
export type Fault = z.infer<typeof faultSchema>;

const stepSchema = z.strictObject({
  atMs: milliseconds, call: callSchema.optional(), fault: faultSchema.optional(),
}).refine((step) => (step.call === undefined) !== (step.fault === undefined),
  "must have either `call` or `fault`");
export type ScriptStep = z.infer<typeof stepSchema>;

const scriptSchema = z.array(stepSchema).max(stepsMax);

/** All violations at once. */
export function readScript(text: string): Result<readonly ScriptStep[]> {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    return fail("argument-invalid", `the script is not YAML: ${messageOf(error)}`);
  }
  return checked(scriptSchema.safeParse(value));
}

/** `garbage`, `garbage:500`, `hang:30000`: a fault and its one number. */
export function readFault(text: string): Result<Fault> {
  const [kind = "", number] = text.split(":");
  const field = { hang: "ms", delay: "ms", clock: "ms", garbage: "bytes", "long-line": "bytes",
    miss: "count" }[kind];
  const value = number === undefined || field === undefined ? { kind }
    : { kind, [field]: Number(number) };
  return checked(faultSchema.safeParse(value));
}

function checked<T>(parsed: z.ZodSafeParseResult<T>): Result<T> {
  if (parsed.success) return ok(parsed.data);
  return fail("argument-invalid", "the script is not valid", {
    fields: parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message })) });
}

/** Plays the steps; the returned function stops what has not been played yet. */
export function playScript(
  world: World, simulation: Simulation, steps: readonly ScriptStep[],
): () => void {
  const timers = steps.map((step) => world.clock.after(step.atMs, "script.step", () => {
    if (step.call !== undefined) simulation.call(step.call);
    if (step.fault !== undefined) simulation.fault(step.fault);
  }));
  return () => { for (const timer of timers) timer.cancel(); };
}
