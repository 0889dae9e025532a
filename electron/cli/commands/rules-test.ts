import type { Command } from 'commander';
import type { MatchingRuleInput } from '../../../shared/contracts/rule-values.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { printable, table } from '../output.ts';
import type { Run } from '../run.ts';
import { mappingOf, matchingOf, moved, ownerOf, plainOwner, ruleAt, withMapping, withMatching, withOwner, type Mapping, type MappingOptions, type Matching, type MatchingOptions, type OwnerOptions } from './rules-options.ts';

interface PreviewOptions extends OwnerOptions, MappingOptions { readonly rule?: string; readonly search: string; readonly limit: string }
interface TestOptions extends MatchingOptions { readonly collection?: string; readonly edit?: string; readonly remove?: string; readonly move?: string; readonly to?: string; readonly upnSuffix: string; readonly keep?: boolean; readonly limit: string }

/** `causeway rules preview`, `test`, `functions` and `attributes`: what a rule would do, before it is saved. */
export function addRuleTestCommands(rules: Command, run: Run): void {
  withMapping(withOwner(rules.command('preview').description('what a mapping rule would do to real objects; nothing is saved or written')))
    .option('--rule <number>', 'a rule of the list; the other options change it for the preview').option('--search <text>', 'only objects with this in name, DN, sign-in name or address', '').option('--limit <n>', 'objects shown', '20')
    .addHelpText('after', `
Examples:
  causeway rules preview --collection Berlin --target jobTitle --action Expression --value 'Coalesce([title], "Staff")'
  causeway rules preview --collection Berlin --rule 12 --search smith
Exit codes: 0 the rule works for every object, 1 it fails for some, 2 the rule itself is wrong.`)
    .action((o: PreviewOptions) => run({ needs: 'project' }, async (session) => {
      const owner = await ownerOf(session, o);
      const before = o.rule === undefined ? undefined : ruleAt((await session.call('mappingRules.list', plainOwner(owner))).rows as readonly Mapping[], o.rule);
      const rule = mappingOf(o, before);
      const result = await session.call('rules.preview', { owner: plainOwner(owner), rule, search: o.search, limit: wholeNumber(o.limit, 200) });
      const broken = result.problems.filter((p) => p.severity === 'error');
      session.out.result(result, [
        ...result.problems.flatMap((p) => [printable(rule.value), `${' '.repeat(p.offset)}${'^'.repeat(Math.max(1, p.length))}`, `${p.severity === 'error' ? 'Error' : 'Warning'} at character ${p.offset + 1}: ${p.message}${p.hint === null ? '' : ` ${p.hint}`}`]),
        ...(broken.length > 0 ? [] : [
          ...table(['NAME', 'OUTCOME', 'VALUE', 'PRESENT', 'WHY'], result.rows.map((r) => [r.name, r.outcome, r.value, r.present, r.message])),
          '', `${result.examined} objects looked at${result.more ? ' (there are more)' : ''}: ${Object.entries(result.counts).filter(([, n]) => n > 0).map(([outcome, n]) => `${n} ${outcome}`).join(', ') || 'none'}.`, ...result.notes,
        ]),
      ]);
      return broken.length > 0 ? EXIT.usage : result.counts.error > 0 ? EXIT.failed : EXIT.ok;
    }));

  withMatching(rules.command('test').description('which objects of a collection a change of its matching rules would match differently; nothing is saved')).option('--collection <name>')
    .option('--edit <number>', 'as if this rule had the attributes given').option('--remove <number>', 'as if this rule were gone').option('--move <number>', 'as if this rule stood at --to').option('--to <number>', 'its place for --move, or for the new rule')
    .option('--upn-suffix <domain>', 'suffix for the rule that compares UPN prefixes', '').option('--keep', 'existing matches stay, as Match Objects without breaking does').option('--limit <n>', 'objects shown', '200')
    .addHelpText('after', `
Examples:
  causeway rules test --collection Berlin --class user --source employeeID --target employeeId
  causeway rules test --collection Berlin --edit 6 --no-disabled
  causeway rules test --collection Berlin --move 3 --to 1`)
    .action((o: TestOptions) => run({ needs: 'project' }, async (session) => {
      const collection = await session.collection(o.collection);
      const present = (await session.call('matchingRules.list', { kind: 'collection', id: collection.id })).rows;
      const result = await session.call('rules.testMatching', { collectionId: collection.id, rules: [...changedRules(present, o)], upnSuffix: o.upnSuffix, breakExisting: o.keep !== true, limit: wholeNumber(o.limit, 1000) });
      session.out.result(result, [
        ...table(['TYPE', 'NAME', 'IS', 'WITH', 'WOULD BE', 'WITH', 'WHY'], result.rows.map((r) => [r.kind, r.name, r.was.state, r.was.target, r.wouldBe.state, r.wouldBe.target, r.wouldBe.reason])),
        ...(result.changed > result.rows.length ? [`(${result.changed - result.rows.length} more; use --limit)`] : []),
        ...(result.readAt === null ? ['The tenant was never read, so nothing can be matched: causeway pair discover.'] : []),
        '', `${result.changed} of ${result.compared} objects would be matched differently.`, ...table(['STATUS', 'IS', 'WOULD BE'], result.totals.map((t) => [t.state, t.was, t.wouldBe])).map((l) => `  ${l}`),
      ]);
      return EXIT.ok;
    }));

  rules.command('functions').description('the functions of the expression language, each with an example').argument('[name]', 'only those whose name holds this')
    .addHelpText('after', '\nExample:\n  causeway rules functions Select')
    .action((name: string | undefined) => run({ needs: 'project' }, async (session) => {
      const { rows, parameters } = await session.call('expressions.functions', {});
      const shown = rows.filter((f) => name === undefined || f.name.toLowerCase().includes(name.toLowerCase()));
      session.out.result({ rows: shown, parameters }, [...shown.flatMap((f) => [f.signature, `    ${f.description}`, `    ${f.example} gives ${f.result}`]), '', `Attributes: [name]. Parameters: ${parameters.map((p) => `%${p}%`).join(', ')}.`]);
      return EXIT.ok;
    }));

  withOwner(rules.command('attributes').description('attributes that a rule can name, and why some of the target cannot be written')).addHelpText('after', '\nExample:\n  causeway rules attributes --collection Berlin')
    .action((o: OwnerOptions) => run({ needs: 'project' }, async (session) => {
      const result = await session.call('rules.attributes', { owner: plainOwner(await ownerOf(session, o)) });
      session.out.result(result, [
        'Source:', ...table(['CLASS', 'ATTRIBUTE', 'OBJECTS WITH IT', 'TYPE'], result.source.map((a) => [a.kind, a.name, a.seen, a.type])).map((l) => `  ${l}`),
        'Target:', ...table(['CLASS', 'ATTRIBUTE', 'SERVICE', 'WRITABLE', 'NOTE'], result.target.map((a) => [a.kind, a.name, a.service, a.writable ? 'yes' : 'no', a.note])).map((l) => `  ${l}`),
      ]);
      return EXIT.ok;
    }));
}

/** The list as the options would change it. */
function changedRules(present: readonly Matching[], o: TestOptions): readonly MatchingRuleInput[] {
  const chosen = [o.edit, o.remove, o.move].filter((x) => x !== undefined);
  if (chosen.length > 1) throw appError(ErrorCode.InvalidInput, 'Give only one of --edit, --remove and --move.');
  const plain = (rules: readonly Matching[]): readonly MatchingRuleInput[] => rules.map(({ position: _position, ...rule }) => rule);
  if (o.remove !== undefined) { const gone = ruleAt(present, o.remove); return plain(present.filter((r) => r.id !== gone.id)); }
  if (o.move !== undefined) return plain(moved(present, ruleAt(present, o.move), o.to));
  if (o.edit !== undefined) { const rule = ruleAt(present, o.edit); return plain(present).map((r) => (r.id === rule.id ? matchingOf(o, rule) : r)); }
  const at = o.to === undefined ? present.length : wholeNumber(o.to, present.length + 1) - 1;
  return [...plain(present).slice(0, at), matchingOf(o), ...plain(present).slice(at)];
}

function wholeNumber(text: string, most: number): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > most) throw appError(ErrorCode.InvalidInput, `Give a whole number from 1 to ${most}, not "${text}".`);
  return n;
}
