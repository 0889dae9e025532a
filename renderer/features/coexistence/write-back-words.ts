import type { WriteBackRuns } from '../../../shared/domain/write-back.ts';

/** When membership is written back, as it is asked. */
export const RUNS_WORDS: Readonly<Record<WriteBackRuns, string>> = { 'on demand': 'Only when asked for', 'with each cycle': 'After each cycle' };
