/** A record layout of one's own, made beside the lines that a PBX printed. */

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { ConfigurationService } from
  "../../../../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { RecordsService, type TryFormatResponse } from
  "../../../../../../proto/gen/cti/gateway/v1/records_pb.js";
import { type Fault, request } from "../api/client.js";
import { after } from "../clock.js";
import { Button, Card, Empty, FaultNote, Field, Note, Skeleton } from "../parts/basics.js";
import { CopyButton } from "../parts/copy-button.js";
import { useAnswer, useCell } from "../parts/hooks.js";
import { LayoutForm } from "../parts/layout-fields.js";
import { LayoutLines } from "../parts/layout-lines.js";
import { LayoutResult } from "../parts/layout-result.js";
import { useLinkTitle } from "../parts/link-card.js";
import { draft } from "../state/draft.js";
import { inOrder, layoutIn, lineStates, linesOf, noLayout, optionsOf, triedDriver, withField,
  type OwnLayout } from "../state/layout.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { language, t } from "../text/language.js";

/** After the last change, until the lines are read again. */
const restMs = 350;
/** For a first look at the bytes any format does. */
const anyOptions = "format: panasonic-kx";
const pastedCharsMax = 60_000;

export function LayoutPage(props: { readonly link: string }): JSX.Element {
  const { link } = props;
  const title = useLinkTitle(link);
  return (
    <>
      <p class="crumb">{link === "" ? <a href={address("links")}>{t("nav.links")}</a>
        : <a href={address("links", link)}>{title}</a>}</p>
      <header class="page-head"><h1>{t("nav.layout")}</h1></header>
      {may(Role.ADMIN) ? <Studio link={link} title={title} />
        : <Note tone="warn">{t("layout.admin")}</Note>}
    </>
  );
}

function Studio(props: { readonly link: string; readonly title: string }): JSX.Element {
  const { link, title } = props;
  const received = useReceived(link);
  const [pasted, setPasted] = useState("");
  const [layout, setLayout] = useConfiguredLayout(link);
  const data = useMemo(() => pasted.trim() === "" ? received.bytes : latin1(pasted),
    [pasted, received.bytes]);
  const lines = useMemo(() => linesOf(data), [data]);
  const trial = useTrial(layout, data);
  const errors = new Map((trial.fault?.fields ?? []).flatMap(({ path, message }) => {
    const place = /^layout\.fields\[(\d+)\]/.exec(path)?.[1];
    return place === undefined ? [] : [[Number(place), message] as const];
  }));
  return (
    <>
      <p class="hint">{t("layout.lead")}</p>
      <Card title={t("layout.lines")} aside={link === "" ? null : <Button small icon="refresh"
        busy={received.loading} onClick={received.reload}>{t("layout.lines.refresh")}</Button>}>
        {received.fault === undefined || pasted.trim() !== "" ? null
          : <FaultNote fault={received.fault} />}
        {lines.length > 0 ? <>
          {link === "" || pasted.trim() !== "" ? null
            : <p class="hint">{t("layout.lines.of", { link: title })}</p>}
          <LayoutLines layout={layout} lines={lines}
            states={lineStates(layout, lines, trial.answer?.records.map(({ text }) => text) ?? [],
              trial.answer?.rejected.map(({ text }) => text) ?? [])}
            onField={(is, from, to, label) => {
              setLayout(inOrder(withField(layout, is, from, to, label)));
            }} />
        </> : received.loading ? <Skeleton rows={6} />
          : <Empty icon="records" title={t("layout.lines.none")}
            advice={t("layout.lines.none.advice")} />}
        <Paste text={pasted} onText={setPasted} open={link === ""} />
      </Card>
      <div class="layout-bench">
        <Card class="layout-said" title={t("layout.result")}><LayoutResult answer={trial.answer}
          fault={trial.fault} empty={layout.fields.length === 0 || lines.length === 0} /></Card>
        <Card class="layout-form" title={t("layout.settings")}><LayoutForm layout={layout}
          onLayout={setLayout} lines={lines} errors={errors} /></Card>
        <Use link={link} title={title} layout={layout} />
      </div>
    </>
  );
}

function Paste(props: {
  readonly text: string; readonly onText: (text: string) => void; readonly open: boolean;
}): JSX.Element {
  return (
    <details class="layout-paste" open={props.open || props.text !== ""}>
      <summary>{t("layout.paste")}</summary>
      <Field label={t("layout.paste.label")} hint={t("layout.paste.hint")}>{(ids) => (
        <textarea {...ids} class="code" rows={4} maxLength={pastedCharsMax} spellcheck={false}
          value={props.text}
          onInput={(event) => { props.onText(event.currentTarget.value); }} />
      )}</Field>
    </details>
  );
}

