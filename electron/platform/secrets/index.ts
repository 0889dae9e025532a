import path from 'node:path';
import { KEY_FILE_VARIABLE, keySealer, readKeyFile } from './key-file.ts';
import { osSealer, type OsVault } from './os-sealer.ts';
import type { SecretStore } from './port.ts';
import { sealedFileStore } from './sealed-file.ts';
import { sessionSecretStore } from './session.ts';

export { sessionSecretStore } from './session.ts';
export type { Protection, SecretStore } from './port.ts';
export type { OsVault } from './os-sealer.ts';

/** What {@link openSecretStore} chooses from. */
export interface SecretStoreOptions {
  /** Folder of the sealed files; must exist. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The operating system's vault; only the desktop shell has one. */
  readonly vault?: OsVault;
}

/**
 * The best protected store that this process can have: the operating system's vault, else a file under the operator's
 * key (`CAUSEWAY_KEY_FILE`), else memory until the program ends. It never falls back by itself: with a key file named, a
 * missing or wrong one is an error at first use, not a silent session.
 */
export function openSecretStore(options: SecretStoreOptions): SecretStore {
  const { vault } = options;
  if (vault) {
    return sealedFileStore({
      file: path.join(options.folder, 'os.json'), protection: 'os', sealer: async () => osSealer(vault),
      wrongKey: 'The operating system cannot open the stored secrets: they belong to another user or machine. Enter the passwords again.',
    });
  }
  const keyFile = options.env[KEY_FILE_VARIABLE];
  if (!keyFile) return sessionSecretStore();
  return sealedFileStore({
    file: path.join(options.folder, 'sealed.json'), protection: 'file', sealer: async (salt) => keySealer(await readKeyFile(keyFile, options.env), salt),
    wrongKey: `The key in ${keyFile} is not the one that the stored secrets were sealed with. Put the former key back, or delete the file sealed.json in ${options.folder} and enter the secrets again.`,
  });
}
