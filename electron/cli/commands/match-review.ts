import path from 'node:path';
import { Option, type Command } from 'commander';
import type { Decided, ReviewRow } from '../../../shared/contracts/matches.ts';
import type { ChannelInput } from '../../../shared/contracts/index.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { OBJECT_KINDS, RISK_FLAGS } from '../../../shared/domain/objects.ts';
import { REVIEW_POLICIES, REVIEW_STATES, type ReviewAction, type ReviewPolicy } from '../../../shared/domain/review.ts';
import { EXIT } from '../exit-codes.ts';
import { printable, table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { saveParts } from './save-parts.ts';

/** Options of commands that work on one collection or on all of a pair. */
export interface ScopeOptions { readonly collection?: string; readonly pair?: string }
/** Adds {@link ScopeOptions} to a command. */
export const withScope = (command: Command): Command => command.option('--collection <name>').option('--pair <name>', 'all collections of the pair instead of one');
/** The scope as channels name it. @throws AppError INVALID_INPUT when both are given, NOT_FOUND. */
export async function scopeOf(session: Session, o: ScopeOptions): Promise<{ readonly collectionId: string } | { readonly pairId: string }> {
  if (o.pair !== undefined && o.collection !== undefined) throw appError(ErrorCode.InvalidInput, 'Give either --collection or --pair.');
  return o.pair === undefined ? { collectionId: (await session.collection(o.collection)).id } : { pairId: (await session.pair(o.pair)).id };
}

interface Filter { readonly review?: string; readonly state?: string; readonly risk?: string; readonly kind?: string; readonly search?: string }
interface DecideOptions extends Filter, ScopeOptions { readonly id?: string[]; readonly all?: boolean; readonly target?: string; readonly override?: string; readonly dryRun?: boolean }

const STATES = ['Matched', 'Not matched', 'Ambiguous', 'Conflict'] as const;
const oneOf = <T extends string>(name: string, value: string | undefined, words: readonly T[]): T | '' => {
  const found = words.find((word) => word.toLowerCase() === value?.toLowerCase());
  if (value !== undefined && value !== '' && found === undefined) throw appError(ErrorCode.InvalidInput, `--${name} "${value}" is none of: ${words.join(', ')}.`);
  return found ?? '';
};
const filterOf = (o: Filter) => ({ search: o.search ?? '', review: oneOf('review', o.review, REVIEW_STATES), state: oneOf('state', o.state, STATES), risk: oneOf('risk', o.risk, RISK_FLAGS), kind: oneOf('kind', o.kind, OBJECT_KINDS) });
const withFilter = (command: Command): Command => command
  .option('--review <state>', `only: ${REVIEW_STATES.join(', ')}`).option('--state <state>', `only: ${STATES.join(', ')}`).option('--risk <flag>', `only with this risk: ${RISK_FLAGS.join(', ')}`)
  .option('--kind <kind>', OBJECT_KINDS.join(', ')).option('--search <text>', 'name, UPN or mail of either side');

const differs = (row: ReviewRow): string => row.sides.filter((side) => !side.same && row.targetId !== null).map((side) => `${side.attribute}: ${side.source || '(none)'} / ${side.target || '(none)'}`).join('; ');

const DECISIONS: readonly (readonly [name: string, action: ReviewAction, description: string, example: string])[] = [
  ['accept', 'accept', 'accept proposed matches; a migration may use them', 'causeway match accept --collection Berlin --all --risk "names differ"'],
  ['reject', 'reject', 'reject proposed matches; the two are never proposed for each other again until that is taken back', 'causeway match reject --collection Berlin --id 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d'],
  ['pin', 'pin', 'pin matches; they are never evaluated again', 'causeway match pin --collection Berlin --id 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d --target 5b1f3c7e-90aa-4f2b-8a35-7c1d2e3f4a5b'],
  ['unpin', 'unpin', 'unpin matches; the rules decide again', 'causeway match unpin --collection Berlin --all --review Pinned'],
  ['create', 'create', 'decide that there is no match: a new object is created', 'causeway match create --collection Berlin --all --state Ambiguous'],
  ['leave', 'leave out', 'leave objects out of every migration', 'causeway match leave --collection Berlin --id 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d'],
  ['retract', 'take back', 'take back what was accepted, rejected or decided; the rules decide at the next match', 'causeway match retract --collection Berlin --all --review Rejected'],
];

/** `causeway match review`, the decisions, `undo` and `policy`. */
export function addMatchReviewCommands(match: Command, run: Run): void {
  withFilter(withScope(match.command('review').description('list matches with rule, evidence and risks; by default those that wait for a decision')).option('--everything', 'decided ones and those without a risk, too')
    .option('--limit <n>', 'rows shown', '200').option('--csv <file>', 'write them to a new file, whose column Decision can be filled in and imported'))
    .addHelpText('after', '\nExamples:\n  causeway match review --collection Berlin\n  causeway match review --collection Berlin --risk "names differ" --csv review.csv\n  causeway match review --pair "Contoso to M365"')
    .action((o: Filter & ScopeOptions & { everything?: boolean; limit: string; csv?: string }) => run({ needs: 'project' }, async (session, context) => {
      const scope = await scopeOf(session, o);
      const filter = filterOf(o);
      const query = { ...scope, ...filter, review: filter.review === '' && o.everything !== true ? 'To review' as const : filter.review };
      const limit = rowLimit(o.limit, { to: 100_000 });
      if (o.csv !== undefined) {
        const rows = await saveParts(o.csv, async (after) => await session.call('matches.export', { ...query, after }), context);
        session.out.result({ file: path.resolve(o.csv), rows }, [`Wrote ${rows} matches to ${o.csv}.`]);
        return EXIT.ok;
      }
      const { rows, total } = await readRows(limit, async (request) => await session.call('matches.review', { ...query, ...request }));
      const summary = await session.call('matches.summary', scope);
      const where = 'pairId' in scope ? ['COLLECTION'] : [];
      session.out.result({ rows, total, summary }, [
        ...table(['REVIEW', 'STATE', 'SOURCE', ...where, 'TARGET', 'RULE', 'VALUE', 'RISKS', 'DIFFERS', 'ID'], rows.map((r) => [r.review, r.state, r.name, ...where.map(() => r.collections.map((one) => one.name).join(', ')), r.targetId === null ? (r.candidates > 0 ? `${r.candidates} candidates` : '') : r.targetName || r.targetId, r.rule, r.value, r.risks.join(', '), differs(r), r.id])),
        ...(total > rows.length ? [`(${total - rows.length} more; use --limit, a filter or --csv)`] : []),
        '', ...REVIEW_STATES.filter((state) => summary.byReview[state] > 0).map((state) => `${state}: ${summary.byReview[state]}`), `Used without review: ${summary.policy.inForce === 'no match' ? 'every match' : summary.policy.inForce === 'every match' ? 'none' : 'matches without a risk'}.`,
      ]);
      return EXIT.ok;
    }));

  for (const [name, action, description, example] of DECISIONS) {
    const command = withScope(match.command(name).description(description)).option('--id <guid...>', 'objectGUIDs').option('--all', 'every object that the filters show').option('--dry-run', 'say what would happen; change nothing');
    if (action === 'accept' || action === 'pin' || action === 'reject') command.option('--target <id>', 'Graph id of the candidate that is meant; for one object');
    if (action === 'accept' || action === 'pin') command.option('--override <text>', 'the text that risky matches ask for, typed');
    withFilter(command).addHelpText('after', `\nExample:\n  ${example}`)
      .action((o: DecideOptions) => run({ needs: 'project' }, async (session) => {
        if ((o.id === undefined) === (o.all === undefined)) throw appError(ErrorCode.InvalidInput, 'Give either --id, or --all with filters.');
        const filter = filterOf(o);
        // Whoever says nothing means what waits; a decision that was made is changed only when it is named.
        const waiting = filter.review === '' && ['accept', 'reject', 'pin', 'create', 'leave out'].includes(action) ? 'To review' as const : filter.review;
        const input: ChannelInput<'matches.decide'> = {
          ...await scopeOf(session, o), action, ...(o.target === undefined ? {} : { targetId: o.target }), ...(o.override === undefined ? {} : { override: o.override }),
          selection: o.id ? { mode: 'ids', ids: o.id.map((id) => id.toLowerCase()) } : { mode: 'all except', ids: [], ...filter, review: waiting },
        };
        const result = await session.call(o.dryRun === true ? 'matches.preview' : 'matches.decide', input);
        session.out.result(result, linesOf(result, name, o.dryRun === true, o));
        return result.risky > 0 ? EXIT.notApproved : result.refusedTotal > 0 ? EXIT.failed : EXIT.ok;
      }));
  }

  withScope(match.command('undo').description('undo the latest decision, or a named one: matches, decisions and statuses are as before it')).option('--batch <id>', 'a decision that `match decisions` lists')
    .addHelpText('after', '\nExample:\n  causeway match undo --collection Berlin')
    .action((o: ScopeOptions & { batch?: string }) => run({ needs: 'project' }, async (session) => {
      const result = await session.call('matches.undo', { ...await scopeOf(session, o), ...(o.batch === undefined ? {} : { batch: o.batch }) });
      session.out.result(result, [`Undid "${result.action}" of ${result.restored} objects.`, ...refusedLines(result)]);
      return result.refusedTotal > 0 ? EXIT.failed : EXIT.ok;
    }));

  withScope(match.command('decisions').description('list the latest decisions, newest first')).addHelpText('after', '\nExample:\n  causeway match decisions --collection Berlin')
    .action((o: ScopeOptions) => run({ needs: 'project' }, async (session) => {
      const { batches } = await session.call('matches.summary', await scopeOf(session, o));
      session.out.result(batches, table(['TIME', 'WHO', 'DECISION', 'OBJECTS', 'UNDONE', 'ID'], batches.map((b) => [new Date(b.at).toISOString(), b.actor, b.action, b.objects, b.undone, b.id])));
      return EXIT.ok;
    }));

  match.command('policy').description('which matches wait for review before a migration may use them; the same for a pair and its collections unless one has its own').option('--collection <name>').option('--pair <name>', 'of the pair instead of a collection')
    .addOption(new Option('--wait <matches>', 'which ones wait').choices(REVIEW_POLICIES)).option('--inherit', 'the collection follows its pair, the pair the default')
    .addHelpText('after', '\nExamples:\n  causeway match policy --collection Berlin\n  causeway match policy --collection Berlin --wait "every match"')
    .action((o: { collection?: string; pair?: string; wait?: ReviewPolicy; inherit?: boolean }) => run({ needs: 'project' }, async (session) => {
      if (o.wait !== undefined && o.inherit === true) throw appError(ErrorCode.InvalidInput, 'Give either --wait or --inherit.');
      const scope = await scopeOf(session, o);
      const owner = 'pairId' in scope ? { kind: 'pair' as const, id: scope.pairId } : { kind: 'collection' as const, id: scope.collectionId };
      const policy = o.wait === undefined && o.inherit !== true ? await session.call('matches.policy', owner) : await session.call('matches.setPolicy', { ...owner, policy: o.wait ?? null });
      session.out.result(policy, [`Waiting for review: ${policy.inForce}${policy.own === null ? ' (not set here)' : ''}. Ambiguous and Conflict always wait.`]);
      return EXIT.ok;
    }));
}

const refusedLines = (result: Pick<Decided, 'refused' | 'refusedTotal'>): string[] => [
  ...(result.refusedTotal > 0 ? ['', `${result.refusedTotal} left as they are:`, ...result.refused.map((one) => `  ${printable(one.name)}: ${printable(one.reason)}`)] : []),
  ...(result.refusedTotal > result.refused.length ? [`  (${result.refusedTotal - result.refused.length} more)`] : []),
];
const linesOf = (result: Decided, name: string, dry: boolean, { pair }: ScopeOptions): string[] => [
  dry ? `${name}: would change ${result.changed} objects; nothing was changed.` : `${name}: ${result.changed} objects.${result.batch === '' ? '' : ` Take it back with: causeway match undo${pair === undefined ? '' : ` --pair "${pair}"`}`}`, ...refusedLines(result),
  ...(result.risky > 0 ? ['', `${result.risky === 1 ? 'One is' : `${result.risky} are`} refused for their risk only. If you are sure, repeat with --override "${result.confirmation}".`] : []),
];
