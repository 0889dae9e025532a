import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCmdlet } from '../../../electron/simulator/exchange/cmdlets/index.ts';
import { KNOWN_ELSEWHERE } from '../../../electron/simulator/exchange/cmdlets/not-simulated.ts';
import { seedTenant } from '../../../electron/simulator/index.ts';
import { exchangeRig, exchangeToken, IDS, MIXED, readReply, startExchange, type ExchangeRig } from './exchange-support.ts';

const SERVICE_PRINCIPAL = 'ca05e0a1-51f0-4c1d-9a7e-00000000c115';
const role = (template: string, memberIds: string[]) => ({ ...MIXED, roles: [...MIXED.roles ?? [], { id: 'bbbbbbbb-0000-4000-8000-0000000000e1', roleTemplateId: template, displayName: 'Role', memberIds }] });
const EXCHANGE_ADMINISTRATOR = '29232cdf-9323-42fd-ade2-1d097af3e4de';
const GLOBAL_READER = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451';

/** One tenant for tests that leave it as it is, or add to it what no other test sees. */
let rig: ExchangeRig;
beforeAll(async () => { rig = await startExchange({ seed: MIXED }); });
afterAll(async () => { await rig.sim.close(); });

describe('InvokeCommand of the simulated Exchange Online', () => {
  it('answers with context, warnings and value under both versions', async () => {
    const { sim, run } = rig;
    for (const version of ['beta', 'v1.0']) {
      const reply = await run('get-accepteddomain', {}, { address: `${sim.url}/adminapi/${version}/${sim.tenantId}/InvokeCommand` });
      expect(reply.status).toBe(200);
      expect(reply.body).toMatchObject({ '@odata.context': `${sim.url}/adminapi/${version}/${sim.tenantId}/$metadata#Collection(Exchange.GenericHashTable)`, '@adminapi.warnings@odata.type': '#Collection(String)', '@adminapi.warnings': [] });
      expect(reply.rows.map((row) => [row['DomainName'], row['DomainType'], row['Default'], row['InitialDomain']])).toEqual([['mixed.onmicrosoft.com', 'Authoritative', false, true], ['example.com', 'Authoritative', true, false], ['other.example.com', 'Authoritative', false, false]]);
    }
  });

  it('takes the tenant by a verified domain and refuses another one', async () => {
    const { sim, run } = rig;
    expect((await run('Get-AcceptedDomain', {}, { address: `${sim.url}/adminapi/beta/example.com/InvokeCommand` })).status).toBe(200);
    expect((await run('Get-AcceptedDomain', {}, { address: `${sim.url}/adminapi/beta/bbbbbbbb-0000-4000-8000-000000000000/InvokeCommand` })).status).toBe(401);
    expect((await run('Get-AcceptedDomain', {}, { address: `${sim.url}/adminapi/beta/${sim.tenantId}/Other` })).status).toBe(404);
  });

  it('refuses without token, with a token for Graph, without permission, without JSON, with another method', async () => {
    const { sim, run, token } = rig;
    expect((await run('Get-AcceptedDomain', {}, { headers: { authorization: '' } })).status).toBe(401);
    const graph = await fetch(`${sim.url}/${sim.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: sim.clientId, client_secret: sim.clientSecret, scope: 'https://graph.microsoft.com/.default' }) });
    expect((await run('Get-AcceptedDomain', {}, { token: (await graph.json() as { access_token: string }).access_token })).status).toBe(401);
    expect((await run('Get-AcceptedDomain', {}, { token: await exchangeToken(sim, sim.clientIdReadOnly, sim.clientSecretReadOnly) })).status).toBe(403);
    const address = `${sim.url}/adminapi/beta/${sim.tenantId}/InvokeCommand`;
    const send = async (init: RequestInit): Promise<number> => (await fetch(address, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })).status;
    expect(await send({ method: 'POST', body: '{', headers: { 'content-type': 'application/json' } })).toBe(400);
    expect(await send({ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).toBe(400);
    expect(await send({ method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } })).toBe(415);
    expect(await send({ method: 'GET' })).toBe(405);
  });

  it('wants an Entra role besides the permission, and a writing role for cmdlets that write', async () => {
    const none = await exchangeRig({ seed: role(EXCHANGE_ADMINISTRATOR, []) });
    expect(await none.refused('Get-Mailbox')).toMatch(/^403 The role assigned to application .* isn't supported in this scenario/);
    const named = await exchangeRig({ seed: role(EXCHANGE_ADMINISTRATOR, [SERVICE_PRINCIPAL]) });
    expect((await named.run('Set-Mailbox', { Identity: 'anna', MailTip: 'x' })).status).toBe(200);
    const reader = await exchangeRig({ seed: { ...role(EXCHANGE_ADMINISTRATOR, []), roles: [...role(EXCHANGE_ADMINISTRATOR, []).roles, { id: 'bbbbbbbb-0000-4000-8000-0000000000e2', roleTemplateId: GLOBAL_READER, displayName: 'Global Reader', memberIds: [SERVICE_PRINCIPAL] }] } });
    expect((await reader.run('Get-Mailbox')).status).toBe(200);
    expect(await reader.refused('Set-Mailbox', { Identity: 'anna', MailTip: 'x' })).toBe('401 User is not allowed to call Set-Mailbox');
  });

  it('wants of a person the delegated permission and an Entra role', async () => {
    const { sim, run } = await exchangeRig({ seed: { ...MIXED, signIn: { [IDS.admin]: { password: 'Long-enough-7' }, [IDS.anna]: { password: 'Long-enough-7' } } } });
    const tokenOf = async (username: string): Promise<string> => {
      const form = new URLSearchParams({ grant_type: 'password', client_id: sim.clientId, client_secret: sim.clientSecret, username, password: 'Long-enough-7', scope: 'https://outlook.office365.com/Exchange.Manage' });
      const body = await (await fetch(`${sim.url}/${sim.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: form })).json() as { access_token?: string };
      expect(body).toHaveProperty('access_token');
      return body.access_token ?? '';
    };
    expect((await run('Set-Mailbox', { Identity: 'anna', MailTip: 'x' }, { token: await tokenOf('admin@mixed.onmicrosoft.com') })).status).toBe(200);
    expect((await run('Get-Mailbox', { Identity: 'anna' }, { token: await tokenOf('anna@example.com') })).status).toBe(403);
  });

  it('puts the text of a refusal where the module looks for it', async () => {
    const { status, body } = await rig.run('Get-Mailbox', { Identity: 'nobody@example.com' });
    expect(status).toBe(404);
    const text = expect.stringMatching(/^Ex[0-9A-F]{6}\|Microsoft\.Exchange\.Configuration\.Tasks\.ManagementObjectNotFoundException\|The operation couldn't be performed because object 'nobody@example\.com' couldn't be found on '.+'\.$/) as string;
    expect(body).toMatchObject({ error: { code: 'NotFound', details: [{ code: 'Context', message: text }], innererror: { type: 'Microsoft.Exchange.Admin.OData.Core.ODataServiceException', internalexception: { message: text } } } });
  });

  it('knows no other cmdlets, and says so of those it leaves out', async () => {
    const { refused } = rig;
    expect(await refused('Get-Nonsense')).toMatch(/^400 System\.Management\.Automation\.CommandNotFoundException\|The term 'Get-Nonsense' is not recognized/);
    expect(await refused('New-MoveRequest', { Name: 'x' })).toBe('501 System.NotImplementedException|The simulator does not offer the cmdlet New-MoveRequest.');
    expect(await refused('Set-Mailbox', { Identity: 'anna', RetentionPolicy: 'x' })).toBe('501 System.NotImplementedException|The simulator does not offer the parameter RetentionPolicy.');
    expect([...KNOWN_ELSEWHERE].filter((name) => findCmdlet(name) !== 'not simulated')).toEqual([]);
  });

  it('keeps what $select names', async () => {
    const { sim, run } = rig;
    const { rows } = await run('Get-Mailbox', { Identity: 'anna' }, { address: `${sim.url}/adminapi/beta/${sim.tenantId}/InvokeCommand?$select=alias,Nothing` });
    expect(rows).toEqual([{ Alias: 'anna' }]);
  });
});

