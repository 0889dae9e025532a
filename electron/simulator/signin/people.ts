import type { Directory } from '../directory/directory.ts';
import { textOf } from '../directory/objects.ts';
import type { SeedPerson } from './registration-seed.ts';

/** Roles whose holders may consent for everybody, application permissions of Graph included: Global and Privileged Role Administrator (Entra documentation, "grant tenant-wide admin consent"). */
const CONSENTING_ROLES = new Set(['62e90394-69f5-4237-9190-012177145e10', 'e8611ab8-c189-46e8-94e1-60213ab1f814']);

/** The people who sign in, as far as it concerns signing in. */
export class People {
  readonly #directory: Directory;
  readonly #needs: Map<string, SeedPerson>;
  /** Grows with every change; a saver compares it. */
  changes = 0;

  /** @param needs by user id or user principal name. */
  constructor(directory: Directory, needs: Readonly<Record<string, SeedPerson>>) {
    this.#directory = directory;
    this.#needs = new Map(Object.entries(needs).map(([key, one]) => [key.toLowerCase(), one]));
  }

  /** What stands between a person and a token. */
  needs(userId: string): SeedPerson {
    const name = textOf(this.#directory.user.get(userId) ?? { properties: {} }, 'userPrincipalName');
    return this.#needs.get(userId) ?? this.#needs.get(name?.toLowerCase() ?? '') ?? {};
  }

  /** Sets that anew. @param user id or user principal name. */
  set(user: string, needs: SeedPerson): void {
    this.#needs.set(user.toLowerCase(), needs);
    this.changes++;
  }

  /** What a state file has to keep. */
  saved(): Record<string, SeedPerson> { return Object.fromEntries(this.#needs); }

  /** Id of the person who plays the part of whoever sits at the browser: an enabled holder of a role. */
  atTheBrowser(): string | undefined {
    return this.#directory.roles.flatMap((role) => [...role.memberIds]).find((id) => this.#directory.user.get(id)?.properties['accountEnabled'] === true);
  }

  /** True when the person may consent for the whole organisation. */
  mayConsentForAll(userId: string): boolean {
    return this.#directory.roles.some((role) => CONSENTING_ROLES.has(role.roleTemplateId) && role.memberIds.has(userId));
  }

  /** Role templates of the person's directory roles. */
  roleTemplates(userId: string): readonly string[] {
    return this.#directory.roles.filter((role) => role.memberIds.has(userId)).map((role) => role.roleTemplateId);
  }

  /** Milliseconds since 1970 before which sign-ins count no more: a revocation, or a new password (Graph documentation, user: revokeSignInSessions). 0: none. */
  validFrom(userId: string): number {
    const user = this.#directory.user.get(userId);
    if (!user) return 0;
    const times = ['signInSessionsValidFromDateTime', 'lastPasswordChangeDateTime'].map((name) => Date.parse(textOf(user, name) ?? ''));
    return Math.max(0, ...times.filter((time) => !Number.isNaN(time)));
  }
}
