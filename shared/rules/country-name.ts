import { countryCode, COUNTRIES } from './country.ts';

/** English names of countries (Unicode CLDR) by their code, made at the first question. */
const names = (): Intl.DisplayNames => new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** The English name of a country by its alpha-2 code of ISO 3166-1; undefined when it is none. */
export function countryNameOf(code: string): string | undefined {
  const known = countryCode(code);
  return known === undefined ? undefined : names().of(known);
}

/** The alpha-2 code of a country by its English name, exactly but for case; undefined when no name is equal. */
export function countryCodeOfName(name: string): string | undefined {
  const wanted = name.trim().toLowerCase();
  if (wanted === '') return undefined;
  const table = names();
  return [...COUNTRIES.keys()].find((code) => table.of(code)?.toLowerCase() === wanted);
}
