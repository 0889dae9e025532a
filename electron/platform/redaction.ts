/** What stands in place of a secret. */
export const REDACTED = '[removed]';

/** Keys whose values never reach a log, wherever they stand: `sourcePassword` and `set-cookie` count as well. */
const SECRET_KEY = /passw(or)?d|secret|token|assertion|cookie|unicodepwd|authorization|privatekey|passphrase/i;
/** Depth of nesting that is followed; deeper values are named by type only. */
const MAX_DEPTH = 12;

/** Secrets inside running text: authorization headers, JSON Web Tokens (RFC 7519), `password=...` in addresses and bodies. */
const IN_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic|Negotiate)\s+[\w\-.~+/]{8,}=*/gi, `$1 ${REDACTED}`],
  [/\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?/g, REDACTED],
  [/\b([\w-]*(?:password|passwd|secret|token|assertion|cookie|unicodePwd)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s&,;"'}]+)/gi, `$1${REDACTED}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, REDACTED],
];

/**
 * Takes secrets out of running text.
 * @param text any text, also one that holds no secret.
 */
export function scrub(text: string): string {
  return IN_TEXT.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/**
 * A copy of the fields of a log line without secrets at any depth: values under a telling key are replaced, text is
 * scrubbed, errors become plain objects with their stack and cause, and cycles end.
 * @param fields the fields; never changed.
 */
export function redact(fields: object): Record<string, unknown> {
  const copy = clean(fields, 0, new Set());
  return typeof copy === 'object' && copy !== null && !Array.isArray(copy) ? (copy as Record<string, unknown>) : { value: copy };
}

function clean(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return '[circular]';
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  // Binary values are keys, certificates and passwords more often than anything worth reading.
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  above.add(value);
  try {
    if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1, above));
    if (value instanceof Map) return clean(Object.fromEntries(value), depth + 1, above);
    if (value instanceof Set) return clean([...value], depth + 1, above);
    if (value instanceof Headers) return clean(Object.fromEntries(value), depth + 1, above);
    return cleanObject(value, depth, above);
  } finally {
    above.delete(value);
  }
}

function cleanObject(value: object, depth: number, above: Set<object>): Record<string, unknown> {
  const entries = Object.entries(value);
  if (value instanceof Error) {
    entries.unshift(['type', value.name], ['message', value.message], ['stack', value.stack]);
    if (value.cause !== undefined) entries.push(['cause', value.cause]);
  }
  return Object.fromEntries(entries.map(([key, item]) => [
    key,
    SECRET_KEY.test(key) && item !== undefined && item !== null && typeof item !== 'boolean' ? REDACTED : clean(item, depth + 1, above),
  ]));
}
