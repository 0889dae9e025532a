import { expect, it } from 'vitest';
import { hashOf, placeOf, tabsOf, type TreeNode } from '../../../renderer/app/navigation.ts';
import { PairDraftSchema, EMPTY_DRAFT, draftOf, inputOf, serversOf, type PairDraft } from '../../../renderer/features/pairs/draft.ts';
import { csv } from '../../../renderer/ui/download.ts';
import { duration } from '../../../renderer/ui/format.ts';
import { selectedCount } from '../../../renderer/ui/grid-selection.ts';
import { Pair } from '../../../shared/contracts/pairs.ts';

it('keeps formulas out of CSV and quotes what needs it', () => {
  expect(csv([['=1+1', '+49 30', '-x', '@a', '\tb', 'plain', 'a,b', 'say "x"', 'two\nlines']]))
    .toBe('\'=1+1,\'+49 30,\'-x,\'@a,\'\tb,plain,"a,b","say ""x""","two\nlines"\r\n');
});

it('counts a selection of all but some', () => {
  expect(selectedCount({ mode: 'all except', keys: new Set(['a', 'b']) }, 250_000)).toBe(249_998);
  expect(selectedCount({ mode: 'ids', keys: new Set(['a']) }, 250_000)).toBe(1);
});

it('finds every tab of every node by its address again', () => {
  const nodes: readonly TreeNode[] = [{ kind: 'project' }, { kind: 'agents' }, { kind: 'pair', pairId: 'p' }, { kind: 'collection', pairId: 'p', collectionId: 'c' }];
  for (const node of nodes) for (const tab of tabsOf(node)) expect(placeOf(hashOf({ node, tab }))).toEqual({ node, tab });
  expect(placeOf('#/nonsense/x')).toEqual({ node: { kind: 'project' }, tab: 'Home' });
});

it('writes lengths of time as a person says them', () => {
  expect([duration(900), duration(200_000), duration(7_500_000)]).toEqual(['1 s', '3 min 20 s', '2 h 5 min']);
});

const DRAFT: PairDraft = { ...EMPTY_DRAFT, name: 'Corp', domain: 'corp.example.com', username: 'svc@corp.example.com', password: 'p', tenantId: 't', clientId: 'c', secret: 's' };
const problemsOf = (draft: PairDraft): readonly string[] => PairDraftSchema.safeParse(draft).error?.issues.map((issue) => issue.path.join('.')) ?? [];

it('asks only for the fields of the chosen kind of connection', () => {
  expect(problemsOf(DRAFT)).toEqual([]);
  expect(problemsOf({ ...DRAFT, domain: '', servers: '' })).toEqual(['domain']);
  expect(problemsOf({ ...DRAFT, domain: '', servers: 'dc1' })).toEqual([]);
  expect(problemsOf({ ...DRAFT, sourceKind: 'ldif' })).toEqual(['ldifFile']);
  expect(problemsOf({ ...DRAFT, signIn: 'certificate' })).toEqual(['certificateFile']);
  expect(problemsOf({ ...DRAFT, targetKind: 'simulated', simulatedBy: 'origin', simulated: 'http://example.com:80' })).toEqual(['simulated']);
  expect(problemsOf({ ...DRAFT, targetKind: 'simulated', simulatedBy: 'stateFile', tenantId: '', clientId: '' })).toEqual(['simulated']);
});

it('sends secrets once and keeps their references when a pair is changed', () => {
  const created = inputOf({ ...DRAFT, servers: 'dc1, dc2:636\ndc3' }, null);
  expect(created).toMatchObject({ sourcePassword: 'p', targetSecret: 's', source: { servers: ['dc1', 'dc2:636', 'dc3'], secretRef: '' } });
  const pair = Pair.parse({
    ...created, id: '3f0c2a54-6a27-4b62-9f3c-0d7a4c0d9a11', source: { ...created.source, secretRef: 'ref-1' }, target: { ...created.target, secretRef: 'ref-2' },
    schemaTemplate: '', createdAt: 0, sourceName: '', targetName: '', discoveredAt: null, sourceObjects: 0, targetObjects: 0, collections: 0,
  });
  const draft = draftOf(pair);
  expect([draft.password, draft.secret]).toEqual(['', '']);
  const changed = inputOf(draft, pair);
  expect(changed).toMatchObject({ source: { secretRef: 'ref-1' }, target: { secretRef: 'ref-2' } });
  expect(changed).not.toHaveProperty('sourcePassword');
  expect(changed).not.toHaveProperty('targetSecret');
});

it('reads servers however they are separated', () => {
  expect(serversOf(' a;b  c,,d\n')).toEqual(['a', 'b', 'c', 'd']);
});
