/** CSTA phase III in ASN.1 (ECMA-285, 4th edition). */

import { phaseOf } from "./phase-tables.js";
import type { CstaPhase } from "./phase.js";
import { universalFailure } from "./phase3-errors.js";
import { eventNames, eventReport } from "./phase3-events.js";
import { services } from "./phase3-services.js";

export const phase3: CstaPhase =
  phaseOf({ services, events: eventNames, eventReport, error: universalFailure });
