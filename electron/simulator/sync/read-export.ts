import { z } from 'zod';
import { appError } from '../../../shared/domain/errors.ts';
import { exportedObject, type ExportedObject } from './export.ts';

const anExport = z.array(exportedObject);

/**
 * Reads an export of a directory synchronisation.
 * @throws AppError INVALID_INPUT naming the first place that does not fit.
 */
export function readExport(objects: unknown): readonly ExportedObject[] {
  const parsed = anExport.safeParse(objects);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw appError('INVALID_INPUT', `The export of the directory synchronisation is not understood at ${issue?.path.join('.') || 'its beginning'}. Send a list of objects with type, sourceAnchor and attributes.`);
}
