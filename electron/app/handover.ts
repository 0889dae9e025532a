import type { handoverChannels } from '../../shared/contracts/handover.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { Handlers } from '../ipc/router.ts';
import { startTask } from './checks-fix.ts';
import { passwordReadiness } from './handover-passwords.ts';
import { handOverCounts } from './pipeline/hand-over.ts';
import type { Services } from './services.ts';

/** The hand-over of a pair to directory synchronisation. */
export function handoverHandlers(services: Services): Pick<Handlers, keyof typeof handoverChannels> {
  const { store } = services;
  return {
    async 'handover.plan'({ pairId }) {
      await store.pairs.get(pairId);
      return await startTask(services, { pairId, collectionId: null, kind: 'Hand over', settings: {} });
    },
    async 'handover.counts'({ taskId }) {
      const task = await store.tasks.get(taskId);
      if (task.kind !== 'Hand over') throw appError(ErrorCode.InvalidInput, `Task ${taskId} is a ${task.kind} task; only a Hand over task has predictions.`);
      return await handOverCounts(services, taskId);
    },
    'handover.passwords': async ({ pairId }, { signal }) => await passwordReadiness(services, await store.pairs.get(pairId), signal),
  };
}
