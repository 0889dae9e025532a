import { safeStorage } from 'electron';
import { fromHost, type VaultAnswer } from '../host/protocol.ts';

/**
 * Whether the operating system really protects secrets here. On Linux without a keyring Electron falls back to a key that
 * is the same everywhere (`basic_text`): that is no protection and is not used.
 */
export async function vaultIsSafe(): Promise<boolean> {
  if (!await safeStorage.isAsyncEncryptionAvailable()) return false;
  return process.platform !== 'linux' || !['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend());
}

/**
 * Answers the host's questions to the vault. Anything else that the host sends is ignored.
 * @param message as it came from the host.
 * @returns the answer; null when the message was no question to the vault.
 */
export async function answerVault(message: unknown): Promise<VaultAnswer | null> {
  const question = fromHost.safeParse(message);
  if (!question.success) return null;
  const { id, action, text } = question.data;
  try {
    if (action === 'encrypt') return { t: 'vault', id, text: (await safeStorage.encryptStringAsync(text)).toString('base64') };
    return { t: 'vault', id, text: (await safeStorage.decryptStringAsync(Buffer.from(text, 'base64'))).result };
  } catch {
    // The reason may quote what was sealed; the host says what to do.
    return { t: 'vault', id, text: null };
  }
}
