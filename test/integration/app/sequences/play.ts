import type { TaskRow } from '../../../../shared/contracts/tasks.ts';
import { openRig, type Rig, type RigOptions } from '../rig.ts';
import { cloudId, guid } from '../works.ts';
import { NUMBERS, Organisation, PEOPLE, type World } from './organisation.ts';
import { hasNoMailbox, putLicences, putRules } from './rules.ts';
import type { Step } from './steps.ts';
import { tenantOf } from './tenant.ts';

/** What is refused is refused with a sentence. */
const SENTENCES = /nothing to take back|A later migration|rolled back already|has written nothing/;
/** What cannot be taken back is told, and nothing else may be wrong then. */
const STUCK = /was empty before and cannot be made empty again/;

/** A project at work: its rig, its collections and its organisation. */
export interface Works { readonly rig: Rig; readonly organisation: Organisation; readonly given: World; readonly collections: Readonly<Record<'Everyone' | 'First' | 'Second', string>> }

/** Opens a project of its own for a world. @param more what the rig shall have besides. */
export async function begin(given: World, more: Pick<RigOptions, 'services'> = {}): Promise<Works> {
  const organisation = new Organisation(given);
  const rig = await openRig({ source: organisation.entries(), defaults: { distributionGroups: 'distribution group' }, seed: tenantOf(given), ...more });
  await rig.call('references.saveSettings', { pairId: rig.pairId, healing: given.healing as 'automatic' });
  const owner = { kind: 'pair' as const, id: rig.pairId };
  for (const one of (await rig.call('matchingRules.list', owner)).rows) {
    // Groups without mail are found by their names.
    if (one.sourceAttribute === 'sAMAccountName' && one.targetClass === 'group' && one.targetAttribute === 'mailNickname') await rig.call('matchingRules.save', { owner, rule: { ...one, enabled: true } });
  }
  const make = async (name: string, filter: string): Promise<string> => {
    const { id } = await rig.call('collections.create', { pairId: rig.pairId, name });
    await rig.call('collections.queryObjects', { id, filter });
    return id;
  };
  const everyone = await make('All', '(objectClass=*)');
  return { rig, organisation, given, collections: { Everyone: everyone, First: await make('First', '(|(cn=Ann)(cn=Ben)(cn=Sales)(cn=Crew)(cn=Ed))'), Second: await make('Second', '(|(cn=Cem)(cn=Dot)(cn=Eva)(cn=Office)(cn=Delegates)(cn=Flo))') } };
}

const problems = async ({ call }: Rig, task: TaskRow): Promise<string> => `${task.state}, ${task.message} ${JSON.stringify((await call('tasks.items', { taskId: task.id, onlyProblems: true })).rows.map((row) => `${row.name}: ${row.message}`))}`;

async function end(rig: Rig, task: TaskRow): Promise<TaskRow> {
  if (task.state !== 'Awaiting approval') return task;
  const plan = await rig.call('plans.get', { id: task.planId ?? '' });
  await rig.call('tasks.approve', { taskId: task.id, confirmation: plan.confirmation, outdated: 'apply all the same' });
  return await rig.ended(task.id);
}

/** Rolls back and holds the outcome to what a roll back may come to. @returns what was told to be stuck; null when it was refused. */
export async function rollBack(rig: Rig, input: Parameters<typeof rig.planRollBack>[0]): Promise<readonly string[] | null> {
  let task: TaskRow;
  try {
    task = await end(rig, await rig.ended((await rig.call('tasks.rollBack', { collectionId: rig.collectionId, ...input })).taskId));
  } catch (error) {
    if (error instanceof Error && SENTENCES.test(error.message)) return null;
    throw error;
  }
  if (task.state === 'Completed') return [];
  if (task.state === 'Failed' && SENTENCES.test(task.message)) return null;
  const items = (await rig.call('tasks.items', { taskId: task.id, onlyProblems: true })).rows;
  if (task.state !== 'Completed with errors' || !items.every((item) => STUCK.test(item.message))) throw new Error(`roll back ${JSON.stringify(input)}: ${await problems(rig, task)}`);
  return items.map((item) => `${item.name}: ${item.message}`);
}

