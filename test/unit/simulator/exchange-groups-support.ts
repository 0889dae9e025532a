import { expect } from 'vitest';
import type { Simulator, SimulatorSeed } from '../../../electron/simulator/index.ts';
import { E3, IDS, MIXED, type ExchangeRig } from './exchange-support.ts';

const id = (n: string): string => `cccccccc-0000-4000-8000-${n.padStart(12, '0')}`;
/** Further objects of {@link STAFF}. */
export const MORE = { bert: id('1'), room: id('2'), syncedList: id('3'), syncedContact: id('4'), plainGroup: id('5'), ownedList: id('6'), bare: id('7'), mailUser: id('8') };

const mailbox = (n: string, name: string, alias: string) => ({ id: n, properties: { accountEnabled: true, displayName: name, mailNickname: alias, userPrincipalName: `${alias}@example.com`, mail: `${alias}@example.com`, proxyAddresses: [`SMTP:${alias}@example.com`], assignedLicenses: [{ skuId: E3, disabledPlans: [] }] } });
const list = (n: string, name: string, more: Record<string, unknown> = {}) => ({ id: n, properties: { displayName: name, mailNickname: name.toLowerCase(), mailEnabled: true, securityEnabled: false, groupTypes: [], mail: `${name.toLowerCase()}@example.com`, proxyAddresses: [`SMTP:${name.toLowerCase()}@example.com`], ...more }, memberIds: [] as string[] });

/** {@link MIXED} with more of what groups, contacts and permissions need. */
export const STAFF: SimulatorSeed = {
  ...MIXED,
  users: [
    ...MIXED.users ?? [], mailbox(MORE.bert, 'Bert Aas', 'bert'),
    { id: MORE.room, properties: { accountEnabled: false, displayName: 'Room Owl', mailNickname: 'owl', userPrincipalName: 'owl@example.com', mail: 'owl@example.com', proxyAddresses: ['SMTP:owl@example.com'] }, exchange: { recipientTypeDetails: 'RoomMailbox' } },
    { id: MORE.mailUser, properties: { accountEnabled: true, displayName: 'Mia Outside', mailNickname: 'mia', userPrincipalName: 'mia@example.com', mail: 'mia@out.example', proxyAddresses: ['SMTP:mia@out.example'] }, exchange: { recipientTypeDetails: 'MailUser', externalEmailAddress: 'SMTP:mia@out.example' } },
  ],
  groups: [
    ...MIXED.groups ?? [], list(MORE.syncedList, 'Onprem', { onPremisesSyncEnabled: true }), list(MORE.bare, 'Bare'), { ...list(MORE.ownedList, 'Owned'), ownerIds: [IDS.anna] },
    { id: MORE.plainGroup, properties: { displayName: 'Plain security', mailNickname: 'plainsec', mailEnabled: false, securityEnabled: true, groupTypes: [] }, memberIds: [] },
  ],
  contacts: [...MIXED.contacts ?? [], { id: MORE.syncedContact, properties: { displayName: 'Synced contact', mailNickname: 'syncedcontact', mail: 'sc@out.example', proxyAddresses: ['SMTP:sc@out.example'], onPremisesSyncEnabled: true } }],
};

/** A token for Exchange Online of the person who administers the tenant, by device code. */
export async function adminToken(sim: Simulator): Promise<string> {
  const post = async (path: string, body: Record<string, string>) => (await fetch(`${sim.url}/${sim.tenantId}/oauth2/v2.0/${path}`, { method: 'POST', body: new URLSearchParams({ client_id: sim.clientId, ...body }) })).json() as Promise<Record<string, string>>;
  const { device_code: code = '' } = await post('devicecode', { scope: 'https://outlook.office365.com/.default' });
  for (let i = 0; i < 5; i++) {
    const { access_token: token } = await post('token', { grant_type: 'device_code', device_code: code });
    if (token !== undefined) return token;
    // No faster than the interval that the service asks for.
    sim.advance(6000);
  }
  throw new Error('no token');
}

/** Runs a cmdlet and tells status and text of its refusal, and whether the tenant changed nevertheless. */
export async function tried({ run, sim }: ExchangeRig, cmdlet: string, parameters: Record<string, unknown>): Promise<{ readonly told: string; readonly changed: boolean }> {
  const before = JSON.stringify(sim.snapshot());
  const { status, told } = await run(cmdlet, parameters);
  return { told: `${status} ${told}`, changed: JSON.stringify(sim.snapshot()) !== before };
}

/** What {@link tried} gives for a refusal in these words. */
export const refusedWith = (text: RegExp) => ({ told: expect.stringMatching(text), changed: false });
