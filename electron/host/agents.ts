import type { AgentChild } from '../agent/local/local-agent.ts';
import type { AgentOrder, ToHostProcess } from './protocol.ts';

type Word = Extract<ToHostProcess, { t: 'agent said' | 'agent ended' }>;

/** The shell's agents as the host uses them, and where the shell's words of them go. */
export interface RemoteAgents {
  /** Has the shell start an agent. */
  launch(): AgentChild;
  heard(word: Word): void;
}

interface Life { readonly said: ((message: unknown) => void)[]; readonly ended: ((code: number | null) => void)[] }

/**
 * Has the shell start the agent: a utility process cannot start others.
 * @param order sends one order.
 */
export function remoteAgents(order: (order: AgentOrder) => void): RemoteAgents {
  const lives = new Map<number, Life>();
  let last = 0;
  return {
    launch: () => {
      last += 1;
      const id = last;
      const life: Life = { said: [], ended: [] };
      lives.set(id, life);
      order({ t: 'agent start', id });
      return {
        tell: (message) => { if (lives.has(id)) order({ t: 'agent tell', id, message }); },
        onMessage: (listener) => { life.said.push(listener); },
        onExit: (listener) => { life.ended.push(listener); },
        kill: () => { if (lives.has(id)) order({ t: 'agent kill', id }); },
      };
    },
    heard: (word) => {
      const life = lives.get(word.id);
      if (word.t === 'agent said') { for (const listener of life?.said ?? []) listener(word.message); return; }
      lives.delete(word.id);
      for (const listener of life?.ended ?? []) listener(word.code);
    },
  };
}
