import { describe, expect, test } from 'vitest';
import { planRollback, type JournalledChange } from '../../../electron/engines/planning/index.ts';
import type { TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { Operation, Reference } from '../../../shared/domain/plans.ts';
import { counter } from './model.ts';

const operation = (kind: Operation['kind'], values: Readonly<Record<string, Values | null>> = {}, references: readonly Reference[] = []): Operation => ({
  id: 'o', seq: 1, kind, service: 'graph', objectKind: 'user', sourceId: 's', targetId: kind === 'create' ? null : 't', name: 'Ann',
  changes: Object.entries(values).map(([attribute, after]) => ({ attribute, before: null, after, provenance: { ruleId: null, source: '', reason: '' }, reversible: true })), references, previous: [],
});
const done = (...operations: readonly Operation[]): JournalledChange[] => operations.map((o) => ({ operation: o, targetId: 't', outcome: 'done', ...(o.references.length > 0 ? { references: o.references } : {}) }));
const now = (attributes: TargetObject['attributes'], links: TargetObject['links'] = {}, deleted = false): TargetObject => ({ id: 't', kind: 'user', name: 'Ann', attributes, links, deleted });
const back = (journal: readonly JournalledChange[], object: TargetObject, mode: 'exact' | 'keep changes made since' = 'exact', purge = false) =>
  planRollback(journal, new Map([[object.id, object]]), { mode, purge, newId: counter('rb') });

const made = operation('create', { displayName: ['Ann'], jobTitle: ['Clerk'], accountEnabled: ['true'], 'passwordProfile/password': ['<generated>'], 'passwordProfile/forceChangePasswordNextSignIn': ['true'] });
const asMade = { displayName: ['Ann'], jobTitle: ['Clerk'], accountEnabled: ['True'] };

describe('taking back a create', () => {
  test('as it was written: no conflict, whatever the letter case of truth, and passwords are not looked at', () => {
    expect(back(done(made), now({ ...asMade, mailNickname: ['ann'], proxyAddresses: ['SMTP:ann@x.com'], userType: ['Member'] }))).toMatchObject({ conflicts: [], operations: [{ kind: 'delete' }] });
  });
  test('what others filled in besides is told, and keeps the object when that is asked for', () => {
    const more = now({ ...asMade, city: ['Oslo'] });
    expect(back(done(made), more)).toMatchObject({ conflicts: [{ attribute: 'city', written: null, current: ['Oslo'], overwritten: true, created: true }], operations: [{ kind: 'delete' }] });
    expect(back(done(made), more, 'keep changes made since').operations).toEqual([]);
  });
  test('changed since: told value by value; exact deletes it, keeping leaves it alone', () => {
    const changed = now({ ...asMade, jobTitle: ['Director'] });
    const exact = back(done(made), changed, 'exact', true);
    expect(exact.operations.map((o) => o.kind)).toEqual(['delete', 'purge']);
    expect(exact.conflicts).toEqual([{ targetId: 't', name: 'Ann', kind: 'user', attribute: 'jobTitle', before: null, between: null, written: ['Clerk'], current: ['Director'], overwritten: true, created: true }]);
    const keep = back(done(made), changed, 'keep changes made since', true);
    expect(keep.operations).toEqual([]);
    expect(keep.conflicts).toMatchObject([{ attribute: 'jobTitle', overwritten: false, created: true }]);
  });
  test('is compared with what the task wrote last', () => {
    const journal = done(made, operation('update', { jobTitle: ['Chief'], city: ['Oslo'] }));
    expect(back(journal, now({ ...asMade, jobTitle: ['Chief'], city: ['Oslo'] })).conflicts).toEqual([]);
    expect(back(journal, now(asMade)).conflicts.map((c) => c.attribute).toSorted()).toEqual(['city', 'jobTitle']);
  });
  test('what others had set before a later task of ours wrote over it is told, and keeps the object when that is asked for', () => {
    const over = operation('update', { jobTitle: ['Chief'] });
    const found: Operation = { ...over, changes: over.changes.map((change) => ({ ...change, before: ['Director'] })) };
    const present = now({ ...asMade, jobTitle: ['Chief'] });
    expect(back(done(made, found), present)).toMatchObject({
      conflicts: [{ attribute: 'jobTitle', before: null, written: ['Chief'], current: ['Chief'], between: { values: ['Director'] }, overwritten: true, created: true }], operations: [{ kind: 'delete' }],
    });
    expect(back(done(made, found), present, 'keep changes made since')).toMatchObject({ operations: [], conflicts: [{ overwritten: false, created: true }] });
    // What is there now is shown once, whatever lay between.
    expect(back(done(made, found), now({ ...asMade, jobTitle: ['Chair'] })).conflicts).toMatchObject([{ attribute: 'jobTitle', current: ['Chair'], between: null }]);
  });
  test('addresses that the service added between two writes, and what others had emptied, are nothing that is lost', () => {
    const mail = operation('create', { displayName: ['Ann'], jobTitle: ['Clerk'], proxyAddresses: ['SMTP:ann@x.com'] });
    const wider = operation('update', { proxyAddresses: ['SMTP:ann@x.com', 'smtp:a@x.com', 'smtp:ann@x.onmicrosoft.com'], jobTitle: ['Chief'] });
    const found: Operation = { ...wider, changes: wider.changes.map((change) => ({ ...change, before: change.attribute === 'jobTitle' ? null : ['SMTP:ann@x.com', 'smtp:ann@x.onmicrosoft.com'] })) };
    expect(back(done(mail, found), now({ displayName: ['Ann'], jobTitle: ['Chief'], proxyAddresses: ['SMTP:ann@x.com', 'smtp:a@x.com', 'smtp:ann@x.onmicrosoft.com'] })).conflicts).toEqual([]);
  });
  test('another manager does not count; members that others added do, the task\'s own do not', () => {
    const members = [{ sourceId: null, targetId: 'm', name: 'Mo' }];
    const journal = done(made, operation('set manager', {}, [{ sourceId: null, targetId: 'b', name: 'Bo' }]), operation('add members', {}, members));
    expect(back(journal, now(asMade, { manager: ['other'], members: ['m'] })).conflicts).toEqual([]);
    expect(back(journal, now(asMade, { members: [] })).conflicts).toEqual([]);
    expect(back(journal, now(asMade, { members: ['m', 'x'] })).conflicts).toMatchObject([{ attribute: 'members', value: 'x', written: null, current: ['x'], overwritten: true }]);
  });
  test('deleted by somebody since: nothing is lost by it', () => {
    expect(back(done(made), now({ jobTitle: ['Director'] }, {}, true)).conflicts).toEqual([]);
  });
});
