/** What an installer must tell about a caller-identification box. */

import * as z from "zod";
import { formWords as words } from "../../firmware/base/form-words.js";
import { isTimeZone } from "../../firmware/base/local-time.js";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { OptionsSchema } from "../../firmware/link/driver.js";
import { layoutFlaw, reportOctetsMax } from "../../firmware/wire/caller-id-reports.js";

const octet = z.int().min(0).max(255);
const offset = z.int().min(0).max(reportOctetsMax - 1);
const report = z.strictObject({
  octets: z.int().min(2).max(reportOctetsMax).default(8).meta(words("Octets",
    "Octets of a whole report", "Octets", "Octets d'un rapport entier")),
  state: z.strictObject({
    offset: offset.default(0).meta(words("Offset",
      "Which octet says what the line does; the first is 0", "Position",
      "L'octet qui dit ce que fait la ligne ; le premier est 0")),
    mask: octet.min(1).default(255).meta(words("Mask",
      "The bits of that octet that count", "Masque", "Les bits de cet octet qui comptent")),
    ring: octet.meta(words("Ring", "Its value while it rings", "Sonnerie",
      "Sa valeur pendant la sonnerie")),
    offHook: octet.optional().meta(words("Off hook", "Its value when a telephone is lifted",
      "Décroché", "Sa valeur quand un téléphone est décroché")),
    onHook: octet.optional().meta(words("On hook", "Its value when the line is free again",
      "Raccroché", "Sa valeur quand la ligne est de nouveau libre")),
    caller: octet.optional().meta(words("Caller",
      "Its value in a report of the caller's number; if absent the ring reports carry it",
      "Appelant", "Sa valeur dans le rapport du numéro de l'appelant ; à défaut, ce sont les "
        + "rapports de sonnerie qui le portent")),
  }).meta(words("State", "What the line does", "État", "Ce que fait la ligne")),
  digits: z.strictObject({
    offset: offset.meta(words("Offset", "The octet of the first digit", "Position",
      "L'octet du premier chiffre")),
    octets: z.int().min(1).max(reportOctetsMax).meta(words("Octets",
      "Octets for digits; NUL, blank or 255 end them sooner", "Octets",
      "Octets pour les chiffres ; NUL, espace ou 255 y mettent fin plus tôt")),
  }).meta(words("Digits", "The caller's number in ASCII", "Chiffres",
    "Le numéro de l'appelant en ASCII")),
}).superRefine((layout, context) => {
  const flaw = layoutFlaw(layout);
  if (flaw !== undefined) context.addIssue({ code: "custom", message: flaw });
});

const schema = z.strictObject({
  box: z.enum(["modem", "whozz", "mdmf", "hid"]).meta(words("Box",
    "What is plugged in: a Hayes modem, a Whozz Calling? box, a box that passes on the network's "
    + "octets (mdmf), or a USB box with HID reports (hid)", "Boîtier",
    "Ce qui est branché : un modem Hayes, un boîtier Whozz Calling?, un boîtier qui transmet les "
    + "octets du réseau (mdmf), ou un boîtier USB à rapports HID (hid)")),
  report: report.optional().meta(words("Report",
    "Of a hid box: how its reports are laid out. Makers do not publish it: watch the reports "
    + "(ctictl record raw) while somebody calls", "Rapport",
    "D'un boîtier hid : la disposition de ses rapports. Les fabricants ne la publient pas : "
    + "regardez les rapports (ctictl record raw) pendant un appel")),
  device: z.string().regex(/^[0-9A-Za-z+*#.-]{1,32}$/, "must be an extension number: 101")
    .meta(words("Device", "The extension that the analogue line rings", "Poste",
      "Le poste que la ligne analogique fait sonner")),
  timeZone: z.string().refine(isTimeZone, "must be an IANA time zone: Europe/Paris")
    .default("Europe/Paris").meta(words("Time zone",
      "The time zone of the network's or box's clock", "Fuseau horaire",
      "Le fuseau de l'horloge du réseau ou du boîtier")),
}).refine(({ box, report: layout }) => (box === "hid") === (layout !== undefined),
  { path: ["report"], message: "must be given for a hid box, and for no other" });

export type CallerIdOptions = z.infer<typeof schema>;

export const callerIdOptions: OptionsSchema<CallerIdOptions> = {
  parse(value): Result<CallerIdOptions> {
    const parsed = schema.safeParse(value);
    if (parsed.success) return ok(parsed.data);
    const fields = parsed.error.issues.map((issue) => ({
      path: issue.path.map(String).join("."), message: issue.message,
    }));
    return fail("config-invalid", "The options of the caller-id driver are not valid.",
      { fields });
  },
  jsonSchema: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
};
