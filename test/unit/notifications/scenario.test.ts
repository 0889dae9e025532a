import { describe, expect, it } from 'vitest';
import { messageFor, noteWrite, type AccountChanges } from '../../../electron/engines/notifications/index.ts';
import type { Operation } from '../../../shared/domain/plans.ts';

type Write = readonly [attribute: string, before: string | null, after: string | null];
const FEDERATED = new Set(['fed.example']);
const NAME = 'userPrincipalName';
const PASSWORD = ['passwordProfile/password', null, '<generated>'] as const;
const ANCHOR = ['onPremisesImmutableId', null, 'AAAA'] as const;

function operation(kind: Operation['kind'], writes: readonly Write[], objectKind: Operation['objectKind'] = 'user'): Pick<Operation, 'kind' | 'objectKind' | 'sourceId' | 'name' | 'changes'> {
  return { kind, objectKind, sourceId: 's', name: 'Ann', changes: writes.map(([attribute, before, after]) => ({ attribute, before: before === null ? null : [before], after: after === null ? null : [after], reversible: true, provenance: { ruleId: null, source: '', reason: '' } })) };
}
function noted(...operations: readonly ReturnType<typeof operation>[]): AccountChanges | undefined {
  const known = new Map<string, AccountChanges>();
  for (const one of operations) noteWrite(known, { operation: one, targetId: 't' });
  return known.get('t');
}
const create = (name: string, ...more: readonly Write[]) => operation('create', [[NAME, null, name], PASSWORD, ...more]);
const update = (...writes: readonly Write[]) => operation('update', writes);

describe('the message about an account', () => {
  it.each<[string, readonly ReturnType<typeof operation>[], string, string | null]>([
    ['created in a managed domain', [create('ann@x.example')], '', 'NewUser_NewPassword'],
    ['created in a federated domain: its password is of no use', [create('ann@fed.example')], '', 'NewUser_EnableSSO'],
    ['created, then renamed by the same task', [create('ann@x.example'), update([NAME, 'ann@x.example', 'ann@y.example'])], '', 'NewUser_NewPassword'],
    ['created, then moved to a federated domain', [create('ann@x.example'), update([NAME, 'ann@x.example', 'ann@FED.example'])], '', 'NewUser_EnableSSO'],
    ['renamed', [update([NAME, 'ann@x.example', 'ann@y.example'])], '', 'ChangeUPN'],
    ['renamed in case only', [update([NAME, 'ann@x.example', 'Ann@x.example'])], '', null],
    ['renamed and back again', [update([NAME, 'ann@x.example', 'ann@y.example']), update([NAME, 'ann@y.example', 'ann@x.example'])], '', null],
    ['renamed twice', [update([NAME, 'a@x.example', 'b@x.example']), update([NAME, 'b@x.example', 'c@x.example'])], '', 'ChangeUPN'],
    ['moved into a federated domain', [update([NAME, 'ann@x.example', 'ann@fed.example'])], '', 'ChangeUPN_EnableSSO'],
    ['renamed within federated domains', [update([NAME, 'a@fed.example', 'b@fed.example'])], '', 'ChangeUPN'],
    ['renamed within federated domains, and anchored', [update([NAME, 'a@fed.example', 'b@fed.example'], ANCHOR)], '', 'ChangeUPN_EnableSSO'],
    ['moved out of a federated domain', [update([NAME, 'ann@fed.example', 'ann@x.example'])], '', 'ChangeUPN'],
    ['renamed, with a new password', [update([NAME, 'a@x.example', 'b@x.example'], PASSWORD)], '', 'ChangeUPN_NewPassword'],
    ['renamed, with a new password, in two steps', [update([NAME, 'a@x.example', 'b@x.example']), update(PASSWORD)], '', 'ChangeUPN_NewPassword'],
    ['given a new password', [update(PASSWORD)], 'ann@x.example', 'NewPassword'],
    ['given a password that is of no use', [update(PASSWORD)], 'ann@fed.example', null],
    ['anchored in a federated domain', [update(ANCHOR)], 'ann@fed.example', 'EnableSSO'],
    ['anchored in a managed domain', [update(ANCHOR)], 'ann@x.example', null],
    ['given another anchor', [update(['onPremisesImmutableId', 'BBBB', 'AAAA'])], 'ann@fed.example', null],
    ['changed otherwise', [update(['jobTitle', 'a', 'b'])], 'ann@x.example', null],
  ])('%s', (_, operations, now, message) => {
    const changes = noted(...operations);
    expect(changes && messageFor(changes, now, FEDERATED)).toBe(message);
  });

  it('names the first and the last user principal name', () => {
    expect(noted(update([NAME, 'a@x.example', 'b@x.example']), update([NAME, 'b@x.example', 'c@x.example']))).toMatchObject({ before: 'a@x.example', after: 'c@x.example' });
    expect(noted(create('a@x.example'), update([NAME, 'a@x.example', 'b@x.example']))).toMatchObject({ created: true, before: null, after: 'b@x.example' });
  });

  it('is about users that are there: not about groups, nor about who was deleted again', () => {
    expect(noted(operation('create', [['displayName', null, 'Sales']], 'group'))).toBeUndefined();
    expect(noted(create('ann@x.example'), operation('delete', []))).toBeUndefined();
    expect(noted(operation('set manager', []))).toBeUndefined();
  });

  it('knows who cannot sign in', () => {
    expect(noted(create('ann@x.example', ['accountEnabled', null, 'false']))?.enabled).toBe(false);
    expect(noted(create('ann@x.example', ['accountEnabled', null, 'false']), update(['accountEnabled', 'false', 'true']))?.enabled).toBe(true);
  });
});
