import { z } from 'zod';
import { OBJECT_KINDS, RISK_FLAGS } from '../domain/objects.ts';
import { MIGRATION_PROGRESS, SYNCHRONISATION_STATUSES, TASK_KINDS, TASK_PHASES, TASK_STATES } from '../domain/statuses.ts';

/** Ids made by the store (UUID v4 text). */
export const Id = z.uuid();
/** objectGUID, lower-case dashed text. */
export const Guid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
export const Kind = z.enum(OBJECT_KINDS);
export const Progress = z.enum(MIGRATION_PROGRESS);
export const Synchronisation = z.enum(SYNCHRONISATION_STATUSES);
export const TaskKindSchema = z.enum(TASK_KINDS);
export const TaskStateSchema = z.enum(TASK_STATES);
export const TaskPhaseSchema = z.enum(TASK_PHASES);
export const Risk = z.enum(RISK_FLAGS);
/** Opaque cursor: callers pass it back unchanged. */
export const Cursor = z.string().max(2000);
/** Milliseconds since 1970-01-01 UTC. */
export const Millis = z.int().nonnegative();
export const Name = z.string().trim().min(1, 'must not be empty').max(128, 'must have at most 128 characters');
/** A DN as the directory wrote it. */
export const Dn = z.string().max(4000);
export const ValuesSchema = z.array(z.string().max(200_000)).max(100_000);
export const AttributesSchema = z.record(z.string(), ValuesSchema);
export const Done = z.object({ done: z.literal(true) });
export const Nothing = z.object({});
/** ISO 3166 alpha-2 or empty. */
export const CountryCode = z.string().trim().toUpperCase().regex(/^([A-Z]{2})?$/, 'must be a two-letter ISO 3166 code, for example DE');
/** A DNS domain or empty; a leading @ is dropped. */
export const UpnSuffix = z.string().trim().toLowerCase().transform((s) => s.replace(/^@/, '')).pipe(z.string().regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+)?$/, 'must be a domain name, for example contoso.com'));
/** What an object selection means: ids, or everything that a filter shows but some. */
export const Selection = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('ids'), ids: z.array(Guid).max(10_000) }),
  z.object({ mode: z.literal('all except'), ids: z.array(Guid).max(10_000), search: z.string().max(256).default(''), status: z.enum([...MIGRATION_PROGRESS, '']).default('') }),
]);
export type Selection = z.output<typeof Selection>;

/** Standard page of rows read by key. */
export const page = <T extends z.ZodType>(row: T) => z.object({ rows: z.array(row).max(500), next: Cursor.nullable(), total: z.int().nonnegative() });
export const PageRequest = { after: Cursor.nullish(), limit: z.int().min(1).max(500).default(200) };
