import type { CheckFinding } from '../../../../shared/domain/checks.ts';
import type { SourceObject } from '../../../../shared/domain/objects.ts';
import { isEnabled } from '../../../../shared/rules/account-control.ts';
import { addressDomain } from '../../../../shared/rules/addresses.ts';
import { firstOf, integerOf } from '../../../../shared/rules/attributes.ts';
import { immutableIdFromGuid } from '../../../../shared/rules/guid.ts';
import { withUpnSuffix } from '../../../../shared/rules/upn.ts';
import type { NameKind, TenantNames } from '../names.ts';
import { holdsAlready, tenantClash } from '../tenant-clash.ts';
import type { Broken } from './chain.ts';
import { settleAddress, settleBetween, settleWithin } from './duplicates.ts';
import { OBJECT_RULES } from './object-rules.ts';
import { createRepeatedNames } from './repeated.ts';
import { addressOf, findingOf, holderOf, rowsOf, uniqueName, type Row } from './rows.ts';
import type { RuleContext } from './types.ts';
import { VALUE_RULES } from './value-rules.ts';

/** How a source directory is checked. */
export interface SourceCheckOptions extends RuleContext {
  /** Names taken in the tenant; null: nothing is known of it. */
  readonly names: TenantNames | null;
  /** True: users sign in with another attribute, so userPrincipalName is not looked at (IdFix: alternate login). */
  readonly alternateLogin: boolean;
}

/** What is known of one object besides its values. */
export interface CheckedSource {
  /** Graph id of its match; null: it has none. */
  readonly targetId: string | null;
  /** Whether matching has looked for one. */
  readonly matched: 'yes' | 'no' | 'not asked';
  /** `context`: the object only takes part as a holder of names; nothing is said about it. */
  readonly as: 'asked for' | 'context';
  /** Its match is written by another directory synchronisation (Graph documentation, user resource: onPremisesSyncEnabled). */
  readonly synchronisedElsewhere?: boolean;
  /** Names of the collections that hold it, shown to the other holders of its names; empty: none. */
  readonly where?: string;
}

/** What was counted on the way, for the findings about the pair. */
export interface SourceTally { readonly checked: number; readonly enabledUsers: number; readonly usersBySuffix: ReadonlyMap<string, number> }

/**
 * A check of a whole directory in two passes over a stream of objects, in any order: first {@link SourceChecks.note} for each, then
 * {@link SourceChecks.check} for each, then {@link SourceChecks.finish}. Memory is one page, 16 to 32 bytes for each unique name, and the
 * values that several objects hold.
 */
export interface SourceChecks {
  note(object: SourceObject): void;
  /** Findings that are certain now; values whose name occurs twice come with `finish`. */
  check(object: SourceObject, about: CheckedSource): CheckFinding[];
  /** The values that clash with others. */
  finish(): CheckFinding[];
  readonly tally: SourceTally;
}

const TENANT_KINDS: Readonly<Record<string, NameKind>> = { userPrincipalName: 'userPrincipalName', mailNickname: 'mailNickname', mail: 'address', proxyAddresses: 'address' };

/** Opens a check. */
export function createSourceChecks(options: SourceCheckOptions): SourceChecks {
  const attributes = Object.keys(VALUE_RULES).filter((name) => name !== 'userPrincipalName' || !options.alternateLogin);
  const repeated = createRepeatedNames();
  const groups = new Map<string, Row[]>();
  const addresses = new Map<string, Row[]>();
  const deferred = new Set<Row>();
  const usersBySuffix = new Map<string, number>();
  const tally = { checked: 0, enabledUsers: 0, usersBySuffix };

  const named = (object: SourceObject, rows: readonly Row[]): readonly (readonly [string, Row])[] => {
    const hasUpn = firstOf(object.attributes, 'userPrincipalName') !== undefined;
    return settleWithin(rows.flatMap((row) => { const name = uniqueName(row, { hasUpn }, options); return name === undefined ? [] : [[name, row] as const]; }));
  };
  const addressesOf = (kept: readonly (readonly [string, Row])[]): Map<string, Row[]> => {
    const found = new Map<string, Row[]>();
    for (const [, row] of kept) {
      const address = addressOf(row);
      if (address !== undefined) found.set(address, [...(found.get(address) ?? []), row]);
    }
    return found;
  };
  const count = (object: SourceObject): void => {
    tally.checked++;
    if (object.kind !== 'user') return;
    if (isEnabled(integerOf(object.attributes, 'userAccountControl') ?? 0)) tally.enabledUsers++;
    const suffix = addressDomain(withUpnSuffix(firstOf(object.attributes, 'userPrincipalName') ?? '', options.upnSuffix));
    if (suffix !== '') usersBySuffix.set(suffix, (usersBySuffix.get(suffix) ?? 0) + 1);
  };
  const keep = (table: Map<string, Row[]>, name: string, rows: readonly Row[]): void => {
    const held = table.get(name);
    if (held === undefined) table.set(name, [...rows]);
    else held.push(...rows);
    for (const row of rows) deferred.add(row);
  };
  const silent = new Set<Row>();

  return {
    tally,
    note(object) {
      const kept = named(object, rowsOf(object, options, attributes));
      for (const [name] of kept) repeated.add(name);
      // Once an object: its mail is among its own proxy addresses, which is as it should be.
      for (const address of addressesOf(kept).keys()) repeated.add(`address ${address}`);
    },
    check(object, about) {
      const rows = rowsOf(object, options, attributes, about.where);
      const kept = named(object, rows);
      if (about.as === 'asked for') {
        count(object);
        for (const row of rows) if (row.action !== 'Remove') row.broken.push(...inTenant(row, about, options));
      }
      for (const [name, row] of kept) if (repeated.mayRepeat(name)) keep(groups, name, [row]);
      for (const [address, held] of addressesOf(kept)) if (repeated.mayRepeat(`address ${address}`)) keep(addresses, address, held);
      if (about.as === 'context') {
        for (const row of rows) if (deferred.has(row)) silent.add(row);
        return [];
      }
      return [...ofObject(object, options), ...inTenantAsAWhole(object, about, options), ...rows.filter((row) => !deferred.has(row)).flatMap((row) => findingOf(row) ?? [])];
    },
    finish() {
      for (const rows of groups.values()) if (rows.length > 1) settleBetween(rows);
      for (const rows of addresses.values()) if (rows.length > 1) settleAddress(rows);
      const findings = [...deferred].filter((row) => !silent.has(row)).flatMap((row) => findingOf(row) ?? []);
      groups.clear();
      addresses.clear();
      deferred.clear();
      return findings;
    },
  };
}

