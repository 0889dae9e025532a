import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { TokenSigner } from './keys.ts';
import type { People } from './people.ts';
import type { Registrations } from './registrations.ts';
import type { Sealer } from './seal.ts';

/** What the sign-in service works with. */
export interface SignInParts {
  readonly registrations: Registrations;
  readonly people: People;
  readonly directory: Directory;
  readonly signer: TokenSigner;
  readonly clock: SimulatorClock;
  /** Seals refresh tokens. */
  readonly refresh: Sealer;
  /** Seals session cookies. */
  readonly session: Sealer;
}
