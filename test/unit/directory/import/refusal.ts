import { AppError, type AppErrorData } from '../../../../shared/domain/errors.ts';

/** The error of work that must be refused with a sentence of ours. */
export function refusal(work: () => unknown): AppErrorData {
  try { work(); } catch (error) {
    if (error instanceof AppError) return error.data;
    throw error;
  }
  throw new Error('it was not refused');
}
