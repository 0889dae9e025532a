import { describe, expect, it } from 'vitest';
import { createHolderNames, permissionCommand, readPermissions, runPermissionCommand, type ExchangeGateway } from '../../../electron/engines/tenant/index.ts';
import { verifyAtExchange } from '../../../electron/engines/applying/index.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { MAILBOX_PERMISSIONS, type Operation } from '../../../shared/domain/plans.ts';

type Rows = readonly Record<string, unknown>[];
/** Answers by cmdlet, and by the identity of Get-Recipient; counts the questions. */
function exchange(answers: Readonly<Record<string, Rows>>, warnings: readonly string[] = []): ExchangeGateway & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    invoke: async (cmdlet, parameters) => {
      const key = cmdlet === 'Get-Recipient' ? `${cmdlet} ${String(parameters['Identity'])}` : cmdlet;
      asked.push(key);
      const rows = answers[key];
      if (rows === undefined) throw appError(ErrorCode.TenantRefused, `${key} couldn't be found`, { detail: { status: 404 } });
      return { rows, warnings };
    },
  };
}
const row = (id: string, name = id) => ({ ExternalDirectoryObjectId: id.toUpperCase(), Name: name });

describe('permissions on a mailbox', () => {
  it('are those that are allowed to others: no denials, no other rights, not the owner, the system or who is deleted; each name is asked for once', async () => {
    const gateway = exchange({
      'Get-MailboxPermission': [
        { User: 'NT AUTHORITY\\SELF', AccessRights: ['FullAccess'], Deny: false }, { User: 'b@x', AccessRights: ['FullAccess', 'DeleteItem'], Deny: false }, { User: 'c@x', AccessRights: ['FullAccess'], Deny: true },
        { User: 'd@x', AccessRights: ['ReadPermission'], Deny: false }, { User: 'S-1-5-21-1-2-3-4', AccessRights: ['FullAccess'], Deny: false }, { User: 'gone@x', AccessRights: 'FullAccess', Deny: false }, { User: 'twin', AccessRights: 'FullAccess, ReadPermission', Deny: false },
      ],
      'Get-RecipientPermission': [{ Trustee: 'b@x', AccessControlType: 'Allow', AccessRights: ['SendAs'] }, { Trustee: 'd@x', AccessControlType: 'Deny', AccessRights: ['SendAs'] }],
      'Get-Mailbox': [{ GrantSendOnBehalfTo: ['b@x'] }], 'Get-Recipient b@x': [row('b')], 'Get-Recipient c@x': [row('c')], 'Get-Recipient d@x': [row('d')], 'Get-Recipient twin': [row('e', 'other'), row('f', 'Twin')],
    });
    const found = await readPermissions(gateway, 'box', MAILBOX_PERMISSIONS, createHolderNames(gateway));
    expect(Object.fromEntries(Object.entries(found ?? {}).map(([name, ids]) => [name, [...ids]]))).toEqual({ fullAccess: ['b', 'f'], sendAs: ['b'], grantSendOnBehalfTo: ['b'] });
    expect(gateway.asked.filter((one) => one === 'Get-Recipient b@x')).toHaveLength(1);
  });

  it('are asked for only as far as wanted; without a mailbox there are none', async () => {
    const gateway = exchange({ 'Get-RecipientPermission': [] });
    expect((await readPermissions(gateway, 'box', ['sendAs'], createHolderNames(gateway)))?.sendAs.size).toBe(0);
    expect(gateway.asked).toEqual(['Get-RecipientPermission']);
    expect(await readPermissions(exchange({}), 'box', ['fullAccess'], createHolderNames(exchange({})))).toBeUndefined();
  });

  it.each([
    ['The appropriate access control entry is already present on the object "CN=a" for account "b".', 'so already'],
    ['Can\'t remove the access control entry on the object "CN=a" for account "b" because the ACE doesn\'t exist on the object.', 'so already'],
    ["The command completed successfully but no settings of 'a' have been modified.", 'so already'], ['Something else.', 'changed'],
  ])('%s means %s', async (warning, expected) => {
    expect(await runPermissionCommand(exchange({ 'Add-MailboxPermission': [] }, [warning]), permissionCommand('Add', 'fullAccess', 'box', 'b'))).toBe(expected);
  });

  it('are read back after they were written: who does not have one, or still has one, is told', async () => {
    const operation = (kind: 'add permissions' | 'remove permissions'): Operation => ({ id: kind, seq: 1, kind, service: 'exchange', objectKind: 'user', sourceId: 's', targetId: 'box', name: 'Ann', changes: [], permission: 'sendAs', references: [], previous: [] });
    const holder = (id: string) => ({ sourceId: null, targetId: id, name: id.toUpperCase() });
    const gateway = exchange({ 'Get-RecipientPermission': [{ Trustee: 'b@x', AccessControlType: 'Allow', AccessRights: ['SendAs'] }], 'Get-Recipient b@x': [row('b')] });
    const observer = { objects: async () => undefined, members: async () => undefined };
    const told = async (kind: 'add permissions' | 'remove permissions') => (await verifyAtExchange(gateway, [{ operation: operation(kind), targetId: 'box', references: [holder('b'), holder('c')] }], observer, new Set())).map((one) => one.message);
    expect(await told('add permissions')).toEqual(['C does not have sendAs on the mailbox of "Ann".']);
    expect(await told('remove permissions')).toEqual(['B still has sendAs on the mailbox of "Ann".']);
  });

  it('are given and taken by the cmdlets of each', () => {
    expect(MAILBOX_PERMISSIONS.flatMap((p) => (['Add', 'Remove'] as const).map((what) => permissionCommand(what, p, 'box', 'b').cmdlet))).toEqual(['Add-MailboxPermission', 'Remove-MailboxPermission', 'Add-RecipientPermission', 'Remove-RecipientPermission', 'Set-Mailbox', 'Set-Mailbox']);
    expect(permissionCommand('Remove', 'grantSendOnBehalfTo', 'box', 'b').parameters).toEqual({ Identity: 'box', GrantSendOnBehalfTo: { '@odata.type': '#Exchange.GenericHashTable', Remove: ['b'] } });
  });
});
