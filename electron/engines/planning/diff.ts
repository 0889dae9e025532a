import type { ObjectKind, TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { AttributeChange, RecipientPart, Service } from '../../../shared/domain/plans.ts';
import { valuesOf } from '../../../shared/rules/attributes.ts';
import { isOffered, targetAttribute } from '../../../shared/rules/target-attributes.ts';
import type { TargetAttribute } from '../../../shared/rules/target-attributes.ts';
import type { MappedValue } from '../mapping/index.ts';

/**
 * Whether two values of an attribute are the same: case by the attribute, several values as sets, absent and empty alike.
 * An attribute that is not known compares exactly.
 */
export function sameValues(kind: ObjectKind, attribute: string, a: Values | null, b: Values | null): boolean {
  const [left, right] = [valueKeys(kind, attribute, a), valueKeys(kind, attribute, b)];
  return left.size === right.size && [...left].every((value) => right.has(value));
}

/** Values of an attribute in the form in which they are compared, each once. */
export function valueKeys(kind: ObjectKind, attribute: string, values: Values | null): ReadonlySet<string> {
  if (attribute === 'proxyAddresses') return new Set((values ?? []).map(addressKey));
  const about = targetAttribute(kind, attribute);
  const key = (value: string): string => (about?.caseSensitive === false || about?.type === 'boolean' ? value.toLowerCase() : value);
  return new Set((values ?? []).filter((v) => v !== '').map(key));
}

/** Addresses never differ by case but in the prefix, whose upper case marks the primary one (Exchange: proxyAddresses). */
export function addressKey(value: string): string {
  return value.startsWith('SMTP:') ? `SMTP:${value.slice(5).toLowerCase()}` : value.toLowerCase();
}

/**
 * Whether an object that a task made still is as it was written. Exchange gives it addresses of its own besides those that it was
 * told (ExchangeOnlineManagement cmdlet reference, New-DistributionGroup, PrimarySmtpAddress), so that more addresses are no change by others.
 */
export function stillAsWritten(kind: ObjectKind, attribute: string, now: Values | null, written: Values | null): boolean {
  if (attribute !== 'proxyAddresses') return sameValues(kind, attribute, now, written);
  const present = new Set((now ?? []).map(addressKey));
  return (written ?? []).every((value) => present.has(addressKey(value)));
}

/** What the diff found: changes to be written, and values that cannot be, each with a sentence. */
export interface ObjectDiff {
  readonly changes: readonly AttributeChange[];
  readonly refused: readonly { readonly attribute: string; readonly value: string; readonly reason: string }[];
  readonly unchanged: number;
}

function refusal(about: TargetAttribute | undefined, creating: boolean, after: Values | null, owner: Service, part: RecipientPart | null): string | null {
  if (about === undefined) return 'is no known attribute of this kind of object';
  if (about.service === 'none') return 'is computed by Microsoft 365 and only read';
  const beside = about.recipients !== undefined && isOffered(about, owner, part);
  if (about.service !== owner && !beside) return about.service === 'exchange' ? 'is written through Exchange Online, not through Microsoft Graph' : `is written through ${about.service === 'graph' ? 'Microsoft Graph' : about.service}, not through Exchange Online`;
  // What Exchange does not take at creation it is told right after it.
  if (creating) return about.onCreate || (about.service === 'exchange' && about.onUpdate) ? null : 'cannot be given when the object is created';
  if (!about.onUpdate) return 'can be given only when the object is created';
  return after === null && !about.clearable ? 'cannot be made empty' : null;
}

/**
 * A user in the recycle bin carries its id without dashes before its UPN; restoring takes it away again
 * (Microsoft Entra, deleted users). The plan is made for the state after restoring.
 * @returns values of the attribute, or null when absent.
 */
export function presentValues(target: TargetObject, attribute: string): Values | null {
  const values = valuesOf(target.attributes, attribute) ?? null;
  if (!target.deleted || attribute !== 'userPrincipalName' || values === null) return values;
  const mark = target.id.replaceAll('-', '');
  return values.map((value) => (value.toLowerCase().startsWith(mark.toLowerCase()) ? value.slice(mark.length) : value));
}

/**
 * Compares desired values with the target.
 * @param target null: the object will be created, and everything desired is a change from nothing.
 * @param owner the service that keeps the object.
 * @param part what an object that Graph keeps is to Exchange Online.
 */
export function diffObject(kind: ObjectKind, desired: ReadonlyMap<string, MappedValue>, target: TargetObject | null, owner: 'graph' | 'exchange' = 'graph', part: RecipientPart | null = null): ObjectDiff {
  const changes: AttributeChange[] = [];
  const refused: { attribute: string; value: string; reason: string }[] = [];
  let unchanged = 0;
  for (const [attribute, { values, provenance }] of desired) {
    const after = values === null || values.length === 0 ? null : values;
    const about = targetAttribute(kind, attribute, owner);
    const initial = about?.initial === undefined ? null : [about.initial];
    const before = target === null ? null : presentValues(target, attribute) ?? initial;
    if (sameValues(kind, attribute, before ?? initial, after)) {
      unchanged += 1;
      continue;
    }
    const reason = refusal(about, target === null, after, owner, part);
    if (reason !== null) refused.push({ attribute, value: after?.join(', ') ?? '', reason });
    else changes.push({ attribute, before, after, provenance, reversible: target === null || before !== null || about?.clearable !== false });
  }
  return { changes, refused, unchanged };
}
