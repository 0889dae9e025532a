import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EMPTY_TENANT } from '../../../electron/simulator/seed.ts';
import { exchangeRig, startExchange } from './exchange-support.ts';

/** Object id of the service principal of every simulated tenant's application. */
const SERVICE_PRINCIPAL = 'ca05e0a1-51f0-4c1d-9a7e-00000000c115';

describe('connectors of the simulated Exchange Online', () => {
  it('are made, listed and removed, each direction by itself', async () => {
    const rig = await exchangeRig();
    expect((await rig.run('Get-OutboundConnector')).rows).toEqual([]);
    expect(await rig.first('New-OutboundConnector', { Name: 'To us', ConnectorType: 'OnPremises', UseMXRecord: false, SmartHosts: ['mail.example.com'], RecipientDomains: ['onprem.example.com'] })).toMatchObject({ Name: 'To us', Enabled: true, ConnectorType: 'OnPremises', SmartHosts: ['mail.example.com'], UseMXRecord: false });
    expect(await rig.first('New-InboundConnector', { Name: 'to US', SenderDomains: ['smtp:*;1'], Enabled: false })).toMatchObject({ Name: 'to US', Enabled: false, ConnectorType: 'Partner', RequireTls: true });
    expect((await rig.run('Get-OutboundConnector')).rows).toHaveLength(1);
    expect(await rig.first('Get-InboundConnector', { Identity: 'TO us' })).toMatchObject({ Name: 'to US' });
    expect((await rig.run('Remove-OutboundConnector', { Identity: 'To us', WhatIf: true })).status).toBe(200);
    expect((await rig.run('Get-OutboundConnector')).rows).toHaveLength(1);
    expect((await rig.run('Remove-OutboundConnector', { Identity: 'To us', Confirm: false })).status).toBe(200);
    expect([(await rig.run('Get-OutboundConnector')).rows.length, (await rig.run('Get-InboundConnector')).rows.length]).toEqual([0, 1]);
  });

  it("are refused twice, without smart hosts, of nobody's name, and to who only writes recipients", async () => {
    const rig = await exchangeRig();
    await rig.first('New-OutboundConnector', { Name: 'To us' });
    expect(await rig.refused('New-OutboundConnector', { Name: 'to us' })).toContain('already exists');
    expect(await rig.refused('New-OutboundConnector', { Name: 'Blind', UseMXRecord: false })).toContain('needs SmartHosts');
    expect(await rig.refused('New-InboundConnector', { Name: 'Nobody' })).toContain('SenderDomains');
    expect(await rig.refused('Get-OutboundConnector', { Identity: 'Nobody' })).toMatch(/^404/);
    expect(await rig.refused('Remove-InboundConnector', { Identity: 'To us' })).toMatch(/^404/);
    const writer = await exchangeRig({ seed: { ...EMPTY_TENANT, roles: [{ id: 'a', roleTemplateId: '29232cdf-9323-42fd-ade2-1d097af3e4de', displayName: 'Exchange Administrator', memberIds: [] }, { id: 'b', roleTemplateId: '31392ffb-586c-42d1-9346-e59415a2cc4e', displayName: 'Exchange Recipient Administrator', memberIds: [SERVICE_PRINCIPAL] }] } });
    expect(await writer.refused('New-OutboundConnector', { Name: 'To us' })).toContain('not allowed to call New-OutboundConnector');
    expect((await writer.run('Get-OutboundConnector')).status).toBe(200);
  });

  it('outlive a run', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-connectors-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const stateFile = path.join(folder, 'state.json');
    const first = await startExchange({ stateFile });
    await first.first('New-OutboundConnector', { Name: 'To us', ConnectorType: 'OnPremises' });
    await first.sim.close();
    const second = await startExchange({ stateFile });
    onTestFinished(() => second.sim.close());
    expect((await second.run('Get-OutboundConnector')).rows).toMatchObject([{ Name: 'To us', ConnectorType: 'OnPremises' }]);
  });
});
