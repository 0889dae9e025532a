import type { OsVault } from '../platform/index.ts';
import type { VaultAnswer, VaultQuestion } from './protocol.ts';

/** The shell's vault as the host uses it, and where the shell's answers go. */
export interface RemoteVault {
  readonly vault: OsVault;
  answered(answer: VaultAnswer): void;
}

/**
 * Asks the shell over the private port.
 * @param ask sends one question.
 */
export function remoteVault(ask: (question: VaultQuestion) => void): RemoteVault {
  const open = new Map<number, PromiseWithResolvers<string>>();
  let last = 0;
  const send = (action: VaultQuestion['action'], text: string): Promise<string> => {
    last += 1;
    const pending = Promise.withResolvers<string>();
    open.set(last, pending);
    ask({ t: 'vault', id: last, action, text });
    return pending.promise;
  };
  return {
    vault: { encrypt: (text) => send('encrypt', text), decrypt: (sealed) => send('decrypt', sealed) },
    answered: ({ id, text }) => {
      const pending = open.get(id);
      open.delete(id);
      if (text === null) pending?.reject(new Error('the operating system refused'));
      else pending?.resolve(text);
    },
  };
}
