/**
 * Wakes agents of other processes when a task waits for them. Only a signal: which task there is, and who has it, is said by the task table alone, so that a
 * signal that is lost costs no more than the time between two looks at it.
 */
export interface TaskSignal {
  /** Says that tasks wait for these agents. */
  announce(agentIds: readonly string[]): Promise<void>;
  /** Calls `nudge` whenever a task was announced for the agent; once for each agent of the process. */
  listen(agentId: string, nudge: () => void): Promise<void>;
  /** Stops listening. Safe to call twice. */
  close(): Promise<void>;
}

/** No signal at all, as in a project file: whoever waits looks at the table from time to time. */
export const LOOKING_ONLY: TaskSignal = { announce: async () => {}, listen: async () => {}, close: async () => {} };
