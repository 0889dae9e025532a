import { describe, expect, it } from 'vitest';
import { findMailbox, leadsToCloud, standingOfMailbox } from '../../../../electron/engines/mailboxes/index.ts';
import type { MatchResult } from '../../../../shared/domain/objects.ts';
import { cloud, DOMAINS, GUID, onPremises } from './support.ts';

const match = (state: MatchResult['state'], targetId: string | null, review: MatchResult['review'] = 'Not needed'): MatchResult => ({ sourceId: 's', state, targetId, ruleId: 'r', pinned: false, evidence: [{ ruleId: 'r', rule: 'mail equals mail', value: 'x', hits: [] }], risks: [], reason: 'Rule 1', review } as MatchResult);
const other = cloud({ id: 'c2', guid: 'ffffffff-0000-0000-0000-000000000000', primary: 'other@example.com', addresses: ['SMTP:other@example.com'] });
const noGuid = onPremises({ msExchMailboxGuid: [] });

describe('the mailbox of an object', () => {
  it.each<[string, Parameters<typeof findMailbox>[1], MatchResult | undefined, Parameters<typeof findMailbox>[3], object]>([
    ['is the one with its GUID', onPremises(), undefined, [other, cloud()], { by: 'GUID', evidence: `mailbox GUID ${GUID}`, mailbox: { id: 'c1' } }],
    ['is the one that it is matched with, when its GUID is another', onPremises(), match('Matched', 'C1'), [cloud({ guid: other.guid })], { by: 'match', evidence: 'mail equals mail', mailbox: { id: 'c1' } }],
    ['is the one with its address, when nothing else tells', noGuid, undefined, [cloud()], { by: 'address', evidence: 'address ann@example.com' }],
    ['both say the same', onPremises(), match('Matched', 'c1'), [cloud()], { by: 'GUID' }],
    ['is not looked for by a match that waits for review', onPremises(), match('Matched', 'c1', 'To review'), [cloud()], { status: 'Skipped', skip: expect.stringContaining('waits for review') }],
    ['is not guessed from several', onPremises(), match('Ambiguous', null, 'To review'), [cloud()], { skip: expect.stringContaining('waits for review') }],
    ['is not taken while its match is ambiguous', onPremises(), match('Ambiguous', null), [cloud()], { status: 'Ambiguous' }],
    ['is not taken while its match is in conflict', onPremises(), match('Conflict', 'c1'), [cloud()], { status: 'Conflict' }],
    ['match and GUID say different things', onPremises(), match('Matched', 'c2'), [other, cloud({ primary: 'b@example.com', addresses: ['SMTP:b@example.com'] })], { status: 'Conflict', skip: expect.stringMatching(/matched with "other@example.com", but "b@example.com" has its mailbox GUID.*wrong person/) }],
    ['GUID and address say different things', onPremises(), undefined, [cloud({ addresses: [], primary: 'b@example.com' }), cloud({ id: 'c2', guid: other.guid })], { status: 'Conflict', skip: expect.stringMatching(/GUID of "b@example.com", but "ann@example.com" has its address ann@example.com/) }],
    ['the account that it is matched with has no mailbox, but another one has its address', noGuid, match('Matched', 'c9'), [cloud()], { status: 'Conflict', skip: expect.stringContaining('has its address') }],
    ['there is none', onPremises(), match('Matched', 'c9'), [], { status: 'Not matched', skip: expect.stringContaining('by its match, mailbox GUID, address') }],
    ['no match and none', noGuid, match('Not matched', null), [], { status: 'Not matched', skip: expect.stringContaining('by its address.') }],
  ])('%s', (_, attributes, matched, candidates, expected) => expect(findMailbox('Ann', attributes, matched, candidates)).toMatchObject(expected));
});

describe('where a mailbox is', () => {
  it.each([
    ['an Exchange 2003 mailbox, by its database', { homeMDB: ['CN=Db'] }, 'mailbox'], ['a user mailbox', { msExchRecipientTypeDetails: ['1'] }, 'mailbox'], ['a shared mailbox', { msExchRecipientTypeDetails: ['4'] }, 'mailbox'], ['a room', { msExchRecipientTypeDetails: ['16'] }, 'mailbox'],
    ['equipment', { msExchRecipientTypeDetails: ['32'] }, 'mailbox'], ['a linked mailbox', { msExchRecipientTypeDetails: ['2'], homeMDB: ['CN=Db'] }, 'linked mailbox'], ['a mail user', { msExchRecipientTypeDetails: ['128'] }, 'mail user'], ['an old mail user', { targetAddress: ['SMTP:a@x'] }, 'mail user'],
    ['a remote mailbox', { msExchRecipientTypeDetails: ['2147483648'] }, 'none'], ['nobody', {}, 'none'],
  ])('%s', (_, attributes, expected) => expect(standingOfMailbox(attributes)).toBe(expected));
  it.each([['SMTP:a@contoso.mail.onmicrosoft.com', true], ['smtp:a@Contoso.onmicrosoft.com', true], ['SMTP:a@second.onmicrosoft.com', true], ['SMTP:a@example.com', false], ['SMTP:a@other.onmicrosoft.com', false], ['SMTP:a@notcontoso.onmicrosoft.com', false]])('%s leads there: %s', (address, expected) => expect(leadsToCloud(address, DOMAINS)).toBe(expected));
});
