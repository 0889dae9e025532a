/**
 * What people and processes decide and send, besides the writes to directories and tenants, which the journal holds. Kept for ever, also after
 * their migration pair is removed.
 */
export const EVIDENCE_KINDS = [
  'plan approved', 'plan scheduled', 'plan unscheduled', 'plan discarded', 'roll back started', 'matches decided', 'limits changed', 'settings changed', 'template changed',
  'batch created', 'batch run', 'batch stopped', 'batch resumed', 'batch discarded', 'migration completed', 'mail sent', 'mail unclear', 'mail failed', 'mail released',
  'step checked', 'step confirmed', 'step reopened', 'pair removed',
] as const;
/** A kind of recorded event. */
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** What is wrong with the chain, or with what it speaks of. */
export const EVIDENCE_PROBLEMS = ['link altered', 'link removed', 'entry altered', 'entry removed', 'entry without a link', 'event altered', 'event removed', 'event without a link', 'out of order', 'head not found'] as const;
export type EvidenceProblemKind = (typeof EVIDENCE_PROBLEMS)[number];

/** Forms of an evidence pack: one page for people, a table for spreadsheets, an object for programs. */
export const PACK_FORMATS = ['html', 'csv', 'json'] as const;
export type PackFormat = (typeof PACK_FORMATS)[number];
