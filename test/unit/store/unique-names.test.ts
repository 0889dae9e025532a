import { describe, expect, it } from 'vitest';
import { PAIR, sandbox, target, VARIANTS } from './fixture.ts';

describe.each(VARIANTS)('unique names of the tenant ($name)', (variant) => {
  const { open } = sandbox();

  it('are found by any case and kind, follow what is read, and go with the object', async () => {
    const store = await open(variant);
    const pair = await store.pairs.create(PAIR);
    const ann = { ...target(1), attributes: { userPrincipalName: ['Ann@Example.com'], mailNickname: ['ann'], mail: ['ann@example.com'], proxyAddresses: ['SMTP:ann@example.com', 'smtp:Other@example.com', 'x500:/o=x'], onPremisesImmutableId: ['AbC='] } };
    const ben = { ...target(2), attributes: { userPrincipalName: ['ben@example.com'], mailNickname: ['other@example.com'] } };
    const holders = async (...names: Parameters<typeof store.targets.holdersOf>[1]) => [...await store.targets.holdersOf(pair.id, names)].toSorted();
    await store.targets.upsertPage(pair.id, [ann, ben], 'run 1');
    expect(await holders(['userPrincipalName', 'ANN@example.com'])).toEqual([ann.id]);
    expect(await holders(['address', 'other@EXAMPLE.com'])).toEqual([ann.id]);
    // The same text as another kind of name is another name.
    expect(await holders(['mailNickname', 'other@example.com'])).toEqual([ben.id]);
    expect(await holders(['address', 'other@example.com'], ['mailNickname', 'other@example.com'])).toEqual([ann.id, ben.id].toSorted());
    // Base64 differs by case.
    expect([await holders(['anchor', 'AbC=']), await holders(['anchor', 'abc='])]).toEqual([[ann.id], []]);

    const renamed = { ...ann, attributes: { ...ann.attributes, proxyAddresses: ['SMTP:ann@example.com'] } };
    await store.targets.upsertPage(pair.id, [renamed], 'run 2');
    expect(await holders(['address', 'other@example.com'])).toEqual([]);
    expect(await holders(['address', 'ann@example.com'])).toEqual([ann.id]);

    // What stands in front of the name of an object in the recycle bin is not part of the name that it takes back.
    const binned = { ...ben, deleted: true, attributes: { userPrincipalName: [`${ben.id.replaceAll('-', '')}ben@example.com`] } };
    await store.targets.upsertPage(pair.id, [binned], 'run 3');
    expect(await holders(['userPrincipalName', 'ben@example.com'])).toEqual([ben.id]);
    await store.targets.remove(pair.id, ben.id);
    expect(await holders(['userPrincipalName', 'ben@example.com'])).toEqual([]);
  });

  it('are forgotten with the tenant that they were read from', async () => {
    const store = await open(variant);
    const pair = await store.pairs.create(PAIR);
    await store.targets.upsertPage(pair.id, [target(1)], 'run 1');
    expect((await store.targets.holdersOf(pair.id, [['userPrincipalName', 'target1@contoso.example']])).size).toBe(1);
    await store.pairs.forgetTenant(pair.id, 'Another tenant.');
    expect((await store.targets.holdersOf(pair.id, [['userPrincipalName', 'target1@contoso.example']])).size).toBe(0);
  });
});
