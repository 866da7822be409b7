import type { JSX, TargetedInputEvent } from "preact";
import { useState } from "preact/hooks";
import { t } from "../text/language.js";
import { Field } from "./basics.js";
import { Icon } from "./icons.js";

/** A password that can be shown; pasting is allowed, because that is how managers fill it in. */
export function PasswordField(props: {
  readonly label: string; readonly value: string; readonly onInput: (value: string) => void;
  readonly complete: "current-password" | "new-password"; readonly hint?: string;
  readonly error?: string | undefined;
}): JSX.Element {
  const [shown, setShown] = useState(false);
  const field = {
    autoComplete: props.complete, required: true, autoCapitalize: "none", spellcheck: false,
    value: props.value,
    onInput: (event: TargetedInputEvent<HTMLInputElement>) => {
      props.onInput(event.currentTarget.value);
    },
  } as const;
  return (
    <Field label={props.label} error={props.error}
      {...(props.hint === undefined ? {} : { hint: props.hint })}>{(ids) => (
      <span class="password">
        {shown ? <input {...ids} {...field} type="text" />
          : <input {...ids} {...field} type="password" />}
        <button type="button" class="icon-button" aria-pressed={shown}
          aria-label={shown ? t("signin.hide") : t("signin.show")}
          onClick={() => { setShown(!shown); }}><Icon name="eye" /></button>
      </span>
    )}</Field>
  );
}
