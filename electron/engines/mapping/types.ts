import type { ObjectKind, SourceObject, TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { Finding, MailboxPermission, Provenance, RecipientPart, Reference, UnresolvedReference } from '../../../shared/domain/plans.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import type { MigrationSettings, PairDefaults } from '../../../shared/domain/settings.ts';
import type { ReadExpression } from './expressions/index.ts';

/**
 * A reference as the resolver gives it: `kind` decides whether a Microsoft 365 group can hold it, `mailEnabled` whether a security group
 * or a group of Exchange can hold that group, `unified` that it is a Microsoft 365 group, which no group of Exchange can hold,
 * `security` false that it is no security group, which alone can hold permissions,
 * `recipient` false that it is an account without mailbox and mail address, `address` its primary SMTP address when it may own groups,
 * `mail` that of every recipient; absent means not known.
 */
export interface MappedReference extends Reference { readonly kind?: ObjectKind; readonly mailEnabled?: boolean; readonly unified?: boolean; readonly security?: boolean; readonly recipient?: boolean; readonly address?: string; readonly mail?: string }

/** A desired link. `dn` is the name the source refers to the object by, for the list of references that wait. */
export interface MappedLink extends Reference {
  readonly dn: string;
  /** Wanted by a rule that writes only on creation. */
  readonly onCreation?: true;
  /** Source attribute that names it, where several do. */
  readonly attribute?: string;
}

/** Who shall hold which permission on a mailbox; a key is present only when somebody shall. */
export type MappedPermissions = Readonly<Partial<Record<MailboxPermission, readonly MappedLink[]>>>;

/** Rules in the order in which they are applied; made once for many objects by `inOrder`. */
export interface RulesInOrder { readonly ofKind: Readonly<Record<ObjectKind, readonly { readonly rule: MappingRule; readonly isLink: boolean }[]>> }

/** What expressions may use besides the object, so that mapping stays pure. */
export interface ExpressionInput {
  /** Milliseconds since 1970: one moment for a whole plan. */
  readonly now: number;
  /** A random whole number from 0 up to, but not including, `limit`, from a cryptographic source. */
  readonly random: (limit: number) => number;
  /** `%Parameter%`s of the pair by name; `Domain.FQDN` and `Domain.LDAP` are known without. */
  readonly parameters: Readonly<Record<string, string>>;
  /** `Domain.NetBIOS` by the DNS name of a domain in lower case. */
  readonly netBios?: Readonly<Record<string, string>>;
  /** Reads an expression; the caller may keep what it read, since rules are few and objects many. Absent: read anew for each object. */
  readonly read?: (text: string) => ReadExpression;
  /** True for attributes that the directory's schema says are binary, besides the well-known ones. */
  readonly isBinary?: (attribute: string) => boolean;
}

/** Everything mapping one object needs. */
export interface MapInput {
  readonly source: SourceObject;
  /** The matched target; null when it will be created. */
  readonly target: TargetObject | null;
  /** Rules of the collection, in any order; put in order once where many objects are mapped. */
  readonly rules: readonly MappingRule[] | RulesInOrder;
  readonly settings: MigrationSettings;
  readonly defaults: PairDefaults;
  /** Verified domains of the tenant, lower case. */
  readonly verifiedDomains: ReadonlySet<string>;
  /** `<name>.onmicrosoft.com`. */
  readonly initialDomain: string;
  /**
   * The object a DN stands for: inside the collection or migrated earlier (Quest Migration Manager, "Dividing Migration Scope into Collections"). Null when it has no match
   * and is not about to be created: the reference is then kept as unresolved.
   */
  readonly resolve: (dn: string) => MappedReference | null;
  /** Why Exchange Online cannot be written now, as a sentence; objects that it keeps are then left out with it. Absent: it can. */
  readonly exchangeProblem?: string;
  /**
   * True for a link that a rule for creation only wanted when this project created the object, and that waited for the other side: it belongs
   * to the creation and is written now. Absent: there is none.
   */
  readonly waitedAtCreation?: (attribute: string, dn: string) => boolean;
  /** Absent: expressions work, but not with Now and random functions. */
  readonly expressions?: ExpressionInput;
}

/** One desired value. `values` null: the attribute shall be empty. */
export interface MappedValue {
  readonly values: Values | null;
  readonly provenance: Provenance;
  /** Of SelectUniqueValue: all values in order of preference, the first of which stands in `values`; the first that nobody in the tenant has is to be written. */
  readonly candidates?: Values;
}

/** Desired state of one object. An attribute without an entry is left alone. */
export interface MappedObject {
  /** By target attribute name in the spelling of shared/rules/target-attributes.ts. */
  readonly values: ReadonlyMap<string, MappedValue>;
  /** A key is present only when a rule speaks about it. `manager` null: shall have none. `membersKept`: Graph ids that are not to be added and, being members, are not to be taken out. */
  readonly links: { readonly manager?: MappedLink | null; readonly members?: readonly MappedLink[]; readonly membersKept?: readonly string[]; readonly permissions?: MappedPermissions };
  /**
   * Attributes that name other recipients, by their name: the addresses that shall be among the values, or the one that shall be the value.
   * They are planned after everything else, as links are.
   */
  readonly naming?: ReadonlyMap<string, MappedValue>;
  /** What an object that Graph keeps is to Exchange Online, which writes part of it. Absent or null: nothing, or not yet. */
  readonly recipient?: RecipientPart | null;
  /** True for an account without a mailbox that has more to write once it has one: further addresses, what is hidden. */
  readonly moreWithMailbox?: boolean;
  readonly unresolved: readonly UnresolvedReference[];
  readonly problems: readonly Finding[];
  /** The service that keeps the object and writes it: Exchange Online for contacts and groups with mail. Absent: Graph. */
  readonly service?: 'graph' | 'exchange';
  /** Why the object is not written at all (out of scope, a choice of the pair, a service that cannot be reached); null when it is. */
  readonly skip: string | null;
}
