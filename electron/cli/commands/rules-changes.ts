import type { Command } from 'commander';
import type { RuleChange } from '../../../shared/contracts/rule-changes.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { RULE_SETS, type PushSet, type RuleSet } from '../../../shared/domain/rules.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import { ownerOf, plainOwner, setOption, withOwner, type OwnerOptions } from './rules-options.ts';

interface PushOptions { readonly pair?: string; readonly collection?: string[]; readonly set?: RuleSet; readonly yes?: boolean }
interface TemplateOptions extends OwnerOptions { readonly template?: string; readonly version?: string; readonly keepOwn?: boolean; readonly yes?: boolean }

const changeLines = (changes: readonly RuleChange[]): string[] => table(['LIST', 'CHANGE', 'RULE', 'WHAT'], changes.map((c) => [c.set, c.change, c.text, c.fields.map((f) => `${f.field}: ${f.before || '(empty)'} -> ${f.after || '(empty)'}`).join('; ')])).map((l) => `  ${l}`);
const versionOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1) throw appError(ErrorCode.InvalidInput, `--template-version must be a whole number, not "${text}".`);
  return Number(text);
};
const withTemplate = (command: Command): Command => withOwner(command).option('--template <name>', 'schema template (default: the one that the rules were made from)').option('--template-version <number>', 'its version (default: the newest)').option('--keep-own', 'keep what people added, changed or removed since the rules were made from a template');

/** Adds `push` to a command: shows how the collections of a pair differ in some of its lists, and with `--yes` puts the pair's in their place. */
export function pushCommand(parent: Command, run: Run, { description, sets: all, examples }: { readonly description: string; readonly sets: readonly PushSet[]; readonly examples: readonly string[] }): void {
  const command = parent.command('push').description(description).option('--pair <name>').option('--collection <name...>', 'only these collections (default: all that differ)').option('-y, --yes', 'write after showing the difference')
    .addHelpText('after', `\nExamples:\n${examples.map((one) => `  ${one}`).join('\n')}`)
    .action((o: PushOptions) => run({ needs: 'project' }, async (session) => {
      const pair = await session.pair(o.pair);
      const sets = o.set === undefined ? [...all] : [o.set];
      const wanted = o.collection === undefined ? undefined : new Set(await Promise.all(o.collection.map(async (name) => (await session.collection(name)).id)));
      const rows = (await session.call('rules.pushDifference', { pairId: pair.id })).rows.filter((r) => wanted?.has(r.collectionId) !== false).map((r) => ({ ...r, changes: r.changes.filter((c) => sets.includes(c.set)) }));
      const different = rows.filter((r) => r.changes.length > 0);
      const lines = rows.flatMap((r) => [`${r.name}: ${r.changes.length === 0 ? 'the same rules as the pair' : `${r.changes.length} differences`}`, ...(r.changes.length === 0 ? [] : changeLines(r.changes))]);
      if (o.yes !== true || different.length === 0) {
        session.out.result({ rows }, [...lines, ...(different.length > 0 ? ['', 'Nothing was written. Add --yes to write it.'] : [])]);
        return EXIT.ok;
      }
      const { pushed } = await session.call('rules.push', { pairId: pair.id, collections: different.map(({ collectionId, digest }) => ({ collectionId, digest })), sets });
      const note = sets.includes('licence') ? 'The next migration of each assigns and removes by them.' : 'Objects that are matched already keep their match; break matching to apply changed matching rules.';
      session.out.result({ rows, pushed }, [...lines, '', `Changed the rules of ${pushed} collections. ${note}`]);
      return EXIT.ok;
    }));
  if (all.length > 1) command.addOption(setOption());
}

