import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import { defaultApps, FULL_CLIENT_ID, READ_ONLY_CLIENT_ID } from './apps.ts';
import { authority, type Authority } from './authority.ts';
import type { TokenSigner } from './keys.ts';
import { People } from './people.ts';
import type { FullSeedApp, SeedPerson } from './registration-seed.ts';
import { Registrations } from './registrations.ts';
import { sealer } from './seal.ts';

/** What a sign-in service starts from. */
export interface SignInOptions {
  /** Applications of the seed; absent: the two default ones alone. */
  readonly apps?: readonly FullSeedApp[] | undefined;
  /** People's sign-in by user id or user principal name. */
  readonly people?: Readonly<Record<string, SeedPerson>> | undefined;
  /** Secrets of the default applications. */
  readonly secrets: { readonly full: string; readonly readOnly: string };
  /** PEM certificates of the full application. */
  readonly certificates: readonly string[];
}

/** A sign-in service and what the tenant keeps of it. */
export interface SignInService {
  readonly answer: Authority;
  /** Changes what stands between a person and a token. @param user id or user principal name. */
  setPerson(user: string, needs: SeedPerson): void;
  /** Names of the applications. */
  apps(): readonly { readonly appId: string; readonly displayName: string }[];
  /** Grows with every consent and {@link SignInService.setPerson}; a saver compares it. */
  readonly changes: number;
  /** The part of a seed that brings it back. */
  saved(): { readonly apps: FullSeedApp[]; readonly signIn: Record<string, SeedPerson> };
}

/** Puts the sign-in service together. */
export function startSignIn(directory: Directory, signer: TokenSigner, clock: SimulatorClock, options: SignInOptions): SignInService {
  const registrations = new Registrations(defaultApps(), options.apps ?? [], {
    [FULL_CLIENT_ID]: { secret: options.secrets.full, certificates: options.certificates }, [READ_ONLY_CLIENT_ID]: { secret: options.secrets.readOnly, certificates: [] },
  });
  const people = new People(directory, options.people ?? {});
  return {
    answer: authority({ registrations, people, directory, signer, clock, refresh: sealer(signer.pem, 'refresh token'), session: sealer(signer.pem, 'session') }),
    apps: () => registrations.list(),
    setPerson: (user, needs) => people.set(user, needs),
    get changes() { return registrations.changes + people.changes; },
    saved: () => ({ apps: registrations.saved(), signIn: people.saved() }),
  };
}
