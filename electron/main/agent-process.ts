import { utilityProcess, type UtilityProcess } from 'electron';
import { agentOrder, type ToHostProcess } from '../host/protocol.ts';

/**
 * Starts agents for the host and passes on what the two tell each other; the shell keeps nothing of it.
 * @param entry the built entry of the agent, absolute.
 * @param reply tells the host.
 */
export function relayAgents(entry: string, reply: (message: ToHostProcess) => void): { heard(message: unknown): void; /** The host is gone, and its agents with it. */ end(): void } {
  const lives = new Map<number, UtilityProcess>();
  const start = (id: number): void => {
    const agent = utilityProcess.fork(entry, [], { serviceName: 'Causeway agent', stdio: 'ignore' });
    lives.set(id, agent);
    agent.on('message', (message: unknown) => { reply({ t: 'agent said', id, message }); });
    agent.on('exit', (code) => {
      lives.delete(id);
      reply({ t: 'agent ended', id, code });
    });
  };
  return {
    heard: (raw) => {
      const order = agentOrder.safeParse(raw);
      if (!order.success) return;
      const { id } = order.data;
      if (order.data.t === 'agent start') start(id);
      else if (order.data.t === 'agent tell') lives.get(id)?.postMessage(order.data.message);
      else lives.get(id)?.kill();
    },
    end: () => { for (const agent of lives.values()) agent.kill(); },
  };
}
