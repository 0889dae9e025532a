import { describe, expect, it } from 'vitest';
import { exportedUser, hybrid, shown } from './sync-support.ts';

// Domains: on-premises names of the first page stand in an unverified domain, `elsewhere.example`; `example.com` is verified.
describe('the five worked cases of "Microsoft Entra UserPrincipalName population"', () => {
  const first = { mailNickname: undefined, proxyAddresses: ['SMTP:user1@elsewhere.example'], mail: 'user2@elsewhere.example', userPrincipalName: 'user3@elsewhere.example' };
  const steps = [
    { change: {}, nickname: 'user1', name: 'user1@born.onmicrosoft.com', title: '1: an unverified suffix at the first synchronisation' },
    { change: { mailNickname: 'user4' }, nickname: 'user4', name: 'user1@born.onmicrosoft.com', title: '2: mailNickname is set' },
    { change: { userPrincipalName: 'user5@elsewhere.example' }, nickname: 'user4', name: 'user4@born.onmicrosoft.com', title: '3: the user principal name changes' },
    { change: { proxyAddresses: ['SMTP:user6@elsewhere.example'], mail: 'user7@elsewhere.example' }, nickname: 'user4', name: 'user4@born.onmicrosoft.com', title: '4: primary address and mail change' },
    { change: { userPrincipalName: 'user5@example.com' }, nickname: 'user4', name: 'user5@example.com', title: '5: the suffix becomes a verified one' },
  ];
  it.each(steps.map((s, i) => ({ ...s, i })))('case $title', ({ i, nickname, name }) => {
    const { one } = hybrid();
    let attributes: Record<string, unknown> = first;
    let object;
    for (const { change } of steps.slice(0, i + 1)) { attributes = { ...attributes, ...change }; ({ object } = one(exportedUser('A1', attributes))); }
    expect(object && shown(object)).toMatchObject({ mailNickname: nickname, userPrincipalName: name });
  });
});

