import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { AppError, appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Protection, Sealer, SecretStore } from './port.ts';

const Contents = z.object({
  version: z.literal(1),
  /** Base64 of 16 random bytes, made with the file; for sealers that derive their key. */
  salt: z.base64(),
  /** A known value sealed when the file was made: opening it tells a wrong key from a damaged entry. */
  check: z.string(),
  entries: z.record(z.string(), z.string()),
});
type Contents = z.output<typeof Contents>;

const CHECK_NAME = 'causeway check';
const CHECK_VALUE = 'causeway';

/** What {@link sealedFileStore} needs. */
export interface SealedFileOptions {
  readonly file: string;
  readonly protection: Exclude<Protection, 'session'>;
  /** Makes the sealer for a file with this salt; called once. */
  readonly sealer: (salt: Uint8Array) => Promise<Sealer>;
  /** What to tell the user when the key does not fit. */
  readonly wrongKey: string;
}

/**
 * A secret store in one JSON file of sealed values, mode 0600, replaced as a whole so that a crash leaves the old or the
 * new file. Changes within one process are made one after the other; two processes that change secrets at the same
 * moment may lose one of the two changes, never the file.
 * @returns the store; it reads nothing before its first use. Its methods throw {AppError} `AUTH_FAILED` for a wrong key and
 * `BAD_FILE` for a damaged file.
 */
export function sealedFileStore(options: SealedFileOptions): SecretStore {
  let opened: Promise<Sealer> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const oneByOne = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  const sealerFor = async (contents: Contents): Promise<Sealer> => {
    opened ??= options.sealer(Buffer.from(contents.salt, 'base64'));
    // A failure (key file missing) must not be remembered: the operator may mend it while the program runs.
    opened.catch(() => { opened = undefined; });
    const sealer = await opened;
    if (contents.check !== '') await proveKey(sealer, contents, options);
    return sealer;
  };

  return {
    get: (name) => oneByOne(async () => {
      const contents = await read(options.file);
      const sealed = contents && Object.hasOwn(contents.entries, name) ? contents.entries[name] : undefined;
      if (!contents || sealed === undefined) return null;
      const sealer = await sealerFor(contents);
      return await sealer.open(name, sealed).catch((cause: unknown) => {
        throw appError(ErrorCode.BadFile, `The secret "${name}" in ${options.file} is damaged. Enter it again.`, { cause });
      });
    }),
    set: (name, value) => oneByOne(async () => {
      const contents = await read(options.file) ?? { version: 1, salt: randomBytes(16).toString('base64'), check: '', entries: {} };
      const sealer = await sealerFor(contents);
      const check = contents.check === '' ? await sealer.seal(CHECK_NAME, CHECK_VALUE) : contents.check;
      const entries = { ...contents.entries, [name]: await sealer.seal(name, value) };
      await replace(options.file, { ...contents, check, entries });
    }),
    delete: (name) => oneByOne(async () => {
      const contents = await read(options.file);
      if (!contents || !Object.hasOwn(contents.entries, name)) return;
      const { [name]: _, ...entries } = contents.entries;
      await replace(options.file, { ...contents, entries });
    }),
    protection: () => options.protection,
  };
}

async function proveKey(sealer: Sealer, contents: Contents, options: SealedFileOptions): Promise<void> {
  try {
    if (await sealer.open(CHECK_NAME, contents.check) === CHECK_VALUE) return;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw appError(ErrorCode.AuthFailed, options.wrongKey, { cause });
  }
  throw appError(ErrorCode.AuthFailed, options.wrongKey);
}

async function read(file: string): Promise<Contents | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw appError(ErrorCode.BadFile, `The secret file ${file} cannot be read. Check its owner and rights.`, { cause });
  }
  try {
    return Contents.parse(JSON.parse(text));
  } catch (cause) {
    throw appError(ErrorCode.BadFile, `The secret file ${file} is damaged. Restore it from a backup, or delete it and enter the secrets again.`, { cause });
  }
}

async function replace(file: string, contents: Contents): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(contents, null, 1)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw appError(ErrorCode.BadFile, `The secret file ${file} cannot be written. Check the rights of its folder and the space on the disk.`, { cause });
  }
}
