import type { ICachePlugin } from '@azure/msal-node';

/** Where secrets are kept: the operating system's store, or the encrypted file of a machine without one. */
export interface SecretPort {
  /** The secret, or nothing (null or undefined) when there is none. */
  get(ref: string): Promise<string | null | undefined>;
  /** Stores it, replacing what was there. */
  set(ref: string, value: string): Promise<void>;
}

/**
 * Keeps msal's token cache in the secret store, so that a person signs in once and not at each start.
 * @param ref entry of the cache.
 */
export function tokenCache(secrets: SecretPort, ref: string): ICachePlugin {
  return {
    async beforeCacheAccess(context) {
      const kept = await secrets.get(ref);
      // A cache that cannot be read is worth one more sign-in, not an error; the next write replaces it. It is checked first
      // because msal keeps what it is given before reading it, and stumbles over it when writing.
      if (kept && isCache(kept)) context.tokenCache.deserialize(kept);
    },
    async afterCacheAccess(context) {
      if (context.cacheHasChanged) await secrets.set(ref, context.tokenCache.serialize());
    },
  };
}

function isCache(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
