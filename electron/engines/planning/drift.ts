import type { ObjectKind, Values } from '../../../shared/domain/objects.ts';
import type { AttributeChange } from '../../../shared/domain/plans.ts';
import { attributeCode, memberCode, valueCode, type AgreedMembers, type AgreedValues } from '../../../shared/rules/agreed.ts';
import { valueKeys } from './diff.ts';

/** What coexistence knows of an object besides its values: what it agreed on with the tenant before, and what becomes of changes of others since. */
export interface Baseline {
  /** Null: the object was never in step. */
  readonly values: AgreedValues | null;
  /** Null: the members were never in step. */
  readonly members: AgreedMembers | null;
  /** Coexistence had the object in the tenant, and others have deleted it for good. */
  readonly vanished: boolean;
  /** What becomes of a change of others: it is left as it is, written over as the collection says, or a person asked for that. @param item Graph id of a member; else empty. */
  treatment(attribute: string, item: string): DriftTreatment;
  /** True for a membership that a person accepted: it is neither made nor ended. */
  isHeldMember(memberId: string): boolean;
}

/** What becomes of a change of others. */
export type DriftTreatment = 'left' | 'written over' | 'asked for';

/** One value that others changed in the tenant. Members are named by their Graph id. */
export interface Drift {
  readonly attribute: string;
  /** Graph id of a member that was added or taken out; else empty. */
  readonly item: string;
  /** What the rules say. */
  readonly expected: Values;
  readonly actual: Values;
  /** True: the plan leaves it as it is. */
  readonly left: boolean;
}

/** Who changed a value since it was agreed. */
export type Origin = 'source' | 'others' | 'both';

/** Codes of values as they are compared. */
const codesOf = (kind: ObjectKind, attribute: string, values: Values | null): ReadonlySet<string> => new Set([...valueKeys(kind, attribute, values)].map(valueCode));

/**
 * Who made a value of the tenant differ from what the rules say, value by value of those that have several; who emptied what was there changed it, too,
 * whatever the other one did to it. What nobody agreed on before is the source's.
 * @param present what the tenant has. @param wanted what the rules say; another one.
 */
export function originOf(kind: ObjectKind, attribute: string, present: Values | null, wanted: Values | null, agreed: ReadonlySet<string> | undefined): Origin {
  if (agreed === undefined) return 'source';
  const [has, shall] = [codesOf(kind, attribute, present), codesOf(kind, attribute, wanted)];
  const missing = [...shall].filter((one) => !has.has(one));
  const surplus = [...has].filter((one) => !shall.has(one));
  const bySource = missing.some((one) => !agreed.has(one)) || surplus.some((one) => agreed.has(one)) || (shall.size === 0 && agreed.size > 0);
  const byOthers = missing.some((one) => agreed.has(one)) || surplus.some((one) => !agreed.has(one)) || (has.size === 0 && agreed.size > 0);
  return bySource ? (byOthers ? 'both' : 'source') : 'others';
}

/** Changes that are written, and what others changed. */
export interface Divided { readonly changes: readonly AttributeChange[]; readonly drift: readonly Drift[] }

/** Divides what differs between the rules and the tenant by who changed it. A source that changed, too, is written over what others did. */
export function divideChanges(kind: ObjectKind, changes: readonly AttributeChange[], baseline: Baseline | undefined): Divided {
  const agreed = baseline?.values ?? null;
  if (baseline === undefined || agreed === null) return { changes, drift: [] };
  const written: AttributeChange[] = [];
  const drift: Drift[] = [];
  for (const change of changes) {
    const origin = originOf(kind, change.attribute, change.before, change.after, agreed.get(attributeCode(change.attribute)));
    const left = origin === 'others' && baseline.treatment(change.attribute, '') === 'left';
    if (origin !== 'source') drift.push({ attribute: change.attribute, item: '', expected: change.after ?? [], actual: change.before ?? [], left });
    if (!left) written.push(change);
  }
  return { changes: written, drift };
}

/** Collects what an object agrees with the tenant about when its plan is carried out. */
export interface Agreeing {
  readonly values: Map<string, ReadonlySet<string>>;
  /** Null: the members were not compared, and what was agreed on before stands. */
  members: AgreedMembers | null;
}

/** Notes what an attribute shall be; what is left as others made it stays as it was agreed. */
export function agree(into: Agreeing, kind: ObjectKind, attribute: string, wanted: Values | null): void {
  into.values.set(attributeCode(attribute), codesOf(kind, attribute, wanted));
}

/** What is decided about the members of one group. */
export interface MembersDivided {
  /** Graph ids of those that are to be added after all: the others of the wanted are there, or stay out. */
  readonly add: ReadonlySet<string>;
  readonly remove: readonly string[];
  readonly drift: readonly Omit<Drift, 'attribute'>[];
  readonly agreed: AgreedMembers;
}

/** The members of a group as they are and as they shall be, by Graph id. */
export interface MembersCompared {
  readonly present: ReadonlySet<string>;
  /** Those of the source that have an object in the tenant. */
  readonly wanted: ReadonlySet<string>;
  /** Not wanted, and not taken out when they are there. */
  readonly kept: ReadonlySet<string>;
  /** True for who may be taken out: the match of an object of the directory. */
  readonly isKnown: (id: string) => boolean;
}

/**
 * Decides about the members of a group one by one. Who was agreed on and is not wanted any more left in the source; who is there and was never
 * seen was added by others, who was agreed on and is not there was taken out by others. Nobody is taken out by itself whom no object of the
 * directory matches.
 */
export function divideMembers({ present, wanted, kept, isKnown }: MembersCompared, baseline: Baseline): MembersDivided {
  const before = baseline.members;
  const [add, remove] = [new Set<string>(), [] as string[]];
  const drift: Omit<Drift, 'attribute'>[] = [];
  const agreed = { wanted: new Set<string>(), others: new Set<string>() };
  for (const id of wanted) {
    const code = memberCode(id);
    agreed.wanted.add(code);
    if (present.has(id) || baseline.isHeldMember(id)) continue;
    if (before?.wanted.has(code) !== true) { add.add(id); continue; }
    const left = baseline.treatment('members', id) === 'left';
    drift.push({ item: id, expected: [id], actual: [], left });
    if (!left) add.add(id);
  }
  for (const id of present) {
    if (wanted.has(id) || kept.has(id) || baseline.isHeldMember(id)) continue;
    const code = memberCode(id);
    const known = isKnown(id);
    if (before === null || before.wanted.has(code)) {
      if (known) remove.push(id);
      else agreed.others.add(code);
    } else if (before.others.has(code) && !known) agreed.others.add(code);
    else {
      const treatment = baseline.treatment('members', id);
      const left = treatment === 'left' || (treatment === 'written over' && !known);
      drift.push({ item: id, expected: [], actual: [id], left });
      if (!left) remove.push(id);
    }
  }
  return { add, remove, drift, agreed };
}
