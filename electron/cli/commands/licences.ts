import { Option, type Command } from 'commander';
import type { LicenceRuleRow } from '../../../shared/contracts/licences.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { LicenceCondition } from '../../../shared/domain/licences.ts';
import { licenceConditionText } from '../../../shared/rules/licence-text.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { pushCommand } from './rules-changes.ts';

interface Scope { readonly pair?: string; readonly collection?: string }
interface AddOptions extends Scope { readonly product: string; readonly without?: string[]; readonly remove?: boolean; readonly onCreation?: boolean; readonly group?: string; readonly where?: string; readonly filter?: string }
type Owner = { readonly kind: 'pair' | 'collection'; readonly id: string; readonly name: string };

/** `causeway licences ...`: rules, products of the tenant, and head count. */
export function addLicenceCommands(program: Command, run: Run): void {
  const licences = program.command('licences').description('licences by rule: who gets which product, and whether there are enough');
  const scoped = (command: Command): Command => command.option('--collection <name>', 'rules of this collection').option('--pair <name>', 'rules of the pair, copied into collections made afterwards');
  scoped(licences.command('list', { isDefault: true }).description('list the rules, topmost first')).action((o: Scope) => run({ needs: 'project' }, async (session) => {
    const { rows } = await session.call('licences.list', ownerKey(await ownerOf(session, o)));
    session.out.result(rows, table(['ORDER', 'STATE', 'FOR WHOM', 'WHAT', 'WHEN'], rows.map((r) => [r.position, r.enabled ? 'enabled' : 'disabled', licenceConditionText(r), actionText(r), r.when])));
    return EXIT.ok;
  }));
  scoped(licences.command('add').description('add a rule at the end').requiredOption('--product <part number>', 'for example SPE_E3'))
    .option('--without <service...>', 'services that are switched off, for example YAMMER_ENTERPRISE').option('--remove', 'take the product away instead of assigning it').option('--on-creation', 'only for users that a migration creates')
    .addOption(new Option('--group <dn>', 'only members of this group of the directory, nested ones too').conflicts(['where', 'filter']))
    .addOption(new Option('--where <attribute=value>', 'only users with this value').conflicts(['group', 'filter']))
    .addOption(new Option('--filter <ldap filter>', 'only users that fit the filter').conflicts(['group', 'where']))
    .addHelpText('after', `
Examples:
  causeway licences add --collection Berlin --product SPE_E3 --without YAMMER_ENTERPRISE
  causeway licences add --collection Berlin --product EXCHANGESTANDARD --filter "(department=Shop floor)"
  causeway licences add --pair Contoso --product SPE_E5 --group "CN=Managers,OU=Groups,DC=corp,DC=example,DC=com"`)
    .action((o: AddOptions) => run({ needs: 'project' }, async (session) => {
      const owner = await ownerOf(session, o);
      const saved = await session.call('licences.save', { owner: ownerKey(owner), rule: {
        enabled: true, condition: conditionOf(o), action: o.remove === true ? 'remove' : 'assign', partNumber: o.product, disabledPlans: o.without ?? [], when: o.onCreation === true ? 'only on creation' : 'always',
      } });
      session.out.result(saved, [`Rule ${saved.position} of ${owner.name}: ${actionText(saved)} for ${licenceConditionText(saved)}, ${saved.when}.`]);
      return EXIT.ok;
    }));
  scoped(licences.command('remove').description('remove a rule; nobody loses a licence by it').argument('<order>', 'its number in the list')).action((order: string, o: Scope) => run({ needs: 'project' }, async (session) => {
    const { owner, rule } = await ruleAt(session, o, order);
    await session.call('licences.remove', { owner: ownerKey(owner), id: rule.id });
    session.out.result({ removed: rule }, [`Removed rule ${rule.position} of ${owner.name}: ${actionText(rule)} for ${licenceConditionText(rule)}.`]);
    return EXIT.ok;
  }));
  scoped(licences.command('move').description('change the order of the rules').argument('<order>', 'its number in the list')).addOption(new Option('--up').conflicts('down')).addOption(new Option('--down')).action((order: string, o: Scope & { up?: boolean; down?: boolean }) => run({ needs: 'project' }, async (session) => {
    if (o.up !== true && o.down !== true) throw appError(ErrorCode.InvalidInput, 'Give --up or --down.');
    const { owner, rule, rows } = await ruleAt(session, o, order);
    const ids = rows.map((r) => r.id).filter((id) => id !== rule.id);
    ids.splice(Math.max(0, rule.position - 1 + (o.up === true ? -1 : 1)), 0, rule.id);
    await session.call('licences.reorder', { owner: ownerKey(owner), ids });
    session.out.result({ ids }, [`Moved rule ${rule.position} of ${owner.name} ${o.up === true ? 'up' : 'down'}.`]);
    return EXIT.ok;
  }));
  licences.command('products').description('products of the tenant with their services and free units').option('--pair <name>').action((o: { pair?: string }) => run({ needs: 'project' }, async (session) => {
    const { read, rows } = await session.call('licences.products', { pairId: (await session.pair(o.pair)).id });
    if (!read) session.out.note('The tenant was not read yet; use causeway pair discover first.');
    session.out.result(rows, table(['PRODUCT', 'UNITS', 'USED', 'FREE', 'SERVICES'], rows.map((r) => [r.partNumber, r.enabled, r.consumed, r.free, r.plans.filter((p) => p.forUsers).map((p) => p.name).join(', ')])));
    return EXIT.ok;
  }));
  pushCommand(licences, run, { description: 'put the licence rules of a pair in place of those of its collections; without --yes only the difference is shown', sets: ['licence'], examples: ['causeway licences push --pair Contoso', 'causeway licences push --pair Contoso --collection Berlin --yes'] });
  licences.command('count').description('units that the rules of a collection would take, and those that are free; nothing is written').option('--collection <name>').action((o: { collection?: string }) => run({ needs: 'project' }, async (session) => {
    const result = await session.call('licences.headCount', { collectionId: (await session.collection(o.collection)).id });
    session.out.result(result, [
      `${result.changed} of ${result.users} users would get other licences than now.`, ...table(['PRODUCT', 'NEEDED', 'FREE', 'MISSING'], result.rows.map((r) => [r.partNumber, r.needed, r.free, r.short])),
      ...result.problems, ...result.notes.map((n) => `  ${n.message}`), ...(result.notesTotal > result.notes.length ? [`  (${result.notesTotal - result.notes.length} more)`] : []),
    ]);
    return result.rows.some((r) => r.short > 0) ? EXIT.failed : EXIT.ok;
  }));
}