async function migrate({ rig, collections }: Works, step: Extract<Step, { kind: 'migrate' }>): Promise<void> {
  const collectionId = collections[step.collection];
  const selection = step.people === 'all' ? {} : { selection: { mode: 'ids' as const, ids: (await membersOf(rig, collectionId)).filter((id) => PEOPLE.some(([, n]) => guid(n) === id)) } };
  const run = async () => await rig.plan({ upnSuffix: step.suffix, countryCode: step.country }, { collectionId, ...selection });
  let planned = await run();
  let named = false;
  // What the recycle bin gives back, and whom a licence gives a mailbox, is known only then: a second migration may find more to do.
  for (let rounds = planned.plan.counts.restores + planned.plan.counts.licencesAssigned > 0 ? 2 : 1; rounds > 0; rounds--) {
    const task = await end(rig, planned.task);
    if (task.state !== 'Completed') {
      const told = await problems(rig, task);
      // An address whose holder somebody has put into the recycle bin is not free, which the service says only when it is asked for.
      if (/The holder may be in the recycle bin/.test(told)) return;
      throw new Error(`migration: ${told}`);
    }
    planned = await run();
    if (planned.plan.counts.operations === 0) return;
    // Recipients are named by their addresses, which those whom the same plan makes have only then.
    if (rounds === 1 && !named && await onlyNames(rig, planned.plan.id)) { named = true; rounds += 1; }
  }
  const { rows } = await rig.call('plans.operations', { planId: planned.plan.id, limit: 200 });
  const again = rows.map((o) => `${o.kind} ${o.name} ${o.permission ?? ''} ${o.references.map((r) => r.name).join()} ${JSON.stringify(o.changes.map((c) => [c.attribute, c.before, c.after]))}`);
  throw new Error(`the same migration planned again: ${again.join('; ')}`);
}

const NAMES = /^(acceptMessagesOnlyFrom|rejectMessagesFrom|forwardingAddress|managedBy)/;
const onlyNames = async ({ call }: Rig, planId: string): Promise<boolean> => (await call('plans.operations', { planId, limit: 200 })).rows.every((o) => o.kind === 'update' && o.changes.every((c) => NAMES.test(c.attribute)));
const membersOf = async ({ objects }: Rig, collectionId: string): Promise<string[]> => Object.values(await objects(collectionId)).map((row) => row.id);

async function takeBack({ rig, collections }: Works, step: Extract<Step, { kind: 'roll back' }>): Promise<void> {
  const collectionId = collections.Everyone;
  const tasks = (await rig.call('tasks.list', {})).rows.filter((t) => t.canRollBack);
  const objectId = guid(NUMBERS[step.who % NUMBERS.length] ?? 11);
  const { tasks: wrote } = await rig.call('rollBack.ofObject', { collectionId, objectId });
  const since = wrote[step.task % Math.max(1, wrote.length)]?.taskId;
  const attributes = [...new Set(wrote.flatMap((w) => w.attributes))];
  const attribute = attributes[step.attribute % Math.max(1, attributes.length)];
  const undone = tasks[step.task % Math.max(1, tasks.length)];
  const more = { later: step.later ? 'take back too' as const : 'refuse' as const, purge: step.purge, mode: step.keep ? 'keep changes made since' as const : 'exact' as const };
  if (step.of === 'task') { if (undone !== undefined) await rollBack(rig, { undoes: undone.id, collectionId: undone.collectionId ?? collectionId, ...more }); }
  else if (step.of === 'object') await rollBack(rig, { objectId, collectionId, ...more });
  else if (step.of === 'since') { if (since !== undefined) await rollBack(rig, { objectId, since, collectionId, ...more }); }
  // Names and addresses that cannot be empty stay, which is told and tested elsewhere.
  else if (attribute !== undefined && !wrote.some((w) => w.created)) await rollBack(rig, { objectId, attributes: [attribute], collectionId, ...more });
}

/** Plays one step; a step that cannot be taken changes nothing. */
export async function play(works: Works, step: Step): Promise<void> {
  const { rig, organisation, collections } = works;
  switch (step.kind) {
    case 'change': organisation.change(step); await rig.rewrite(organisation.entries()); break;
    case 'rules': await putRules(rig, collections[step.collection], step.rules); break;
    // A mail user whom a licence gave a mailbox is none any more when the licence goes: what the service does so is not ours to take back.
    case 'licences': await putLicences(rig, collections[step.collection], works.given.people.some((one) => one.there === 'mail user') ? step.rules.filter(hasNoMailbox) : step.rules); break;
    case 'an hour passes': rig.simulator.advance(3_600_000); break;
    // What Causeway never writes must survive whatever it does.
    case 'besides': {
      const id = cloudId(PEOPLE[step.who]?.[1] ?? 11);
      if (rig.simulator.snapshot().users.some((user) => user.id === id)) await rig.graph('PATCH', `/users/${id}`, { faxNumber: `+49 ${step.what}`, employeeId: String(step.who) });
      break;
    }
    case 'migrate': await migrate(works, step); break;
    case 'roll back': await takeBack(works, step); break;
    default: step satisfies never;
  }
}

/** Takes back every migration that can be, the newest first. @returns what was told to be stuck. */
export async function rollEverythingBack({ rig }: Works, more: { readonly mode?: 'exact' | 'keep changes made since' } = {}): Promise<readonly string[]> {
  const stuck: string[] = [];
  /** Migrations of which every write was refused by the service. */
  const empty = new Set<string>();
  for (let left = 40; left > 0; left--) {
    const task = (await rig.call('tasks.list', {})).rows.find((t) => t.canRollBack && !empty.has(t.id));
    if (task === undefined) return stuck;
    const told = await rollBack(rig, { undoes: task.id, collectionId: task.collectionId ?? rig.collectionId, purge: true, ...more });
    if (told === null) empty.add(task.id); else stuck.push(...told);
  }
  throw new Error('there is always something left to take back');
}
