import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { applyTemplate, openTemplates, startWithTemplate, templateDifference } from '../../../electron/app/rules-templates.ts';
import type { Services } from '../../../electron/app/services.ts';
import { createProject, IN_MEMORY, type Store } from '../../../electron/store/index.ts';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-templates-'));
  store = await createProject({ file: IN_MEMORY, name: 'Test', demo: false });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = (version: number, mapping: readonly object[], changes: readonly string[] = []): void => {
  writeFileSync(path.join(folder, `own.${version}.json`), JSON.stringify({ format: 1, name: 'Own', version, description: 'For a test', changes, matching: [{ class: 'user', source: 'mail', target: 'mail' }], mapping }));
};
const [title, city, state] = [{ class: 'user', source: 'title', target: 'jobTitle' }, { class: 'user', source: 'l', target: 'city' }, { class: 'user', source: 'st', target: 'state' }];

it('rules made from an older version are told what newer ones changed, and get it without losing what people did', async () => {
  file(1, [title, city]);
  const services = { store } as unknown as Services;
  const pair = await store.pairs.create({
    name: 'P', source: { kind: 'ldif', file: 'x' }, target: { cloud: 'global', tenantId: 't', clientId: 'c', signIn: 'client secret', secretRef: '', certificateFile: null, readOnly: false, simulated: null },
    redirectionDomain: '', schemaTemplate: 'Own', defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' },
  });
  const owner = { kind: 'pair' as const, id: pair.id };
  await store.transaction((tx) => startWithTemplate(tx, pair.id, openTemplates(folder).get('Own')));
  await store.mappingRules.save(owner, { enabled: true, action: 'Clear', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: 'faxNumber', value: '', conversion: 'none' });
  file(2, [{ ...title, condition: 'only on creation' }, state], ['Titles only on creation']);
  const templates = openTemplates(folder);
  expect(templates.list().map((t) => [t.name, t.version])).toEqual([['Own', 2]]);
  const ask = { owner, ownRules: 'keep' as const };
  const difference = await templateDifference(services, templates, ask);
  const short = (changes: readonly { change: string; text: string }[]) => changes.map((c) => `${c.change} ${c.text}`);
  expect(difference).toMatchObject({ template: 'Own', version: 2, newest: 2, origin: { template: 'Own', version: 1 } });
  expect(short(difference.sinceOrigin ?? [])).toEqual(['added user faxNumber: Clear']);
  expect(short(difference.ofTemplate)).toEqual(['changed user jobTitle: Overwrite title (only on creation)', 'added user state: Overwrite st', 'removed user city: Overwrite l']);
  expect(short(difference.toTemplate)).toEqual(short(difference.ofTemplate));
  // An older version can still be looked at.
  expect((await templateDifference(services, templates, { ...ask, template: 'own', version: 1 })).toTemplate).toEqual([]);
  await applyTemplate(services, templates, { ...ask, template: 'Own', version: 2, digest: difference.digest });
  expect((await store.mappingRules.list(owner)).map((r) => [r.targetAttribute, r.condition])).toEqual([['jobTitle', 'only on creation'], ['state', 'always'], ['faxNumber', 'always']]);
  expect(await templateDifference(services, templates, ask)).toMatchObject({ origin: { version: 2 }, ofTemplate: [], toTemplate: [], sinceOrigin: [{ change: 'added' }] });
});

it('refuses a folder without templates, a version that is there twice and one that is not there', () => {
  expect(() => openTemplates(folder)).toThrow(/There are no schema templates in/);
  file(1, [title]);
  expect(() => openTemplates(folder).get('Own', 7)).toThrow(/no schema template "Own" of version 7/);
  writeFileSync(path.join(folder, 'copy.json'), JSON.stringify({ format: 1, name: 'Own', version: 1, description: 'x', matching: [], mapping: [] }));
  expect(() => openTemplates(folder)).toThrow(/Version 1 of the schema template "Own" is there twice/);
});
