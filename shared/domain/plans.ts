import type { ObjectKind, Values } from './objects.ts';

/** What an operation does to one object of the target. */
export const OPERATION_KINDS = ['create', 'restore', 'update', 'set manager', 'clear manager', 'add members', 'remove members', 'add permissions', 'remove permissions', 'set licences', 'delete', 'purge'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/**
 * Permissions on a mailbox that others hold, by the names that mapping rules and plans use (Exchange Online documentation, "Permissions for
 * recipients": Full Access, Send As, Send on Behalf).
 */
export const MAILBOX_PERMISSIONS = ['fullAccess', 'sendAs', 'grantSendOnBehalfTo'] as const;
export type MailboxPermission = (typeof MAILBOX_PERMISSIONS)[number];

/**
 * What an object that Microsoft Graph keeps is to Exchange Online besides, which alone writes its further addresses, visibility and
 * restrictions (ExchangeOnlineManagement cmdlet reference: Set-Mailbox, Set-MailUser, Set-UnifiedGroup).
 */
export const RECIPIENT_PARTS = ['mailbox', 'mail user', 'Microsoft 365 group'] as const;
export type RecipientPart = (typeof RECIPIENT_PARTS)[number];

/** The service that can write an attribute. */
export const SERVICES = ['graph', 'exchange', 'directory', 'none'] as const;
export type Service = (typeof SERVICES)[number];

/** Where a planned value came from: shown by "Why?". */
export interface Provenance {
  /** Mapping rule id; null when the value comes from the run's settings or from the journal (roll back). */
  readonly ruleId: string | null;
  /** Source attribute(s), e.g. `givenName`; empty for a constant. */
  readonly source: string;
  /** One sentence, e.g. `Overwrite with givenName` or `UPN suffix contoso.com of this migration`. */
  readonly reason: string;
}

/** One attribute of one operation. `before` null: not present (or the object does not exist yet). `after` null: cleared. */
export interface AttributeChange {
  readonly attribute: string;
  readonly before: Values | null;
  readonly after: Values | null;
  readonly provenance: Provenance;
  /** False when the service cannot take the value back once written (usageLocation is not nullable: Graph documentation, user resource). */
  readonly reversible: boolean;
}

/** An object that an operation refers to: a member or a manager. Its Graph id may not exist until an earlier operation ran. */
export interface Reference {
  /** objectGUID of the source object, when the reference was mapped from one. */
  readonly sourceId: string | null;
  /** Graph id when known at planning time. */
  readonly targetId: string | null;
  readonly name: string;
}

/** One step of a plan: immutable. */
export interface Operation {
  readonly id: string;
  /** Order in the plan, from 1. Users, then groups, then managers and members. */
  readonly seq: number;
  readonly kind: OperationKind;
  readonly service: Service;
  readonly objectKind: ObjectKind;
  /** objectGUID of the source object; null when the operation undoes something whose source is gone. */
  readonly sourceId: string | null;
  /** Graph id; null for a create, and for operations on an object that the same plan creates. */
  readonly targetId: string | null;
  /** What a person calls the object. */
  readonly name: string;
  readonly changes: readonly AttributeChange[];
  /** The permission of `add permissions` and `remove permissions`; other operations have none. */
  readonly permission?: MailboxPermission;
  /** Of an update through Exchange Online of an object that Graph keeps: what the object is there, when the plan was made. */
  readonly recipient?: RecipientPart;
  /** Members or holders of a permission (at most 20), or the manager. For `set manager`, `previous` holds the manager before. */
  readonly references: readonly Reference[];
  readonly previous: readonly Reference[];
}

/** Totals of a plan, for previews and guards. */
export interface PlanCounts {
  readonly creates: number;
  readonly restores: number;
  readonly updates: number;
  readonly deletes: number;
  readonly managers: number;
  /** Single memberships, not operations. */
  readonly membersAdded: number;
  readonly membersRemoved: number;
  /** Single holders of a permission on a mailbox. */
  readonly permissionsAdded: number;
  readonly permissionsRemoved: number;
  /** Single links (members, holders of permissions, managers) of objects outside the run, which waited for an object of it. They are among the counts above too. */
  readonly healed: number;
  /** Single licences, not users. */
  readonly licencesAssigned: number;
  readonly licencesRemoved: number;
  readonly attributes: number;
  /** Non-empty values that would be replaced or cleared. */
  readonly overwrites: number;
  readonly upnChanges: number;
  readonly disables: number;
  readonly irreversible: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly operations: number;
}

/** An object that the plan leaves alone, with the reason; nothing is skipped in silence. */
export interface PlanSkip {
  readonly sourceId: string;
  readonly name: string;
  readonly kind: ObjectKind;
  readonly status: 'Skipped' | 'Ambiguous' | 'Conflict' | 'Not matched' | 'Failed';
  readonly reason: string;
}

/** A reference that cannot be written yet: the other object has no match. */
export interface UnresolvedReference {
  readonly sourceId: string;
  readonly attribute: string;
  /** DN of the object waited for. */
  readonly dn: string;
  readonly reason: string;
  /** The rule writes only when the object is created: the reference belongs to the creation, and is written later for that only. */
  readonly onCreation?: true;
}

/** Something found by a check before anything is written. */
export interface Finding {
  readonly sourceId: string | null;
  readonly name: string;
  readonly attribute: string;
  readonly value: string;
  readonly rule: string;
  /** `error` keeps the object out of the plan; `warning` is shown. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly proposal: string | null;
}

/** A guard limit that a plan passes: it needs a typed approval. */
export interface GuardStop {
  readonly limit: 'creates' | 'overwrites' | 'UPN changes' | 'membership removals' | 'links healed outside' | 'licence removals' | 'disables' | 'deletes';
  readonly count: number;
  readonly allowed: number;
  readonly message: string;
}

/** What came of one operation. `ambiguous`: sent, no answer; found out by looking. */
export const OUTCOMES = ['pending', 'sent', 'done', 'unchanged', 'failed', 'drifted', 'skipped'] as const;
export type Outcome = (typeof OUTCOMES)[number];
