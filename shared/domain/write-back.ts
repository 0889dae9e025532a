/** When membership is written back: when a person asks, or after each cycle of coexistence in which a chosen group changed as well. */
export const WRITE_BACK_RUNS = ['on demand', 'with each cycle'] as const;
export type WriteBackRuns = (typeof WRITE_BACK_RUNS)[number];
