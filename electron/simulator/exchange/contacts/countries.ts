import { badParameter } from '../refusal.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Names of countries and regions by their two-letter code (ISO 3166-1), as Unicode's CLDR spells them in English. */
function namesByCode(): ReadonlyMap<string, string> {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const codes = LETTERS.flatMap((a) => LETTERS.map((b) => `${a}${b}`)).filter((code) => !/^(A[A]|Q[M-Z]|X[A-Z]|ZZ|EU|EZ|UN|Q[O])$/.test(code) || code === 'XK');
  return new Map(codes.flatMap((code) => { const name = names.of(code); return name === undefined ? [] : [[code, name] as const]; }));
}

/**
 * The friendly name that CountryOrRegion stores and shows, from a two-letter code or a friendly name (cmdlet reference, Set-Contact,
 * CountryOrRegion).
 * @throws ExchangeRefusal 400 for what is neither.
 */
export function countryName(text: string): string {
  const names = namesByCode();
  const byCode = names.get(text.trim().toUpperCase());
  const name = byCode ?? [...names.values()].find((one) => one.toLowerCase() === text.trim().toLowerCase());
  if (name === undefined) throw badParameter(`Cannot process argument transformation on parameter 'CountryOrRegion'. Cannot convert value "${text.slice(0, 100)}" to type "Microsoft.Exchange.Data.Directory.CountryInfo".`);
  return name;
}
