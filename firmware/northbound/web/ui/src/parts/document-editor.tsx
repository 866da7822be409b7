import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { ConfigurationProblem } from
  "../../../../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { t } from "../text/language.js";

/** A text area with line numbers; lines with problems are marked beside them. */
export function DocumentEditor(props: {
  readonly value: string; readonly onInput: (value: string) => void; readonly label: string;
  readonly errors: readonly ConfigurationProblem[];
  readonly warnings: readonly ConfigurationProblem[];
}): JSX.Element {
  const gutter = useRef<HTMLDivElement>(null);
  const lines = props.value.split("\n").length;
  const errors = new Set(props.errors.map((problem) => problem.line));
  const warnings = new Set(props.warnings.map((problem) => problem.line));
  return (
    <div class="editor">
      <div class="gutter" ref={gutter} aria-hidden="true">
        {Array.from({ length: lines }, (_, index) => (
          <div key={index} class={errors.has(index + 1) ? "line-error"
            : warnings.has(index + 1) ? "line-warning" : ""}>{index + 1}</div>
        ))}
      </div>
      <textarea class="code" aria-label={props.label} wrap="off"
        spellcheck={false} autoCapitalize="none" value={props.value}
        onInput={(event) => { props.onInput(event.currentTarget.value); }}
        onScroll={(event) => {
          if (gutter.current !== null) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }} />
    </div>
  );
}

export function Problems(props: {
  readonly tone: "bad" | "warn"; readonly title: string;
  readonly problems: readonly ConfigurationProblem[];
  readonly onGo: (problem: ConfigurationProblem) => void;
}): JSX.Element | null {
  if (props.problems.length === 0) return null;
  return (
    <section class={`problems tone-${props.tone}`} aria-label={props.title}>
      <h3>{props.title}</h3>
      <ul>{props.problems.map((problem, index) => (
        <li key={index}>
          {problem.line === 0 ? null : (
            <button type="button" class="link-button"
              aria-label={t("config.goto", { line: problem.line })}
              onClick={() => { props.onGo(problem); }}>
              {t("config.line", { line: problem.line })}</button>
          )}
          {problem.path === "" ? null : <code>{problem.path}</code>}
          <span>{problem.message}</span>
        </li>
      ))}</ul>
    </section>
  );
}
