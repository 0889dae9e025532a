import type { Finding } from '../../../../shared/domain/plans.ts';

/** What stands at the top of a pack. Times are milliseconds since 1970 UTC. */
export interface PackHeader {
  readonly projectName: string;
  /** Empty: the whole project. */
  readonly pairName: string;
  /** What the pack is about, in words: a task or a period. */
  readonly about: string;
  readonly exportedAt: number;
  readonly exportedBy: string;
  /** Newest link of the chain when this part was made; null: nothing was written yet. */
  readonly head: { readonly number: number; readonly hash: string; readonly at: number } | null;
  readonly totals: Readonly<Record<PackSection, number>>;
}

/** Something that was decided or sent. */
export interface PackEvent { readonly id: string; readonly at: number; readonly actor: string; readonly kind: string; readonly subject: string; readonly taskId: string | null; /** JSON object. */ readonly detail: string }

/** One attribute, or the links, of one write: who, what, before, after, why, and what came of it. */
export interface PackChange {
  /** Order in the journal, and the id of the entry that the chain binds. */
  readonly sequence: number;
  readonly entryId: string;
  readonly intendedAt: number;
  readonly settledAt: number | null;
  /** Who asked for the task, and who approved its plan; empty: it needed no approval, or is not known any more. */
  readonly who: string;
  readonly approvedBy: string;
  readonly task: string;
  readonly taskId: string;
  readonly operation: string;
  readonly service: string;
  readonly objectKind: string;
  readonly object: string;
  readonly sourceId: string | null;
  readonly targetId: string | null;
  readonly attribute: string;
  /** Null: not present. */
  readonly before: readonly string[] | null;
  readonly after: readonly string[] | null;
  readonly why: string;
  readonly rule: string | null;
  /** `open`: it was intended, and what came of it is not known. */
  readonly outcome: string;
  readonly message: string;
  /** Task that took it back, as a whole or this value of it; null: it stands. */
  readonly undoneBy: string | null;
}

/** A mail, without its text. */
export interface PackMail { readonly createdAt: number; readonly sentAt: number | null; readonly scenario: string; readonly recipient: string; readonly subject: string; readonly state: string; readonly answer: string }

/** Rows of each part of a pack. */
export interface PackRows { readonly events: PackEvent; readonly changes: PackChange; readonly findings: Finding; readonly mails: PackMail }
export type PackSection = keyof PackRows;
/** In the order of the pack. */
export const PACK_SECTIONS = ['events', 'changes', 'findings', 'mails'] as const satisfies readonly PackSection[];

/** Turns evidence into the text of a file, page by page, as the exporters of plans do: the texts of `begin`, of each section `open`, its pages and `close`, and `end` make the file. */
export interface PackExporter {
  readonly extension: string;
  readonly mediaType: string;
  begin(header: PackHeader): string;
  open(section: PackSection): string;
  /** @param first true for the first page of the section that has rows. */
  page<S extends PackSection>(section: S, rows: readonly PackRows[S][], first: boolean): string;
  close(section: PackSection): string;
  end(header: PackHeader): string;
}
