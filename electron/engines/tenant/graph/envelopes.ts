import { z } from 'zod';
import type { GraphError } from '../port.ts';

/** One object of a collection: only the id is required, everything else is looked at attribute by attribute. */
export const graphObject = z.looseObject({ id: z.string().min(1) });
export type GraphObject = z.infer<typeof graphObject>;

/** One page of a collection (OData JSON format 4.01, section 4.5.5: nextLink is opaque). */
export const graphPage = z.looseObject({ value: z.array(z.looseObject({})), '@odata.nextLink': z.string().optional() });

/** The answer to a `$batch` (Graph documentation, "Combine multiple HTTP requests using JSON batching"). */
export const batchAnswer = z.looseObject({
  responses: z.array(z.looseObject({
    id: z.string(),
    status: z.number().int(),
    headers: z.record(z.string(), z.unknown()).nullish(),
    body: z.unknown().optional(),
  })),
});

const text = z.string().nullish().transform((value) => value ?? '');
const errorEnvelope = z.looseObject({
  error: z.looseObject({
    code: text,
    message: text,
    details: z.array(z.looseObject({ code: text, message: text, target: text })).nullish(),
    innerError: z.looseObject({ 'request-id': text }).nullish(),
    innererror: z.looseObject({ 'request-id': text }).nullish(),
  }),
});

/**
 * Reads Graph's error envelope; both spellings of innerError occur (Graph documentation, "Error responses and resource types").
 * @param status HTTP status of the answer.
 * @param body its parsed body, whatever it is.
 * @returns an error for each status of 400 and more, with empty texts when the body is not an envelope.
 */
export function readGraphError(status: number, body: unknown): GraphError {
  const parsed = errorEnvelope.safeParse(body);
  if (!parsed.success) return { status, code: '', message: '', details: [], requestId: '' };
  const { code, message, details, innerError, innererror } = parsed.data.error;
  return {
    status, code, message,
    details: (details ?? []).map((one) => ({ code: one.code, message: one.message, target: one.target })),
    requestId: innerError?.['request-id'] || innererror?.['request-id'] || '',
  };
}
