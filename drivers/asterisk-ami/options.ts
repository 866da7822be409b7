/** What an operator sets for one Asterisk, and the reason of each default. */

import { z } from "zod";
import { fail, ok, type Result } from "../../firmware/base/result.js";

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}

const pattern = z.string().max(200).refine(isPattern, "not a regular expression");
const name = z.string().min(1).max(80);
const context = z.string().regex(/^[\w.@-]{1,79}$/, "not a dialplan context");

export const optionsShape = z.strictObject({
  user: name.describe("The manager user, as in manager.conf."),
  secret: z.string().regex(/^(env|file|store):.+/, "must be env:NAME, file:/path or store:name")
    .describe("Where the user's secret is: env:NAME, file:/path or store:name."),
  auth: z.enum(["md5", "plain"]).default("md5")
    .describe("md5 never shows the secret on the wire; plain is for old or odd proxies."),
  allowPlainPassword: z.boolean().default(false)
    .describe("Allow auth plain without TLS: anybody on the wire can then read the secret."),
  trunks: z.array(pattern).max(100).default([])
    .describe("Endpoints that are trunks, as regular expressions on the whole endpoint name."),
  trunkContexts: z.array(pattern).max(100)
    .default(["from-trunk.*", "from-pstn.*", "from-did.*", "from-dahdi.*", "from-sip-external"])
    .describe("Contexts in which calls of trunks begin; the defaults are FreePBX's."),
  dialContext: context.default("from-internal")
    .describe("Where a number is dialled for makeCall and deflectCall; FreePBX's phone context."),
  transferContext: context.optional()
    .describe("Where a number is dialled for transfers; absent: the dial context."),
  deviceChannel: z.string().regex(/\{device\}/, "must contain {device}").max(200)
    .default("PJSIP/{device}")
    .describe("How to ring a device whose technology has not been seen yet."),
  acdDevices: z.boolean().default(true).describe("Show queues as ACD devices."),
  answerByNotify: z.boolean().default(false)
    .describe("The phones obey NOTIFY talk and hold: answer, hold and retrieve by PJSIPNotify."),
  attendedTransfer: z.boolean().default(true)
    .describe("The feature code atxfer is set and Dial has t or T: allow consultationCall."),
  conferenceCode: z.string().regex(/^[0-9A-D*#]{1,11}$/, "not a feature code").default("*3")
    .describe("The feature code atxferthreeway, for conferenceCall; *3 is Asterisk's default."),
  alternateCode: z.string().regex(/^[0-9A-D*#]{1,11}$/, "not a feature code").default("*4")
    .describe("The feature code atxferswap, for alternateCall; *4 is Asterisk's default."),
  parkingLot: context.optional().describe("The parking lot for parkCall; absent: the default."),
  queueInterface: z.string().regex(/\{device\}/, "must contain {device}").max(200)
    .default("Local/{device}@from-queue/n")
    .describe("How a device is added to a queue when an agent logs on; FreePBX's form."),
});

export type AmiOptions = z.output<typeof optionsShape>;

export const options = {
  parse(value: unknown): Result<AmiOptions> {
    const parsed = optionsShape.safeParse(value);
    if (parsed.success) return ok(parsed.data);
    const fields = parsed.error.issues.map((issue) => ({
      path: issue.path.map((part) => typeof part === "number" ? `[${part}]` : String(part))
        .join(".").replaceAll(".[", "["),
      message: issue.message,
    }));
    return fail("config-invalid", `The options of the AMI link have ${fields.length} error(s).`,
      { fields });
  },
  jsonSchema: z.toJSONSchema(optionsShape, { io: "input" }) as Readonly<Record<string, unknown>>,
};
