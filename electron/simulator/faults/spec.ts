import { z } from 'zod';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { parseTarget, type Target } from './target.ts';

/** A time in milliseconds that is drawn anew each time; both ends included. */
export interface Span { readonly from: number; readonly to: number }

/** Statuses that `error` and `error-after` can answer with (Graph documentation, "Microsoft Graph error responses": HTTP status codes). */
export const ERROR_STATUSES = [400, 401, 403, 404, 408, 409, 412, 423, 429, 500, 501, 502, 503, 504, 507, 509] as const;

/** What a clause says, without the requests it is about. */
export type FaultRule =
  | { readonly kind: 'error' | 'error-after'; readonly rate: number; readonly status: number; readonly code: string | undefined; readonly retryAfterMs: number | 'none' | undefined }
  | { readonly kind: 'drop-before' | 'drop-after' | 'slow' | 'trickle'; readonly rate: number; readonly span: Span }
  | { readonly kind: 'reset-before' | 'reset-after' | 'reset-middle' | 'truncate' | 'quota-drop' | 'reset-delta'; readonly rate: number }
  | { readonly kind: 'quota'; readonly share: number }
  | { readonly kind: 'lag' | 'exchange-lag'; readonly span: Span };

/** One clause of a specification. */
export interface FaultClause {
  /** As it was written, without spaces around it: its name in counts, and the seed of its chances. */
  readonly text: string;
  readonly rule: FaultRule;
  /** Requests it is about; null: all. */
  readonly target: Target | null;
}

/** A specification that was understood. */
export interface FaultSpec { readonly seed: number; readonly clauses: readonly FaultClause[] }

/** Description of the language for `--help`. */
export const FAULT_HELP = `Faults (--faults) are clauses with commas or semicolons between them:
  error=RATE:STATUS[/CODE][:RETRY-AFTER]        answer an error; nothing is done (CODE html: a gateway's page)
  error-after=RATE:STATUS[/CODE][:RETRY-AFTER]  do the request, then answer an error
  drop-before=RATE[:TIME]                       close without an answer, after TIME; nothing is done
  drop-after=RATE[:TIME]                        the same, but the request is done
  reset-before=RATE                             reset the connection; nothing is done
  reset-after=RATE                              the same, but the request is done
  reset-middle=RATE                             reset the connection in the middle of the answer
  truncate=RATE                                 half an answer, then the end of the connection
  slow=RATE:TIME                                wait before the answer
  trickle=RATE:TIME                             spread the answer over TIME
  quota=SHARE                                   limits are that share of the documented ones
  quota-drop=RATE                               empty all quotas before a request
  lag=TIME                                      reads miss a write for TIME
  exchange-lag=TIME                             the same between Graph and Exchange
  reset-delta=RATE                              refuse a delta token as if the service had reset it
  seed=N                                        other chances; the same faults for the same requests
RATE is 0 to 1 or a percentage. TIME is like 250ms, 3s or 2m, or a range like 1s-5s.
A clause about requests may end with @PATH or @METHOD PATH, several methods with | between them: * stands for a part
of the path, ** for any rest. Graph's paths are written without their version (/users/*), Exchange's with the cmdlet
(/adminapi/Set-Mailbox), sign-in's without the tenant (/oauth2/v2.0/token). error, error-after and quota-drop meet the
requests inside a batch one by one; the others meet the HTTP request that carries them, POST /$batch.`;

const rate = z.string().regex(/^(?:\d*\.?\d+|\d+\.?\d*%)$/).transform((text) => (text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text))).pipe(z.number().min(0).max(1));
const time = z.string().regex(/^\d*\.?\d+(?:ms|s|m)$/).transform((text) => {
  const [, amount = '', unit = ''] = /^([\d.]+)(ms|s|m)$/.exec(text) ?? [];
  return Number(amount) * (unit === 'ms' ? 1 : unit === 's' ? 1000 : 60_000);
}).pipe(z.number().min(0).max(3_600_000));
const span = z.string().transform((text, context): Span => {
  const ends = text.split('-').map((part) => time.safeParse(part));
  const [from, to = from] = ends;
  if (ends.length > 2 || !from?.success || !to?.success || to.data < from.data) {
    context.addIssue({ code: 'custom' });
    return z.NEVER;
  }
  return { from: from.data, to: to.data };
});
const answer = z.string().regex(/^\d{3}(?:\/\w{1,64})?$/).transform((text) => {
  const [status = '', code] = text.split('/');
  return { status: Number(status), code };
}).refine(({ status }) => (ERROR_STATUSES as readonly number[]).includes(status));
const retry = z.union([z.literal('none'), time]);

