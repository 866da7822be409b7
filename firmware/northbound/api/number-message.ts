/** Numbers in all their forms, as the API shows them. */

import type { NumberForms } from "../../model/records.js";
import { NumberKind, type NumberFormsSchema } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { numberKinds } from "./enums.js";
import type { PlainInit } from "./encoding.js";

type NumberFormsInit = PlainInit<typeof NumberFormsSchema>;

export function numberMessage(forms: NumberForms, name?: string): NumberFormsInit {
  return {
    raw: forms.raw, e164: forms.e164 ?? "", display: forms.display ?? forms.e164 ?? forms.raw,
    kind: forms.kind === undefined ? NumberKind.UNSPECIFIED : numberKinds[forms.kind],
    name: name ?? "",
  };
}

/** Leaves the field out when the number is not known. */
export function namedNumber(
  forms: (NumberForms & { readonly name?: string }) | undefined,
): NumberFormsInit | undefined {
  return forms === undefined ? undefined : numberMessage(forms, forms.name);
}
