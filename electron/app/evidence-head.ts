import type { EvidenceHeads, NotedHead } from '../platform/evidence-heads.ts';
import type { Services } from './services.ts';

/** What of the services the heads of the chain need. */
export type HeadServices = Pick<Services, 'store' | 'log' | 'evidenceHeads'>;

/** The head that this machine wrote down of the open project, with its file; undefined: none. */
export async function notedHead({ store, evidenceHeads }: HeadServices): Promise<{ readonly head: NotedHead; readonly file: string } | undefined> {
  const of = await keyOf({ store });
  const head = await evidenceHeads?.last(of);
  return head === undefined || evidenceHeads === undefined ? undefined : { head, file: evidenceHeads.file(of) };
}

const keyOf = async ({ store }: Pick<Services, 'store'>): Promise<Parameters<EvidenceHeads['file']>[0]> => ({ project: (await store.project.get()).id, place: store.file });

/**
 * Writes down how far the chain of evidence has come: in the log, and in a file of this machine with which `causeway verify` compares. A head that is not in the
 * chain any more is left as it is, so that it tells of it. What goes wrong is logged; it never stops who asks.
 */
export async function noteHead(services: HeadServices): Promise<void> {
  const { store, log, evidenceHeads } = services;
  try {
    const head = await store.evidence.head();
    if (head === undefined) return;
    const before = await notedHead(services);
    if (before?.head.hash === head.hash) return;
    if (before !== undefined && await store.evidence.hashAt(before.head.number) !== before.head.hash) {
      log.warn({ number: before.head.number, file: before.file }, 'the chain of evidence does not have the link that this machine wrote down last');
      return;
    }
    // After a loss of power a link that was written down and is gone would look like one that was cut off.
    await store.toDisk();
    log.info({ number: head.number, hash: head.hash }, 'head of the chain of evidence');
    await evidenceHeads?.note({ ...await keyOf(services), ...head });
  } catch (error) {
    log.warn({ err: error }, 'the head of the chain of evidence could not be written down');
  }
}
