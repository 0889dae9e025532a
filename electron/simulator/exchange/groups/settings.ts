import type { CmdletCall, ParameterRules, Row } from '../cmdlet/cmdlet.ts';
import { invalidOperation } from '../refusal.ts';
import { facetOf, type Facet, type FacetChanges } from '../recipients/facet.ts';

/** Switches of a group with their defaults (cmdlet reference, Set-DistributionGroup). */
const FLAGS: Readonly<Record<string, boolean>> = {
  RequireSenderAuthenticationEnabled: true, BccBlocked: false, BypassNestedModerationEnabled: false, ReportToManagerEnabled: false, ReportToOriginatorEnabled: true, SendOofMessageToOriginatorEnabled: false,
};
const JOIN = ['Open', 'Closed', 'ApprovalRequired'] as const;
const DEPART = ['Open', 'Closed'] as const;

/** Parameters that New- and Set-DistributionGroup share besides names, addresses and senders. */
export const GROUP_SETTINGS: ParameterRules = {
  ...Object.fromEntries(['RequireSenderAuthenticationEnabled', 'BccBlocked', 'BypassNestedModerationEnabled'].map((name) => [name, { type: 'flag' } as const])),
  MemberJoinRestriction: { type: JOIN }, MemberDepartRestriction: { type: DEPART }, Description: { type: 'texts' }, HiddenGroupMembershipEnabled: { type: 'switch' }, IgnoreNamingPolicy: { type: 'switch' }, RoomList: { type: 'switch' },
};
/** Switches that only Set-DistributionGroup has. */
export const SET_FLAGS: ParameterRules = Object.fromEntries(['ReportToManagerEnabled', 'ReportToOriginatorEnabled', 'SendOofMessageToOriginatorEnabled'].map((name) => [name, { type: 'flag' } as const]));

const stored = (parameter: string): string => `${parameter.charAt(0).toLowerCase()}${parameter.slice(1)}`;
const departDefault = (isSecurity: boolean): string => (isSecurity ? 'Closed' : 'Open');

/**
 * Reads {@link GROUP_SETTINGS} and {@link SET_FLAGS}. Values that are the default are not stored.
 * @throws ExchangeRefusal 400 for a value that mail-enabled security groups do not take.
 */
export function settingEdits(call: CmdletCall, isSecurity: boolean): FacetChanges {
  const { arguments: given } = call;
  const facet: Record<string, unknown> = {};
  for (const [name, byDefault] of Object.entries(FLAGS)) {
    const value = given.flag(name);
    if (value !== undefined) facet[stored(name)] = value === byDefault ? undefined : value;
  }
  for (const [name, byDefault] of [['MemberJoinRestriction', 'Closed'], ['MemberDepartRestriction', departDefault(isSecurity)]] as const) {
    const value = given.given(name);
    if (value === undefined) continue;
    if (isSecurity && value === 'Open') throw invalidOperation(`The value "Open" of ${name} can't be used on a security group.`);
    facet[stored(name)] = value === byDefault ? undefined : value;
  }
  // Hidden membership cannot be shown again.
  if (given.on('HiddenGroupMembershipEnabled')) facet['hiddenGroupMembershipEnabled'] = true;
  return facet;
}

/** The settings as Get-DistributionGroup shows them. */
export function settingRow(facet: Facet, isSecurity: boolean): Row {
  return {
    ...Object.fromEntries(Object.entries(FLAGS).map(([name, byDefault]) => [name, facet[stored(name)] ?? byDefault])),
    MemberJoinRestriction: facet['memberJoinRestriction'] ?? 'Closed', MemberDepartRestriction: facet['memberDepartRestriction'] ?? departDefault(isSecurity),
    HiddenGroupMembershipEnabled: facet['hiddenGroupMembershipEnabled'] ?? false,
  };
}

/** Notes of an object, which Exchange alone keeps. */
export function notesOf(view: Parameters<typeof facetOf>[0]): string { return (facetOf(view)['notes'] as string | undefined) ?? ''; }
