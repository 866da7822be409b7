import type { JSX } from "preact";
import { setLanguage } from "../state/session.js";
import { language, t } from "../text/language.js";
import { useCell } from "./hooks.js";

export function LanguageSwitch(): JSX.Element {
  const spoken = useCell(language);
  return (
    <div class="language" role="group" aria-label={t("language.switch")}>
      {(["fr", "en"] as const).map((one) => (
        <button key={one} type="button" lang={one} aria-pressed={spoken === one}
          title={one === "fr" ? "Français" : "English"}
          onClick={() => { setLanguage(one); }}>{one.toUpperCase()}</button>
      ))}
    </div>
  );
}
