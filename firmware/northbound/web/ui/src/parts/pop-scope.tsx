import type { JSX } from "preact";
import { myDevice, popScope, popScopeInForce, setPopScope } from "../state/session.js";
import { t } from "../text/language.js";
import { useCell } from "./hooks.js";
import { useId } from "preact/hooks";

const scopes = ["all", "mine", "off"] as const;

/** Whose calls pop up in this browser. */
export function PopScopeSelect(): JSX.Element {
  useCell(popScope);
  useCell(myDevice);
  const id = useId();
  return (
    <span class="inline-field">
      <label for={id}>{t("pop.scope")}</label>
      <select id={id} value={popScopeInForce()} onChange={(event) => {
        const chosen = scopes.find((one) => one === event.currentTarget.value);
        if (chosen !== undefined) setPopScope(chosen);
      }}>
        {scopes.map((one) => <option key={one} value={one}>{t(`pop.scope.${one}`)}</option>)}
      </select>
    </span>
  );
}
