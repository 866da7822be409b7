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
  "link.raw": "Received and kept",
  "link.raw.hint": "The newest bytes as they came, and what the line was like then. Telephone "
    + "numbers are shown in full; opening this view is audited.",
  "link.raw.show": "Show the newest",
  "link.raw.empty": "Nothing is kept of this link.",
  "link.raw.line.unknown": "line not known",
  "link.raw.damaged": "{count} damaged",
  "link.raw.breaks": "breaks: {count}",
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
  "link.raw": "Reçu et gardé",
  "link.raw.hint": "Les derniers octets tels que reçus, et l'état de la ligne à ce moment. Les "
    + "numéros sont montrés en entier ; l'ouverture de cette vue est inscrite au journal d'audit.",
  "link.raw.show": "Afficher les derniers",
  "link.raw.empty": "Rien n'est gardé de ce lien.",
  "link.raw.line.unknown": "ligne inconnue",
  "link.raw.damaged": "{count} abîmés",
  "link.raw.breaks": "breaks : {count}",
};
