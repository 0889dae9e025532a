import PQueue from 'p-queue';

/**
 * Works on items side by side and hands each result to `take`, one after the other, as soon as it is there. After the first
 * failure, or when the signal fires, works under way are told to end and no other is begun; none is left behind.
 * @throws the first failure, after all works have ended.
 */
export async function sideBySide<T, R>(items: readonly T[], lanes: number, signal: AbortSignal | undefined, work: (item: T, ended: AbortSignal) => Promise<R>, take: (item: T, result: R) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const ended = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const failures: unknown[] = [];
  const results = new PQueue({ concurrency: 1 });
  await new PQueue({ concurrency: lanes }).addAll(items.map((item) => async () => {
    try {
      if (ended.aborted) return;
      const result = await work(item, ended);
      await results.add(() => take(item, result));
    } catch (error) {
      failures.push(error);
      stop.abort();
    }
  }));
  if (failures.length > 0) throw failures[0];
}
