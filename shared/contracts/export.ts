import { z } from 'zod';
import { Cursor } from './values.ts';

/** Which part of an export: the `next` of the part before; absent for the first. */
export const PartRequest = { after: Cursor.nullish() };
export interface PartRequest { readonly after?: string | null | undefined }

/**
 * A part of a file: the text of one page and the cursor of the next part, null at the end. The parts in order make the file; each is at
 * most a few megabytes, so that a list of any length is never one text. `done` and `total` count rows; `total` is that of the beginning.
 */
export const ExportPart = z.object({ fileName: z.string(), mediaType: z.string(), text: z.string(), next: Cursor.nullable(), done: z.int(), total: z.int() });
export type ExportPart = z.output<typeof ExportPart>;