function ofObject(object: SourceObject, context: RuleContext): CheckFinding[] {
  const { id, dn, name, kind, objectClass } = holderOf(object);
  return OBJECT_RULES.filter((rule) => rule.kinds.includes(object.kind)).flatMap((rule): CheckFinding[] => {
    const failure = rule.check(object, context);
    if (failure === null) return [];
    return [{
      sourceId: id, dn, name, kind, objectClass, attribute: rule.attribute, value: failure.value, rules: [rule.id], errors: [rule.error], severity: failure.severity ?? rule.severity,
      message: failure.message, proposal: failure.proposal, action: failure.action ?? (failure.proposal === null ? 'Fail' : 'Edit'),
    }];
  });
}

/** What concerns the object and its match as a whole: who else writes the match, and who else has the source anchor. */
function inTenantAsAWhole(object: SourceObject, about: CheckedSource, { names }: SourceCheckOptions): CheckFinding[] {
  const { id, dn, name, kind, objectClass } = holderOf(object);
  const found = (rule: string, attribute: string, value: string, message: string): CheckFinding => ({ sourceId: id, dn, name, kind, objectClass, attribute, value, rules: [rule], errors: ['Tenant'], severity: 'error', message, proposal: null, action: 'Fail' });
  const findings: CheckFinding[] = [];
  if (about.synchronisedElsewhere === true) findings.push(found('synchronised-elsewhere', 'onPremisesSyncEnabled', 'true', `The match of ${name} in the tenant is written by another directory synchronisation, which would undo every change. Take the object out of that synchronisation, or out of the collection.`));
  // Entra Connect, design concepts: mS-DS-ConsistencyGuid, else objectGUID.
  const anchor = kind === 'user' ? firstOf(object.attributes, 'mS-DS-ConsistencyGuid') ?? immutableIdFromGuid(id) : undefined;
  const other = anchor === undefined || names === null ? undefined : names.holders('anchor', anchor).find((holder) => holder.id !== about.targetId);
  if (anchor !== undefined && other !== undefined && about.matched !== 'not asked') findings.push(found('anchor-unique-in-tenant', 'mS-DS-ConsistencyGuid', anchor, `The ${other.kind} ${other.name}${other.deleted ? ' in the recycle bin' : ''} of the tenant has the immutable id of ${name}, with which it is not matched. Match the two, or clear onPremisesImmutableId there.`));
  return findings;
}

/** Names that somebody else in the tenant holds. An object that was never matched may well be that very somebody: then it is a warning. */
function inTenant(row: Row, about: CheckedSource, { names, upnSuffix }: SourceCheckOptions): Broken[] {
  const kind = TENANT_KINDS[row.attribute];
  const value = row.attribute === 'userPrincipalName' ? withUpnSuffix(row.final, upnSuffix) : row.attribute === 'mailNickname' ? row.final : addressOf(row);
  if (names === null || kind === undefined || value === undefined) return [];
  const clashOf = (as: NameKind): ReturnType<typeof tenantClash> => tenantClash({ kind: as, value, objectName: row.holder.name, targetId: about.targetId, matched: about.matched, unified: false }, names);
  // A sign-in name that the match has already cannot clash; any other must be nobody's address either, because the two share one space of names.
  const isNew = kind === 'userPrincipalName' && !holdsAlready(about.targetId, value, names);
  const clash = clashOf(kind) ?? (isNew ? clashOf('address') : null);
  return clash === null ? [] : [{ rule: { id: `${row.attribute}-unique-in-tenant`, error: 'Tenant', severity: clash.severity }, message: clash.message }];
}
