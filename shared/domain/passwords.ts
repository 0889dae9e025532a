/** How initial passwords are made in a pair. Whether one must be changed at the first sign-in is a mapping rule (passwordProfile/forceChangePasswordNextSignIn). */
export interface PasswordPolicy {
  /** 8 to 256 characters (Entra documentation, "Password policies and account restrictions"). */
  readonly length: number;
  /** Characters that look alike: I, l, 1, O, 0. */
  readonly lookAlikes: 'left out' | 'allowed';
  /** Symbols to use; empty: none, three kinds of characters are enough. */
  readonly symbols: string;
}

/** Symbols that Entra takes and that are easy to read out. */
export const DEFAULT_PASSWORD_POLICY: PasswordPolicy = { length: 20, lookAlikes: 'left out', symbols: '!#$%*+-=?@_' };

/**
 * Where the password of a new account stands. `needs a reset`: it was made, sent and kept nowhere, so nobody knows it.
 * `waits for delivery`: it is sealed in the secret store until a notification takes it, or until it expires.
 */
export const PASSWORD_STATES = ['needs a reset', 'waits for delivery', 'delivered', 'expired'] as const;
export type PasswordState = (typeof PASSWORD_STATES)[number];
