import { createHash } from 'node:crypto';
import type { HttpAnswer } from '../http/answer.ts';

/** A refusal of Exchange Online: a protocol answer, turned into its error envelope where the request came in; it never leaves the simulator. */
export class ExchangeRefusal extends Error {
  readonly status: number;
  /** Code of the envelope. */
  readonly code: string;
  /** Full name of the exception that the cmdlet would throw; null: the service itself refuses. */
  readonly exception: string | null;
  constructor(status: number, code: string, exception: string | null, message: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.exception = exception;
  }
}

/** The error body: the text for a person stands in `details` and in the innermost exception, as `Ex<hash>|<exception>|<text>`. */
export function refusalAnswer(refusal: ExchangeRefusal): HttpAnswer {
  const { status, code, exception, message } = refusal;
  const mark = exception === null ? '' : `Ex${createHash('sha256').update(exception).digest('hex').slice(0, 6).toUpperCase()}|${exception}|`;
  const text = `${mark}${message}`;
  const internalexception = { message: text, type: exception ?? 'Exception', stacktrace: '' };
  return {
    status,
    body: {
      error: {
        code, message: exception === null ? message : 'Error executing request.', details: [{ code: 'Context', target: '', message: text }],
        innererror: { message: exception === null ? message : 'Error executing cmdlet', type: 'Microsoft.Exchange.Admin.OData.Core.ODataServiceException', stacktrace: '', internalexception },
      },
    },
  };
}

const bad = (exception: string, message: string): ExchangeRefusal => new ExchangeRefusal(400, 'BadRequest', exception, message);

/** 400 of the service before a cmdlet runs. */
export function badRequest(message: string): ExchangeRefusal { return new ExchangeRefusal(400, 'BadRequest', null, message); }
/** 400 of PowerShell's parameter binder. */
export function badParameter(message: string): ExchangeRefusal { return bad('System.Management.Automation.ParameterBindingException', message); }
/** 400 for a cmdlet that does not exist. */
export function unknownCmdlet(name: string): ExchangeRefusal {
  return bad('System.Management.Automation.CommandNotFoundException', `The term '${name}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.`);
}
/** 501 for what Exchange Online knows and the simulator leaves out: said plainly, never imitated. */
export function notSimulated(what: string): ExchangeRefusal { return new ExchangeRefusal(501, 'NotImplemented', 'System.NotImplementedException', `The simulator does not offer ${what}.`); }
/** 400 for a value that a cmdlet does not take. */
export function invalidValue(message: string): ExchangeRefusal { return bad('Microsoft.Exchange.Data.DataValidationException', message); }
/** 400 for an operation that the state of the object does not allow. */
export function invalidOperation(message: string): ExchangeRefusal { return bad('System.InvalidOperationException', message); }
/** 404 for an Identity that names nothing a cmdlet can work on. */
export function notFound(identity: string): ExchangeRefusal {
  return new ExchangeRefusal(404, 'NotFound', 'Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException', `The operation couldn't be performed because object '${identity}' couldn't be found on 'SIM00A001DC001.SIM00A001.PROD.OUTLOOK.COM'.`);
}
/** 400 for an Identity that names several objects. */
export function ambiguous(identity: string): ExchangeRefusal {
  return bad('Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException', `The operation couldn't be performed because '${identity}' matches multiple entries.`);
}
/** 400 for a recipient named in a parameter other than Identity. */
export function recipientNotFound(identity: string): ExchangeRefusal {
  return bad('Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException', `Couldn't find object "${identity}". Please make sure that it was spelled correctly or specify a different object.`);
}
/** 400 for a recipient in a parameter that several objects answer to. */
export function recipientNotUnique(identity: string): ExchangeRefusal {
  return bad('Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException', `"${identity}" doesn't represent a unique recipient.`);
}
/** 400 for a name that is taken. */
export function alreadyExists(name: string): ExchangeRefusal {
  return bad('Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException', `The operation couldn't be performed because object '${name}' already exists.`);
}
/** 400 for an address that another object holds. `holder`: its name. */
export function addressTaken(proxyAddress: string, holder: string): ExchangeRefusal {
  return bad('Microsoft.Exchange.Configuration.ObjectModel.ProxyAddressExistsException', `The proxy address "${proxyAddress}" is already being used by the proxy addresses or LegacyExchangeDN of "${holder}". Please choose another proxy address.`);
}
/** 400 for an address whose domain the tenant does not own. */
export function domainNotAccepted(): ExchangeRefusal {
  return bad('Microsoft.Exchange.Management.Tasks.NotAcceptedDomainException', "You can't use the domain because it's not an accepted domain for your organization.");
}
/** 400 for a synchronised object (Exchange troubleshooting documentation, "out of the current user's write scope"). */
export function outOfWriteScope(cmdlet: string, parameter: string, object: string): ExchangeRefusal {
  return invalidOperation(`The operation on mailbox "${object}" failed because it's out of the current user's write scope. The action '${cmdlet}', '${parameter}', can't be performed on the object '${object}' because the object is being synchronized from your on-premises organization. This action should be performed on the object in your on-premises organization.`);
}
/** 400 of the migration service. @param exception its name in the service's own namespace. */
export function migrationRefusal(message: string, exception = 'MigrationPermanentException'): ExchangeRefusal { return bad(`Microsoft.Exchange.Migration.${exception}`, message); }
/** 401 for a role that holds other writing cmdlets. */
export function needsOrganizationManagement(cmdlet: string): ExchangeRefusal { return new ExchangeRefusal(401, 'Unauthorized', null, `User is not allowed to call ${cmdlet}`); }
