import type { AttributeChange, Reference } from '../../../../shared/domain/plans.ts';
import { targetAttribute } from '../../../../shared/rules/target-attributes.ts';
import { licenceKey, licenceOrder, parseLicences, type Licence } from '../../../../shared/rules/licences.ts';
import { isSecret, type ExportedOperation } from '../types.ts';
import { equals, list, literal, table } from './quote.ts';

/** The present id of an object as an expression: as planned, or of what an earlier step created. */
export function idOf(one: { readonly sourceId: string | null; readonly targetId: string | null; readonly name: string }): string {
  return one.targetId !== null ? literal(one.targetId) : `(Get-CreatedId ${literal(one.sourceId ?? '')} ${literal(one.name)})`;
}

/** Values as Graph takes them: `$true`, a text, a list; `$null` for a cleared one. */
function value(kind: ExportedOperation['objectKind'], change: Pick<AttributeChange, 'attribute' | 'after'>): string {
  const about = targetAttribute(kind, change.attribute);
  const values = change.after ?? [];
  if (about?.type === 'texts') return list(values);
  const first = values[0];
  if (first === undefined) return '$null';
  return about?.type === 'boolean' ? (first.toLowerCase() === 'true' ? '$true' : '$false') : literal(first);
}

/** The body of a create or update: nested properties as hashtables. @param what `create` leaves cleared values out. */
export function body(operation: ExportedOperation, what: 'create' | 'update'): string {
  const flat: (readonly [string, string])[] = [];
  const nested = new Map<string, (readonly [string, string])[]>();
  for (const change of operation.changes) {
    if (what === 'create' && (change.after === null || change.after.length === 0)) continue;
    const name = targetAttribute(operation.objectKind, change.attribute)?.name ?? change.attribute;
    const [outer = name, inner] = name.split('/');
    const expression = isSecret(change.attribute) ? '$password' : value(operation.objectKind, change);
    if (inner === undefined) flat.push([outer, expression]);
    else nested.set(outer, [...(nested.get(outer) ?? []), [inner, expression]]);
  }
  return table([...flat, ...[...nested].map(([outer, inner]) => [outer, table(inner)] as const)]);
}

/** Tests of the values before, one an attribute; `$write` is true when something is to be written. */
export function driftTests(operation: ExportedOperation, read: (attribute: string) => string): string[] {
  return operation.changes.filter((c) => !c.attribute.startsWith('passwordProfile/')).map((c) => {
    const exact = targetAttribute(operation.objectKind, c.attribute, operation.service)?.caseSensitive !== false;
    return `if (Test-Change ${read(c.attribute)} ${literal(c.attribute)} $${String(exact)} ${list(c.before ?? [])} ${list(c.after ?? [])}) { $write = $true }`;
  });
}

const NOUN = { user: 'User', group: 'Group' } as const;

function create(o: ExportedOperation, noun: 'User' | 'Group'): string[] {
  const has = (attribute: string): string | undefined => o.changes.find((c) => c.attribute === attribute)?.after?.[0];
  const keys = noun === 'User' ? ['userPrincipalName', 'onPremisesImmutableId'] : ['mailNickname'];
  const password = o.changes.some((c) => isSecret(c.attribute));
  return [
    `if (Test-Created ${literal(o.sourceId ?? '')}) { Write-Already 'an earlier run created it'; return }`,
    ...keys.flatMap((key) => { const wanted = has(key); return wanted === undefined ? [] : [`Assert-Free ${literal(`${noun.toLowerCase()}s`)} ${literal(equals(key, wanted))}`]; }),
    `if (Confirm-Change ${literal(o.name)} ${literal(`Create the ${noun.toLowerCase()}`)}) {`,
    ...(password ? ['    $password = New-InitialPassword'] : []),
    `    $new = New-Mg${noun} -BodyParameter ${body(o, 'create')}`,
    `    Set-CreatedId ${literal(o.sourceId ?? '')} $new.Id`,
    ...(password ? [`    Send-InitialPassword ${literal(has('userPrincipalName') ?? o.name)} $password`] : []),
    '}',
  ];
}

