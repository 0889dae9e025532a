import type { MigrationUser, Provisioned, SkippedItem } from './model.ts';

/** Bytes an hour and mailbox. Microsoft names 0.3 to 1 GB an hour for the whole of a typical migration (Exchange Online documentation, migration performance); ours for one mailbox. */
const BYTES_PER_HOUR = 300 * 1024 ** 2;
/** What the sign-in to a mailbox and its folders take before anything is copied. Ours. */
export const SETUP_MS = 20_000;
/** How long a source that stalls does not answer. Ours. */
export const STALL_MS = 30 * 60_000;
/** Where a connection that drops does so. Ours. */
export const DROP_AT = 0.6;

const HOUR_MS = 3_600_000;

/** Milliseconds that it takes to copy a part of a mailbox, from one fraction to another. */
export function copyMs(sizeBytes: number, from: number, to: number): number { return (sizeBytes * (to - from) / BYTES_PER_HOUR) * HOUR_MS; }

/** How far the copy of a user is, 0 to 1. */
export function copiedBy(user: MigrationUser, of: Provisioned | undefined, quick: number): number {
  if (!of) return 0;
  const { run } = user;
  if (!run) return of.copied;
  const moving = Math.max(0, quick - run.startedAt - stalledBy(user, quick));
  return of.sizeBytes === 0 ? run.from : Math.min(run.to, run.from + moving * BYTES_PER_HOUR / HOUR_MS / of.sizeBytes);
}

/** Milliseconds of the run that is going on in which the source did not answer: it stalls at the beginning. */
export function stalledBy({ run }: MigrationUser, quick: number): number { return run ? Math.min(run.stallMs, Math.max(0, quick - run.startedAt)) : 0; }

/** Items of a mailbox that belong to its first part. */
export function itemsUpTo(of: Pick<Provisioned, 'items'>, part: number): number { return Math.floor(of.items * part); }

/** Bad ones among them; they stand at regular distances. */
export function badUpTo(of: Pick<Provisioned, 'items' | 'badItems'>, part: number): number {
  return part >= 1 ? Math.min(of.badItems, of.items) : Math.floor(Math.min(of.badItems, of.items) * part);
}

/** Grades of data consistency (Exchange Online documentation, track and prevent migration data loss). */
export type Grade = 'Perfect' | 'Good' | 'Investigate' | 'Poor';

/**
 * Grade of a mailbox. Microsoft describes the grades and does not publish their thresholds: nothing lost, metadata only, a small amount, a
 * major loss. Where small ends is ours: ten items or one in a thousand.
 */
export function gradeOf(of: Pick<Provisioned, 'items' | 'badItems' | 'metadataBad'>): Grade {
  if (of.badItems > 0) return of.badItems <= Math.max(10, of.items / 1000) ? 'Investigate' : 'Poor';
  return of.metadataBad > 0 ? 'Good' : 'Perfect';
}

/** The worst of some grades; undefined of none. */
export function worstGrade(grades: readonly Grade[]): Grade | undefined {
  return (['Poor', 'Investigate', 'Good', 'Perfect'] as const).find((g) => grades.includes(g));
}

/** Items that were not copied, the same each time they are asked for. */
export function skippedItems(of: Provisioned, part: number, nowMs: number): readonly SkippedItem[] {
  const day = 86_400_000;
  return [
    ...Array.from({ length: badUpTo(of, part) }, (_, i): SkippedItem => ({ kind: 'CorruptItem', subject: `Message ${i + 1}`, sender: `sender${(i % 7) + 1}@fabrikam.example`, sentAt: Math.floor(of.at / day - 30 - i) * day })),
    ...(part > 0 ? Array.from({ length: of.metadataBad }, (_, i): SkippedItem => ({ kind: 'CorruptFolderACL', subject: `Folder ${i + 1}`, sender: null, sentAt: null })) : []),
  ].filter((item) => (item.sentAt ?? 0) <= nowMs);
}
