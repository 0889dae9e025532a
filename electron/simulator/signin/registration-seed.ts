import { z } from 'zod';

/** Names of permissions by resource. */
const byResource = z.object({ graph: z.array(z.string()).default([]), exchange: z.array(z.string()).default([]) });
const NO_NAMES = { graph: [], exchange: [] };
const permissions = z.object({ application: byResource.default(NO_NAMES), delegated: byResource.default(NO_NAMES) });
const NOTHING = { application: NO_NAMES, delegated: NO_NAMES };

/**
 * An application registration of a seed together with its service principal (Graph documentation, application and
 * servicePrincipal resources). What is left out is what a new registration has: enabled, one tenant, nothing consented.
 */
export const seedApp = z.object({
  appId: z.string(),
  /** Object id of the service principal; made from the application id when absent. */
  servicePrincipalId: z.string().optional(),
  displayName: z.string(),
  /** False: an administrator has disabled sign-in to the enterprise application. */
  enabled: z.boolean().default(true),
  /** True: people of any organisation may sign in, so that `common` and `organizations` are allowed as tenant. */
  multitenant: z.boolean().default(false),
  /** "Allow public client flows": device code and password grants without a secret. */
  allowPublicClient: z.boolean().default(false),
  /** Redirect addresses of the platform "Mobile and desktop applications". */
  redirectUris: z.array(z.string()).default([]),
  /** Redirect addresses of the platform "Web"; a code sent there is redeemed with a credential only. */
  webRedirectUris: z.array(z.string()).default([]),
  /** Client secrets. `expires`: ISO 8601; absent: never. */
  secrets: z.array(z.object({ value: z.string(), expires: z.iso.datetime({ offset: true }).optional() })).default([]),
  /** PEM certificates whose keys may sign client assertions. */
  certificates: z.array(z.string()).default([]),
  /** Permissions listed in the registration. */
  requested: permissions.default(NOTHING),
  /** Permissions that an administrator has granted for everybody. */
  consented: permissions.default(NOTHING),
  /** Delegated permissions that single people have granted for themselves, by user id. */
  userConsents: z.record(z.string(), byResource).default({}),
  /** True: only people in `assigned` may sign in. */
  assignmentRequired: z.boolean().default(false),
  /** User ids, and ids of groups whose direct members count. */
  assigned: z.array(z.string()).default([]),
});
export type SeedApp = z.input<typeof seedApp>;
export type FullSeedApp = z.output<typeof seedApp>;

/** What stands between one person and a token, and how that person answers when asked. */
export const seedPerson = z.object({
  /** `required`: a policy wants multi-factor authentication, which the person can do; `not registered`: it wants it and the person has no method. */
  mfa: z.enum(['required', 'not registered']).optional(),
  /** A Conditional Access policy refuses the person's tokens. */
  blocked: z.boolean().optional(),
  passwordExpired: z.boolean().optional(),
  /** Password for the password grant; absent: every password is wrong. */
  password: z.string().optional(),
  /** What the person clicks when asked for consent that is not there yet; absent: Cancel, but Accept on the page of admin consent. */
  consent: z.enum(['accepts', 'declines']).optional(),
});
export type SeedPerson = z.infer<typeof seedPerson>;
