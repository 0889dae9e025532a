import { once } from 'node:events';
import type { ExportFormat } from '../../../shared/domain/plan-export.ts';
import type { Context } from '../run.ts';
import type { Session } from '../session.ts';
import { saveParts, type PartOf } from './save-parts.ts';

/**
 * Writes a plan to a new file, part after part, with the memory of one part ({@link saveParts}).
 * @param file `-`: standard output.
 * @returns rows written.
 * @throws AppError as {@link saveParts}.
 */
export async function savePlan(session: Session, planId: string, format: ExportFormat, file: string, context: Pick<Context, 'interrupts' | 'progress' | 'streams'>): Promise<number> {
  const part: PartOf = async (after) => await session.call('plans.export', { planId, format, after });
  return file === '-' ? await writeParts(part, context.streams.stdout) : await saveParts(file, part, context);
}

async function writeParts(part: PartOf, to: NodeJS.WritableStream): Promise<number> {
  for (let after: string | null = null; ;) {
    const next: Awaited<ReturnType<PartOf>> = await part(after);
    if (!to.write(next.text)) await once(to, 'drain');
    if (next.next === null) return next.done;
    after = next.next;
  }
}
