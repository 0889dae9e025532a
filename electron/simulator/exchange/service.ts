import { z } from 'zod';
import type { Directory } from '../directory/directory.ts';
import { isExchangeGroup, isUnified, textOf, textsOf, type DirectoryObject } from '../directory/objects.ts';
import { callerReader } from '../graph/caller.ts';
import { GraphRefusal } from '../graph/refusal.ts';
import type { SimulatorClock } from '../clock.ts';
import type { HttpAnswer, HttpRequest } from '../http/answer.ts';
import type { TokenSigner } from '../signin/keys.ts';

const commandBody = z.object({ CmdletInput: z.object({ CmdletName: z.string().min(1), Parameters: z.record(z.string(), z.unknown()).default({}) }) });

type Row = Readonly<Record<string, unknown>>;
const NOT_FOUND = 'Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException';

/** Answers `POST /adminapi/beta/{tenant}/InvokeCommand`, the way the ExchangeOnlineManagement module runs cmdlets. */
export function exchangeService(directory: Directory, signer: TokenSigner, clock: SimulatorClock): (request: HttpRequest) => HttpAnswer {
  const callerOf = callerReader(signer, 'exchange', directory.facts.id);
  const cmdlets: Readonly<Record<string, (parameters: Row) => readonly Row[]>> = {
    'get-accepteddomain': () => directory.facts.domains.filter((d) => d.isVerified).map((d) => ({ Name: d.name, DomainName: d.name, DomainType: 'Authoritative', Default: d.isDefault, InitialDomain: d.isInitial })),
    'get-recipient': (parameters) => recipients(directory, parameters),
    'get-exorecipient': (parameters) => recipients(directory, parameters),
  };
  return (request) => {
    const match = /^\/adminapi\/(?:beta|v1\.0)\/([^/]+)\/InvokeCommand$/i.exec(request.url.pathname);
    if (!match) return failure(404, 'NotFound', 'The resource cannot be found.');
    if (request.method !== 'POST') return failure(405, 'MethodNotAllowed', 'The requested resource does not support this method.');
    try {
      const caller = callerOf(request.headers['authorization'], clock.now());
      const allowed = caller.permissions.has('Exchange.ManageAsApp') || (caller.isAdministrator && caller.permissions.has('Exchange.Manage'));
      if (!allowed) return failure(403, 'Forbidden', 'The role assigned to this application is not supported in this scenario.');
    } catch (error) {
      if (error instanceof GraphRefusal) return failure(401, 'Unauthorized', error.message);
      throw error;
    }
    if (match[1]?.toLowerCase() !== directory.facts.id) return failure(401, 'Unauthorized', 'The tenant of the address is not the tenant of the token.');
    let json: unknown;
    try { json = JSON.parse(request.body); } catch { return failure(400, 'BadRequest', 'The request body is not valid JSON.'); }
    const body = commandBody.safeParse(json);
    if (!body.success) return failure(400, 'BadRequest', 'The request body holds no CmdletInput.');
    const { CmdletName: name, Parameters: parameters } = body.data.CmdletInput;
    const cmdlet = cmdlets[name.toLowerCase()];
    if (!cmdlet) return failure(400, 'BadRequest', `|System.Management.Automation.CommandNotFoundException|The term '${name}' is not recognized as the name of a cmdlet, function, script file, or operable program.`);
    const rows = cmdlet(parameters);
    if (rows.length === 0 && typeof parameters['Identity'] === 'string') {
      return failure(404, 'NotFound', `|${NOT_FOUND}|The operation couldn't be performed because object '${parameters['Identity']}' couldn't be found.`);
    }
    const context = `${request.origin}${request.url.pathname}/$metadata#Collection(Exchange.GenericHashTable)`;
    return { status: 200, body: { '@odata.context': context, '@adminapi.warnings@odata.type': '#Collection(String)', '@adminapi.warnings': [], value: rows } };
  };
}

/** Exchange's error body: the text a person should read stands in `details` and in the innermost exception. */
function failure(status: number, code: string, message: string): HttpAnswer {
  const innererror = { message: 'Error executing cmdlet', type: 'Microsoft.Exchange.Admin.OData.Core.ODataServiceException', internalexception: { message, type: 'Exception' } };
  return { status, body: { error: { code, message: 'Error executing request. ', details: [{ code: 'Context', target: '', message }], innererror } } };
}

function recipients(directory: Directory, parameters: Row): readonly Row[] {
  const identity = typeof parameters['Identity'] === 'string' ? parameters['Identity'].toLowerCase() : undefined;
  const one = identity === undefined ? undefined : directory.live(identity) ?? directory.live(directory.holderOfAddress(identity) ?? directory.holderOfUpn(identity) ?? '');
  const all = identity === undefined ? [...directory.user.values(), ...directory.group.values(), ...directory.contact.values()] : one ? [one] : [];
  const size = typeof parameters['ResultSize'] === 'number' ? parameters['ResultSize'] : 1000;
  return all.filter((o) => textsOf(o, 'proxyAddresses').length > 0).slice(0, parameters['ResultSize'] === 'Unlimited' ? undefined : size).map(row);
}

function row(object: DirectoryObject): Row {
  const type = object.kind === 'user' ? 'MailUser' : object.kind === 'contact' ? 'MailContact'
    : isUnified(object) ? 'GroupMailbox' : isExchangeGroup(object) && object.properties['securityEnabled'] === true ? 'MailUniversalSecurityGroup' : 'MailUniversalDistributionGroup';
  const addresses = textsOf(object, 'proxyAddresses');
  return {
    ExternalDirectoryObjectId: object.id, Identity: textOf(object, 'displayName') ?? object.id, Name: textOf(object, 'displayName') ?? object.id, DisplayName: textOf(object, 'displayName') ?? '',
    Alias: textOf(object, 'mailNickname') ?? '', PrimarySmtpAddress: addresses.find((a) => a.startsWith('SMTP:'))?.slice(5) ?? '', EmailAddresses: addresses, RecipientType: type, RecipientTypeDetails: type,
  };
}
