import { z } from 'zod';
import type { Sealer } from './port.ts';

/**
 * The operating system's sealing as the engine host sees it: two questions that the desktop shell answers over a private
 * port with Electron's safeStorage. Sealed text is Base64.
 */
export interface OsVault {
  encrypt(text: string): Promise<string>;
  decrypt(sealed: string): Promise<string>;
}

const Sealed = z.object({ name: z.string(), value: z.string() });

/** A sealer over the operating system's vault. The vault knows no additional data, so the name is sealed with the value and compared. */
export function osSealer(vault: OsVault): Sealer {
  return {
    seal: (name, value) => vault.encrypt(JSON.stringify({ name, value })),
    open: async (name, sealed) => {
      const opened = Sealed.parse(JSON.parse(await vault.decrypt(sealed)));
      if (opened.name !== name) throw new Error(`sealed under another name than ${name}`);
      return opened.value;
    },
  };
}
