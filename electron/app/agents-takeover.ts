import { isPostgres, type Store } from '../store/index.ts';

/** An agent without a sign of life for so long is gone, milliseconds: as long as a lease lasts (agent/runner.ts), and at least four of its signs. */
export const GONE_MS = 20_000;
/** Name of the project's setting; true when it was never set. */
const SETTING = 'agents.takeOver';

/** True for a project that agents of several machines share; a file belongs to one machine, where the console starts its agent again. */
export const isShared = ({ file }: Pick<Store, 'file'>): boolean => isPostgres(file);

/** True when tasks of an agent that is gone are run by the others: in a shared project, unless somebody has switched it off. */
export async function takesOver(store: Pick<Store, 'file' | 'settings'>): Promise<boolean> {
  return isShared(store) && await store.settings.get(SETTING) !== false;
}

/** Switches it on or off. */
export async function setTakeOver(store: Pick<Store, 'settings'>, on: boolean): Promise<void> {
  await store.settings.set(SETTING, on);
}

/** Ids of the agents whose tasks this one runs: its own, and where agents stand in for each other those that have run and are gone. */
export async function agentsServed(store: Pick<Store, 'file' | 'settings' | 'agents'>, agentId: string): Promise<readonly string[]> {
  if (!await takesOver(store)) return [agentId];
  return [agentId, ...(await store.agents.silentFor(GONE_MS)).filter((id) => id !== agentId)];
}
