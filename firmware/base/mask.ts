/** Telephone numbers in logs: enough to recognise one's own number, too little to call it. */

const numberPattern = /\+?\d(?:[\d ./()-]{4,}\d)/g;

const address = /^\d{1,3}(\.\d{1,3}){3}$/;

/** Keeps the first and last two characters of each run of six or more digits, not IP addresses. */
export function maskNumbers(text: string): string {
  return text.replace(numberPattern, (found) => {
    const digits = found.replace(/\D/g, "");
    if (digits.length < 6 || address.test(found)) return found;
    return `${found.slice(0, 2)}${"*".repeat(Math.max(2, found.length - 4))}${found.slice(-2)}`;
  });
}
