import type { Command } from 'commander';
import type { MappingRuleInput, MatchingRuleInput } from '../../../shared/contracts/rule-values.ts';
import type { RuleOwner, RuleSet } from '../../../shared/domain/rules.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { addRuleChangeCommands } from './rules-changes.ts';
import { mappingOf, matchingOf, moved, ownerOf, plainOwner, ruleAt, rulesOf, setOption, withMapping, withMatching, withOwner, type Mapping, type MappingOptions, type Matching, type MatchingOptions, type OwnerOptions } from './rules-options.ts';
import { addRuleTestCommands } from './rules-test.ts';

const matchingLines = (rules: readonly Matching[]): string[] => ['Matching rules, tried from the top:', ...table(['NO', 'STATE', 'SOURCE', 'TARGET', 'COMPARISON', 'ID'], rules.map((r) => [r.position, r.enabled ? 'Enabled' : 'Disabled', `${r.sourceClass} ${r.sourceAttribute}`, `${r.targetClass} ${r.targetAttribute}`, r.comparison, r.id]))];
const mappingLines = (rules: readonly Mapping[]): string[] => ['Mapping rules:', ...table(['NO', 'STATE', 'TARGET', 'ACTION', 'SOURCE', 'CONDITION', 'CONVERSION', 'ID'], rules.map((r) => [
  r.position, r.enabled ? 'Enabled' : 'Disabled', `${r.targetClass} ${r.targetAttribute}`, r.action, r.action === 'Set constant' ? `"${r.value}"` : r.action === 'Expression' ? r.value : r.sourceAttribute, r.condition, r.conversion, r.id,
]))];

