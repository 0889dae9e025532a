/** A text made harmless in HTML, in attributes too. */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

/** A number with spaces between thousands, which no language reads as a decimal point. */
export function number(value: number): string {
  const [whole = '', rest] = String(value).split('.');
  return whole.replaceAll(/\B(?=(\d{3})+$)/g, ' ') + (rest === undefined ? '' : `.${rest}`);
}

/** A fraction as a percentage. */
export function share(fraction: number): string {
  const percent = fraction * 100;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1).replace(/\.0$/, '') : Math.round(percent)} %`;
}

const UNITS: readonly (readonly [ms: number, name: string])[] = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's']];

/** Milliseconds in the two largest units that say something: `2 d 3 h`, `150 s`, `20 ms`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 600_000) return `${number(Math.round(ms / 100) / 10)} s`;
  let rest = Math.round(ms / 1000) * 1000;
  const parts: string[] = [];
  for (const [size, name] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${number(count)} ${name}`);
  }
  return parts.slice(0, 2).join(' ');
}
