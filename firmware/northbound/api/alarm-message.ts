/** Alarms as the API shows them, in the caller's language. */

import { inLanguage } from "../../base/result.js";
import { alarmAdvice, alarmClasses, alarmText, type AlarmSeverity, type AlarmView }
  from "../../supervisor/alarms.js";
import type { AlarmSchema } from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import type { PlainInit } from "./encoding.js";
import { severities } from "./enums.js";
import type { Language } from "./gateway-view.js";
import { timestamp } from "./time-message.js";

export function alarmMessage(alarm: AlarmView, language: Language): PlainInit<typeof AlarmSchema> {
  const row = alarmClasses[alarm.code];
  return {
    id: alarm.id, code: alarm.code, subject: alarm.subject, severity: severities[row.severity],
    text: inLanguage(alarmText(alarm), language),
    advice: inLanguage(alarmAdvice(alarm), language),
    raisedAt: timestamp(alarm.raisedAtMs),
    clearedAt: alarm.clearedAtMs === undefined ? undefined : timestamp(alarm.clearedAtMs),
    acknowledgedBy: alarm.acknowledgedBy ?? "", count: alarm.count,
  };
}

const ranks: Readonly<Record<AlarmSeverity, number>> = { critical: 0, major: 1, warning: 2 };

/** Standing before cleared, worst first, newest first. */
export function worstFirst(a: AlarmView, b: AlarmView): number {
  return Number(a.clearedAtMs !== undefined) - Number(b.clearedAtMs !== undefined)
    || ranks[alarmClasses[a.code].severity] - ranks[alarmClasses[b.code].severity]
    || b.raisedAtMs - a.raisedAtMs;
}