/** `causeway rules push`, `templates`, `difference` and `apply`: whole lists, after the difference was seen. */
export function addRuleChangeCommands(rules: Command, run: Run): void {
  pushCommand(rules, run, { description: 'put the rules of a pair in place of those of its collections; without --yes only the difference is shown. Licence rules: causeway licences push', sets: RULE_SETS, examples: ['causeway rules push --pair Contoso', 'causeway rules push --pair Contoso --collection Berlin --set mapping --yes'] });

  rules.command('templates').description('schema templates: the sets of rules a pair can start with').argument('[name]', 'all about one of them')
    .addHelpText('after', '\nExample:\n  causeway rules templates "Exchange hybrid"')
    .action((name: string | undefined) => run({ needs: 'project' }, async (session) => {
      const { rows } = await session.call('templates.list', {});
      const shown = name === undefined ? rows : rows.filter((t) => t.name.toLowerCase() === name.toLowerCase());
      if (shown.length === 0) throw appError(ErrorCode.NotFound, `There is no schema template "${name ?? ''}". There are: ${rows.map((t) => t.name).join(', ')}.`);
      const one = name === undefined ? undefined : shown[0];
      session.out.result(one ?? shown, one === undefined ? table(['NAME', 'VERSION', 'MATCHING', 'MAPPING', 'DESCRIPTION'], shown.map((t) => [t.name, t.version, t.matching, t.mapping, t.description])) : [
        `${one.name}, version ${one.version}: ${one.matching} matching rules, ${one.mapping} mapping rules`, one.description, ...one.versions.flatMap((v) => v.changes.map((c) => `  Version ${v.version}: ${c}`)),
        'Not written:', ...table(['CLASS', 'SOURCE', 'TARGET', 'WHY'], one.notWritten.map((n) => [n.kind, n.source, n.target, n.reason])).map((l) => `  ${l}`),
      ]);
      return EXIT.ok;
    }));

  const difference = async (session: Parameters<Parameters<Run>[1]>[0], o: TemplateOptions & { templateVersion?: string }) => {
    const owner = await ownerOf(session, o);
    const version = versionOf(o.templateVersion);
    const ownRules = o.keepOwn === true ? 'keep' as const : 'remove' as const;
    const d = await session.call('templates.difference', { owner: plainOwner(owner), ownRules, ...(o.template === undefined ? {} : { template: o.template }), ...(version === undefined ? {} : { version }) });
    const lines = [
      d.origin === null ? `It is not known which template the rules of "${owner.name}" were made from.` : `The rules of "${owner.name}" were made from "${d.origin.template}", version ${d.origin.version}.`,
      ...(d.sinceOrigin === null ? [] : d.sinceOrigin.length === 0 ? ['Nobody has changed them since.'] : ['Changed since by people:', ...changeLines(d.sinceOrigin)]),
      ...(d.ofTemplate.length === 0 ? [] : ['Newer versions of that template changed:', ...changeLines(d.ofTemplate)]),
      ...(d.toTemplate.length === 0 ? [`They are those of "${d.template}", version ${d.version}.`] : [`Applying "${d.template}", version ${d.version}, would do:`, ...changeLines(d.toTemplate)]),
    ];
    return { owner, d, ownRules, lines };
  };
  withTemplate(rules.command('difference').description('what changed since the rules were made from their schema template, and what another would change')).addHelpText('after', '\nExample:\n  causeway rules difference --pair Contoso --template Exchange')
    .action((o: TemplateOptions & { templateVersion?: string }) => run({ needs: 'project' }, async (session) => {
      const { d, lines } = await difference(session, o);
      session.out.result(d, lines);
      return EXIT.ok;
    }));
  withTemplate(rules.command('apply').description('put the rules of a schema template in place of those of a pair or a collection; without --yes only the difference is shown')).option('-y, --yes', 'write after showing the difference')
    .addHelpText('after', '\nExample:\n  causeway rules apply --pair Contoso --template "Exchange hybrid" --keep-own --yes')
    .action((o: TemplateOptions & { templateVersion?: string }) => run({ needs: 'project' }, async (session) => {
      const { owner, d, ownRules, lines } = await difference(session, o);
      if (o.yes !== true) {
        session.out.result(d, [...lines, '', 'Nothing was written. Add --yes to write it.']);
        return EXIT.ok;
      }
      await session.call('templates.apply', { owner: plainOwner(owner), template: d.template, version: d.version, ownRules, digest: d.digest });
      session.out.result({ ...d, applied: true }, [...lines, '', `Applied. ${owner.kind === 'pair' ? 'Collections that exist already keep their rules; push them with: causeway rules push.' : ''}`.trim()]);
      return EXIT.ok;
    }));
}
