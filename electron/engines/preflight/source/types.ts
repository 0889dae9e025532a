import type { CheckAction, CheckError } from '../../../../shared/domain/checks.ts';
import type { ObjectKind, SourceObject } from '../../../../shared/domain/objects.ts';

/** What a rule says about a value that breaks it. */
export interface Failure {
  /** One sentence that names the value and says what to do. */
  readonly message: string;
  /** The value that would keep the rule; null when a person must choose. It is the input of the next rule. */
  readonly proposal: string | null;
}

/** What rules know besides the object. */
export interface RuleContext {
  /** Verified domains of the tenant in lower case; null: nothing is known of the tenant yet. */
  readonly verifiedDomains: ReadonlySet<string> | null;
  /** Suffix that the migration puts in place of the source's; empty: the source's stays. */
  readonly upnSuffix: string;
  /** Country code that the migration gives to all users; empty: from the source. */
  readonly countryCode: string;
  /** Users are to get a licence; then what a licence needs is needed. */
  readonly licenceWanted: boolean;
}

/** What every rule carries besides its test. */
interface RuleHead {
  readonly id: string;
  readonly attribute: string;
  readonly kinds: readonly ObjectKind[];
  readonly severity: 'error' | 'warning';
  readonly error: CheckError;
  /** The publication that the rule comes from. */
  readonly source: string;
}

/** A rule about one value; the rules of an attribute run as a chain. */
export interface ValueRule extends RuleHead {
  /** @returns null when the value is right. */
  readonly check: (value: string, object: SourceObject, context: RuleContext) => Failure | null;
}

/** A rule about a whole object: an absent value, a number of values, a name. */
export interface ObjectRule extends RuleHead {
  /** @returns null when the object is right, else the value found fault with (empty when absent) and what to do. */
  readonly check: (object: SourceObject, context: RuleContext) => (Failure & { readonly value: string; readonly action?: CheckAction; /** Instead of the rule's own. */ readonly severity?: 'error' | 'warning' }) | null;
}
