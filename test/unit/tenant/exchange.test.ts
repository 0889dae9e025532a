import { afterEach, describe, expect, it } from 'vitest';
import { createExchangeGateway, createSignIn } from '../../../electron/engines/tenant/index.ts';
import { connectionTo, jumpingClock, memorySecrets, startLoopback, TENANT_ID } from './loopback.ts';
import type { Loopback, Reply, Seen } from './loopback.ts';

let server: Loopback | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function gatewayOn(script: (seen: Seen, count: number) => Reply | undefined, more: Parameters<typeof connectionTo>[1] = {}) {
  server = await startLoopback((seen, count) => (seen.host.startsWith('login.') ? undefined : script(seen, count)));
  const { transports, origin } = server;
  const connection = connectionTo(origin, more);
  const timing = jumpingClock();
  return { gateway: createExchangeGateway({ connection, transports, timing, signIn: createSignIn({ connection, transports, secrets: memorySecrets() }) }), server, timing };
}

describe('Exchange cmdlets', () => {
  it('posts the cmdlet, pages by posting it again, and collects warnings', async () => {
    const { gateway, server: s } = await gatewayOn((_seen, count) => (count === 1
      ? { json: { value: [{ Name: 'a' }], '@odata.nextLink': `https://outlook.office365.com/adminapi/beta/${TENANT_ID}/InvokeCommand?$skiptoken=1`, '@adminapi.warnings': ['w1'] } }
      : { json: { value: [{ Name: 'b' }] } }));
    expect(await gateway.invoke('Get-MailContact', { Identity: 'x' })).toEqual({ rows: [{ Name: 'a' }, { Name: 'b' }], warnings: ['w1'] });
    const [first, second] = s.graph() as [Seen, Seen];
    expect([first.host, first.url]).toEqual(['outlook.office365.com', `/adminapi/beta/${TENANT_ID}/InvokeCommand`]);
    expect(first.body).toEqual({ CmdletInput: { CmdletName: 'Get-MailContact', Parameters: { Identity: 'x' } } });
    expect(first.headers['x-anchormailbox']).toBe(`APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${TENANT_ID}`);
    expect(first.headers['prefer']).toBe('odata.maxpagesize=1000');
    expect(second.url).toContain('$skiptoken=1');
    expect(second.body).toEqual(first.body);
  });

  it.each([
    [{ error: { code: 'BadRequest', message: 'outer', details: [{ message: '|Microsoft.X|The name "x" is already being used.' }] } }],
    [{ error: { message: '', innererror: { internalException: { message: 'The name "x" is already being used.' } } } }],
  ])('gives Exchange\'s own message', async (json) => {
    const { gateway, server: s } = await gatewayOn(() => ({ status: 400, json }));
    await expect(gateway.invoke('New-MailContact', { Name: 'x' })).rejects.toMatchObject({ data: { code: 'TENANT_REFUSED', message: 'Exchange Online refused New-MailContact: The name "x" is already being used.' } });
    expect(s.graph()).toHaveLength(1);
  });

  it('repeats after 429, and after a lost connection only what changes nothing', async () => {
    const { gateway, timing } = await gatewayOn((_seen, count) => (count === 1 ? { status: 429, headers: { 'retry-after': '1.5' }, json: {} } : count === 2 ? 'reset' : { json: { value: [] } }));
    expect(await gateway.invoke('Get-Mailbox', {})).toEqual({ rows: [], warnings: [] });
    expect(timing.slept[0]).toBe(1500);
    await server?.close();
    const writing = await gatewayOn(() => 'reset');
    await expect(writing.gateway.invoke('New-MailContact', {})).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE' } });
    expect(writing.server.graph()).toHaveLength(1);
  });

  it('refuses on a read-only connection what is no Get', async () => {
    const { gateway, server: s } = await gatewayOn(() => ({ json: { value: [] } }), { readOnly: true });
    await expect(gateway.invoke('Remove-MailContact', {})).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } });
    expect(s.graph()).toHaveLength(0);
    await gateway.invoke('Get-MailContact', {});
    await expect(gateway.invoke('Get-X; Remove-Y', {})).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
  });

  it('uses the Exchange host of the cloud', async () => {
    const { gateway, server: s } = await gatewayOn(() => ({ json: {} }), { cloud: 'china' });
    await gateway.invoke('Get-Mailbox', {});
    expect(s.graph()[0]?.host).toBe('partner.outlook.cn');
  });
});
