import type { Broken } from './chain.ts';
import { addressOf, type Row } from './rows.ts';
import { smtpParts } from './text.ts';

/** A nickname that two users share is taken by the directory, only Exchange refuses it (Graph documentation, user: mailNickname). */
const severityOf = (attribute: string): 'error' | 'warning' => (attribute === 'mailNickname' ? 'warning' : 'error');
const ruleOf = (attribute: string, name: string): Broken['rule'] => ({ id: `${attribute}-${name}`, error: 'Duplicate', severity: severityOf(attribute) });
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const changed = (row: Row): boolean => row.final !== row.value;

/** Holders in an order that does not depend on how they were read: those that have the value as it is, with mail, by objectGUID. */
const firstHolder = (a: Row, b: Row): number =>
  Number(changed(a)) - Number(changed(b)) || Number(b.holder.hasNickname) - Number(a.holder.hasNickname) || byText(a.holder.id, b.holder.id) || byText(a.value, b.value);

/** Whether a holder's value may stay (IdFix: COMPLETE): a mail-enabled object keeps its names, a mailbox its nickname. */
function mayStay(row: Row): boolean {
  if (changed(row)) return false;
  if (row.attribute === 'mailNickname') return row.holder.hasMailbox;
  if (row.attribute === 'proxyAddresses') return row.holder.hasNickname && smtpParts(row.value) !== undefined;
  return row.attribute !== 'targetAddress' && row.holder.hasNickname;
}

/** Distinct holders, in the order of the rows. */
const holdersOf = (rows: readonly Row[]): readonly Row['holder'][] => [...new Map(rows.map(({ holder }) => [holder.id, holder])).values()];

/** Names of the holders but one; undefined when there are no others. Constant work, however many there are. */
function others(row: Row, holders: readonly Row['holder'][]): string | undefined {
  const names = holders.slice(0, 4).filter(({ id }) => id !== row.holder.id).slice(0, 3).map(({ name, where }) => (where === '' || where === row.holder.where ? name : `${name} (in ${where})`));
  // A row is itself among the holders of its own attribute, and may be among those of another one.
  const more = holders.length - names.length - 1;
  return names.length === 0 ? undefined : `${names.join(', ')}${more > 0 ? ' and more' : ''}`;
}

/**
 * Values that one object holds twice under one name (`SMTP:a@x` and `smtp:a@x`): all but one are to be removed; an unchanged value
 * stays rather than a mended one, and the primary address rather than another.
 * @returns the rows that stay.
 */
export function settleWithin(named: readonly (readonly [string, Row])[]): readonly (readonly [string, Row])[] {
  const kept = new Map<string, Row>();
  for (const [name, row] of named.toSorted(([, a], [, b]) => Number(changed(a)) - Number(changed(b)) || byText(a.value, b.value))) {
    if (!kept.has(name)) { kept.set(name, row); continue; }
    row.action = 'Remove';
    row.broken.push({ rule: ruleOf(row.attribute, 'duplicate'), message: `${row.holder.name} has ${row.final} twice; one is enough.` });
  }
  return [...kept];
}

/**
 * One name held by several objects. Every holder is told, the first one too (IdFix adds it as an extra row). What may stay is
 * `Complete`; an SMTP address without a mailbox is to be removed, except from the first holder; all else is edited by hand.
 */
export function settleBetween(rows: readonly Row[]): void {
  const sorted = rows.toSorted(firstHolder);
  const holders = holdersOf(sorted);
  if (holders.length < 2) return;
  for (const [at, row] of sorted.entries()) {
    row.broken.push({ rule: ruleOf(row.attribute, 'duplicate'), message: `${row.attribute} ${row.final} is also that of ${others(row, holders) ?? 'another object'}; only one can have it.` });
    const loose = row.attribute === 'proxyAddresses' && !changed(row) && !row.holder.hasNickname && smtpParts(row.value) !== undefined;
    row.action = mayStay(row) || (loose && at === 0) ? 'Complete' : loose ? 'Remove' : 'Edit';
    // A fix that ends in a clash mends nothing.
    row.withdrawn = true;
  }
}

/**
 * One address held by several objects in different attributes, mail of one and proxyAddresses of another, which IdFix does not
 * compare and Microsoft 365 does (AttributeValueMustBeUnique). Run after {@link settleBetween}: what will be removed clashes no more.
 */
export function settleAddress(rows: readonly Row[]): void {
  const staying = rows.filter((row) => row.action !== 'Remove').toSorted(firstHolder);
  const byAttribute = Map.groupBy(staying, (row) => row.attribute);
  for (const [attribute, held] of byAttribute) {
    for (const [other, rivals] of byAttribute) {
      if (other === attribute) continue;
      const holders = holdersOf(rivals);
      for (const row of held) {
        const names = others(row, holders);
        if (names === undefined) continue;
        row.broken.push({ rule: ruleOf(row.attribute, 'address-in-use'), message: `${addressOf(row) ?? row.final} is also in ${other} of ${names}; an address can belong to one object only.` });
        row.action ??= 'Edit';
        row.withdrawn = true;
      }
    }
  }
}
