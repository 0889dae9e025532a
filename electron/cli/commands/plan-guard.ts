import type { Command } from 'commander';
import type { GuardLimitsInput } from '../../../shared/contracts/plans.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';

type LimitName = keyof GuardLimitsInput;
/** Options of `guard set`, and the limits in words. */
const LIMITS: readonly (readonly [name: LimitName, option: string, words: string])[] = [
  ['creates', 'creates', 'objects created'], ['overwrites', 'overwrites', 'values that are not empty replaced'], ['upnChanges', 'upn-changes', 'sign-in names changed'],
  ['membershipRemovals', 'membership-removals', 'memberships removed'], ['healedLinks', 'healed-links', 'links healed outside the run'], ['licenceRemovals', 'licence-removals', 'licences taken away'], ['disables', 'disables', 'accounts disabled'], ['deletes', 'deletes', 'objects deleted'],
];
interface OwnerOptions { readonly pair?: string; readonly collection?: string }

/** `causeway guard ...`: the limits over which a plan needs a typed approval. */
export function addGuardCommands(program: Command, run: Run): void {
  const guard = program.command('guard').description('limits over which a plan is applied only after a typed approval, of a pair or a collection');
  owner(guard.command('show', { isDefault: true }).description('show the limits in force')).action((o: OwnerOptions) => run({ needs: 'project' }, async (session) => await print(session, await ownerOf(session, o))));
  const set = owner(guard.command('set').description('set limits; those that are not named stay as they are'));
  for (const [, option, words] of LIMITS) set.option(`--${option} <count/percent>`, `${words}: passed when over both, for example 50/5`);
  set.action((o: OwnerOptions & Record<string, string | undefined>) => run({ needs: 'project' }, async (session) => {
    const of = await ownerOf(session, o);
    const { limits } = await session.call('limits.get', of);
    const next: Record<LimitName, { count: number; percent: number }> = { ...limits };
    let given = 0;
    for (const [name, option] of LIMITS) {
      const text = o[option.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
      if (text === undefined) continue;
      next[name] = limitOf(option, text);
      given += 1;
    }
    if (given === 0) throw appError(ErrorCode.InvalidInput, `Name at least one limit: ${LIMITS.map(([, option]) => `--${option}`).join(', ')}.`);
    await session.call('limits.set', { ...of, limits: next });
    return await print(session, of);
  }));
  owner(guard.command('reset').description('go back to the limits of the pair, or to the shipped ones')).action((o: OwnerOptions) => run({ needs: 'project' }, async (session) => {
    const of = await ownerOf(session, o);
    await session.call('limits.set', { ...of, limits: null });
    return await print(session, of);
  }));
}

const owner = (command: Command): Command => command.option('--pair <name>', 'limits of a migration pair').option('--collection <name>', 'limits of a collection');

async function ownerOf(session: Session, o: OwnerOptions): Promise<{ pairId: string; collectionId: string | null }> {
  if (o.collection === undefined) return { pairId: (await session.pair(o.pair)).id, collectionId: null };
  const { id, pairId } = await session.collection(o.collection);
  return { pairId, collectionId: id };
}

function limitOf(option: string, text: string): { count: number; percent: number } {
  const [, count, percent] = /^(\d{1,8})\/(\d{1,3}(?:\.\d+)?)%?$/.exec(text.trim()) ?? [];
  if (count === undefined || percent === undefined || Number(percent) > 100) throw appError(ErrorCode.InvalidInput, `--${option} takes a count and a percentage, for example 50/5, not "${text}".`);
  return { count: Number(count), percent: Number(percent) };
}

async function print(session: Session, of: { readonly pairId: string; readonly collectionId: string | null }): Promise<number> {
  const found = await session.call('limits.get', of);
  session.out.result(found, [
    `Limits ${found.from === 'default' ? 'as shipped' : `of the ${found.from}`}. A plan that passes one is applied only after a typed approval.`,
    ...table(['LIMIT', 'COUNT', 'AND PERCENT', 'SHIPPED'], LIMITS.map(([name, , words]) => [words, found.limits[name].count, found.limits[name].percent, `${found.defaults[name].count}/${found.defaults[name].percent}`])),
  ]);
  return EXIT.ok;
}
