import type { ReviewState } from './review.ts';

/** Kinds of objects that Causeway migrates, the same words for source and target. */
export const OBJECT_KINDS = ['user', 'group', 'contact'] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

/** Values of one attribute: text as it is, binary as Base64, in the order of the directory. Never empty: an absent attribute has no key. */
export type Values = readonly string[];
/** Attribute name in the directory's own spelling to its values. */
export type Attributes = Readonly<Record<string, Values>>;

/** One object of Active Directory as discovered. */
export interface SourceObject {
  /** objectGUID, lower-case dashed text: the key. DN and names are attributes, never keys. */
  readonly id: string;
  readonly kind: ObjectKind;
  readonly dn: string;
  /** What a person calls it: displayName, else name, else the first RDN value. */
  readonly name: string;
  /** Values without the linked attributes. Binary values (objectSid, mS-DS-ConsistencyGuid ...) are Base64. */
  readonly attributes: Attributes;
  /** Linked attributes (manager, member, managedBy ...) as DNs. */
  readonly links: Attributes;
  /** uSNChanged on the domain controller it was read from, decimal text; absent for an LDIF snapshot that lacks it. */
  readonly usn?: string;
}

/** One object of Microsoft 365 as discovered. Attribute names are Graph's; see shared/rules/target-attributes.ts. */
export interface TargetObject {
  /** Graph id. */
  readonly id: string;
  readonly kind: ObjectKind;
  readonly name: string;
  readonly attributes: Attributes;
  /** `manager` (one id), `members`, `owners`: Graph ids. Absent when not read; `members` of a group that has none is an empty list. */
  readonly links: Attributes;
  /** In the recycle bin (deletedItems). */
  readonly deleted: boolean;
}

/**
 * What a tenant told of one object since it was asked last: an attribute that is not named is as it was, null was cleared; of links, who
 * came and who went (Graph documentation, delta query overview).
 */
export interface TargetChange {
  readonly id: string;
  readonly kind: ObjectKind;
  /** Where the object went; null: it is there. */
  readonly removed: 'to the recycle bin' | 'for good' | null;
  readonly attributes: Readonly<Record<string, Values | null>>;
  /** By `manager`, `members` and `owners`, Graph ids. */
  readonly links: Readonly<Record<string, { readonly added: readonly string[]; readonly removed: readonly string[] }>>;
}

/**
 * Well-known risk flags of a match; each makes a person look before anything is written. `weak evidence`: found by a value that Microsoft 365
 * does not keep unique, such as a name.
 */
export const RISK_FLAGS = ['type differs', 'target has an admin role', 'target has another immutable id', 'names differ', 'mailbox in use', 'target is synchronised from another directory', 'target is in the recycle bin', 'weak evidence', 'other candidates were rejected'] as const;
export type RiskFlag = (typeof RISK_FLAGS)[number];
/** With one of these a match is refused (status Conflict) unless a person pins it. */
export const BLOCKING_RISKS = ['type differs', 'target has an admin role', 'target has another immutable id', 'target is synchronised from another directory'] as const satisfies readonly RiskFlag[];

/** What a rule saw: shown in the "Why?" pane. */
export interface MatchEvidence {
  readonly ruleId: string;
  /** The rule in words, e.g. `user userPrincipalName = user userPrincipalName`. */
  readonly rule: string;
  /** Normalised value that was compared; empty when the source has none. */
  readonly value: string;
  /** Graph ids found by this rule. */
  readonly hits: readonly string[];
}

/** Outcome of matching one source object. */
export interface MatchResult {
  readonly sourceId: string;
  readonly state: 'Matched' | 'Not matched' | 'Ambiguous' | 'Conflict';
  /** Set for Matched, and for Conflict when exactly one target is meant. */
  readonly targetId: string | null;
  /** Rule that decided; null for Not matched and for a pinned match. */
  readonly ruleId: string | null;
  readonly pinned: boolean;
  readonly evidence: readonly MatchEvidence[];
  readonly risks: readonly RiskFlag[];
  /** One sentence for the operator, e.g. `Rules 1 to 4 tried, no candidate`. */
  readonly reason: string;
  /** Where it stands in the review; absent: worked out when it is stored. */
  readonly review?: ReviewState;
}
