import { z } from 'zod';
import { Overlap } from './collection-contents.ts';
import { channel } from './define.ts';
import { Id } from './values.ts';

/** What becomes of a line of a list; all but the first two are listed as not taken. */
export const IMPORT_STATES = ['found', 'already in', 'not found', 'several', 'empty', 'duplicate', 'out of scope', 'invalid value', 'no collection', 'dynamic collection', 'malformed'] as const;
export const ImportState = z.enum(IMPORT_STATES);
export type ImportState = z.output<typeof ImportState>;

/** A line that was not taken. */
export const ImportLine = z.object({ line: z.int(), value: z.string(), collection: z.string(), state: ImportState, reason: z.string() });
export type ImportLine = z.output<typeof ImportLine>;

/** What a list would do or did. */
export const ImportReport = z.object({
  encoding: z.string(), separator: z.enum(['comma', 'semicolon', 'tab']).nullable(), attribute: z.string(), hasCollections: z.boolean(), lines: z.int(),
  counts: z.record(ImportState, z.int()),
  /** Collections that lines go to; `id` null: it is not there yet and would be made. */
  collections: z.array(z.object({ id: Id.nullable(), name: z.string(), adds: z.int(), already: z.int() })),
  /** The first 1,000 lines that are not taken, and how many there are. */
  problems: z.array(ImportLine).max(1000), problemsTotal: z.int(),
  /** Every line that is not taken, as CSV: line, value, collection, result, reason. */
  csv: z.string(),
  /** Objects added; 0 in a preview. */
  added: z.int(), overlaps: z.array(Overlap),
});
export type ImportReport = z.output<typeof ImportReport>;

/** A file of at most 4 MB as Base64, and where its lines go: a column Collection decides, else `collectionId`. */
const ImportFile = { pairId: Id, collectionId: Id.nullable(), name: z.string().max(260), content: z.base64().max(6_000_000, 'A list may have at most 4096 KB. Cut it into several files.') };

/** Channels of importing lists. */
export const collectionImportChannels = {
  /** Reads a list and looks every line up in the directory; nothing is changed. */
  'collections.previewImport': channel('command', z.object(ImportFile), ImportReport),
  /** Adds what a list finds. Collections that are not there yet are made only when `missing` says so. */
  'collections.importObjects': channel('command', z.object({ ...ImportFile, missing: z.enum(['create', 'refuse']).default('refuse') }), ImportReport),
} as const;