async function ownerOf(session: Session, o: Scope): Promise<Owner> {
  if (o.pair !== undefined && o.collection !== undefined) throw appError(ErrorCode.InvalidInput, 'Give either --collection or --pair.');
  const { id, name } = o.pair === undefined ? await session.collection(o.collection) : await session.pair(o.pair);
  return { kind: o.pair === undefined ? 'collection' : 'pair', id, name };
}
const ownerKey = ({ kind, id }: Owner) => ({ kind, id });

async function ruleAt(session: Session, o: Scope, order: string): Promise<{ readonly owner: Owner; readonly rule: LicenceRuleRow; readonly rows: readonly LicenceRuleRow[] }> {
  const owner = await ownerOf(session, o);
  const { rows } = await session.call('licences.list', ownerKey(owner));
  const rule = rows.find((r) => String(r.position) === order.trim());
  if (rule === undefined) throw appError(ErrorCode.NotFound, `${owner.name} has no licence rule ${order}; causeway licences list shows their numbers.`);
  return { owner, rule, rows };
}

function conditionOf(o: AddOptions): LicenceCondition {
  if (o.group !== undefined) return { kind: 'members of', groupDn: o.group };
  if (o.filter !== undefined) return { kind: 'filter', filter: o.filter };
  if (o.where === undefined) return { kind: 'everybody' };
  const cut = o.where.indexOf('=');
  if (cut < 1) throw appError(ErrorCode.InvalidInput, `--where takes attribute=value, for example department=Sales, not "${o.where}".`);
  return { kind: 'attribute equals', attribute: o.where.slice(0, cut), value: o.where.slice(cut + 1) };
}

const actionText = (r: Pick<LicenceRuleRow, 'action' | 'partNumber' | 'disabledPlans'>): string => `${r.action} ${r.partNumber}${r.disabledPlans.length > 0 ? ` without ${r.disabledPlans.join(', ')}` : ''}`;
