import { invalidValue } from '../refusal.ts';

/** Letters, numbers, these signs, points between them, and U+00A1 to U+00FF; 64 at most (cmdlet reference, Alias parameter). */
const ALIAS = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u00a1-\u00ff]+(\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u00a1-\u00ff]+)*$/;

/** @throws ExchangeRefusal 400 for an alias with other characters. */
export function checkAlias(alias: string): string {
  if (!ALIAS.test(alias) || alias.length > 64) {
    throw invalidValue(`Property expression "${alias}" isn't valid. Valid values are: Strings formed with characters from A to Z (uppercase or lowercase), digits from 0 to 9, !, #, $, %, &, ', *, +, -, /, =, ?, ^, _, \`, {, |, }, or ~. One or more periods may be embedded in an alias, but each period should be preceded and followed by at least one of the other characters.`);
  }
  return alias;
}

/**
 * The alias that Exchange makes when none is given: what stands before the @ of a user ID, else the name without spaces and with
 * question marks for other characters (cmdlet reference, Alias parameter). Question marks do not suit an address; they fall away.
 */
export function aliasFrom(text: string): string {
  const local = text.includes('@') ? text.slice(0, text.lastIndexOf('@')) : text;
  const plain = local.replaceAll(/\s/g, '').replaceAll(/[^A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u00a1-\u00ff]/g, '?').replaceAll(/\.{2,}/g, '.').replaceAll(/^\.|\.$/g, '');
  return plain.slice(0, 64);
}

/** The part of an address that an alias makes: ASCII only; letters such as ö become oe, other marks are dropped (the same page). */
export function localPartOf(alias: string): string {
  const named = alias.replaceAll(/[äöüÄÖÜßæÆøØ]/g, (c) => BEST_FIT[c] ?? c);
  return named.normalize('NFD').replaceAll(/[^\x21-\x7e]/g, '').replaceAll('?', '') || 'recipient';
}
const BEST_FIT: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue', ß: 'ss', æ: 'ae', Æ: 'Ae', ø: 'oe', Ø: 'Oe' };
