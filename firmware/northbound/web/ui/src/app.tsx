/** The frame of the page: who is signed in, where one is, navigation, screen-pops. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Badge, Button, Empty, Skeleton, Toasts } from "./parts/basics.js";
import { useCell } from "./parts/hooks.js";
import { Icon, type IconName, Mark } from "./parts/icons.js";
import { LanguageSwitch } from "./parts/language-switch.js";
import { barPages, visiblePlaces } from "./parts/places.js";
import { ScreenPops } from "./parts/screen-pop.js";
import { AccessPage } from "./pages/access.js";
import { AccountPage } from "./pages/account.js";
import { AlarmsPage } from "./pages/alarms.js";
import { ApplicationsPage } from "./pages/applications.js";
import { CallsPage } from "./pages/calls.js";
import { ConfigurationPage } from "./pages/configuration.js";
import { LayoutPage } from "./pages/layout.js";
import { LinkPage } from "./pages/link.js";
import { LinksPage } from "./pages/links.js";
import { MorePage } from "./pages/more.js";
import { NumbersPage } from "./pages/numbers.js";
import { OverviewPage } from "./pages/overview.js";
import { DeliveryPage } from "./pages/delivery.js";
import { PortPage, PortsPage, PortTerminalPage } from "./pages/ports.js";
import { ReportsPage } from "./pages/reports.js";
import { RecordPage } from "./pages/record.js";
import { RecordsPage } from "./pages/records.js";
import { SignInPage } from "./pages/sign-in.js";
import { SystemPage } from "./pages/system.js";
import { alarms, live, startFeed } from "./state/feed.js";
import { address, type PageName, parseRoute, type Route } from "./state/route.js";
import { askWhoIAm, session, signOut } from "./state/session.js";
import { language, plural, t, textOr } from "./text/language.js";

function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const read = (): void => { setHash(location.hash); };
    addEventListener("hashchange", read);
    return () => { removeEventListener("hashchange", read); };
  }, []);
  return parseRoute(hash);
}

export function App(): JSX.Element {
  const now = useCell(session);
  useCell(language);
  if (now.name === "asking") return <main class="alone"><Skeleton /></main>;
  if (now.name === "unreachable") {
    return (
      <main class="alone">
        <Empty icon="cross" title={t("fault.unreachable")}
          advice={t("fault.unreachable.advice")} />
        <Button onClick={() => { void askWhoIAm(); }}>{t("common.retry")}</Button>
      </main>
    );
  }
  if (now.name === "out") return <SignInPage ended={now.ended} />;
  if (now.who.mustChangePassword) {
    return <main class="alone" id="content"><AccountPage /><Toasts /></main>;
  }
  return <Frame />;
}

function Frame(): JSX.Element {
  const route = useRoute();
  const content = useRef<HTMLElement>(null);
  const first = useRef(true);
  const at = `${route.page ?? ""}/${route.argument}`;
  useEffect(() => startFeed(), []);
  useEffect(() => {
    document.title = route.page === undefined ? "Jackfield"
      : `${t(`nav.${route.page}`)} – Jackfield`;
    // A screen reader should hear the new page, but nobody's focus is moved at the first load.
    if (!first.current) content.current?.focus({ preventScroll: true });
    if (!first.current) scrollTo(0, 0);
    first.current = false;
  }, [at, language.get()]);
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => { content.current?.focus(); }}>
        {t("skip")}</button>
      <TopBar />
      <div class="side">
        <SideBar page={route.page} />
        <ScreenPops />
      </div>
      <main id="content" class="content" ref={content} tabIndex={-1}>
        <PageOf route={route} />
      </main>
      <Toasts />
      <BottomBar page={route.page} />
    </div>
  );
}

function PageOf(props: { readonly route: Route }): JSX.Element {
  const { page, argument } = props.route;
  switch (page) {
    case "overview": return <OverviewPage />;
    case "calls": return <CallsPage />;
    case "links":
      return argument === "" ? <LinksPage /> : <LinkPage key={argument} id={argument} />;
    case "layout": return <LayoutPage key={argument} link={argument} />;
    case "ports":
      return argument === "" ? <PortsPage /> : <PortPage key={argument} port={argument} />;
    case "terminal": return argument === "" ? <PortsPage />
      : <PortTerminalPage key={argument} port={argument} />;
    case "records":
      return argument === "" ? <RecordsPage /> : <RecordPage key={argument} id={argument} />;
    case "delivery": return <DeliveryPage />;
    case "reports": return <ReportsPage />;
    case "applications": return <ApplicationsPage />;
    case "numbers": return <NumbersPage />;
    case "alarms": return <AlarmsPage />;
    case "configuration": return <ConfigurationPage />;
    case "system": return <SystemPage />;
    case "access": return <AccessPage />;
    case "account": return <AccountPage />;
    case "more": return <MorePage />;
    case undefined: return (
      <>
        <h1>Jackfield</h1>
        <Empty icon="question" title={t("nav.notFound")} />
        <p class="center"><a href={address("overview")}>{t("nav.home")}</a></p>
      </>
    );
  }
}

function LiveState(): JSX.Element {
  const state = useCell(live);
  const [tone, key] = state === "open" ? ["good", "live.on"] as const
    : state === "ended" ? ["bad", "live.off"] as const : ["warn", "live.retrying"] as const;
  return <Badge tone={tone}><span class="live-word">{t(key)}</span></Badge>;
}

function TopBar(): JSX.Element {
  const now = useCell(session);
  const name = now.name === "in" ? now.who.name : "";
  return (
    <header class="top">
      <a class="brand" href={address("overview")}>
        <Mark /><span>Jackfield</span><span class="brand-line">{t("product.line")}</span>
      </a>
      <div class="row end">
        <span role="status"><LiveState /></span>
        <LanguageSwitch />
        <a class="who" href={address("account")}><Icon name="account" />
          <span class="hidden">{t("nav.account")} </span><span>{name}</span></a>
        <button type="button" class="icon-button sign-out" aria-label={t("signin.out")}
          title={t("signin.out")} onClick={() => { void signOut(); }}><Icon name="out" /></button>
      </div>
    </header>
  );
}

function NavLink(props: {
  readonly page: PageName; readonly icon: IconName; readonly current: boolean;
  readonly short?: boolean; readonly children?: ComponentChildren;
}): JSX.Element {
  const full = t(`nav.${props.page}`);
  return (
    <a href={address(props.page)} {...(props.current ? { "aria-current": "page" as const } : {})}>
      <Icon name={props.icon} />
      <span>{props.short === true ? textOr(`nav.short.${props.page}`, full) : full}</span>
      {props.children}
    </a>
  );
}

function AlarmCount(): JSX.Element | null {
  const count = (useCell(alarms) ?? []).filter((alarm) => alarm.clearedAt === undefined).length;
  return count === 0 ? null : (
    <span class="count" title={plural("alarms.count", count)}>
      {count}<span class="hidden"> {plural("alarms.count", count)}</span></span>
  );
}

function SideBar(props: { readonly page: PageName | undefined }): JSX.Element {
  return (
    <nav aria-label={t("nav.main")}>
      {visiblePlaces().map(({ page, icon }) => (
        <NavLink key={page} page={page} icon={icon} current={props.page === page}>
          {page === "alarms" ? <AlarmCount /> : null}
        </NavLink>
      ))}
    </nav>
  );
}

function BottomBar(props: { readonly page: PageName | undefined }): JSX.Element {
  const here = props.page ?? "overview";
  return (
    <nav class="bottom" aria-label={t("nav.main")}>
      {visiblePlaces().filter(({ page }) => barPages.includes(page)).map(({ page, icon }) => (
        <NavLink key={page} short page={page} icon={icon} current={props.page === page}>
          {page === "alarms" ? <AlarmCount /> : null}
        </NavLink>
      ))}
      <NavLink page="more" icon="more" current={!barPages.includes(here)} />
    </nav>
  );
}
