import type { CoexistenceSettings } from '../../../shared/domain/coexistence.ts';
import type { Coexistence, CycleRow } from '../../../shared/contracts/coexistence.ts';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import type { SimulatorSeed } from '../../../electron/simulator/index.ts';
import type { SambaServer } from '../../servers/samba.ts';
import { openRig, type Rig, type RigOptions, type Send } from '../app/rig.ts';
import { hands, onUnit, type Desk, type Unit } from '../scenarios/corp.ts';

/** Answers of the wizard as most tests give them: create, merge, an hour between cycles, keep. */
export const ANSWERS: CoexistenceSettings = { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '', intervalMinutes: 60, workingHours: null, outOfScope: 'keep', drift: 're-apply' };

/** A rig for coexistence: the time of its runner can be moved on, and writes to the tenant are counted. */
export interface CycleRig extends Rig {
  /** What was asked of the tenant that changes something, since the start: method and path, or the cmdlet. */
  readonly writes: string[];
  /** Moves the time of the task runner on, milliseconds. */
  pass(ms: number): void;
  standing(collectionId?: string): Promise<Coexistence>;
  /** Runs a cycle now, or a full one, and waits for its end. */
  /** Makes a static collection of what a filter finds. @returns its id. */
  collect(name: string, filter: string): Promise<string>;
  cycle(which?: 'run now' | 'restart', collectionId?: string): Promise<{ readonly task: TaskRow; readonly cycle: CycleRow }>;
  /** Plans, shows, approves and waits for the end of the first cycle. */
  enable(answers?: Partial<CoexistenceSettings>, collectionId?: string): Promise<TaskRow>;
  /** Waits until this holds. */
  until(test: (now: Coexistence) => boolean, collectionId?: string): Promise<Coexistence>;
}

/** What of a request to the tenant changes something; looking does not. */
function writesOf(url: string, init: RequestInit): string[] {
  const { pathname } = new URL(url);
  const method = init.method ?? 'GET';
  const body = typeof init.body === 'string' && init.body.startsWith('{') ? JSON.parse(init.body) as { requests?: { method: string; url: string }[]; CmdletInput?: { CmdletName: string } } : {};
  if (pathname.includes('/oauth2/')) return [];
  if (body.CmdletInput !== undefined) return body.CmdletInput.CmdletName.startsWith('Get-') ? [] : [body.CmdletInput.CmdletName];
  if (pathname.endsWith('/$batch')) return (body.requests ?? []).filter((one) => one.method !== 'GET' && !one.url.includes('getByIds')).map((one) => `${one.method} ${one.url}`);
  return method === 'GET' || pathname.endsWith('/getByIds') ? [] : [`${method} ${pathname}`];
}

/** Opens such a rig. */
export async function openCycleRig(options: RigOptions): Promise<CycleRig> {
  const writes: string[] = [];
  let ahead = 0;
  const wrap = (send: Send): Send => async (url, init) => {
    writes.push(...writesOf(url, init));
    return await (options.wrap?.(send) ?? send)(url, init);
  };
  const rig = await openRig({ ...options, wrap, services: (services) => ({ ...(options.services?.(services) ?? services), now: () => Date.now() + ahead }) });
  const standing: CycleRig['standing'] = async (collectionId = rig.collectionId) => await rig.call('coexistence.get', { collectionId });
  return {
    ...rig, writes, standing,
    pass(ms) { ahead += ms; },
    async collect(name, filter) {
      const { id } = await rig.call('collections.create', { pairId: rig.pairId, name });
      await rig.call('collections.queryObjects', { id, filter });
      return id;
    },
    async cycle(which = 'run now', collectionId = rig.collectionId) {
      const { taskId } = await rig.call(which === 'restart' ? 'coexistence.restart' : 'coexistence.runNow', { collectionId });
      const task = await rig.ended(taskId);
      const [cycle] = (await rig.call('coexistence.cycles', { collectionId, limit: 1 })).rows;
      if (cycle === undefined) throw new Error('no cycle');
      return { task, cycle };
    },
    async enable(answers = {}, collectionId = rig.collectionId) {
      const { taskId } = await rig.call('coexistence.plan', { collectionId, settings: { ...ANSWERS, ...answers, workingHours: null } });
      const planned = await rig.ended(taskId);
      return planned.state === 'Awaiting approval' ? await rig.approve(taskId) : planned;
    },
    async until(test, collectionId) {
      for (const end = Date.now() + 20_000; Date.now() < end;) {
        const now = await standing(collectionId);
        if (test(now)) return now;
        await new Promise((resolve) => { setTimeout(resolve, 20); });
      }
      throw new Error(`it did not come to that: ${JSON.stringify(await standing(collectionId))}`);
    },
  };
}

/** A cycle rig on one unit of a real Active Directory. */
export type CycleDesk = CycleRig & Pick<Desk, 'directory' | 'set'>;

/** Opens a project whose source is one unit of the domain controller. */
export async function openCycleDesk(samba: SambaServer, where: Unit, seed: SimulatorSeed, more: Partial<RigOptions> = {}): Promise<CycleDesk> {
  const rig = await openCycleRig({ seed, members: '(|(objectClass=user)(objectClass=group))', ...more, ...onUnit(samba, where) });
  return { ...rig, ...hands(samba, where) };
}