function update(o: ExportedOperation, noun: 'User' | 'Group'): string[] {
  const properties = ['id', ...new Set(o.changes.map((c) => c.attribute.split('/')[0] ?? c.attribute))];
  const clears = o.changes.some((c) => (c.after === null || c.after.length === 0) && targetAttribute(o.objectKind, c.attribute)?.type !== 'texts');
  const write = clears ? `Invoke-MgGraphRequest -Method PATCH -Uri ('/v1.0/${noun.toLowerCase()}s/' + $id) -Body ${body(o, 'update')}` : `Update-Mg${noun} -${noun}Id $id -BodyParameter ${body(o, 'update')}`;
  const attributes = o.changes.map((c) => c.attribute).join(', ');
  return [
    `$id = ${idOf(o)}`, '$write = $false',
    `if ($id -eq '') { $write = $true } else {`,
    `    $now = Get-Mg${noun} -${noun}Id $id -Property ${list(properties)}`,
    ...driftTests(o, (attribute) => `(Read-Property $now ${literal(attribute)})`).map((line) => `    ${line}`),
    '}',
    `if (-not $write) { Write-Already 'the values are so already' }`,
    `elseif (Confirm-Change ${literal(o.name)} ${literal(`Set ${attributes}`)}) { ${write} }`,
  ];
}

const memberLines = (o: ExportedOperation, command: string, references: readonly Reference[]): string[] => [`$group = ${idOf(o)}`, ...references.map((r) => `${command} $group ${idOf(r)} ${literal(r.name)}`)];

/** The lines of one step through Microsoft Graph; null when the cmdlets of Graph cannot do it. */
export function graphStep(o: ExportedOperation): string[] | null {
  if (o.objectKind === 'contact') return null;
  const noun = NOUN[o.objectKind];
  switch (o.kind) {
    case 'create': return create(o, noun);
    case 'update': return update(o, noun);
    case 'set manager': return [`Set-ManagerOnce ${idOf(o)} ${o.references[0] === undefined ? "''" : idOf(o.references[0])} ${previousManager(o)}`];
    case 'clear manager': return [`Set-ManagerOnce ${idOf(o)} '' ${previousManager(o)}`];
    case 'add members': return memberLines(o, 'Add-GroupMemberOnce', o.references);
    case 'remove members': return memberLines(o, 'Remove-GroupMemberOnce', o.references);
    case 'set licences': return licences(o);
    case 'delete': return [`$id = ${idOf(o)}`, `if (-not (Test-Present '${noun.toLowerCase()}s' $id)) { Write-Already 'it is gone already' }`, `elseif (Confirm-Change ${literal(o.name)} 'Delete; it stays in the recycle bin for 30 days') { Remove-Mg${noun} -${noun}Id $id }`];
    case 'restore': return [`$id = ${idOf(o)}`, `if (Confirm-Change ${literal(o.name)} 'Restore from the recycle bin') { Restore-MgDirectoryDeletedItem -DirectoryObjectId $id | Out-Null }`];
    case 'purge': return [`$id = ${idOf(o)}`, `if (Confirm-Change ${literal(o.name)} 'Remove from the recycle bin; this cannot be undone') { Remove-MgDirectoryDeletedItem -DirectoryObjectId $id }`];
    default: return null;
  }
}

/** Licences assigned directly, compared and set as a whole. */
function licences(o: ExportedOperation): string[] {
  const of = (side: 'before' | 'after'): readonly Licence[] => o.changes.flatMap((c) => parseLicences(c[side] ?? []));
  const [before, after] = [of('before'), of('after')];
  const { add, remove } = licenceOrder(before, after);
  const added = add.map((one) => table([['SkuId', literal(one.skuId)], ['DisabledPlans', list(one.disabledPlans)]]));
  return [`$id = ${idOf(o)}`, `Set-LicencesOnce $id ${list(before.map(licenceKey))} ${list(after.map(licenceKey))} @(${added.join(', ')}) ${list(remove)}`];
}

/** `*`: not known before the object is restored. */
function previousManager(o: ExportedOperation): string {
  const before = o.previous[0];
  return before === undefined ? "''" : before.targetId === null ? "'*'" : literal(before.targetId);
}