/** One octet a character, as the PBX would have sent it. */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(text.replace(/\r?\n/g, "\r\n"), (character) =>
    Math.min(0xff, character.codePointAt(0) ?? 0));
}

interface Received {
  readonly bytes: Uint8Array; readonly fault: Fault | undefined; readonly loading: boolean;
  reload(): void;
}

const noBytes = new Uint8Array();

/** The newest bytes of the link, asked for once: what is tried should not change meanwhile. */
function useReceived(link: string): Received {
  const [answer, setAnswer] = useState<Omit<Received, "reload">>(
    { bytes: noBytes, fault: undefined, loading: link !== "" });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (link === "") return;
    setAnswer((before) => ({ ...before, loading: true }));
    void request(RecordsService.method.tryFormat,
      { link, driver: triedDriver, optionsYaml: anyOptions }).then((found) => {
      const none = !found.ok && found.fault.reason === "not-found";
      setAnswer({ loading: false, bytes: found.ok ? found.value.received : noBytes,
        fault: found.ok || none ? undefined : found.fault });
    });
  }, [link, turn]);
  return { ...answer, reload: () => { setTurn((count) => count + 1); } };
}

/** The layout of the link as it is configured or being changed; a new one where it has none. */
function useConfiguredLayout(
  link: string,
): readonly [OwnLayout, (layout: OwnLayout) => void] {
  const [layout, setLayout] = useState<OwnLayout | undefined>(undefined);
  const inForce = useAnswer(ConfigurationService.method.getConfiguration, {}, []);
  const document = draft.get() ?? inForce.value?.document;
  useEffect(() => {
    if (document === undefined || layout !== undefined || link === "") return;
    void import("../state/document-edit.js").then(({ linkOptions }) => {
      const found = layoutIn(linkOptions(document, link)?.options);
      if (found !== undefined) setLayout((now) => now ?? found);
    });
  }, [document]);
  return [layout ?? noLayout, setLayout];
}

/** What the lines say by this layout, asked for when its author rests. */
function useTrial(layout: OwnLayout, data: Uint8Array): {
  readonly answer: TryFormatResponse | undefined; readonly fault: Fault | undefined;
} {
  const [found, setFound] = useState<{ answer?: TryFormatResponse; fault?: Fault }>({});
  const options = JSON.stringify(optionsOf(layout));
  const spoken = useCell(language);
  useEffect(() => {
    if (layout.fields.length === 0 || data.length === 0) {
      setFound({});
      return undefined;
    }
    let overtaken = false;
    const cancel = after(restMs, () => {
      void request(RecordsService.method.tryFormat, { optionsYaml: options, data,
        driver: triedDriver }).then((answer) => {
        if (overtaken) return;
        setFound(answer.ok ? { answer: answer.value } : { fault: answer.fault });
      });
    });
    return () => { overtaken = true; cancel(); };
  }, [options, data, spoken]);
  return { answer: found.answer, fault: found.fault };
}

/** The options as text, and the way into the configuration. */
function Use(props: {
  readonly link: string; readonly title: string; readonly layout: OwnLayout;
}): JSX.Element | null {
  const { link, title, layout } = props;
  const [yaml, setYaml] = useState("");
  const [unknown, setUnknown] = useState(false);
  const options = optionsOf(layout);
  useEffect(() => {
    void import("../state/document-edit.js").then(({ optionsText }) => {
      setYaml(optionsText(options));
    });
  }, [JSON.stringify(options)]);
  if (layout.fields.length === 0) return null;
  const put = async (): Promise<void> => {
    const [edit, inForce] = await Promise.all([import("../state/document-edit.js"),
      request(ConfigurationService.method.getConfiguration, {})]);
    const document = draft.get() ?? (inForce.ok ? inForce.value.document : "");
    const next = edit.withLinkOptions(document, link, options);
    setUnknown(next === undefined);
    if (next === undefined) return;
    draft.set(next);
    location.hash = address("configuration");
  };
  return (
    <Card class="layout-use" title={t("layout.use.title")} aside={
      <CopyButton small text={yaml} what={t("layout.use.title")} />}>
      <pre class="drawing" role="group" aria-label={t("layout.use.title")} tabIndex={0}>{yaml}
      </pre>
      <p class="hint">{link === "" ? t("layout.use.copy")
        : t("layout.use.hint", { link: title })}</p>
      {link === "" ? null : <p><Button kind="primary" icon="configuration"
        onClick={() => { void put(); }}>{t("layout.use")}</Button></p>}
      {unknown ? <Note tone="warn" role="alert">{t("layout.use.unknown", { link: title })}</Note>
        : null}
    </Card>
  );
}
