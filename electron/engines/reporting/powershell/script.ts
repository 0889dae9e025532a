import type { Cloud } from '../../../../shared/domain/settings.ts';
import { moment, type ExportedOperation, type PlanExporter, type PlanHeader } from '../types.ts';
import { exchangeStep } from './exchange-steps.ts';
import { graphStep } from './graph-steps.ts';
import { EPILOGUE, PRELUDE } from './prelude.ts';
import { comment, literal } from './quote.ts';

/** Names of the clouds in Connect-MgGraph -Environment, and the host that references name. */
const CLOUDS: Readonly<Record<Cloud, { readonly name: string; readonly graph: string }>> = {
  global: { name: 'Global', graph: 'https://graph.microsoft.com' }, usgov: { name: 'USGov', graph: 'https://graph.microsoft.us' },
  usdod: { name: 'USGovDoD', graph: 'https://dod-graph.microsoft.us' }, china: { name: 'China', graph: 'https://microsoftgraph.chinacloudapi.cn' },
};

function head(header: PlanHeader): string {
  const { counts } = header;
  const cloud = CLOUDS[header.cloud];
  const figures = [
    [counts.creates, 'creates'], [counts.restores, 'restores'], [counts.updates, 'updates'], [counts.deletes, 'deletes'], [counts.managers, 'managers'], [counts.membersAdded, 'memberships added'], [counts.membersRemoved, 'memberships removed'], [counts.permissionsAdded, 'mailbox permissions added'], [counts.permissionsRemoved, 'mailbox permissions removed'], [counts.healed, 'of them links outside the collection'], [counts.licencesAssigned, 'licences assigned'], [counts.licencesRemoved, 'licences removed'],
  ].filter(([n]) => n !== 0).map(([n, what]) => `${n} ${what}`).join(', ');
  return [
    `# ${comment(header.kind)} plan of the collection ${comment(header.collectionName)} for the tenant ${comment(header.tenantName)} (${comment(header.organizationId)}).`,
    `# Planned ${moment(header.createdAt)}, exported ${moment(header.exportedAt)}. ${counts.operations} steps: ${figures || 'none'}.`,
    ...header.guard.map((stop) => `# GUARD: ${comment(stop.message)}`),
    '#',
    '# Needs the modules Microsoft.Graph.Authentication, .Users, .Groups and .Identity.DirectoryManagement, and ExchangeOnlineManagement for steps of Exchange Online.',
    `# 1. Connect-MgGraph -Environment ${cloud.name} -TenantId ${comment(header.organizationId)} -Scopes User.ReadWrite.All, Group.ReadWrite.All`,
    '#    Connect-ExchangeOnline, when there are steps of Exchange Online',
    '# 2. Run the script with -WhatIf: it compares with the tenant and says what it would do. 3. Run it without. -Confirm asks before each step.',
    '# Each step compares the values first and stops the script when somebody has changed them since the plan was made.',
    '# Run again, it goes on after the last finished step; the state file beside it holds step numbers and object ids, and no secrets.',
    '# Initial passwords are made while it runs and written nowhere. -OnPassword { param($UserPrincipalName, $Password) ... } gets each as a SecureString.',
    '[CmdletBinding(SupportsShouldProcess = $true)]',
    "param([string] $StateFile = '', [scriptblock] $OnPassword = $null)",
    `$PlanId = ${literal(header.planId)}`,
    `$TenantId = ${literal(header.organizationId)}`,
    `$CloudName = ${literal(cloud.name)}`,
    `$GraphHost = ${literal(cloud.graph)}`,
    `$StepCount = ${counts.operations}`,
    PRELUDE.trim(), '', '',
  ].join('\r\n').replaceAll(/\r?\n/g, '\r\n');
}

/** One step of the plan as a block of the script. */
export function stepOf(o: ExportedOperation): string {
  const lines = (o.service === 'exchange' ? exchangeStep(o) : o.service === 'graph' ? graphStep(o) : null)
    ?? [`Stop-Script ${literal(`This script cannot ${o.kind} for a ${o.objectKind} through ${o.service}. Apply the plan from the console, or do it by hand and add a line with ${o.seq}, a tab and a tab to the state file.`)}`];
  const why = [...new Set(o.changes.map((c) => `${c.attribute}: ${c.provenance.reason}`))].map((text) => `#   why ${comment(text)}`);
  return [`# ${o.seq}. ${comment(o.kind)} ${comment(o.objectKind)} ${comment(o.name)}`, ...why, `Invoke-Step ${o.seq} ${literal(`${o.kind} ${o.objectKind}`)} ${literal(o.name)} {`, ...lines.map((line) => `    ${line}`), '}', ''].map((line) => `${line}\r\n`).join('');
}

/**
 * The plan as a PowerShell script, for those who may not give a console write permissions. UTF-8 with a byte order mark, which
 * Windows PowerShell 5.1 needs. Every value of a directory stands in {@link literal}s or {@link comment}s only.
 */
export const powershellExporter: PlanExporter = {
  extension: 'ps1', mediaType: 'text/plain', sections: ['operations'],
  begin: (header) => `\uFEFF${head(header)}`,
  open: () => '',
  page: (section, rows) => (section === 'operations' ? (rows as readonly ExportedOperation[]).map(stepOf).join('') : ''),
  close: () => '',
  end: () => EPILOGUE.trimStart().replaceAll(/\r?\n/g, '\r\n'),
};
