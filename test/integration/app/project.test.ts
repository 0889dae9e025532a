import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConsole } from '../../../electron/app/container.ts';
import { ask, openRig, refusal, type Rig } from './rig.ts';
import { works, worksTenant } from './works.ts';

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: works(), seed: worksTenant() }); });
afterEach(async () => { await rig.close(); });

const at = (name: string) => path.join(rig.folder, name);
const nounsHeard = () => new Set(rig.heard.flatMap((e) => (e.name === 'store.changed' ? e.payload.nouns : [])));

describe('the project', () => {
  it('describes itself and is renamed', async () => {
    const info = await rig.call('project.get', {});
    expect(info).toMatchObject({ name: 'Works', file: rig.file, demo: false, secrets: 'session', version: '0.1.0' });
    expect((await rig.call('project.rename', { name: '  To the cloud ' })).name).toBe('To the cloud');
    expect((await rig.call('project.get', {})).name).toBe('To the cloud');
    expect(nounsHeard()).toContain('project');
    const { rows } = await rig.call('agents.list', {});
    expect(rows).toMatchObject([{ name: 'Local', alive: true, collections: 1 }]);
  });

  it('copies itself while it is open and at work: the copy opens and holds everything', async () => {
    await rig.match();
    const working = rig.call('tasks.migrate', { collectionId: rig.collectionId, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' } });
    const copy = await rig.call('project.copy', { file: at('copy.causeway') });
    await rig.ended((await working).taskId);
    expect(copy.file).toBe(at('copy.causeway'));
    const other = await openConsole({ file: copy.file, create: null, platform: rig.platform, simulated: rig.simulated.open });
    try {
      expect((await ask(other, 'project.get', {})).name).toBe('Works');
      const { rows } = await ask(other, 'objects.page', { collectionId: rig.collectionId });
      expect(rows.map((r) => [r.name, r.status]).slice(0, 2)).toEqual([['Ann', 'Matched'], ['Ben', 'Not matched']]);
    } finally { await other.close(); }
    // An existing file is never overwritten, a missing folder is told.
    expect(await rig.refused('project.copy', { file: copy.file })).toMatchObject({ code: 'CONFLICT' });
    expect((await rig.refused('project.copy', { file: at('none/copy.causeway') })).message).toContain('none');
    expect(await rig.refused('project.copy', { file: rig.file })).toMatchObject({ code: 'CONFLICT' });
  });

  it('makes another project and comes back: the same console then shows the other file', async () => {
    const made = await rig.call('project.create', { file: at('second.causeway'), name: 'Second' });
    expect(made).toMatchObject({ name: 'Second', file: at('second.causeway') });
    expect((await rig.call('collections.list', {})).rows).toEqual([]);
    expect(await rig.refused('collections.get', { id: rig.collectionId })).toMatchObject({ code: 'NOT_FOUND' });
    expect(nounsHeard()).toContain('pairs');
    expect(await rig.refused('project.create', { file: rig.file, name: 'Third' })).toMatchObject({ code: 'CONFLICT' });
    expect((await rig.call('project.open', { file: rig.file })).name).toBe('Works');
    expect((await rig.call('collections.get', { id: rig.collectionId })).objects).toBe(5);
    // Its runner works again.
    expect((await rig.match()).state).toBe('Completed');
  });

  it('stays open when another file cannot be opened', async () => {
    await writeFile(at('notes.txt'), 'no project');
    await writeFile(at('empty.causeway'), '');
    const foreign = new Database(at('foreign.sqlite'));
    foreign.exec('create table a (b)');
    foreign.close();
    await rig.call('project.copy', { file: at('newer.causeway') });
    const newer = new Database(at('newer.causeway'));
    newer.prepare("insert into schema_migration (name, timestamp) values ('9999-future', '2099-01-01')").run();
    newer.close();
    await rig.call('project.copy', { file: at('broken.causeway') });
    const bytes = await readFile(at('broken.causeway'));
    await writeFile(at('broken.causeway'), bytes.subarray(0, bytes.length - 8192));

    const refusedAs: Record<string, string> = { 'notes.txt': 'BAD_FILE', 'empty.causeway': 'BAD_FILE', 'foreign.sqlite': 'BAD_FILE', 'broken.causeway': 'BAD_FILE', 'newer.causeway': 'NEWER_PROJECT', 'missing.causeway': 'NOT_FOUND', '.': 'BAD_FILE' };
    for (const [name, code] of Object.entries(refusedAs)) {
      const error = await rig.refused('project.open', { file: at(name) });
      expect([name, error.code]).toEqual([name, code]);
      expect(error.message, name).toContain(at(name).replace(/\/\.$/, ''));
      expect((await rig.call('project.get', {})).file).toBe(rig.file);
    }
    expect((await stat(at('empty.causeway'))).size).toBe(0);
    expect((await rig.match()).state).toBe('Completed');
  });

  it('is opened only where there is one, and made only where there is none', async () => {
    const options = { platform: rig.platform, simulated: rig.simulated.open };
    expect(await refusal(openConsole({ ...options, file: at('missing.causeway'), create: null }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(openConsole({ ...options, file: rig.file, create: { name: 'Again', demo: false } }))).toMatchObject({ code: 'CONFLICT' });
  });

  it('opens its own file again, and goes on with what waited', async () => {
    expect((await rig.match()).state).toBe('Completed');
    expect((await rig.call('project.open', { file: rig.file })).file).toBe(rig.file);
    expect((await rig.match()).state).toBe('Completed');
    expect((await rig.objects())['Ann']?.status).toBe('Matched');
  });

  it('hears what another process writes', async () => {
    const other = await openConsole({ file: rig.file, create: null, platform: rig.platform, simulated: rig.simulated.open });
    try {
      rig.heard.length = 0;
      await ask(other, 'project.rename', { name: 'From elsewhere' });
      for (let i = 0; i < 300 && !nounsHeard().has('project'); i++) await new Promise((resolve) => { setTimeout(resolve, 10); });
      expect(nounsHeard()).toContain('project');
      expect((await rig.call('project.get', {})).name).toBe('From elsewhere');
    } finally { await other.close(); }
  });
});
