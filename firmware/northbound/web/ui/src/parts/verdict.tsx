/** The doctor's verdict on a serial port, for a person who stands beside it. */

import type { JSX } from "preact";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { type Candidate, Finding, type ModemLines, type RecordSample, type Verdict } from
  "../../../../../../proto/gen/cti/gateway/v1/ports_pb.js";
import { frameText } from "../state/frames.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { bytes, count, percent } from "../text/format.js";
import { t, textOr } from "../text/language.js";
import { Badge, Card, type Tone } from "./basics.js";
import { CopyButton } from "./copy-button.js";
import { Fact } from "./fact.js";
import { Icon, type IconName } from "./icons.js";

const problem = ["bad", "cross"] as const;
const signs: Readonly<Record<Finding, readonly [Tone, IconName]>> = {
  [Finding.UNSPECIFIED]: ["quiet", "question"],
  [Finding.RECOGNISED]: ["good", "check"],
  [Finding.LIKELY]: ["warn", "question"],
  [Finding.UNKNOWN_FORMAT]: problem,
  [Finding.GARBLED]: problem,
  [Finding.SILENT]: problem,
  [Finding.PORT_UNUSABLE]: problem,
};

export function VerdictHead(props: { readonly verdict: Verdict }): JSX.Element {
  const { finding, headline } = props.verdict;
  // A newer gateway may find what this page has no sign for.
  const [tone, icon] = signs[finding] ?? signs[Finding.UNSPECIFIED];
  return (
    <div class={`verdict-head tone-${tone}`}>
      <Icon name={icon} />
      <div><p class="doctor-big">{textOr(`doctor.finding.${finding}`, t("doctor.finding.0"))}</p>
        <h2>{headline}</h2></div>
    </div>
  );
}

/** Text whose columns matter: it scrolls within itself, reachable by keyboard. */
function Drawing(props: { readonly label: string; readonly text: string }): JSX.Element {
  return <pre class="drawing" role="group" tabIndex={0} aria-label={props.label}>
    {props.text}</pre>;
}

export function VerdictView(props: { readonly verdict: Verdict }): JSX.Element {
  const { finding, advice, profileYaml, wirings, candidates, received } = props.verdict;
  return (
    <>
      {advice.length === 0 ? null : (
        <Card title={t("doctor.advice")}>
          <ol class="advice">{advice.map((each) => <li key={each}>{each}</li>)}</ol>
        </Card>
      )}
      {profileYaml === "" ? null : <Profile yaml={profileYaml} />}
      {finding === Finding.PORT_UNUSABLE ? null
        : <Card title={t("doctor.seen")}><Seen verdict={props.verdict} /></Card>}
      {wirings.length === 0 ? null : (
        <Card title={t("doctor.wirings")}>
          <div class="wirings">{wirings.map(({ title, picture }) => (
            <figure key={title}><figcaption>{title}</figcaption>
              <Drawing label={title} text={picture} /></figure>))}</div>
        </Card>
      )}
      {candidates.length === 0 ? null : (
        <Card title={t("doctor.candidates")}>
          {candidates.map((each, index) => (
            <CandidateView key={index} candidate={each} open={index === 0} />))}
        </Card>
      )}
      {candidates.length > 0 || received.length === 0 ? null : (
        <Card title={t("doctor.received")}>
          <Drawing label={t("doctor.received")} text={frameText(received)} />
        </Card>
      )}
    </>
  );
}

function Profile(props: { readonly yaml: string }): JSX.Element {
  return (
    <Card title={t("doctor.profile")}
      aside={<CopyButton text={props.yaml} what={t("doctor.profile")} />}>
      <Drawing label={t("doctor.profile")} text={props.yaml} />
      {may(Role.ADMIN) ? <>
        <p class="hint">{t("doctor.profile.hint")}</p>
        <p><a class="button" href={address("configuration")}>
          <Icon name="configuration" />{t("doctor.profile.open")}</a></p>
      </> : <p class="hint">{t("doctor.profile.admin")}</p>}
    </Card>
  );
}

function Seen(props: { readonly verdict: Verdict }): JSX.Element {
  const { settings, lines, bytesSeen, damage } = props.verdict;
  return (<>
    <dl class="facts">
      <Fact label={t("doctor.settings")}>{settings === "" ? "–" : <code>{settings}</code>}</Fact>
      <Fact label={t("doctor.lines")}>{lines === undefined ? t("doctor.lines.unknown")
        : <Lines lines={lines} />}</Fact>
      <Fact label={t("doctor.bytes")}>{bytes(bytesSeen)}</Fact>
    </dl>
    {damage === "" ? null : <p class="hint">{damage}</p>}
  </>);
}

export function Lines(
  props: { readonly lines: Pick<ModemLines, "cts" | "dsr" | "dcd" | "ri"> },
): JSX.Element {
  return <span class="row">{(["cts", "dsr", "dcd", "ri"] as const).map((name) => {
    const up = props.lines[name];
    return up === undefined ? null : (
      <Badge key={name} tone={up ? "good" : "quiet"} icon={up ? "check" : "close"}>
        {t(up ? "doctor.lines.up" : "doctor.lines.down", { line: name.toUpperCase() })}</Badge>);
  })}</span>;
}

function CandidateView(props: {
  readonly candidate: Candidate; readonly open: boolean;
}): JSX.Element {
  const { title, driver, score, records, samples } = props.candidate;
  return (
    <details class="candidate" open={props.open}>
      <summary><span>{title}</span> <span class="number">{percent(score)}</span></summary>
      <div class="gauge">
        <meter min={0} max={1} value={score} aria-label={t("doctor.score")} /></div>
      <dl class="facts">
        <Fact label={t("doctor.score")}>{percent(score)}</Fact>
        <Fact label={t("doctor.records")}>{count(records)}</Fact>
        <Fact label={t("doctor.driver")}><code>{driver}</code></Fact>
      </dl>
      {samples.map((sample, index) => <Sample key={index} sample={sample} />)}
    </details>
  );
}

/** A record as printed, and under it what was understood of it. */
function Sample(props: { readonly sample: RecordSample }): JSX.Element {
  const { text, fields } = props.sample;
  return (
    <div class="sample">
      <Drawing label={t("doctor.sample")} text={text} />
      <dl class="facts">{Object.entries(fields).map(([name, value]) => (
        <Fact key={name} label={textOr(`doctor.field.${name}`, name)}>{value}</Fact>))}</dl>
    </div>
  );
}