describe('pages of the simulated Exchange Online', () => {
  const mailboxes = (count: number) => seedTenant({ existing: { users: Array.from({ length: count }, (_, i) => ({ id: `cccccccc-0000-4000-8000-${String(i).padStart(12, '0')}`, properties: { displayName: `M${i}`, mailNickname: `m${i}`, userPrincipalName: `m${i}@example.com`, proxyAddresses: [`SMTP:m${i}@example.com`] }, exchange: { recipientTypeDetails: 'SharedMailbox' } })) } });

  it('gives 1000 objects and a warning by default, and others by ResultSize', async () => {
    const { run } = await exchangeRig({ seed: mailboxes(1005) });
    const plain = await run('Get-Mailbox');
    expect([plain.rows.length, plain.next]).toEqual([1000, undefined]);
    expect(plain.warnings).toEqual([expect.stringMatching(/^By default, only the first 1000 items are returned\. Use the ResultSize parameter/)]);
    const three = await run('Get-Mailbox', { ResultSize: 3 });
    expect([three.rows.length, three.next, three.warnings[0]]).toEqual([3, undefined, 'There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter.']);
    const exact = await run('Get-Mailbox', { ResultSize: 1005 }, { headers: { prefer: 'odata.maxpagesize=1000' } });
    expect([exact.rows.length, exact.warnings]).toEqual([1000, []]);
    const all = await run('Get-Mailbox', { ResultSize: 'unlimited' });
    const rest = await run('Get-Mailbox', { ResultSize: 'unlimited' }, { address: all.next ?? '' });
    expect([all.rows.length, rest.rows.length, rest.next, rest.warnings]).toEqual([1000, 5, undefined, []]);
  });

  it('cuts pages by the Prefer header, follows its own links, and counts ResultSize over all pages', async () => {
    const { run, sim } = await exchangeRig({ seed: mailboxes(9) });
    const names: unknown[] = [];
    let address: string | undefined = `${sim.url}/adminapi/beta/${sim.tenantId}/InvokeCommand`;
    let warnings: readonly string[] = [];
    const sizes: number[] = [];
    while (address) {
      const reply: Awaited<ReturnType<typeof run>> = await run('Get-Mailbox', { ResultSize: 7 }, { address, headers: { prefer: 'odata.maxpagesize = 3;odata.continue-on-error' } });
      names.push(...reply.rows.map((row) => row['Alias']));
      sizes.push(reply.rows.length);
      ({ next: address, warnings } = reply);
    }
    expect([sizes, names]).toEqual([[3, 3, 1], Array.from({ length: 7 }, (_, i) => `m${i}`)]);
    expect(warnings).toHaveLength(1);
  });

  it('neither repeats nor leaves out an object when others go meanwhile', async () => {
    const { run, call } = await exchangeRig({ seed: mailboxes(5) });
    const headers = { prefer: 'odata.maxpagesize=2' };
    const one = await run('Get-Mailbox', {}, { headers });
    expect((await call('DELETE', '/users/cccccccc-0000-4000-8000-000000000000')).status).toBe(204);
    const two = await run('Get-Mailbox', {}, { headers, address: one.next ?? '' });
    expect(two.rows.map((row) => row['Alias'])).toEqual(['m2', 'm3']);
  });

  it('refuses a link with another command, other parameters or a made-up token', async () => {
    const { run, sim } = await exchangeRig({ seed: mailboxes(5) });
    const { next = '' } = await run('Get-Mailbox', { ResultSize: 5 }, { headers: { prefer: 'odata.maxpagesize=2' } });
    expect(next).not.toBe('');
    expect((await run('Get-Recipient', { ResultSize: 5 }, { address: next })).status).toBe(400);
    expect((await run('Get-Mailbox', { ResultSize: 4 }, { address: next })).status).toBe(400);
    expect((await run('Get-Mailbox', { ResultSize: 5 }, { address: `${sim.url}/adminapi/beta/${sim.tenantId}/InvokeCommand?$skiptoken=bm9uZQ` })).status).toBe(400);
    expect((await run('Get-Mailbox', { ResultSize: 5 }, { address: next })).rows).toHaveLength(3);
  });
});

