/** Words of what a link receives: damage on the line, rejected lines, what waits. */

export const receptionInEnglish = {
  "link.counter.lastRecord": "Last record",
  "link.counter.missed": "Records missing by the PBX's numbers",
  "link.counter.rejected": "Lines rejected",
  "link.counter.rejected.reasons": "why",
  "link.counter.damaged": "Framing and parity errors",
  "link.counter.breaks": "Breaks",
  "link.counter.unkept": "Waiting for the store",
  "link.holding": "the PBX is asked to wait",
} as const;

export const receptionInFrench: Readonly<Record<keyof typeof receptionInEnglish, string>> = {
  "link.counter.lastRecord": "Dernier ticket",
  "link.counter.missed": "Tickets manquants selon les numéros du PBX",
  "link.counter.rejected": "Lignes rejetées",
  "link.counter.rejected.reasons": "motifs",
  "link.counter.damaged": "Erreurs de trame et de parité",
  "link.counter.breaks": "Breaks",
  "link.counter.unkept": "En attente du stockage",
  "link.holding": "le PBX est prié d'attendre",
};
