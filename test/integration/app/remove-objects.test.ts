import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../../electron/cli/main.ts';
import { openRig, type Rig } from './rig.ts';
import { guid, works, worksTenant } from './works.ts';

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: works(), seed: worksTenant(), runner: 'none' }); });
afterEach(async () => { await rig.close(); });

const names = async () => Object.keys(await rig.objects()).toSorted();
const remove = async (selection: Parameters<typeof rig.call<'collections.removeObjects'>>[1]['selection']) => await rig.call('collections.removeObjects', { id: rig.collectionId, selection });

describe('taking objects out of a collection', () => {
  it('takes the chosen ones; who is no member does not count', async () => {
    expect(await remove({ mode: 'ids', ids: [guid(11), guid(12), guid(99)] })).toEqual({ removed: 2 });
    expect(await names()).toEqual(['Cem', 'Dot', 'Sales']);
  });

  it('takes all but some, as after Ctrl+A, and what the filter does not show stays', async () => {
    expect(await remove({ mode: 'all except', ids: [guid(11)], search: 'example.com', status: '' })).toEqual({ removed: 3 });
    expect(await names()).toEqual(['Ann', 'Sales']);
    expect(await remove({ mode: 'all except', ids: [], search: '', status: 'Matched' })).toEqual({ removed: 0 });
    expect(await remove({ mode: 'all except', ids: [], search: '', status: '' })).toEqual({ removed: 2 });
    expect(await names()).toEqual([]);
    expect(await rig.call('collections.get', { id: rig.collectionId })).toMatchObject({ objects: 0 });
  });

  it('is refused when nothing is chosen or the collection is gone', async () => {
    expect(await rig.refused('collections.removeObjects', { id: rig.collectionId, selection: { mode: 'ids', ids: [] } })).toMatchObject({ code: 'INVALID_INPUT', message: 'No object is selected.' });
    await rig.call('collections.delete', { id: rig.collectionId });
    expect(await rig.refused('collections.removeObjects', { id: rig.collectionId, selection: { mode: 'all except', ids: [], search: '', status: '' } })).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('causeway collection remove', () => {
  const before = process.env['CAUSEWAY_HOME'];
  beforeEach(() => { process.env['CAUSEWAY_HOME'] = path.join(rig.folder, 'home'); });
  afterEach(() => { if (before === undefined) delete process.env['CAUSEWAY_HOME']; else process.env['CAUSEWAY_HOME'] = before; });
  const causeway = async (...args: string[]) => {
    const written = { stdout: '', stderr: '' };
    const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
    const code = await main(['--project', rig.file, ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
    return { code, ...written };
  };

  it('takes --id or --all, not both and not neither', async () => {
    expect(await causeway('collection', 'remove', '--id', guid(11).toUpperCase())).toMatchObject({ code: 0, stdout: 'Removed 1 object.\n' });
    expect(await causeway('collection', 'remove')).toMatchObject({ code: 2, stderr: expect.stringContaining('either --id or --all') });
    expect(await causeway('collection', 'remove', '--all', '--id', guid(12))).toMatchObject({ code: 2 });
    expect(await names()).toEqual(['Ben', 'Cem', 'Dot', 'Sales']);
    expect(await causeway('collection', 'remove', '--all')).toMatchObject({ code: 0, stdout: 'Removed 4 objects.\n' });
    expect(await names()).toEqual([]);
  });
});
