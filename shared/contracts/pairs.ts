import { z } from 'zod';
import { CLOUDS, DISTRIBUTION_GROUP_CHOICES, SIGN_IN_METHODS } from '../domain/settings.ts';
import { channel } from './define.ts';
import { CountryCode, Done, Id, Millis, Name, Nothing, UpnSuffix } from './values.ts';

export const SourceConnectionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ldap'), domain: z.string().trim().max(255), servers: z.array(z.string().trim().min(1).max(300)).max(20),
    security: z.enum(['ldaps', 'starttls', 'plain']), caFile: z.string().max(4000).nullable(), username: z.string().trim().min(1).max(500),
    secretRef: z.string().max(200), baseDn: z.string().max(4000),
  }),
  z.object({ kind: z.literal('ldif'), file: z.string().min(1).max(4000) }),
]);

/** A simulated tenant is reached on the loopback only: a rehearsal must never send anything away. */
const LoopbackOrigin = z.url().regex(/^http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+$/, 'must be a loopback address, for example http://127.0.0.1:4710');
export const TargetConnectionSchema = z.object({
  cloud: z.enum(CLOUDS), tenantId: z.string().trim().min(1).max(255), clientId: z.string().trim().min(1).max(100), signIn: z.enum(SIGN_IN_METHODS),
  secretRef: z.string().max(200), certificateFile: z.string().max(4000).nullable(), readOnly: z.boolean(),
  simulated: z.union([z.object({ origin: LoopbackOrigin }), z.object({ stateFile: z.string().min(1).max(4000) })]).nullable(),
});
export const PairDefaultsSchema = z.object({ upnSuffix: UpnSuffix, countryCode: CountryCode, distributionGroups: z.enum(DISTRIBUTION_GROUP_CHOICES) });

export const Pair = z.object({
  id: Id, name: Name, source: SourceConnectionSchema, target: TargetConnectionSchema, redirectionDomain: z.string(), schemaTemplate: z.string(),
  defaults: PairDefaultsSchema, createdAt: Millis,
  /** What a person calls the two sides, e.g. `corp.example.com` and `Contoso (contoso.onmicrosoft.com)`; filled by the first discovery. */
  sourceName: z.string(), targetName: z.string(),
  discoveredAt: Millis.nullable(), sourceObjects: z.int(), targetObjects: z.int(), collections: z.int(),
});
export type Pair = z.output<typeof Pair>;

const RedirectionDomain = z.string().trim().max(255);
const PairInput = z.object({
  name: Name, source: SourceConnectionSchema, target: TargetConnectionSchema,
  /** Given once, kept in the secret store, never sent back. */
  sourcePassword: z.string().max(1000).optional(), targetSecret: z.string().max(100_000).optional(),
  redirectionDomain: RedirectionDomain.default(''), defaults: PairDefaultsSchema,
  /** Name of the schema template that the rules of a new pair are made from, in its newest version; absent: the default one. `templates.apply` changes it later. */
  schemaTemplate: z.string().trim().min(1).max(128).optional(),
});
export type PairInput = z.input<typeof PairInput>;

/** One line of a connection test. */
export const CheckLine = z.object({ check: z.string(), outcome: z.enum(['passed', 'failed', 'warning', 'not tried']), message: z.string() });
export type CheckLine = z.output<typeof CheckLine>;

export const pairChannels = {
  'pairs.list': channel('query', Nothing, z.object({ rows: z.array(Pair) })),
  'pairs.get': channel('query', z.object({ id: Id }), Pair),
  'pairs.create': channel('command', PairInput, Pair),
  /** What is absent stays. A default would be filled in for what is absent, so no field of it may have one (zod 4, defaults within optional fields). */
  'pairs.update': channel('command', PairInput.omit({ schemaTemplate: true }).partial().extend({ id: Id, redirectionDomain: RedirectionDomain.optional() }), Pair),
  /** Refused while the pair has migrated objects that were not rolled back, unless `force`. */
  'pairs.delete': channel('command', z.object({ id: Id, force: z.boolean().default(false) }), Done),
  /** Tries both sides step by step; writes nothing. Given an input it tests that, else the saved pair. */
  'pairs.test': channel('query', z.union([z.object({ id: Id }), z.object({ input: PairInput })]), z.object({ lines: z.array(CheckLine) })),
  /** Permissions that the application needs, each with the reason. */
  'pairs.permissions': channel('query', z.object({ readOnly: z.boolean() }), z.object({ rows: z.array(z.object({ permission: z.string(), kind: z.enum(['read', 'write']), reason: z.string() })) })),
  /** Verified domains of the tenant for the UPN suffix box; empty when the tenant was not discovered yet. */
  'pairs.domains': channel('query', z.object({ id: Id }), z.object({ rows: z.array(z.object({ name: z.string(), verified: z.boolean(), federated: z.boolean() })) })),
  /** A sign-in that waits for a person (device code); null when none waits. */
  'pairs.signIn': channel('query', z.object({ id: Id }), z.object({ pending: z.object({ userCode: z.string(), verificationUri: z.string(), expiresAt: Millis }).nullable() })),
} as const;
