import { z } from 'zod';
import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { HttpAnswer, HttpRequest } from '../http/answer.ts';
import type { Machine } from '../migration/machine.ts';
import type { TokenSigner } from '../signin/keys.ts';
import { runBatch, type BatchedRequest } from './batch.ts';
import { exchangeCallerReader, type ExchangeCaller } from './caller.ts';
import { bindParameters } from './cmdlet/binding.ts';
import type { CmdletCall, Row } from './cmdlet/cmdlet.ts';
import { commandMark, onePage, pageSize, readCursor, START, writeCursor, type Page } from './cmdlet/paging.ts';
import { findCmdlet } from './cmdlets/index.ts';
import { badRequest, ExchangeRefusal, notSimulated, refusalAnswer, unknownCmdlet } from './refusal.ts';

const commandBody = z.object({ CmdletInput: z.object({ CmdletName: z.string().min(1), Parameters: z.record(z.string(), z.unknown()).nullish() }) });

/** One command, alone or from a batch. */
interface Command {
  /** Address of InvokeCommand as the client wrote it, without query: links go back there. */
  readonly address: string;
  readonly query: URLSearchParams;
  readonly prefer: string | undefined;
  readonly body: unknown;
}

/** Answers one request of a batch, with what may go wrong with it on demand. */
export type Around = (inner: BatchedRequest, run: () => HttpAnswer) => HttpAnswer;

/** What the service works with. */
export interface ExchangeParts {
  readonly directory: Directory;
  readonly signer: TokenSigner;
  readonly clock: SimulatorClock;
  readonly migration: Machine;
  /** What may go wrong on demand. */
  readonly around: Around;
  /** Told of every cmdlet that was carried out. */
  readonly count: (cmdlet: string) => void;
}

/**
 * Answers `POST /adminapi/beta|v1.0/{tenant}/InvokeCommand` and `/adminapi/beta|v1.0/{tenant}/$batch`, the way the
 * ExchangeOnlineManagement module, version 3, runs cmdlets. Undocumented by Microsoft; the shapes are reported by third parties.
 */
export function exchangeService({ directory, signer, clock, migration, around, count }: ExchangeParts): (request: HttpRequest) => HttpAnswer {
  const callerOf = exchangeCallerReader(signer, directory);

  const run = (command: Command, caller: ExchangeCaller): HttpAnswer => {
    const parsed = commandBody.safeParse(command.body);
    if (!parsed.success) throw badRequest('The request body must hold a CmdletInput with a CmdletName and Parameters.');
    const { CmdletName: asked } = parsed.data.CmdletInput;
    const given = parsed.data.CmdletInput.Parameters ?? {};
    const cmdlet = findCmdlet(asked);
    if (cmdlet === undefined) throw unknownCmdlet(asked);
    if (cmdlet === 'not simulated') throw notSimulated(`the cmdlet ${asked}`);
    const writes = 'write' in cmdlet;
    if (writes && !caller.mayWrite) throw new ExchangeRefusal(401, 'Unauthorized', null, `User is not allowed to call ${cmdlet.name}`);
    const { arguments: bound, set, whatIf } = bindParameters(cmdlet.parameters, cmdlet.defaultSet, given, writes);
    const mark = commandMark(directory.facts.id, asked, given);
    const token = command.query.get('$skiptoken');
    const cursor = token === null ? START : readCursor(token, mark);
    const warnings: string[] = [];
    const call: CmdletCall = { cmdlet: cmdlet.name, arguments: bound, set, directory, clock, migration, caller, after: cursor.after, warn: (text) => { warnings.push(text); } };
    let page: Page;
    if (writes) {
      if (token !== null) throw badRequest('The skip token is invalid or does not belong to this command.');
      const commit = cmdlet.write(call);
      page = { rows: whatIf ? [] : commit(), next: null };
    } else page = onePage(cmdlet.read(call), call, cursor, pageSize(command.prefer), 'ResultSize' in cmdlet.parameters);
    count(cmdlet.name);
    const link = page.next === null ? {} : { '@odata.nextLink': `${command.address}?%24skiptoken=${writeCursor(mark, page.next)}` };
    return {
      status: 200,
      body: {
        '@odata.context': `${command.address.replace(/\/InvokeCommand$/i, '')}/$metadata#Collection(Exchange.GenericHashTable)`,
        '@adminapi.warnings@odata.type': '#Collection(String)', '@adminapi.warnings': warnings, value: selected(page.rows, command.query.get('$select')), ...link,
      },
    };
  };
  const answered = (command: Command, caller: ExchangeCaller): HttpAnswer => {
    try {
      return run(command, caller);
    } catch (error) {
      if (error instanceof ExchangeRefusal) return refusalAnswer(error);
      throw error;
    }
  };

  return (request) => {
    try {
      const { pathname, searchParams } = request.url;
      const [, tenant = '', action = ''] = /^\/adminapi\/(?:beta|v1\.0)\/([^/]+)\/(InvokeCommand|(?:\$|%24)batch)$/i.exec(pathname) ?? [];
      if (action === '') throw new ExchangeRefusal(404, 'NotFound', null, 'The resource cannot be found.');
      const caller = callerOf(request.headers['authorization'], clock.now());
      if (request.method !== 'POST') throw new ExchangeRefusal(405, 'MethodNotAllowed', null, 'The requested resource does not support this method.');
      if (!isTenant(tenant, directory)) throw new ExchangeRefusal(401, 'Unauthorized', null, 'The tenant of the address is not the tenant of the token.');
      const body = jsonOf(request);
      const prefer = request.headers['prefer'];
      if (/^invoke/i.test(action)) return answered({ address: `${request.origin}${pathname}`, query: searchParams, prefer, body }, caller);
      return runBatch(body, prefer, (inner) => around(inner, () => {
        const url = URL.canParse(inner.url, request.origin) ? new URL(inner.url, request.origin) : undefined;
        if (!url || inner.method !== 'POST' || url.pathname.toLowerCase() !== pathname.toLowerCase().replace(/(\$|%24)batch$/, 'invokecommand')) {
          return refusalAnswer(new ExchangeRefusal(404, 'NotFound', null, 'The resource cannot be found.'));
        }
        return answered({ address: `${request.origin}${url.pathname}`, query: url.searchParams, prefer: inner.headers['prefer'], body: inner.body }, caller);
      }));
    } catch (error) {
      if (error instanceof ExchangeRefusal) return refusalAnswer(error);
      throw error;
    }
  };
}

/** The tenant may be named by id or by one of its verified domains. */
function isTenant(name: string, directory: Directory): boolean {
  let decoded: string;
  try { decoded = decodeURIComponent(name); } catch { return false; }
  return decoded.toLowerCase() === directory.facts.id.toLowerCase() || directory.isVerifiedDomain(decoded);
}

function jsonOf(request: HttpRequest): unknown {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw new ExchangeRefusal(415, 'UnsupportedMediaType', null, 'The content type of the request must be application/json.');
  try { return JSON.parse(request.body); } catch { throw badRequest('The request body is not valid JSON.'); }
}

/** `$select` on the address keeps some properties of every row; unknown names give nothing. */
function selected(rows: readonly Row[], select: string | null): readonly Row[] {
  if (select === null || select.trim() === '') return rows;
  const wanted = new Set(select.split(',').map((name) => name.trim().toLowerCase()));
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => wanted.has(name.toLowerCase()))));
}
