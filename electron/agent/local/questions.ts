import { AppError, ErrorCode, type AppErrorData } from '../../../shared/domain/errors.ts';
import type { Protection, SecretStore } from '../../platform/secrets/index.ts';
import type { FromAgent, Question, ToAgent } from './protocol.ts';

type Answer = Extract<ToAgent, { t: 'answer' }>;

/** Questions of the agent to the console, and where their answers go. */
export interface Questions {
  /** @throws AppError what the console answered; HOST_GONE when it is gone. */
  ask(about: Question): Promise<string | null>;
  answered(answer: Answer): void;
  /** Nobody will answer any more. */
  end(): void;
}

/** Makes the questions of one agent. */
export function createQuestions(send: (message: FromAgent) => void): Questions {
  const open = new Map<number, PromiseWithResolvers<string | null>>();
  let last = 0;
  const gone = () => new AppError({ code: ErrorCode.HostGone, message: 'The console that started this agent is gone.', retryable: true });
  let over = false;
  return {
    ask: async (about) => {
      if (over) throw gone();
      last += 1;
      const pending = Promise.withResolvers<string | null>();
      open.set(last, pending);
      send({ t: 'ask', id: last, about });
      return await pending.promise;
    },
    answered: ({ id, value, failure }) => {
      const pending = open.get(id);
      open.delete(id);
      if (failure === null) pending?.resolve(value);
      else pending?.reject(new AppError(failure as AppErrorData));
    },
    end: () => {
      over = true;
      for (const pending of open.values()) pending.reject(gone());
      open.clear();
    },
  };
}

/** The console's secrets as its agent uses them: each is asked for when it is needed, and one process writes them. */
export function consoleSecrets(questions: Pick<Questions, 'ask'>, protection: Protection): SecretStore {
  return {
    get: async (name) => await questions.ask({ what: 'get secret', name }),
    set: async (name, value) => { await questions.ask({ what: 'set secret', name, value }); },
    delete: async (name) => { await questions.ask({ what: 'delete secret', name }); },
    protection: () => protection,
  };
}