/** The fields between colons, by clause. */
const FIELDS = {
  error: z.tuple([rate, answer, retry.optional()]), 'error-after': z.tuple([rate, answer, retry.optional()]),
  'drop-before': z.tuple([rate, span.optional()]), 'drop-after': z.tuple([rate, span.optional()]), slow: z.tuple([rate, span]), trickle: z.tuple([rate, span]),
  'reset-before': z.tuple([rate]), 'reset-after': z.tuple([rate]), 'reset-middle': z.tuple([rate]), truncate: z.tuple([rate]), 'quota-drop': z.tuple([rate]), 'reset-delta': z.tuple([rate]),
  quota: z.tuple([rate.refine((share) => share > 0)]), lag: z.tuple([span]), 'exchange-lag': z.tuple([span]),
} as const;
type Name = keyof typeof FIELDS;

/** What a clause is expected to look like, for the sentence of its refusal. */
const FORMS: Readonly<Record<Name | 'seed', string>> = {
  error: 'error=RATE:STATUS, for example error=0.05:503', 'error-after': 'error-after=RATE:STATUS, for example error-after=0.01:504',
  'drop-before': 'drop-before=RATE or drop-before=RATE:TIME, for example drop-before=0.01:30s', 'drop-after': 'drop-after=RATE or drop-after=RATE:TIME, for example drop-after=0.01',
  slow: 'slow=RATE:TIME, for example slow=0.1:3s', trickle: 'trickle=RATE:TIME, for example trickle=0.1:5s',
  'reset-before': 'reset-before=RATE, for example reset-before=0.01', 'reset-after': 'reset-after=RATE, for example reset-after=0.01', 'reset-middle': 'reset-middle=RATE, for example reset-middle=0.01',
  truncate: 'truncate=RATE, for example truncate=0.01', 'quota-drop': 'quota-drop=RATE, for example quota-drop=0.001', 'reset-delta': 'reset-delta=RATE, for example reset-delta=0.1',
  quota: 'quota=SHARE with a share above 0 and at most 1, for example quota=0.25', lag: 'lag=TIME, for example lag=5s', 'exchange-lag': 'exchange-lag=TIME, for example exchange-lag=30s', seed: 'seed=N with a whole number, for example seed=7',
};
const UNTARGETED: ReadonlySet<string> = new Set(['quota', 'lag', 'exchange-lag', 'seed', 'reset-delta']);

/**
 * Reads a specification of faults, see {@link FAULT_HELP}. An empty one has no faults.
 * @throws AppError INVALID_INPUT with a sentence that names the clause.
 */
export function parseFaults(spec: string): FaultSpec {
  let seed = 0;
  const clauses: FaultClause[] = [];
  for (const text of spec.split(/[,;]/).map((part) => part.trim()).filter(Boolean)) {
    const [, name = '', value = '', at] = /^([a-z-]+)\s*=\s*([^@]*?)\s*(?:@(.*))?$/.exec(text) ?? [];
    if (name !== 'seed' && !isName(name)) throw refused(text, `no fault is called so; known are ${[...Object.keys(FIELDS), 'seed'].join(', ')}`);
    if (at !== undefined && UNTARGETED.has(name)) throw refused(text, `${name} is about the whole tenant and takes no "@"`);
    if (name === 'seed') {
      if (!/^\d{1,15}$/.test(value)) throw refused(text, `write ${FORMS.seed}`);
      seed = Number(value);
      continue;
    }
    const target = at === undefined ? null : parseTarget(at);
    if (target === undefined) throw refused(text, 'after "@" write a path, or methods and a path, for example @POST /users or @PATCH|DELETE /users/*');
    const rule = ruleOf(name, value.split(':').map((part) => part.trim()));
    if (!rule) throw refused(text, `write ${FORMS[name]}${name.startsWith('error') ? `; statuses are ${ERROR_STATUSES.join(', ')}` : ''}`);
    clauses.push({ text, rule, target });
  }
  return { seed, clauses };
}

const isName = (name: string): name is Name => Object.hasOwn(FIELDS, name);
const refused = (clause: string, why: string) => appError(ErrorCode.InvalidInput, `The fault "${clause.slice(0, 80)}" is not understood: ${why}.`);

/** The rule of a clause; undefined when its fields do not fit. */
function ruleOf(kind: Name, fields: readonly string[]): FaultRule | undefined {
  switch (kind) {
    case 'error': case 'error-after': {
      const read = FIELDS[kind].safeParse(fields).data;
      return read && { kind, rate: read[0], status: read[1].status, code: read[1].code, retryAfterMs: read[2] };
    }
    case 'drop-before': case 'drop-after': case 'slow': case 'trickle': {
      const read = FIELDS[kind].safeParse(fields).data;
      return read && { kind, rate: read[0], span: read[1] ?? { from: 0, to: 0 } };
    }
    case 'quota': {
      const read = FIELDS.quota.safeParse(fields).data;
      return read && { kind, share: read[0] };
    }
    case 'lag': case 'exchange-lag': {
      const read = FIELDS[kind].safeParse(fields).data;
      return read && { kind, span: read[0] };
    }
    default: {
      const read = FIELDS[kind].safeParse(fields).data;
      return read && { kind, rate: read[0] };
    }
  }
}