describe('the six worked cases of "How the proxyAddresses attribute is populated" (KB 3190357)', () => {
  it('case 1: no mail, no mailNickname, no addresses', () => {
    const { one, license } = hybrid();
    const { object } = one(exportedUser('A1', { userPrincipalName: 'user1upn@example.com' }));
    expect(shown(object)).toEqual({ mail: null, mailNickname: 'user1upn', proxyAddresses: [], userPrincipalName: 'user1upn@example.com' });
    license(object.id, 'on');
    expect(shown(object)).toEqual({ mail: 'user1upn@example.com', mailNickname: 'user1upn', proxyAddresses: ['SMTP:user1upn@example.com', 'smtp:user1upn@born.onmicrosoft.com'], userPrincipalName: 'user1upn@example.com' });
  });

  it('case 2: mail alone', () => {
    const { one, license } = hybrid();
    const { object } = one(exportedUser('A1', { mail: 'user2mail@example.com', userPrincipalName: 'user2upn@example.com' }));
    expect(shown(object)).toEqual({ mail: 'user2mail@example.com', mailNickname: 'user2mail', proxyAddresses: ['SMTP:user2mail@example.com'], userPrincipalName: 'user2upn@example.com' });
    license(object.id, 'on');
    expect(shown(object)).toEqual({ mail: 'user2mail@example.com', mailNickname: 'user2mail', proxyAddresses: ['SMTP:user2mail@example.com', 'smtp:user2mail@born.onmicrosoft.com', 'smtp:user2upn@example.com'], userPrincipalName: 'user2upn@example.com' });
  });

  it('case 3: the on-premises addresses change', () => {
    const { one, license } = hybrid();
    const { object } = one(exportedUser('A1', { userPrincipalName: 'user3upn@example.com', proxyAddresses: ['smtp:user3pa3@fabric.microsoftonline.com', 'smtp:user3pa2@born.onmicrosoft.com', 'SMTP:user3pa1@example.com'] }));
    license(object.id, 'on');
    expect(shown(object)).toEqual({ mail: 'user3pa1@example.com', mailNickname: 'user3pa1', proxyAddresses: ['SMTP:user3pa1@example.com', 'smtp:user3pa1@born.onmicrosoft.com', 'smtp:user3upn@example.com'], userPrincipalName: 'user3upn@example.com' });
    one(exportedUser('A1', { userPrincipalName: 'user3upn@example.com', proxyAddresses: ['smtp:user3new3@fabric.microsoftonline.com', 'smtp:user3new2@born.onmicrosoft.com', 'SMTP:user3new1@example.com'] }));
    expect(shown(object)).toEqual({ mail: 'user3new1@example.com', mailNickname: 'user3pa1', proxyAddresses: ['SMTP:user3new1@example.com', 'smtp:user3pa1@born.onmicrosoft.com', 'smtp:user3upn@example.com'], userPrincipalName: 'user3upn@example.com' });
  });

  it('case 4: the licence is removed, then an on-premises address is added', () => {
    const { one, license } = hybrid();
    const { object } = one(exportedUser('A1', { userPrincipalName: 'user4upn@example.com' }));
    license(object.id, 'on');
    expect(shown(object)).toEqual({ mail: 'user4upn@example.com', mailNickname: 'user4upn', proxyAddresses: ['SMTP:user4upn@example.com', 'smtp:user4upn@born.onmicrosoft.com'], userPrincipalName: 'user4upn@example.com' });
    license(object.id, 'off');
    expect(shown(object)).toEqual({ mail: 'user4upn@born.onmicrosoft.com', mailNickname: 'user4upn', proxyAddresses: ['SMTP:user4upn@born.onmicrosoft.com'], userPrincipalName: 'user4upn@example.com' });
    one(exportedUser('A1', { userPrincipalName: 'user4upn@example.com', proxyAddresses: ['smtp:user4new@example.com'] }));
    expect(shown(object)).toEqual({ mail: 'user4upn@born.onmicrosoft.com', mailNickname: 'user4upn', proxyAddresses: ['SMTP:user4upn@born.onmicrosoft.com', 'smtp:user4new@example.com', 'smtp:user4upn@example.com'], userPrincipalName: 'user4upn@example.com' });
  });

  it('case 5: mailNickname changes, addresses stay', () => {
    const { one, license } = hybrid();
    const { object } = one(exportedUser('A1', { userPrincipalName: 'user5upn@example.com' }));
    license(object.id, 'on');
    const before = shown(object);
    one(exportedUser('A1', { userPrincipalName: 'user5upn@example.com', mailNickname: 'user5new1' }));
    expect(before.proxyAddresses).toEqual(['SMTP:user5upn@example.com', 'smtp:user5upn@born.onmicrosoft.com']);
    expect(shown(object)).toEqual({ ...before, mailNickname: 'user5new1' });
  });

  it('case 6: two users with the same mailNickname', () => {
    const { sync, license, directory } = hybrid();
    const [a, b] = sync(exportedUser('A1', { mailNickname: 'user6mnn', userPrincipalName: 'user6a@example.com' }), exportedUser('B1', { mailNickname: 'user6mnn', userPrincipalName: 'user6b@example.com' })).map((r) => directory.live(r.id ?? ''));
    if (!a || !b) throw new Error('not created');
    license(a.id, 'on');
    license(b.id, 'on');
    expect(shown(a)).toEqual({ mail: 'user6a@example.com', mailNickname: 'user6mnn', proxyAddresses: ['SMTP:user6a@example.com', 'smtp:user6mnn@born.onmicrosoft.com'], userPrincipalName: 'user6a@example.com' });
    const second = shown(b);
    expect(second).toMatchObject({ mail: 'user6b@example.com', mailNickname: 'user6mnn', userPrincipalName: 'user6b@example.com' });
    expect(second.proxyAddresses).toEqual(['SMTP:user6b@example.com', expect.stringMatching(/^smtp:user6mnn\d{4}@born\.onmicrosoft\.com$/)]);
  });
});
