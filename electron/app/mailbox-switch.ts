import type { Handlers } from '../ipc/router.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { SwitchDirection } from '../../shared/domain/mailbox-switch.ts';
import type { Selection } from '../../shared/contracts/values.ts';
import { standingOfMailbox } from '../engines/mailboxes/index.ts';
import { startTask } from './checks-fix.ts';
import { whyNotFixed } from './pipeline/fix.ts';
import { nextTurn } from './pipeline/next-turn.ts';
import { ConvertTask, ForwardTask } from './pipeline/task-settings.ts';
import { requireWritable } from './plan-approval.ts';
import type { Services } from './services.ts';

/** Channels of the switch. */
export function mailboxSwitchHandlers(services: Services): Pick<Handlers, 'switch.standing' | 'switch.forward' | 'switch.convert'> {
  return {
    'switch.standing': async ({ pairId }, { signal }) => await standingOf(services, pairId, signal),
    'switch.forward': async ({ direction, redirection, ...chosen }) => await startForward(services, { ...await chosenOf(services, chosen), direction, redirection }),
    async 'switch.convert'({ guid, keep, contents, poor, ...chosen }) {
      const { pairId, collectionId, ids, batchId } = await chosenOf(services, chosen);
      await requireWritableSource(services, pairId);
      return await startTask(services, { pairId, collectionId, kind: 'Convert', settings: ConvertTask.parse({ ids, batchId, guid, keep, contents, poor }) });
    },
  };
}

/** What a Forward task is about: these ids (null: all) of a batch, of a collection, or of the pair. */
export interface ForwardStart {
  readonly pairId: string;
  readonly batchId: string | null;
  readonly collectionId?: string | null;
  readonly ids: readonly string[] | null;
  readonly direction: SwitchDirection;
  /** Whether the way back from Microsoft 365 is set or taken away, too. */
  readonly redirection: 'no' | 'yes';
}

/**
 * Starts planning the forwarding of mailboxes on premises; nothing is written before its plan is approved.
 * @throws AppError FORBIDDEN when the source is a file, INVALID_INPUT for a redirection without a domain.
 */
export async function startForward(services: Services, { pairId, batchId, collectionId, ids, direction, redirection }: ForwardStart): Promise<{ readonly taskId: string }> {
  await requireWritableSource(services, pairId);
  const pair = await services.store.pairs.get(pairId);
  if (redirection === 'yes' && pair.redirectionDomain === '') throw appError(ErrorCode.InvalidInput, `Migration pair "${pair.name}" has no mail redirection domain. Enter one in the pair's properties, or change the forwarding only.`);
  if (redirection === 'yes') requireWritable(pair);
  return await startTask(services, { pairId, collectionId: collectionId ?? null, kind: 'Forward', settings: ForwardTask.parse({ ids, batchId, direction, redirection }) });
}

async function requireWritableSource(services: Services, pairId: string): Promise<void> {
  const why = whyNotFixed(await services.store.pairs.get(pairId));
  if (why !== null) throw appError(ErrorCode.Forbidden, why);
}

async function chosenOf({ store }: Services, { pairId, batchId, collectionId, selection, ids }: { readonly pairId: string; readonly batchId?: string | undefined; readonly collectionId?: string | undefined; readonly selection?: Selection | undefined; readonly ids?: readonly string[] | undefined }): Promise<{ readonly pairId: string; readonly batchId: string | null; readonly collectionId: string | null; readonly ids: readonly string[] | null }> {
  await store.pairs.get(pairId);
  if (collectionId === undefined) {
    if (selection !== undefined) throw appError(ErrorCode.InvalidInput, 'A selection needs the collection that it is of.');
    if (ids === undefined && batchId === undefined) throw appError(ErrorCode.InvalidInput, 'Name the mailboxes: a mailbox batch, a collection, or single objects.');
    return { pairId, batchId: batchId ?? null, collectionId: null, ids: ids ?? null };
  }
  if (batchId !== undefined || ids !== undefined) throw appError(ErrorCode.InvalidInput, 'Name the mailboxes by one of a mailbox batch, a collection, or single objects.');
  const collection = await store.collections.get(collectionId);
  if (collection.pairId !== pairId) throw appError(ErrorCode.NotFound, `The collection "${collection.name}" does not belong to this migration pair.`);
  if (selection === undefined) return { pairId, batchId: null, collectionId, ids: null };
  const chosen: string[] = [];
  for await (const page of store.collections.resolveSelection(collectionId, selection)) chosen.push(...page);
  if (chosen.length === 0) throw appError(ErrorCode.InvalidInput, 'No object is selected.');
  return { pairId, batchId: null, collectionId, ids: chosen };
}

async function standingOf({ store }: Services, pairId: string, signal: AbortSignal): ReturnType<Handlers['switch.standing']> {
  const pair = await store.pairs.get(pairId);
  const figures = { onPremises: 0, forwarded: 0, converted: 0 };
  for await (const page of store.sources.iterate(pairId, { kind: 'user', links: 'without links', pageSize: 1_000 })) {
    await nextTurn(signal);
    for (const { attributes } of page) {
      const standing = standingOfMailbox(attributes);
      const away = attributes['targetAddress'] !== undefined;
      if (standing === 'mailbox') figures[away ? 'forwarded' : 'onPremises'] += 1;
      else if (standing === 'mail user' && away && attributes['msExchMailboxGuid'] !== undefined) figures.converted += 1;
    }
  }
  const completed = new Set<string>();
  for (const { id } of await store.collections.list(pairId)) for (const member of await store.collections.withStatus(id, ['Completed'])) completed.add(member);
  return { pairId, ...figures, completed: completed.size, redirectionDomain: pair.redirectionDomain, cannotWrite: whyNotFixed(pair) };
}
