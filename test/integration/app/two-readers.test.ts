import { afterEach, expect, it } from 'vitest';
import { openProject } from '../../../electron/store/index.ts';
import type { TargetObject } from '../../../shared/domain/objects.ts';
import { openRig, type Rig } from './rig.ts';
import { cloudId, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

it('what another process has read meanwhile is not removed, and what nobody has seen is', async () => {
  let meanwhile: (() => Promise<void>) | undefined;
  rig = await openRig({
    source: works(), seed: worksTenant(),
    // The recycle bin is read last: all live objects carry the run of this reading by then.
    wrap: (send) => async (url, init) => {
      if (url.includes('deletedItems')) { const once = meanwhile; meanwhile = undefined; await once?.(); }
      return await send(url, init);
    },
  });
  await rig.match();
  const before = (await rig.call('pairs.get', { id: rig.pairId })).targetObjects;
  await rig.graph('DELETE', `/users/${cloudId(13)}`);
  await rig.graph('DELETE', `/directory/deletedItems/${cloudId(13)}`);
  const other = await openProject(rig.file);
  meanwhile = async () => {
    const seen: TargetObject[] = [];
    for await (const page of other.targets.iterate(rig.pairId, { withLinks: true })) seen.push(...page.filter((object) => object.id !== cloudId(13)));
    await other.targets.upsertPage(rig.pairId, seen, 'the reading of another process');
  };
  try {
    await rig.match();
    expect(meanwhile).toBeUndefined();
    expect((await rig.call('pairs.get', { id: rig.pairId })).targetObjects).toBe(before - 1);
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Matched', targetId: cloudId(11) });
    expect((await rig.objects())['Cem']).toMatchObject({ status: 'Not matched', targetId: null });
  } finally { await other.close(); }
});
