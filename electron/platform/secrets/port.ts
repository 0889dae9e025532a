/** How well stored secrets are protected; shown to the user. */
export type Protection = 'os' | 'file' | 'session';

/** Keeps passwords, client secrets and private keys. Values never leave it but by {@link SecretStore.get}, and are never logged. */
export interface SecretStore {
  /** @returns null when nothing is stored under that name. */
  get(name: string): Promise<string | null>;
  /** Stores or replaces. */
  set(name: string, value: string): Promise<void>;
  /** Forgets; no error when there was nothing. */
  delete(name: string): Promise<void>;
  /** `os`: sealed by the operating system for this user; `file`: under the operator's key file; `session`: in memory, gone when the program ends. */
  protection(): Protection;
}

/** Seals and opens one secret. The name belongs to the seal: a sealed value moved under another name does not open. */
export interface Sealer {
  /** @returns text for storing. */
  seal(name: string, value: string): Promise<string>;
  /** @throws {AppError} when the value was not sealed by this key under this name. */
  open(name: string, sealed: string): Promise<string>;
}
