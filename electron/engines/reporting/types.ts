import type { AttributeChange, Finding, GuardStop, Operation, Outcome, PlanCounts, PlanSkip, UnresolvedReference } from '../../../shared/domain/plans.ts';
import type { Cloud, MigrationSettings } from '../../../shared/domain/settings.ts';

/** Facts of a plan that stand at the top of every export. */
export interface PlanHeader {
  readonly planId: string;
  readonly taskId: string;
  /** `Migrate` or `Roll back`. */
  readonly kind: string;
  readonly pairName: string;
  readonly collectionName: string;
  readonly tenantName: string;
  /** Tenant id; empty when it was not known while planning. */
  readonly organizationId: string;
  readonly cloud: Cloud;
  /** Milliseconds since 1970 UTC. */
  readonly createdAt: number;
  readonly exportedAt: number;
  readonly settings: MigrationSettings | null;
  readonly counts: PlanCounts;
  readonly guard: readonly GuardStop[];
  readonly findings: { readonly errors: number; readonly warnings: number };
  readonly unresolved: number;
  readonly conflicts: number;
}

/** An operation with what came of it so far. */
export interface ExportedOperation extends Omit<Operation, 'changes'> {
  readonly changes: readonly (AttributeChange & { readonly conflict?: string | null })[];
  readonly outcome: Outcome;
  readonly message: string;
}

/** Rows of each part of an export. */
export interface SectionRows { readonly 'operations': ExportedOperation; readonly 'left out': PlanSkip; readonly 'findings': Finding; readonly 'waiting': UnresolvedReference }
/** `left out`: objects that the plan leaves alone; `waiting`: references to objects that have no match yet. */
export type Section = keyof SectionRows;

/**
 * Turns a plan into the text of a file, page by page: nothing is remembered between calls, so that a plan of any size needs the
 * memory of one page. The texts of `begin`, then for each section `open`, its pages and `close`, then `end` make the file.
 */
export interface PlanExporter {
  /** Ending of the file's name, without the dot. */
  readonly extension: string;
  readonly mediaType: string;
  /** Sections that the format shows; the others need not be read. */
  readonly sections: readonly Section[];
  begin(header: PlanHeader): string;
  open(section: Section): string;
  /** @param first true for the first page of the section that has rows. */
  page<S extends Section>(section: S, rows: readonly SectionRows[S][], first: boolean): string;
  close(section: Section): string;
  end(header: PlanHeader): string;
}

/** Attributes that are never shown: the password is made when it is written and is nobody's to read. */
export const isSecret = (attribute: string): boolean => attribute === 'passwordProfile/password';
/** What stands in place of {@link isSecret} values. */
export const SECRET_TEXT = '(generated when it is written)';
/** Values as an export shows them. */
export const shownValues = (attribute: string, values: readonly string[] | null): readonly string[] | null => (isSecret(attribute) && values !== null ? [SECRET_TEXT] : values);
/** Name of what an operation without attributes changes: a permission on a mailbox, the manager or the members; empty for none. */
export const linkOf = ({ kind, permission }: Pick<Operation, 'kind' | 'permission'>): string => permission ?? (kind.includes('manager') ? 'manager' : kind.includes('members') ? 'members' : '');
/** True for an operation that takes away whom it refers to. */
export const takesAway = ({ kind }: Pick<Operation, 'kind'>): boolean => kind === 'remove members' || kind === 'remove permissions';
/** A moment as text: ISO 8601 in UTC, to the second. */
export const moment = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
