import { z } from 'zod';
import { AppError } from '../../../shared/domain/errors.ts';
import type { HttpAnswer, HttpRequest } from '../http/answer.ts';
import { isLoopback } from '../http/server.ts';
import type { SentMail } from '../mail-log.ts';
import { onPremisesMailbox, onPremisesServer, type OnPremisesInput, type OnPremisesSeed } from '../migration/on-premises.ts';
import { PAGE_POLICY, renderPage } from './document.ts';
import type { WritePage } from '../write-log.ts';
import type { SimulatorState } from './state.ts';

/** What the page and its controls reach of a simulator. */
export interface ConsoleParts {
  readonly state: () => SimulatorState;
  /** Writes that took effect after the one with that number. */
  readonly writes: (after: number) => WritePage;
  /** Moves the clock forward by milliseconds. Resolves when the on-premises side has answered what was due. */
  readonly advance: (ms: number) => Promise<void>;
  /** Replaces the faults. @throws AppError INVALID_INPUT. */
  readonly setFaults: (spec: string) => void;
  /** Writes the state file. Resolves to false when there is none. */
  readonly save: () => Promise<boolean>;
  /** Exchange on premises; null: it is none of the simulator's own. */
  readonly onPremises: () => OnPremisesSeed | null;
  /** Replaces its servers, where given, and adds or replaces mailboxes. @throws AppError INVALID_INPUT when it is none of the simulator's own. */
  readonly putOnPremises: (content: OnPremisesInput) => void;
  /** Mails that were sent, oldest first; what they say, which may be a password, is not shown. */
  readonly sentMail: () => readonly SentMail[];
  /** Receives an export of a directory synchronisation. @throws AppError INVALID_INPUT. */
  readonly synchronise: (objects: readonly unknown[]) => readonly unknown[];
}

/** Ten years: longer than any time that is simulated. */
const MOST_ADVANCE_MS = 10 * 365 * 24 * 3600 * 1000;

const CONTROLS = {
  '/simulator/clock': z.strictObject({ advanceMs: z.number().int().min(0).max(MOST_ADVANCE_MS) }),
  '/simulator/faults': z.strictObject({ spec: z.string().max(10_000) }),
  '/simulator/synchronise': z.strictObject({ objects: z.array(z.unknown()) }),
  '/simulator/save': z.strictObject({}),
  '/simulator/on-premises': z.strictObject({ servers: z.array(onPremisesServer).optional(), mailboxes: z.array(onPremisesMailbox) }),
} as const;
/** What each control expects, for its refusal. */
const EXPECTED: Readonly<Record<keyof typeof CONTROLS, string>> = {
  '/simulator/clock': '{"advanceMs": N} with whole milliseconds from 0 to ten years', '/simulator/faults': '{"spec": "..."}', '/simulator/synchronise': '{"objects": [...]}', '/simulator/save': '{}',
  '/simulator/on-premises': '{"servers": [...], "mailboxes": [...]}, servers only to replace them',
};

const SAFE_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY', 'cross-origin-resource-policy': 'same-origin', 'cross-origin-opener-policy': 'same-origin' } as const;

/**
 * Answers the simulator's own page, its state and its controls; undefined for every other path, and for requests that were forwarded:
 * to clients of the production addresses these paths are as unknown as on the real hosts.
 */
export function consoleService(parts: ConsoleParts): (request: HttpRequest) => Promise<HttpAnswer> | HttpAnswer | undefined {
  return (request) => {
    const path = request.url.pathname;
    if (request.headers['x-forwarded-origin'] !== undefined || (path !== '/' && path !== '/simulator' && !path.startsWith('/simulator/'))) return undefined;
    // A site whose name was pointed to this machine (DNS rebinding) still names itself here.
    if (!isLoopback(request.headers['host'] ?? '')) return refusal(403, 'FORBIDDEN', 'The simulator shows itself only under the address of this machine.');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (path === '/' || READABLE.has(path)) {
      if (!isRead) return refusal(405, 'INVALID_INPUT', 'This address is read with GET only.', { allow: 'GET, HEAD' });
      if (path === '/') return { status: 200, headers: { ...SAFE_HEADERS, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY }, body: renderPage(parts.state()) };
      if (path === '/simulator/state.json') return own(200, parts.state());
      if (path === '/simulator/on-premises.json') return own(200, hidden(parts.onPremises()));
      if (path === '/simulator/mail.json') return own(200, { mails: parts.sentMail().map(({ at, from, to, subject, origin, attachments }) => ({ at, from, to, subject, origin, attachments: attachments.map((a) => a.name) })) });
      const after = Number(request.url.searchParams.get('after') ?? 0);
      return Number.isSafeInteger(after) && after >= 0 ? own(200, parts.writes(after)) : refusal(400, 'INVALID_INPUT', 'Say after which number the writes are wanted: ?after=N.');
    }
    if (!isControl(path)) return refusal(404, 'NOT_FOUND', `The simulator has no ${path.slice(0, 80)}.`);
    return control(path, request, parts);
  };
}

/** Addresses that are read, beside the page. */
const READABLE: ReadonlySet<string> = new Set(['/simulator/state.json', '/simulator/writes.json', '/simulator/on-premises.json', '/simulator/mail.json']);

/** The on-premises side without the passwords of its accounts. */
const hidden = (content: OnPremisesSeed | null) => content && { ...content, servers: content.servers.map((s) => ({ ...s, accounts: s.accounts.map(({ name, upn, mayWriteTargetAddress }) => ({ name, upn, mayWriteTargetAddress })) })) };

const isControl = (path: string): path is keyof typeof CONTROLS => Object.hasOwn(CONTROLS, path);

async function control(path: keyof typeof CONTROLS, request: HttpRequest, parts: ConsoleParts): Promise<HttpAnswer> {
  if (request.method !== 'POST') return refusal(405, 'INVALID_INPUT', 'This address takes POST only.', { allow: 'POST' });
  const { origin } = request.headers;
  if (origin !== undefined && origin.toLowerCase() !== request.origin) return refusal(403, 'FORBIDDEN', 'Only pages of the simulator itself may control it.');
  // Browsers send other types to any site without asking; this one they must ask for first, and nobody says yes.
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) return refusal(415, 'INVALID_INPUT', 'Send application/json.');
  let json: unknown;
  try { json = request.body === '' ? {} : JSON.parse(request.body); } catch { return refusal(400, 'INVALID_INPUT', 'The body is not valid JSON.'); }
  const body = CONTROLS[path].safeParse(json);
  if (!body.success) return refusal(400, 'INVALID_INPUT', `Send ${EXPECTED[path]}.`);
  try {
    if ('advanceMs' in body.data) await parts.advance(body.data.advanceMs);
    else if ('mailboxes' in body.data) parts.putOnPremises({ mailboxes: body.data.mailboxes, ...(body.data.servers ? { servers: body.data.servers } : {}) });
    else if ('spec' in body.data) parts.setFaults(body.data.spec);
    else if ('objects' in body.data) return own(200, { results: parts.synchronise(body.data.objects) });
    else return own(200, { saved: await parts.save() });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return refusal(400, error.data.code, error.data.message);
  }
  const { clock, faults } = parts.state();
  return own(200, { clock, faults });
}

function own(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers: { ...SAFE_HEADERS, ...headers }, body };
}
function refusal(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return own(status, { error: { code, message } }, headers);
}
