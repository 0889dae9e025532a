import type { SecretStore } from './port.ts';

/** Secrets in memory only: what is left where neither the operating system nor an operator's key protects a file. */
export function sessionSecretStore(): SecretStore {
  const values = new Map<string, string>();
  return {
    get: async (name) => values.get(name) ?? null,
    set: async (name, value) => { values.set(name, value); },
    delete: async (name) => { values.delete(name); },
    protection: () => 'session',
  };
}
