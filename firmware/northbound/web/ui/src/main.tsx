import { render } from "preact";
import { App } from "./app.js";
import { askWhoIAm, restorePreferences } from "./state/session.js";
import "./style.css";

restorePreferences();
const place = document.getElementById("app");
if (place !== null) render(<App />, place);
void askWhoIAm();