describe('batches of the simulated Exchange Online', () => {
  async function batchRig() {
    const base = await exchangeRig({ seed: MIXED });
    const { sim, token } = base;
    const request = (id: string, cmdlet: string, parameters: Record<string, unknown> = {}) => ({ id, method: 'POST', url: `${sim.url}/adminapi/beta/${sim.tenantId}/InvokeCommand`, headers: { 'X-CmdletName': cmdlet }, body: { CmdletInput: { CmdletName: cmdlet, Parameters: parameters } } });
    const send = async (requests: unknown, prefer = 'odata.maxpagesize = 1000;odata.continue-on-error') => {
      const answer = await fetch(`${sim.url}/adminapi/beta/${sim.tenantId}/$batch`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8', prefer }, body: JSON.stringify({ requests }) });
      const body = await answer.json() as { responses?: { id: string; status: number; body: unknown }[] };
      return { status: answer.status, responses: new Map((body.responses ?? []).map((one) => [one.id, readReply(one.status, one.body)])), order: (body.responses ?? []).map((one) => one.id) };
    };
    return { ...base, request, send };
  }

  it('runs up to ten commands and answers each with its id', async () => {
    const { request, send } = await batchRig();
    const { status, responses, order } = await send([...Array.from({ length: 8 }, (_, i) => request(String(i), 'Get-Recipient', { ResultSize: i + 1 })), request('bad', 'Get-Mailbox', { Identity: 'nobody' }), request('none', 'Get-Nonsense')]);
    expect(status).toBe(200);
    expect(responses.get('2')?.rows).toHaveLength(3);
    expect([responses.get('bad')?.status, responses.get('none')?.status]).toEqual([404, 400]);
    expect(order).not.toEqual(['0', '1', '2', '3', '4', '5', '6', '7', 'bad', 'none']);
    expect((await send(Array.from({ length: 11 }, (_, i) => request(String(i), 'Get-AcceptedDomain')))).status).toBe(400);
    expect((await send([request('a', 'Get-AcceptedDomain'), request('a', 'Get-AcceptedDomain')])).status).toBe(400);
    expect((await send([])).status).toBe(400);
    expect((await send([{ ...request('a', 'Get-AcceptedDomain'), url: '/adminapi/beta/other/InvokeCommand' }])).responses.get('a')?.status).toBe(404);
  });

  it('stops at the first failure unless it is told to go on', async () => {
    const { request, send } = await batchRig();
    const requests = [request('1', 'Get-AcceptedDomain'), request('2', 'Get-Mailbox', { Identity: 'nobody' }), request('3', 'Set-Mailbox', { Identity: 'anna', MailTip: 'x' })];
    expect([...(await send(requests, 'odata.maxpagesize=5')).responses.keys()].toSorted()).toEqual(['1', '2']);
    expect((await send(requests)).responses.get('3')).toMatchObject({ status: 200, warnings: [] });
  });
});

describe('parameters of the simulated Exchange Online', () => {
  it.each([
    [{ Identity: 'anna', Nonsense: 1 }, "A parameter cannot be found that matches parameter name 'Nonsense'."],
    [{ Identity: 'anna', HiddenFromAddressListsEnabled: 'perhaps' }, /^Cannot process argument transformation on parameter 'HiddenFromAddressListsEnabled'\. Cannot convert value "perhaps" to type "System\.Boolean"\. Boolean parameters accept only/],
    [{ Identity: 'anna', Type: 'Regal' }, /Unable to match the identifier name Regal to a valid enumerator name\. Specify one of the following enumerator names and try again: Regular, Shared, Room, Equipment/],
    [{ MailTip: 'x' }, 'Cannot process command because of one or more missing mandatory parameters: Identity.'],
    [{ Identity: null }, "Cannot bind argument to parameter 'Identity' because it is null."],
    [{ Identity: '' }, "Cannot bind argument to parameter 'Identity' because it is an empty string."],
    [{ Identity: 'anna', identity: 'plain' }, "Cannot bind parameter because parameter 'Identity' is specified more than once."],
    [{ Identity: 'anna', EmailAddresses: { Add: ['x@example.com'] } }, /^Cannot process argument transformation on parameter 'EmailAddresses'/],
    [{ Identity: 'anna', EmailAddresses: { '@odata.type': '#Exchange.GenericHashTable', Put: ['x@example.com'] } }, /^Cannot process argument transformation on parameter 'EmailAddresses'/],
    [{ Identity: 'anna', CustomAttribute1: 'x'.repeat(1025) }, /^Cannot process argument transformation on parameter 'CustomAttribute1'\. The length of the property is too long\. The maximum length is 1024/],
    [{ Identity: 'anna', PrimarySmtpAddress: 'x@example.com' }, "A parameter cannot be found that matches parameter name 'PrimarySmtpAddress'."],
  ])('refuses %j', async (parameters, text) => {
    const told = await rig.refused('Set-Mailbox', parameters);
    expect(told.startsWith('400 System.Management.Automation.ParameterBindingException|')).toBe(true);
    expect(told.slice('400 System.Management.Automation.ParameterBindingException|'.length)).toMatch(text);
  });

  it('refuses parameters of sets that exclude one another', async () => {
    expect(await rig.refused('New-Mailbox', { Name: 'x', Shared: true, Room: true })).toBe('400 System.Management.Automation.ParameterBindingException|Parameter set cannot be resolved using the specified named parameters.');
    expect(await rig.refused('Get-Mailbox', { Identity: 'anna', Anr: 'an' })).toMatch(/Parameter set cannot be resolved/);
    expect(await rig.refused('New-Mailbox', { Name: 'x' })).toMatch(/missing mandatory parameters: MicrosoftOnlineServicesID Password\.$/);
  });

  it('takes names in any case and the common parameters; a switch that is off is as good as absent', async () => {
    expect((await rig.run('Get-Mailbox', { IDENTITY: 'anna', ErrorAction: 'Stop', verbose: true })).rows).toHaveLength(1);
    expect((await rig.run('New-Mailbox', { name: 'Pool', shared: true, ROOM: false, Confirm: false, whatif: true })).status).toBe(200);
    expect((await rig.run('Get-Mailbox', { Identity: 'anna', Confirm: false })).status).toBe(400);
  });

  it('never fail the service, whatever their values are', async () => {
    const { run, defects } = await exchangeRig({ seed: MIXED });
    const values = fc.oneof(fc.constantFrom<unknown>('anna', 'twina@example.com', IDS.plain, 'x@example.com', 'SMTP:y@example.com', '', null, true, 0, -1, 'Unlimited', '/o=x', 'CN=x,DC=y', '@', '{', "Alias -eq 'x'"), fc.jsonValue({ maxDepth: 2 }), fc.record({ '@odata.type': fc.constant('#Exchange.GenericHashTable'), Add: fc.array(fc.string()), Remove: fc.jsonValue({ maxDepth: 1 }) }));
    const names = fc.constantFrom('Identity', 'Name', 'EmailAddresses', 'ExternalEmailAddress', 'Alias', 'DisplayName', 'GrantSendOnBehalfTo', 'Filter', 'ResultSize', 'ForwardingAddress', 'Type', 'MaxSendSize', 'CustomAttribute1', 'Shared', 'Manager', 'Anr', 'PrimarySmtpAddress', 'MicrosoftOnlineServicesID', 'Password', 'RecipientTypeDetails', 'PropertySets', 'Archive', 'ExchangeGuid', '__proto__');
    const cmdlets = fc.constantFrom('Get-Recipient', 'Get-EXORecipient', 'Get-Mailbox', 'Get-EXOMailbox', 'New-Mailbox', 'Set-Mailbox', 'Remove-Mailbox', 'Enable-Mailbox', 'Get-MailUser', 'New-MailUser', 'Set-MailUser', 'Get-User', 'Set-User', 'Get-AcceptedDomain');
    await fc.assert(fc.asyncProperty(cmdlets, fc.dictionary(names, values, { maxKeys: 4 }), async (cmdlet, parameters) => {
      expect((await run(cmdlet, parameters)).status).not.toBe(500);
      expect(defects).toEqual([]);
    }), { numRuns: 400 });
  });

  it('checks but writes nothing with WhatIf', async () => {
    const before = rig.sim.snapshot();
    for (const [cmdlet, parameters] of [
      ['New-Mailbox', { Name: 'Pool', Shared: true }], ['Set-Mailbox', { Identity: 'anna', MailTip: 'x', Alias: 'other' }], ['Remove-Mailbox', { Identity: 'anna' }], ['Enable-Mailbox', { Identity: 'anna', Archive: true }],
      ['New-MailUser', { Name: 'M', ExternalEmailAddress: 'm@out.example' }], ['Set-User', { Identity: 'anna', Manager: 'plain', City: 'Rome' }],
    ] as const) expect(await rig.run(cmdlet, { ...parameters, WhatIf: true })).toMatchObject({ status: 200, rows: [] });
    expect((await rig.run('Set-Mailbox', { Identity: 'nobody', MailTip: 'x', WhatIf: true })).status).toBe(404);
    expect(rig.sim.snapshot()).toEqual(before);
  });
});

describe('what an object is to the simulated Exchange Online', () => {
  it('follows from facet, licence and kind', async () => {
    const types = new Map((await rig.run('Get-Recipient')).rows.map((row) => [row['ExternalDirectoryObjectId'], [row['RecipientType'], row['RecipientTypeDetails']]]));
    expect(types).toEqual(new Map<unknown, unknown>([
      [IDS.anna, ['UserMailbox', 'UserMailbox']], [IDS.synced, ['UserMailbox', 'UserMailbox']], [IDS.guest, ['MailUser', 'GuestMailUser']], [IDS.twinA, ['UserMailbox', 'SharedMailbox']], [IDS.twinB, ['UserMailbox', 'SharedMailbox']],
      [IDS.cloudless, ['MailUser', 'MailUser']], [IDS.list, ['MailUniversalDistributionGroup', 'MailUniversalDistributionGroup']], [IDS.secure, ['MailUniversalSecurityGroup', 'MailUniversalSecurityGroup']],
      [IDS.partner, ['MailContact', 'MailContact']],
    ]));
    // Microsoft 365 groups come only when their kind, or one of them, is named.
    expect(await rig.first('Get-Recipient', { RecipientTypeDetails: ['GroupMailbox'] })).toMatchObject({ ExternalDirectoryObjectId: IDS.team, RecipientType: 'MailUniversalDistributionGroup', RecipientTypeDetails: 'GroupMailbox' });
    expect(await rig.first('Get-Recipient', { Identity: IDS.team })).toMatchObject({ RecipientTypeDetails: 'GroupMailbox' });
    const users = (await rig.run('Get-User')).rows;
    expect(users.find((row) => row['ExternalDirectoryObjectId'] === IDS.plain)).toMatchObject({ RecipientType: 'User', RecipientTypeDetails: 'DisabledUser' });
    expect(users.find((row) => row['ExternalDirectoryObjectId'] === IDS.admin)).toMatchObject({ RecipientTypeDetails: 'User' });
  });

  it.each(['anna', 'ANNA BERG', 'anna@example.com', 'Anna@mixed.onmicrosoft.com', 'smtp:anna@example.com', IDS.anna, 'X500:/o=old/cn=anna'.slice(5)])('is found by %s', async (identity) => {
    expect(await rig.first('Get-Mailbox', { Identity: identity })).toMatchObject({ ExternalDirectoryObjectId: IDS.anna, Alias: 'anna', DisplayName: 'Anna Berg', PrimarySmtpAddress: 'anna@example.com', UserPrincipalName: 'anna@example.com' });
  });

  it('is found by the Guid, ExchangeGuid, Name, DistinguishedName and LegacyExchangeDN that Exchange shows', async () => {
    const row = await rig.first('Get-Mailbox', { Identity: 'anna' });
    expect(row['Guid']).not.toBe(row['ExternalDirectoryObjectId']);
    for (const name of ['Guid', 'Name', 'DistinguishedName', 'LegacyExchangeDN', 'Identity']) expect(await rig.first('Get-Mailbox', { Identity: row[name] })).toMatchObject({ ExternalDirectoryObjectId: IDS.anna });
    expect(row['ExchangeGuid']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is ambiguous to a cmdlet that writes when two answer to a name, and both are read', async () => {
    expect(await rig.refused('Set-Mailbox', { Identity: 'Twin', MailTip: 'x' })).toBe("400 Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException|The operation couldn't be performed because 'Twin' matches multiple entries.");
    expect((await rig.run('Get-Mailbox', { Identity: 'Twin' })).rows).toHaveLength(2);
  });

  it('is not found by a cmdlet of another noun', async () => {
    for (const [cmdlet, identity] of [['Get-Mailbox', 'partner'], ['Get-MailUser', 'anna'], ['Set-MailUser', 'anna@example.com'], ['Get-Recipient', 'plain@example.com'], ['Get-Mailbox', 'gone@example.com']] as const) expect(await rig.refused(cmdlet, { Identity: identity })).toMatch(/^404 /);
  });

  it('is filtered by Filter, RecipientTypeDetails and Anr', async () => {
    const found = async (parameters: Record<string, unknown>) => (await rig.run('Get-Recipient', parameters)).rows.map((row) => row['ExternalDirectoryObjectId']);
    expect(await found({ Filter: "PrimarySmtpAddress -eq 'anna@example.com'" })).toEqual([IDS.anna]);
    expect(await found({ Filter: "EmailAddresses -like '*@mixed.onmicrosoft.com' -and -not (DisplayName -like 'Tw*')" })).toEqual([IDS.anna]);
    expect(await found({ Filter: "EmailAddresses -eq 'smtp:partner@out.example' -or Alias -eq 'list'" })).toEqual([IDS.list, IDS.partner]);
    expect(await found({ Filter: "DisplayName -eq 'Twin' -and HiddenFromAddressListsEnabled -eq $false", RecipientTypeDetails: ['SharedMailbox'] })).toEqual([IDS.twinA, IDS.twinB]);
    expect(await found({ RecipientTypeDetails: ['MailContact', 'groupmailbox'] })).toEqual([IDS.team, IDS.partner]);
    expect(await found({ Anr: 'ber' })).toEqual([IDS.anna]);
    expect(await rig.refused('Get-Recipient', { Filter: "Shoe -eq '1'" })).toMatch(/"Shoe" isn't a recognized filterable property/);
    expect(await rig.refused('Get-Recipient', { Filter: "Alias -eq 'x' Alias" })).toMatch(/Invalid filter syntax.*at position 15/);
    expect(await rig.refused('Get-Recipient', { Filter: '('.repeat(200_000) })).toMatch(/longer than/);
    expect(await rig.refused('Get-Recipient', { Filter: "Alias -gt 'x'" })).toMatch(/^501 /);
    expect(await rig.refused('Get-Recipient', { Filter: "WhenCreated -gt '2026-01-01'" })).toMatch(/^501 .*does not offer the filter property WhenCreated/);
    expect(await rig.refused('Get-Recipient', { Filter: "WhenChanged -gt '2026-01-01'" })).toMatch(/^501 .*does not offer the filter property WhenChanged/);
    expect(await rig.refused('Get-Recipient', { Filter: "WhenChangedUTC -gt 'yesterday'" })).toMatch(/could not be converted to type System.DateTime/);
    expect(await rig.refused('Get-Recipient', { Filter: "WhenChangedUTC -like '2026*'" })).toMatch(/^501 /);
    expect(await rig.refused('Get-Recipient', { RecipientTypeDetails: ['Nonsense'] })).toMatch(/Unable to match the identifier name Nonsense/);
  });

  it('is found by when it changed last, in Exchange or, once that arrived there, in Graph; to the second', async () => {
    let now = Date.parse('2026-03-01T10:00:00.400Z');
    const own = await exchangeRig({ seed: MIXED, clock: () => now, exchangeLagMs: 60_000 });
    const at = (time: string, sign = '-gt') => own.run('Get-Recipient', { Filter: `WhenChangedUTC ${sign} '${time}'` }).then(({ rows }) => rows.map((row) => row['ExternalDirectoryObjectId']));
    now += 60_000;
    expect(await at('2026-03-01 10:00:30')).toEqual([]);
    await own.run('Set-Mailbox', { Identity: 'anna', HiddenFromAddressListsEnabled: true });
    await own.run('Add-DistributionGroupMember', { Identity: 'list', Member: 'anna' });
    await own.call('PATCH', `/users/${IDS.guest}`, { displayName: 'Renamed' });
    expect(new Set(await at('2026-03-01 10:00:30'))).toEqual(new Set([IDS.anna, IDS.list]));
    expect(await at('2026-03-01 10:01:00', '-ge')).toHaveLength(2);
    expect(await at('2026-03-01T10:01:00Z')).toEqual([]);
    expect(await at('3/1/2026 10:00:59 AM')).toHaveLength(2);
    now += 61_000;
    expect(await at('2026-03-01 10:01:30')).toEqual([IDS.guest]);
    expect((await own.first('Get-Recipient', { Identity: IDS.guest }))['WhenChangedUTC']).toBe('2026-03-01T10:02:00.400Z');
  });

  it('shows EXO cmdlets the minimum set, further properties and sets', async () => {
    const names = async (parameters: Record<string, unknown>) => Object.keys(await rig.first('Get-EXOMailbox', { Identity: 'anna', ...parameters }));
    expect(await names({})).toEqual(expect.arrayContaining(['UserPrincipalName', 'EmailAddresses', 'Guid']));
    expect(await names({})).not.toContain('ForwardingAddress');
    for (const identity of [{ ExternalDirectoryObjectId: IDS.anna }, { PrimarySmtpAddress: 'anna@example.com' }, { UserPrincipalName: 'anna@example.com' }]) expect(await rig.first('Get-EXOMailbox', identity)).toMatchObject({ Alias: 'anna' });
    expect(await rig.refused('Get-EXOMailbox', { Identity: 'anna', UserPrincipalName: 'anna@example.com' })).toMatch(/Parameter set cannot be resolved/);
    expect(await names({ Properties: ['CustomAttribute3'] })).toEqual(expect.arrayContaining(['CustomAttribute3', 'Alias']));
    expect(await names({ PropertySets: ['Delivery'] })).toEqual(expect.arrayContaining(['ForwardingAddress', 'MaxSendSize']));
    expect(await names({ PropertySets: ['All'] })).toEqual(expect.arrayContaining(['ForwardingAddress', 'ArchiveGuid', 'CustomAttribute15']));
  });
});
