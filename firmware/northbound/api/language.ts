/** The language of a caller, from what it says it reads. */

import type { Language } from "./gateway-view.js";

/** RFC 9110 §12.5.4, Accept-Language: the best known language; undefined when none is named. */
export function languageOf(header: string | undefined): Language | undefined {
  let best: { readonly language: Language; readonly weight: number } | undefined;
  for (const part of (header ?? "").slice(0, 500).split(",")) {
    const [tag = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const primary = tag.split("-")[0];
    const language = primary === "fr" || primary === "en" ? primary : undefined;
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    if (language === undefined || !(weight > 0)) continue;
    if (best === undefined || weight > best.weight) best = { language, weight };
  }
  return best?.language;
}
