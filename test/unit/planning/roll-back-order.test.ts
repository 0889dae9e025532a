import { describe, expect, test } from 'vitest';
import { planRollback, type JournalledChange } from '../../../electron/engines/planning/index.ts';
import type { TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { Operation, Reference } from '../../../shared/domain/plans.ts';
import { ASSIGNMENTS, formatAssignment, formatLicence, LICENCES } from '../../../shared/rules/licences.ts';
import { counter } from './model.ts';

const licence = { skuId: '00000000-0000-4000-8000-000000000001', disabledPlans: [] };
const text = formatLicence(licence, []);
const assigned = { [ASSIGNMENTS]: [formatAssignment({ ...licence, groupId: null, state: 'Active' })] };
const holder: Reference = { sourceId: 's-ben', targetId: 'ben', name: 'Ben' };
const entry = (targetId: string, kind: Operation['kind'], more: Partial<Operation> = {}): JournalledChange => ({
  operation: { id: 'o', seq: 1, kind, service: 'graph', objectKind: 'user', sourceId: `s-${targetId}`, targetId, name: targetId, changes: [], references: [], previous: [], ...more }, targetId, outcome: 'done', ...(more.references === undefined ? {} : { references: more.references }),
});
const change = (attribute: string, before: Values | null, after: Values | null) => ({ attribute, before, after, provenance: { ruleId: null, source: '', reason: '' }, reversible: true });
const licences = (before: Values | null, after: Values | null) => entry('ben', 'set licences', { changes: [change(LICENCES, before, after)] });
const given = entry('box', 'add permissions', { service: 'exchange', permission: 'fullAccess', references: [holder] });
const owned = entry('crew', 'update', { service: 'exchange', objectKind: 'group', changes: [change('managedBy', ['ann@x.com'], ['ben@x.com'])] });
const user = (id: string, more: Partial<TargetObject> = {}): TargetObject => ({ id, kind: 'user', name: id, attributes: {}, links: {}, deleted: false, ...more });
const crew: TargetObject = { id: 'crew', kind: 'group', name: 'crew', attributes: { mailEnabled: ['true'], managedBy: ['ben@x.com'] }, links: {}, deleted: false };
const back = (entries: readonly JournalledChange[], now: readonly TargetObject[]) => planRollback(entries, new Map(now.map((one) => [one.id, one])), { mode: 'exact', purge: false, newId: counter('rb') });
const kinds = (plan: ReturnType<typeof back>) => plan.operations.map((one) => `${one.kind} ${one.targetId}`);

describe('a mailbox comes and goes with its licence', () => {
  const present = [user('box', { links: { fullAccess: ['ben'] } }), crew];
  test('a licence is taken after permissions and owners that are known by the mailbox', () => {
    expect(kinds(back([given, owned, licences(null, [text])], [user('ben', { attributes: assigned }), ...present]))).toEqual(['remove permissions box', 'update crew', 'set licences ben']);
  });
  test('so is a service of a licence that was switched off', () => {
    const without = { ...licence, disabledPlans: ['00000000-0000-4000-8000-0000000000e1'] };
    const off = { [ASSIGNMENTS]: [formatAssignment({ ...without, groupId: null, state: 'Active' })] };
    expect(kinds(back([given, owned, licences([text], [formatLicence(without, [])])], [user('ben', { attributes: off }), ...present]))).toEqual(['set licences ben', 'remove permissions box', 'update crew']);
    expect(kinds(back([given, owned, licences([formatLicence(without, [])], [text])], [user('ben', { attributes: assigned }), ...present]))).toEqual(['remove permissions box', 'update crew', 'set licences ben']);
  });
  test('a licence is given back before them', () => {
    expect(kinds(back([given, owned, licences([text], null)], [user('ben'), ...present]))).toEqual(['set licences ben', 'remove permissions box', 'update crew']);
  });
});

describe('somebody whom others deleted, and whom the way back restores', () => {
  const written = entry('ben', 'update', { changes: [change('jobTitle', ['a'], ['b'])] });
  test('comes with the licences that he was given, which go as well', () => {
    const plan = back([written, licences(null, [text])], [user('ben', { attributes: { jobTitle: ['b'] }, deleted: true })]);
    expect(kinds(plan)).toEqual(['restore ben', 'update ben', 'set licences ben']);
    expect(plan.operations.at(-1)?.changes).toMatchObject([{ attribute: LICENCES, before: [text], after: null }]);
  });
  test('comes with the permissions that he was given, which go as well', () => {
    expect(kinds(back([written, given], [user('ben', { attributes: { jobTitle: ['b'] }, deleted: true }), user('box', { links: { fullAccess: [] } })]))).toEqual(['restore ben', 'remove permissions box', 'update ben']);
  });
});

describe('a licence that goes to somebody else', () => {
  const annLost = entry('ann', 'set licences', { changes: [change(LICENCES, [text], null)] });
  test('is taken before it is given back, so that there is a seat', () => {
    expect(kinds(back([annLost, licences(null, [text])], [user('ann'), user('ben', { attributes: assigned })]))).toEqual(['set licences ben', 'set licences ann']);
  });
  test('is taken of a user that is deleted as well, and only then', () => {
    const made = entry('ben', 'create', { changes: [change('displayName', null, ['Ben'])] });
    const ben = user('ben', { attributes: { ...assigned, displayName: ['Ben'] } });
    expect(kinds(back([annLost, made, licences(null, [text])], [user('ann'), ben]))).toEqual(['set licences ben', 'set licences ann', 'delete ben']);
    expect(kinds(back([made, licences(null, [text])], [ben]))).toEqual(['delete ben']);
    expect(kinds(back([annLost, made, licences(null, [text]), given], [user('ann'), ben, user('box', { links: { fullAccess: ['ben'] } })]))).toEqual(['set licences ann', 'remove permissions box', 'delete ben']);
  });
  test('but not before what is known by the mailbox that goes with it', () => {
    const present = [user('ann'), user('ben', { attributes: assigned }), user('box', { links: { fullAccess: ['ben'] } })];
    expect(kinds(back([annLost, given, licences(null, [text])], present))).toEqual(['set licences ann', 'remove permissions box', 'set licences ben']);
    const named = [user('ann'), user('ben', { attributes: { ...assigned, mail: ['ben@x.com'] } }), crew];
    expect(kinds(back([annLost, owned, licences(null, [text])], named))).toEqual(['set licences ann', 'update crew', 'set licences ben']);
  });
  test('stays where it is when nobody waits for that product, and when its user has to come back first', () => {
    const other = formatLicence({ skuId: '00000000-0000-4000-8000-000000000002', disabledPlans: [] }, []);
    const annOther = entry('ann', 'set licences', { changes: [change(LICENCES, [other], null)] });
    expect(kinds(back([annOther, licences(null, [text])], [user('ann'), user('ben', { attributes: assigned })]))).toEqual(['set licences ann', 'set licences ben']);
    const written = entry('ben', 'update', { changes: [change('jobTitle', ['a'], ['b'])] });
    expect(kinds(back([written, annLost, licences(null, [text])], [user('ann'), user('ben', { attributes: { jobTitle: ['b'] }, deleted: true })]))).toEqual(['restore ben', 'set licences ann', 'update ben', 'set licences ben']);
  });
});