/** `causeway rules ...`: matching and mapping rules of pairs and collections. */
export function addRuleCommands(program: Command, run: Run): void {
  const rules = program.command('rules').description('matching and mapping rules, schema templates and the expression language');
  withOwner(rules.command('list').description('list the rules in their order')).addOption(setOption())
    .addHelpText('after', '\nExample:\n  causeway rules list --collection Berlin --set mapping')
    .action((o: OwnerOptions & { set?: RuleSet }) => run({ needs: 'project' }, async (session) => {
      const owner = await ownerOf(session, o);
      const matching = o.set === 'mapping' ? [] : await rulesOf(session, owner, 'matching') as readonly Matching[];
      const mapping = o.set === 'matching' ? [] : await rulesOf(session, owner, 'mapping') as readonly Mapping[];
      session.out.result({ ...(o.set === 'mapping' ? {} : { matching }), ...(o.set === 'matching' ? {} : { mapping }) }, [...(o.set === 'mapping' ? [] : matchingLines(matching)), ...(o.set === undefined ? [''] : []), ...(o.set === 'matching' ? [] : mappingLines(mapping))]);
      return EXIT.ok;
    }));
  const matching = rules.command('matching').description('add or change a matching rule');
  const save = async (session: Session, o: OwnerOptions, set: RuleSet, rule: (before: Matching & Mapping | undefined) => MatchingRuleInput | MappingRuleInput, number: string | undefined): Promise<number> => {
    const owner = await ownerOf(session, o);
    const before = number === undefined ? undefined : ruleAt(await rulesOf(session, owner, set), number) as Matching & Mapping;
    const given = rule(before);
    const saved = set === 'matching' ? await session.call('matchingRules.save', { owner: plainOwner(owner), rule: given as MatchingRuleInput }) : await session.call('mappingRules.save', { owner: plainOwner(owner), rule: given as MappingRuleInput });
    session.out.result(saved, [`${before === undefined ? 'Added' : 'Changed'} rule ${saved.position} of the ${owner.kind} "${owner.name}".`]);
    return EXIT.ok;
  };
  withMatching(withOwner(matching.command('add').description('add a matching rule at the end'))).addHelpText('after', '\nExample:\n  causeway rules matching add --collection Berlin --class user --source employeeID --target employeeId')
    .action((o: OwnerOptions & MatchingOptions) => run({ needs: 'project' }, async (session) => save(session, o, 'matching', () => matchingOf(o), undefined)));
  withMatching(withOwner(matching.command('edit').description('change a matching rule; what is not named stays').argument('<number>'))).addHelpText('after', '\nExample:\n  causeway rules matching edit 6 --collection Berlin --no-disabled')
    .action((number: string, o: OwnerOptions & MatchingOptions) => run({ needs: 'project' }, async (session) => save(session, o, 'matching', (before) => matchingOf(o, before), number)));
  const mapping = rules.command('mapping').description('add or change a mapping rule');
  withMapping(withOwner(mapping.command('add').description('add a mapping rule at the end'))).addHelpText('after', `
Examples:
  causeway rules mapping add --collection Berlin --target officeLocation --action "Set constant" --value "Berlin" --condition "only if the target is empty"
  causeway rules mapping add --collection Berlin --target jobTitle --action Expression --value 'Coalesce([title], [description])'`)
    .action((o: OwnerOptions & MappingOptions) => run({ needs: 'project' }, async (session) => save(session, o, 'mapping', () => mappingOf(o), undefined)));
  withMapping(withOwner(mapping.command('edit').description('change a mapping rule; what is not named stays').argument('<number>'))).addHelpText('after', '\nExample:\n  causeway rules mapping edit 12 --collection Berlin --condition "only on creation"')
    .action((number: string, o: OwnerOptions & MappingOptions) => run({ needs: 'project' }, async (session) => save(session, o, 'mapping', (before) => mappingOf(o, before), number)));

  const each = (name: string, description: string, work: (session: Session, owner: RuleOwner, set: RuleSet, rule: Matching | Mapping, rules: readonly (Matching | Mapping)[], to: string | undefined) => Promise<string>, example: string): void => {
    const command = withOwner(rules.command(name).description(description).argument('<number>')).addOption(setOption().makeOptionMandatory()).addHelpText('after', `\nExample:\n  ${example}`);
    if (name === 'move') command.requiredOption('--to <number>', 'its new number');
    command.action((number: string, o: OwnerOptions & { set: RuleSet; to?: string }) => run({ needs: 'project' }, async (session) => {
      const owner = await ownerOf(session, o);
      const all = await rulesOf(session, owner, o.set);
      const text = await work(session, owner, o.set, ruleAt(all, number), all, o.to);
      session.out.result({ [o.set]: await rulesOf(session, owner, o.set) }, [text]);
      return EXIT.ok;
    }));
  };
  each('remove', 'remove a rule; nothing is written to the tenant', async (session, owner, set, rule) => {
    await session.call(set === 'matching' ? 'matchingRules.remove' : 'mappingRules.remove', { owner: plainOwner(owner), id: rule.id });
    return `Removed rule ${rule.position}.`;
  }, 'causeway rules remove 6 --collection Berlin --set matching');
  each('move', 'give a rule another place', async (session, owner, set, rule, all, to) => {
    await session.call(set === 'matching' ? 'matchingRules.reorder' : 'mappingRules.reorder', { owner: plainOwner(owner), ids: moved(all, rule, to).map((r) => r.id) });
    return `Rule ${rule.position} is number ${to} now.`;
  }, 'causeway rules move 6 --to 1 --collection Berlin --set matching');
  for (const state of ['enable', 'disable'] as const) {
    each(state, state === 'enable' ? 'use a rule again' : 'keep a rule without using it', async (session, owner, set, { position, ...rule }) => {
      const enabled = state === 'enable';
      if (set === 'matching') await session.call('matchingRules.save', { owner: plainOwner(owner), rule: { ...rule as MatchingRuleInput, enabled } });
      else await session.call('mappingRules.save', { owner: plainOwner(owner), rule: { ...rule as MappingRuleInput, enabled } });
      return `Rule ${position} is ${state}d.`;
    }, `causeway rules ${state} 6 --collection Berlin --set matching`);
  }
  addRuleTestCommands(rules, run);
  addRuleChangeCommands(rules, run);
}
