import { NO_ROWS, rows, type Cmdlet, type CmdletCall, type ParameterRules, type Row } from '../cmdlet/cmdlet.ts';
import { alreadyExists, invalidOperation, needsOrganizationManagement, notFound } from '../refusal.ts';

type Direction = 'Inbound' | 'Outbound';

const COMMON = {
  Name: { type: 'text', mandatory: true, max: 64 }, Comment: { type: 'text' }, ConnectorSource: { type: ['Default', 'Migrated', 'HybridWizard', 'AdminUI'] }, ConnectorType: { type: ['OnPremises', 'Partner'] }, Enabled: { type: 'flag' }, CloudServicesMailEnabled: { type: 'flag' },
} satisfies ParameterRules;

/** Parameters of the cloud (cmdlet reference, New-InboundConnector and New-OutboundConnector). */
const NEW: Readonly<Record<Direction, ParameterRules>> = {
  Inbound: {
    ...COMMON, SenderDomains: { type: 'texts', mandatory: true }, SenderIPAddresses: { type: 'texts' }, RequireTls: { type: 'flag' }, TlsSenderCertificateName: { type: 'text' }, AssociatedAcceptedDomains: { type: 'texts' }, TreatMessagesAsInternal: { type: 'flag' },
    RestrictDomainsToCertificate: { type: 'flag' }, RestrictDomainsToIPAddresses: { type: 'flag' }, EFSkipIPs: { type: 'texts', offered: false }, EFSkipLastIP: { type: 'flag', offered: false }, EFUsers: { type: 'texts', offered: false }, EFTestMode: { type: 'flag', offered: false }, ScanAndDropRecipients: { type: 'texts', offered: false },
  },
  Outbound: {
    ...COMMON, RecipientDomains: { type: 'texts' }, SmartHosts: { type: 'texts' }, UseMXRecord: { type: 'flag' }, TlsDomain: { type: 'text' }, TlsSettings: { type: ['EncryptionOnly', 'CertificateValidation', 'DomainValidation'] }, AllAcceptedDomains: { type: 'flag' }, IsTransportRuleScoped: { type: 'flag' },
    RouteAllMessagesViaOnPremises: { type: 'flag' }, TestMode: { type: 'flag', offered: false }, LinkForModifiedConnector: { type: 'text', offered: false }, MtaStsMode: { type: 'text', offered: false }, SmtpDaneMode: { type: 'text', offered: false },
  },
};

const LISTS = ['SenderDomains', 'SenderIPAddresses', 'AssociatedAcceptedDomains', 'RecipientDomains', 'SmartHosts'];
/** What a connector has that nobody has said anything of. */
const DEFAULTS: Readonly<Record<Direction, Row>> = {
  Inbound: { Enabled: true, ConnectorType: 'Partner', ConnectorSource: 'Default', Comment: null, SenderIPAddresses: [], SenderDomains: [], AssociatedAcceptedDomains: [], RequireTls: true, RestrictDomainsToIPAddresses: false, RestrictDomainsToCertificate: false, CloudServicesMailEnabled: false, TreatMessagesAsInternal: false, TlsSenderCertificateName: null },
  Outbound: { Enabled: true, UseMXRecord: true, Comment: null, ConnectorType: 'Partner', ConnectorSource: 'Default', RecipientDomains: [], SmartHosts: [], TlsDomain: null, TlsSettings: null, IsTransportRuleScoped: false, RouteAllMessagesViaOnPremises: false, CloudServicesMailEnabled: false, AllAcceptedDomains: false },
};

const keyOf = (direction: Direction, name: string): string => `${direction} ${name.toLowerCase()}`;

function all({ directory }: CmdletCall, direction: Direction): readonly Row[] {
  return [...directory.connectors].flatMap(([key, row]) => (key.startsWith(`${direction} `) ? [row] : []));
}

function list(call: CmdletCall, direction: Direction): readonly Row[] {
  const identity = call.arguments.given('Identity');
  if (identity === undefined) return all(call, direction);
  const found = call.directory.connectors.get(keyOf(direction, identity));
  if (found === undefined) throw notFound(identity);
  return [found];
}

function create(call: CmdletCall, direction: Direction): () => readonly Row[] {
  if (!call.caller.managesOrganization) throw needsOrganizationManagement(call.cmdlet);
  const given = call.arguments;
  const name = given.given('Name') ?? '';
  if (call.directory.connectors.has(keyOf(direction, name))) throw alreadyExists(name);
  const said: Record<string, unknown> = {};
  for (const [parameter, { type }] of Object.entries(NEW[direction])) {
    const value = type === 'flag' ? given.flag(parameter) : LISTS.includes(parameter) ? given.texts(parameter) : given.given(parameter);
    if (value !== undefined) said[parameter] = value;
  }
  const row: Row = { ...DEFAULTS[direction], ...said, Name: name, Identity: name, Id: name };
  if (direction === 'Outbound' && row['UseMXRecord'] === false && (row['SmartHosts'] as readonly string[]).length === 0) throw invalidOperation(`The connector '${name}' needs SmartHosts when UseMXRecord is $false.`);
  return () => { call.directory.setConnector(keyOf(direction, name), row); return [row]; };
}

function remove(call: CmdletCall, direction: Direction): () => readonly Row[] {
  if (!call.caller.managesOrganization) throw needsOrganizationManagement(call.cmdlet);
  const name = call.arguments.given('Identity') ?? '';
  if (!call.directory.connectors.has(keyOf(direction, name))) throw notFound(name);
  return () => { call.directory.setConnector(keyOf(direction, name), null); return NO_ROWS; };
}

/** Connectors of the organisation: Get-, New- and Remove-InboundConnector and -OutboundConnector. They are kept and shown; the simulator delivers no mail. */
export const CONNECTOR_CMDLETS: readonly Cmdlet[] = (['Inbound', 'Outbound'] as const).flatMap((direction): Cmdlet[] => [
  { name: `Get-${direction}Connector`, parameters: { Identity: { type: 'text' }, ResultSize: { type: 'result size' } }, read: (call) => rows(list(call, direction)) },
  { name: `New-${direction}Connector`, parameters: NEW[direction], write: (call) => create(call, direction) },
  { name: `Remove-${direction}Connector`, parameters: { Identity: { type: 'text', mandatory: true }, Force: { type: 'switch' } }, write: (call) => remove(call, direction) },
]);
